// dep5_licence: Debian's short names and their expressions as SPDX.
//
// Precedence, loosest first: a comma in front of an operator, "or", "and", "with ... exception".
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/data/deb822/deb822.h"
#include "glass/data/rights/dep5.h"
#include "glass/data/rights/spdx.h"
#include "glass/data/rights/spdx_ids.h"

namespace glass::data {
namespace {

struct NamedLicence {
  std::string_view debian, spdx;
};

// Names of copyright-format 1.0 that SPDX spells otherwise. "Artistic", "BSD", "GPL" and the like
// without a version stay unknown, because nobody can say which text is meant.
constexpr std::array kNames = {
    NamedLicence{"expat", "MIT"},
    NamedLicence{"sil-1.1", "OFL-1.1"},
    NamedLicence{"freebsd", "BSD-2-Clause"},
    NamedLicence{"cc0", "CC0-1.0"},
    NamedLicence{"public-domain", "LicenseRef-PublicDomain"},
    NamedLicence{"perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"},
    NamedLicence{"zlib/libpng", "Zlib"},
};

constexpr std::array kDebianExceptions = {
    NamedLicence{"autoconf", "Autoconf-exception-generic"},
    NamedLicence{"bison", "Bison-exception-2.2"},
    NamedLicence{"classpath", "Classpath-exception-2.0"},
    NamedLicence{"font", "Font-exception-2.0"},
    NamedLicence{"gcc", "GCC-exception-3.1"},
    NamedLicence{"libtool", "Libtool-exception"},
    NamedLicence{"llvm", "LLVM-exception"},
};

bool is_gnu(std::string_view family) {
  return family == "gpl" || family == "lgpl" || family == "agpl" || family == "gfdl" ||
         family == "gfdl-niv";
}

bool is_version(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// GPL-2+, LGPL-2.1, GFDL-NIV-1.2+ ...: the family, a version, and whether later ones count.
std::optional<std::string> gnu_licence(std::string_view name) {
  const bool or_later = name.ends_with('+');
  if (or_later) name.remove_suffix(1);
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string family = to_lower(name.substr(0, dash));
  std::string version(name.substr(dash + 1));
  if (!is_gnu(family) || !is_version(version)) return std::nullopt;
  if (version.find('.') == std::string::npos) version += ".0";
  const bool without_invariants = family == "gfdl-niv";
  const std::string id =
      fmt::format("{}-{}{}{}", without_invariants ? "GFDL" : family, version,
                  without_invariants ? "-no-invariants" : "", or_later ? "-or-later" : "-only");
  const std::string_view known = known_licence(id);
  return known.empty() ? std::nullopt : std::optional(std::string(known));
}

class Dep5Expression {
 public:
  Dep5Expression(std::string_view text, std::string_view package, const LicenceNames& names)
      : package_(package), names_(names) {
    // A comma is a word of its own.
    for (const std::string& word : split_words(text)) {
      const bool comma = word.size() > 1 && word.ends_with(',');
      words_.push_back(comma ? word.substr(0, word.size() - 1) : word);
      if (comma) words_.emplace_back(",");
    }
  }

  std::optional<SpdxExpression> read() {
    auto expression = with_commas();
    return at_ == words_.size() ? std::move(expression) : std::nullopt;
  }

 private:
  bool take(std::string_view word) {
    if (at_ == words_.size() || to_lower(words_[at_]) != word) return false;
    ++at_;
    return true;
  }

  // a or b, and c: what stands before the comma is one operand.
  std::optional<SpdxExpression> with_commas() {
    auto left = any();
    while (left && take(",")) {
      const bool conjunction = take("and");
      if (!conjunction && !take("or")) return std::nullopt;
      auto right = any();
      if (!right) return std::nullopt;
      left = conjunction ? spdx_and({std::move(*left), std::move(*right)})
                         : spdx_or({std::move(*left), std::move(*right)});
    }
    return left;
  }

  std::optional<SpdxExpression> any() {
    std::vector<SpdxExpression> parts;
    do {
      auto part = all();
      if (!part) return std::nullopt;
      parts.push_back(std::move(*part));
    } while (take("or"));
    return spdx_or(std::move(parts));
  }

  std::optional<SpdxExpression> all() {
    std::vector<SpdxExpression> parts;
    do {
      auto part = one();
      if (!part) return std::nullopt;
      parts.push_back(std::move(*part));
    } while (take("and"));
    return spdx_and(std::move(parts));
  }

  std::optional<SpdxExpression> one() {
    if (at_ == words_.size() || is_operator(words_[at_])) return std::nullopt;
    SpdxExpression licence = short_name(words_[at_++]);
    if (!take("with")) return licence;
    if (licence.kind != SpdxExpression::Kind::kLicence || !licence.exception.empty())
      return std::nullopt;
    std::string exception;
    while (at_ < words_.size() && !is_operator(words_[at_]) && to_lower(words_[at_]) != "exception")
      exception += (exception.empty() ? "" : "-") + words_[at_++];
    if (exception.empty() || !take("exception")) return std::nullopt;
    licence.exception = exception_id(exception);
    return licence;
  }

  static bool is_operator(std::string_view word) {
    const std::string key = to_lower(word);
    return key == "and" || key == "or" || key == "with" || key == ",";
  }

  [[nodiscard]] SpdxExpression short_name(const std::string& name) const {
    if (const auto mapped = names_.find(name); mapped != names_.end()) return mapped->second;
    const std::string key = to_lower(name);
    const auto* const known = std::ranges::find(kNames, key, &NamedLicence::debian);
    if (known != kNames.end()) return parse_spdx(known->spdx).value_or(spdx_licence(known->spdx));
    if (const auto gnu = gnu_licence(name)) return spdx_licence(*gnu);
    if (const auto id = known_licence(name); !id.empty()) return spdx_licence(id);
    return spdx_licence(licence_ref(fmt::format("Debian-{}-{}", package_, name)));
  }

  // An exception that SPDX does not have keeps its name; the policy calls it unknown.
  static std::string exception_id(const std::string& name) {
    const std::string key = to_lower(name);
    const auto* const mapped = std::ranges::find(kDebianExceptions, key, &NamedLicence::debian);
    if (mapped != kDebianExceptions.end()) return std::string(mapped->spdx);
    if (const auto id = known_exception(name); !id.empty()) return std::string(id);
    return "AdditionRef-Debian-" + licence_ref(name).substr(std::string_view("LicenseRef-").size());
  }

  std::string_view package_;
  const LicenceNames& names_;
  std::vector<std::string> words_;
  size_t at_ = 0;
};

}  // namespace

SpdxExpression dep5_licence(std::string_view text, std::string_view package,
                            const LicenceNames& names) {
  if (auto expression = Dep5Expression(text, package, names).read()) return *std::move(expression);
  return spdx_licence(licence_ref(fmt::format("Debian-{}-{}", package, text)));
}

}  // namespace glass::data
