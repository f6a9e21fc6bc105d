#include "glass/data/rights/spdx.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/check.h"
#include "glass/data/rights/spdx_ids.h"

namespace glass::data {
namespace {

constexpr int kDepthLimit = 32;
constexpr size_t kLengthLimit = 4096;

bool is_id_character(char c) {
  return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '+' || c == ':' || c == '_';
}

// Deprecated ids whose replacement is more than "-only" or "-or-later" behind them.
struct Renamed {
  std::string_view old_id, id, exception;
};

constexpr std::array kRenamed = {
    Renamed{"BSD-2-CLAUSE-FREEBSD", "BSD-2-Clause", ""},
    Renamed{"BSD-2-CLAUSE-NETBSD", "BSD-2-Clause", ""},
    Renamed{"GPL-2.0-WITH-AUTOCONF-EXCEPTION", "GPL-2.0-only", "Autoconf-exception-2.0"},
    Renamed{"GPL-2.0-WITH-BISON-EXCEPTION", "GPL-2.0-only", "Bison-exception-2.2"},
    Renamed{"GPL-2.0-WITH-CLASSPATH-EXCEPTION", "GPL-2.0-only", "Classpath-exception-2.0"},
    Renamed{"GPL-2.0-WITH-FONT-EXCEPTION", "GPL-2.0-only", "Font-exception-2.0"},
    Renamed{"GPL-2.0-WITH-GCC-EXCEPTION", "GPL-2.0-only", "GCC-exception-2.0"},
    Renamed{"GPL-3.0-WITH-AUTOCONF-EXCEPTION", "GPL-3.0-only", "Autoconf-exception-3.0"},
    Renamed{"GPL-3.0-WITH-GCC-EXCEPTION", "GPL-3.0-only", "GCC-exception-3.1"},
};

// "GPL-2.0" and "GPL-2.0+" are no ids any more, "GPL-2.0-only" and "GPL-2.0-or-later" are.
std::string current_id(std::string_view id) {
  const bool or_later = id.ends_with('+');
  const std::string_view base = or_later ? id.substr(0, id.size() - 1) : id;
  if (const auto known = known_licence(base); !known.empty())
    return std::string(known) + (or_later ? "+" : "");
  const std::string suffixed = std::string(base) + (or_later ? "-or-later" : "-only");
  if (const auto known = known_licence(suffixed); !known.empty()) return std::string(known);
  return std::string(id);
}

SpdxExpression combine(SpdxExpression::Kind kind, std::vector<SpdxExpression> parts) {
  GLASS_CHECK(!parts.empty());
  std::vector<SpdxExpression> flat;
  const auto add = [&](SpdxExpression part) {
    if (std::ranges::find(flat, part) == flat.end()) flat.push_back(std::move(part));
  };
  for (SpdxExpression& part : parts) {
    if (part.kind != kind) {
      add(std::move(part));
      continue;
    }
    for (SpdxExpression& inner : part.parts) add(std::move(inner));
  }
  if (flat.size() == 1) return std::move(flat.front());
  SpdxExpression out;
  out.kind = kind;
  out.parts = std::move(flat);
  return out;
}

class SpdxParser {
 public:
  explicit SpdxParser(std::string_view text) : text_(text) {}

  Result<SpdxExpression> parse() {
    if (text_.size() > kLengthLimit) return wrong("it is longer than 4096 characters");
    next();
    GLASS_TRY(SpdxExpression expression, any(0));
    if (!token_.empty()) return wrong(fmt::format("'{}' is not expected here", token_));
    return expression;
  }

 private:
  void next() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    size_t end = at_;
    while (end < text_.size() && is_id_character(text_[end])) ++end;
    if (end == at_ && at_ < text_.size()) ++end;  // a parenthesis, or a character of no id
    token_ = text_.substr(at_, end - at_);
    at_ = end;
  }

  bool take(std::string_view word) {
    if (to_upper(token_) != word) return false;
    next();
    return true;
  }

  Result<SpdxExpression> any(int depth) {
    std::vector<SpdxExpression> parts;
    do {
      GLASS_TRY(SpdxExpression part, all(depth));
      parts.push_back(std::move(part));
    } while (take("OR"));
    return spdx_or(std::move(parts));
  }

  Result<SpdxExpression> all(int depth) {
    std::vector<SpdxExpression> parts;
    do {
      GLASS_TRY(SpdxExpression part, one(depth));
      parts.push_back(std::move(part));
    } while (take("AND"));
    return spdx_and(std::move(parts));
  }

  Result<SpdxExpression> one(int depth) {
    if (depth > kDepthLimit) return wrong("its parentheses are nested too deeply");
    if (take("(")) {
      GLASS_TRY(SpdxExpression inner, any(depth + 1));
      if (!take(")")) return wrong("a parenthesis is not closed");
      return inner;
    }
    GLASS_TRY(const std::string_view id, name("a licence"));
    if (!take("WITH")) return spdx_licence(id);
    GLASS_TRY(const std::string_view exception, name("an exception"));
    return spdx_licence(id, exception);
  }

  Result<std::string_view> name(std::string_view what) {
    if (token_.empty()) return wrong(fmt::format("{} is missing at the end", what));
    const std::string word = to_upper(token_);
    if (!is_id_character(token_.front()) || word == "AND" || word == "OR" || word == "WITH" ||
        token_ == "+")
      return wrong(fmt::format("expected {}, found '{}'", what, token_));
    const std::string_view id = token_;
    next();
    return id;
  }

  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("'{}' is no licence expression: {}", text_.substr(0, 200), what));
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string_view token_;
};

}  // namespace

Result<SpdxExpression> parse_spdx(std::string_view text) {
  return SpdxParser(text).parse();
}

SpdxExpression spdx_licence(std::string_view id, std::string_view exception) {
  SpdxExpression out;
  const std::string key = to_upper(id);
  const auto* const renamed = std::ranges::find(kRenamed, key, &Renamed::old_id);
  if (renamed != kRenamed.end() && exception.empty()) {
    out.id = renamed->id;
    out.exception = renamed->exception;
    return out;
  }
  out.id = current_id(id);
  const std::string_view known = known_exception(exception);
  out.exception = known.empty() ? exception : known;
  return out;
}

SpdxExpression spdx_and(std::vector<SpdxExpression> parts) {
  return combine(SpdxExpression::Kind::kAnd, std::move(parts));
}

SpdxExpression spdx_or(std::vector<SpdxExpression> parts) {
  return combine(SpdxExpression::Kind::kOr, std::move(parts));
}

std::string spdx_all(const std::vector<std::string_view>& texts) {
  std::vector<SpdxExpression> parts;
  for (const std::string_view text : texts)
    if (auto parsed = parse_spdx(text)) parts.push_back(*std::move(parsed));
  return parts.empty() ? "" : to_text(spdx_and(std::move(parts)));
}

std::string to_text(const SpdxExpression& expression) {
  if (expression.kind == SpdxExpression::Kind::kLicence)
    return expression.exception.empty() ? expression.id
                                        : expression.id + " WITH " + expression.exception;
  const bool conjunction = expression.kind == SpdxExpression::Kind::kAnd;
  std::string out;
  for (const SpdxExpression& part : expression.parts) {
    if (!out.empty()) out += conjunction ? " AND " : " OR ";
    const bool enclosed = conjunction && part.kind == SpdxExpression::Kind::kOr;
    out += enclosed ? "(" + to_text(part) + ")" : to_text(part);
  }
  return out;
}

std::string licence_ref(std::string_view name) {
  std::string out = "LicenseRef-";
  for (const char c : name) {
    const bool allowed = is_letter(c) || is_digit(c) || c == '.' || c == '-';
    out += allowed ? c : '-';
  }
  return out;
}

std::string_view spdx_line(std::string_view source) {
  constexpr std::string_view kTag = "SPDX-License-Identifier:";
  source = source.substr(0, 4096);
  const size_t at = source.find(kTag);
  if (at == std::string_view::npos) return {};
  source.remove_prefix(at + kTag.size());
  std::string_view line = source.substr(0, source.find_first_of("\r\n"));
  for (const std::string_view close : {"*/", "-->", "#}", "*)", "%>", "\""})
    line = line.substr(0, line.find(close));
  const size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  const size_t end = line.find_last_not_of(" \t");
  return end == std::string_view::npos ? std::string_view{} : line.substr(begin, end + 1 - begin);
}

}  // namespace glass::data
