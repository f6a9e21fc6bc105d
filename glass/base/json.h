// Json: a value of RFC 8259, a strict reader, and the canonical writer of RFC 8785 (JCS).
//
// Whatever is signed or hashed is written by to_canonical(): one value has one byte string.
// Numbers: an integer that fits into 53 bits is kept as int64_t, everything else as double, so the
// canonical text of a number is that of ECMAScript. Object keys are unique; the reader refuses
// duplicates, invalid UTF-8, lone surrogates, trailing bytes and nesting deeper than 128.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "glass/base/result.h"

namespace glass {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  // NOLINTBEGIN(google-explicit-constructor): a Json is written the way JSON is written.
  Json() = default;  // null

  Json(std::nullptr_t) {}

  Json(bool value) : value_(value) {}

  template <std::integral T>

  requires(!std::same_as<T, bool>) Json(T value) : value_(static_cast<int64_t>(value)) {}

  Json(double value) : value_(value) {}

  Json(std::string value) : value_(std::move(value)) {}

  Json(std::string_view value) : value_(std::string(value)) {}

  Json(const char* value) : value_(std::string(value)) {}

  Json(Array value) : value_(std::move(value)) {}

  Json(Object value) : value_(std::move(value)) {}

  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // The value if it has this type, else nullptr. if_number accepts both kinds of number.
  [[nodiscard]] const bool* if_bool() const { return std::get_if<bool>(&value_); }

  [[nodiscard]] const int64_t* if_int() const { return std::get_if<int64_t>(&value_); }

  [[nodiscard]] const double* if_double() const { return std::get_if<double>(&value_); }

  [[nodiscard]] const std::string* if_string() const { return std::get_if<std::string>(&value_); }

  [[nodiscard]] const Array* if_array() const { return std::get_if<Array>(&value_); }

  [[nodiscard]] const Object* if_object() const { return std::get_if<Object>(&value_); }

  [[nodiscard]] Array* if_array() { return std::get_if<Array>(&value_); }

  [[nodiscard]] Object* if_object() { return std::get_if<Object>(&value_); }

  // The member `key` of an object, or nullptr if this is no object or has no such member.
  [[nodiscard]] const Json* find(std::string_view key) const;

  // The member `key` as the type named; kInvalidInput names the key and what was expected.
  [[nodiscard]] Result<bool> get_bool(std::string_view key) const;
  [[nodiscard]] Result<int64_t> get_int(std::string_view key) const;
  [[nodiscard]] Result<double> get_number(std::string_view key) const;
  [[nodiscard]] Result<std::string> get_string(std::string_view key) const;
  [[nodiscard]] Result<const Array*> get_array(std::string_view key) const;
  [[nodiscard]] Result<const Object*> get_object(std::string_view key) const;

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

// Errors are kInvalidInput and name the line and column.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

// RFC 8785. REQUIRES: every number is finite, every integer is within +-2^53, every string is
// UTF-8.
std::string to_canonical(const Json& value);

// The same value for people: indented by two spaces, keys in canonical order, a final newline.
std::string to_pretty(const Json& value);

// JSON string literal with quotes, escaped as RFC 8785 says.
std::string json_quote(std::string_view text);

}  // namespace glass
