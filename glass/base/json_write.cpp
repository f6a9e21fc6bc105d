// The canonical writer of RFC 8785: sorted keys, ECMAScript numbers, shortest escapes.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/utf8.h"

namespace glass {

namespace {

// RFC 8785 sorts keys by UTF-16 code units. In UTF-8 that is the order of bytes, except that the
// code points from U+10000 (lead bytes F0..F4, in UTF-16 surrogates from D800) come before U+E000
// to U+FFFF (lead bytes EE and EF).
bool utf16_less(const std::string& a, const std::string& b) {
  const auto rank = [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte == 0xEE || byte == 0xEF ? byte + 0x10 : int{byte};
  };
  return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

// Whether both orders are the same for a key, as for nearly all.
bool is_below_surrogates(const std::string& key) {
  return std::ranges::all_of(key, [](char c) { return static_cast<uint8_t>(c) < 0xEE; });
}

bool is_escaped(char c) {
  return c == '"' || c == '\\' || static_cast<uint8_t>(c) < 0x20;
}

void append_quoted(std::string& out, std::string_view text) {
  GLASS_CHECK(is_utf8(text));
  out.push_back('"');
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t plain_from = at;
    while (at < text.size() && !is_escaped(text[at])) ++at;
    out += text.substr(plain_from, at - plain_from);
    if (at == text.size()) break;
    switch (const char c = text[at]) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += fmt::format("\\u{:04x}", static_cast<uint8_t>(c));
    }
  }
  out.push_back('"');
}

// Writes a value; `indent_` < 0 is the canonical form, else the column of the current level.
class Writer {
 public:
  Writer(std::string& out, bool pretty) : out_(out), indent_(pretty ? 0 : -1) {}

  void write(const Json& value) {
    if (value.is_null()) {
      out_ += "null";
    } else if (const bool* truth = value.if_bool()) {
      out_ += *truth ? "true" : "false";
    } else if (const int64_t* integer = value.if_int()) {
      out_ += std::to_string(*integer);
    } else if (const double* number = value.if_double()) {
      out_ += number_text(*number);
    } else if (const std::string* text = value.if_string()) {
      append_quoted(out_, *text);
    } else if (const Json::Array* array = value.if_array()) {
      write_array(*array);
    } else {
      write_object(*value.if_object());
    }
  }

 private:
  void write_array(const Json::Array& array) {
    open('[');
    for (const Json& element : array) {
      next(&element == array.data());
      write(element);
    }
    close(']', array.empty());
  }

  void write_object(const Json::Object& object) {
    open('{');
    bool is_first = true;
    if (std::ranges::all_of(object, is_below_surrogates, &Json::Object::value_type::first)) {
      for (const auto& member : object) write_member(member, std::exchange(is_first, false));
    } else {
      std::vector<const Json::Object::value_type*> members;
      for (const auto& member : object) members.push_back(&member);
      std::ranges::sort(members, utf16_less,
                        [](const auto* member) -> const std::string& { return member->first; });
      for (const auto* member : members) write_member(*member, std::exchange(is_first, false));
    }
    close('}', object.empty());
  }

  void write_member(const Json::Object::value_type& member, bool is_first) {
    next(is_first);
    append_quoted(out_, member.first);
    out_ += indent_ < 0 ? ":" : ": ";
    write(member.second);
  }

  void open(char bracket) {
    out_.push_back(bracket);
    if (indent_ >= 0) indent_ += 2;
  }

  void next(bool first) {
    if (!first) out_.push_back(',');
    break_line();
  }

  void close(char bracket, bool empty) {
    if (indent_ >= 0) indent_ -= 2;
    if (!empty) break_line();
    out_.push_back(bracket);
  }

  void break_line() {
    if (indent_ < 0) return;
    out_.push_back('\n');
    out_.append(static_cast<size_t>(indent_), ' ');
  }

  std::string& out_;
  int indent_;
};

}  // namespace

// ECMAScript's Number::toString. The digits d1..dk are the fewest that read back as `value`, which
// is 0.d1..dk times 10 to the power `point`.
std::string number_text(double value) {
  GLASS_CHECK(std::isfinite(value));
  if (value == 0) return "0";  // -0 too
  std::array<char, 32> buffer{};
  char* const begin = buffer.data();
  const auto written =
      std::to_chars(begin, begin + buffer.size(), std::abs(value), std::chars_format::scientific);
  GLASS_CHECK(written.ec == std::errc());
  const std::string_view scientific(begin, static_cast<size_t>(written.ptr - begin));  // d.ddde+xx
  const size_t e = scientific.find('e');
  std::string digits(1, scientific[0]);
  if (e > 2) digits += scientific.substr(2, e - 2);
  int exponent = 0;
  const size_t sign = scientific[e + 1] == '+' ? 1 : 0;  // from_chars reads '-' but no '+'
  std::from_chars(begin + e + 1 + sign, written.ptr, exponent);

  const int k = static_cast<int>(digits.size());
  const int point = exponent + 1;
  std::string text = value < 0 ? "-" : "";
  if (k <= point && point <= 21) {
    text += digits + std::string(static_cast<size_t>(point - k), '0');
  } else if (0 < point && point <= 21) {
    text += digits.insert(static_cast<size_t>(point), ".");
  } else if (-6 < point && point <= 0) {
    text += "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  } else {
    if (k > 1) digits.insert(1, ".");
    text += fmt::format("{}e{:+}", digits, exponent);
  }
  return text;
}

std::string json_quote(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

std::string to_canonical(const Json& value) {
  std::string out;
  Writer(out, false).write(value);
  return out;
}

std::string to_pretty(const Json& value) {
  std::string out;
  Writer(out, true).write(value);
  out.push_back('\n');
  return out;
}

}  // namespace glass
