// The strict reader of RFC 8259: one pass, no recovery, every error with its line and column.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/json.h"
#include "glass/base/utf8.h"

namespace glass {

namespace {

constexpr int kDepthLimit = 128;  // bounds the stack, of the reader and of whoever walks the value

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Json> read_document() {
    if (text_.starts_with("\xEF\xBB\xBF")) return error("JSON starts without a byte order mark");
    skip_space();
    GLASS_TRY(Json value, read_value());
    skip_space();
    if (at_ != text_.size()) return error("nothing may follow the value");
    return value;
  }

 private:
  Result<Json> read_value() {
    switch (peek()) {
      case '{': return read_nested(&Reader::read_object);
      case '[': return read_nested(&Reader::read_array);
      case '"': return read_string().map([](std::string text) { return Json(std::move(text)); });
      case 't': return read_word("true", true);
      case 'f': return read_word("false", false);
      case 'n': return read_word("null", nullptr);
      default: return read_number();
    }
  }

  Result<Json> read_nested(Result<Json> (Reader::*read)()) {
    if (depth_ == kDepthLimit) {
      return error(fmt::format("values are nested deeper than {}", kDepthLimit));
    }
    ++depth_;
    ++at_;  // the bracket
    auto value = (this->*read)();
    --depth_;
    return value;
  }

  Result<Json> read_object() {
    Json::Object object;
    skip_space();
    if (take('}')) return Json(std::move(object));
    while (true) {
      skip_space();
      if (peek() != '"') return error("expected a key in double quotes");
      const size_t key_at = at_;
      GLASS_TRY(std::string key, read_string());
      const auto [place, is_new] = object.try_emplace(std::move(key));
      if (!is_new) {
        at_ = key_at;
        return error(fmt::format("the key \"{}\" appears twice in one object", place->first));
      }
      skip_space();
      if (!take(':')) return error("expected ':' after a key");
      skip_space();
      GLASS_TRY(place->second, read_value());
      skip_space();
      if (take('}')) return Json(std::move(object));
      if (!take(',')) return error("expected ',' or '}' in an object");
    }
  }

  Result<Json> read_array() {
    Json::Array array;
    skip_space();
    if (take(']')) return Json(std::move(array));
    while (true) {
      skip_space();
      GLASS_TRY(Json value, read_value());
      array.push_back(std::move(value));
      skip_space();
      if (take(']')) return Json(std::move(array));
      if (!take(',')) return error("expected ',' or ']' in an array");
    }
  }

  Result<Json> read_word(std::string_view word, Json value) {
    if (!text_.substr(at_).starts_with(word)) return error("expected a JSON value");
    at_ += word.size();
    return value;
  }

  Result<Json> read_number() {
    const size_t begin = at_;
    take('-');
    if (!take('0') && !take_digits()) {
      at_ = begin;
      return error(at_ == text_.size() ? "the text ends where a value should stand"
                                       : "expected a JSON value");
    }
    if (is_digit(peek())) return error("a number may not start with 0 and go on");
    if (take('.') && !take_digits()) return error("expected a digit after the decimal point");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!take_digits()) return error("expected a digit in the exponent");
    }
    double value = 0;
    const char* const end = text_.data() + at_;
    const auto [read_to, code] = std::from_chars(text_.data() + begin, end, value);
    if (code != std::errc() || read_to != end) {
      at_ = begin;
      return error("the number does not fit into a double");
    }
    return Json(value);
  }

  Result<std::string> read_string() {
    ++at_;  // the quote
    std::string out;
    while (true) {
      const char c = peek();
      if (at_ == text_.size()) return error("the text ends inside a string");
      if (take('"')) return out;
      if (c == '\\') {
        GLASS_TRY_STATUS(read_escape(out));
      } else if (static_cast<uint8_t>(c) < 0x20) {
        return error("a control character in a string must be written as an escape");
      } else {
        // As many characters of ASCII as follow each other, or one other.
        const size_t plain = plain_size();
        const size_t size = plain > 0 ? plain : decode_utf8(text_.substr(at_)).size;
        if (size == 0) return error("the string is not valid UTF-8");
        out += text_.substr(at_, size);
        at_ += size;
      }
    }
  }

  // How many characters of ASCII from here stand for themselves in a string.
  [[nodiscard]] size_t plain_size() const {
    size_t end = at_;
    while (end < text_.size() && is_plain(text_[end])) ++end;
    return end - at_;
  }

  static bool is_plain(char c) {
    return c != '"' && c != '\\' && c >= 0x20 && static_cast<uint8_t>(c) < 0x80;
  }

  Status read_escape(std::string& out) {
    static constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    ++at_;  // the backslash
    if (const size_t i = kNames.find(peek()); at_ < text_.size() && i != kNames.npos) {
      ++at_;
      out.push_back(kMeanings[i]);
      return {};
    }
    if (!take('u')) return error("unknown escape in a string");
    std::optional<uint32_t> code = take_hex4();
    if (!code) return error("\\u needs four hexadecimal digits");
    if (*code >= 0xD800 && *code <= 0xDFFF) {
      const bool high = *code < 0xDC00 && take('\\') && take('u');
      const std::optional<uint32_t> low = high ? take_hex4() : std::nullopt;
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return error("half a surrogate pair in a string");
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    }
    append_utf8(out, static_cast<char32_t>(*code));
    return {};
  }

  std::optional<uint32_t> take_hex4() {
    const std::string_view digits = text_.substr(at_, 4);
    uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [read_to, code] = std::from_chars(digits.data(), end, value, 16);
    if (digits.size() != 4 || code != std::errc() || read_to != end) return std::nullopt;
    at_ += 4;
    return value;
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool take_digits() {
    const size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != text_.npos) ++at_;
  }

  // At the current position; columns count bytes.
  [[nodiscard]] tl::unexpected<Error> error(std::string_view what) const {
    const std::string_view before = text_.substr(0, at_);
    const auto line = std::ranges::count(before, '\n') + 1;
    const size_t column = at_ - (before.rfind('\n') + 1) + 1;  // npos + 1 == 0
    return fail(ErrorCode::kInvalidInput,
                fmt::format("line {}, column {}: {}", line, column, what));
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Json> parse_json(std::string_view text) {
  return Reader(text).read_document();
}

}  // namespace glass
