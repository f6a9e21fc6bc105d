// Json: a value of RFC 8259, a strict reader, and the canonical writer of RFC 8785 (JCS).
//
// Whatever is signed or hashed is written by to_canonical(): one value has one byte string.
// Numbers: a whole number within +-(2^53 - 1) is kept as int64_t however it was written, everything
// else as double, so equal numbers are equal values and the canonical text is that of ECMAScript.
// Object keys are unique; the reader refuses duplicates, invalid UTF-8, lone surrogates, numbers
// no double can hold, trailing bytes and nesting deeper than 128.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/result.h"

namespace glass {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;
  static constexpr int64_t kIntMax = (int64_t{1} << 53) - 1;  // beyond it doubles skip integers

  // NOLINTBEGIN(google-explicit-constructor): a Json is written the way JSON is written.
  Json();  // null

  // Not inline, like operator==: every user would compile the whole variant again.
  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  Json(std::nullptr_t) {}

  // A template, so that no pointer turns into a bool on its way.
  template <std::same_as<bool> T>
  Json(T value) : value_(value) {}

  // REQUIRES: the value is within +-kIntMax; write larger ones (seeds, 64-bit hashes) as strings.
  template <std::integral T>

  requires(!std::same_as<T, bool>) Json(T value) : value_(static_cast<int64_t>(value)) {
    GLASS_CHECK(std::in_range<int64_t>(value) && is_exact(static_cast<int64_t>(value)));
  }

  Json(double value);

  Json(std::string value) : value_(std::move(value)) {}

  Json(std::string_view value) : value_(std::string(value)) {}

  Json(const char* value) : value_(std::string(value)) {}

  Json(Array value) : value_(std::move(value)) {}

  Json(Object value) : value_(std::move(value)) {}

  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // The value if it has this type, else nullptr.
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

  // The member `key` as the type named; kInvalidInput names the key, what was expected and what was
  // found. get_number accepts both kinds of number.
  [[nodiscard]] Result<bool> get_bool(std::string_view key) const;
  [[nodiscard]] Result<int64_t> get_int(std::string_view key) const;
  [[nodiscard]] Result<double> get_number(std::string_view key) const;
  [[nodiscard]] Result<std::string> get_string(std::string_view key) const;
  [[nodiscard]] Result<const Array*> get_array(std::string_view key) const;
  [[nodiscard]] Result<const Object*> get_object(std::string_view key) const;

  // "a string", "the number 1.5", ...: for messages about a value of the wrong type.
  [[nodiscard]] std::string describe() const;

  bool operator==(const Json& other) const;

 private:
  static constexpr bool is_exact(int64_t value) { return value >= -kIntMax && value <= kIntMax; }

  // The member `key` if `member` says it is of the type `expected`.
  template <typename T>
  [[nodiscard]] Result<const T*> get(std::string_view key, std::string_view expected) const;

  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

// Errors are kInvalidInput and name the line and column.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

// RFC 8785. REQUIRES: every number is finite, every string and key is UTF-8 (base/utf8.h).
std::string to_canonical(const Json& value);

// The same value for people: indented by two spaces, keys in canonical order, a final newline.
// REQUIRES: as to_canonical.
std::string to_pretty(const Json& value);

// JSON string literal with quotes, escaped as RFC 8785 says. REQUIRES: UTF-8.
std::string json_quote(std::string_view text);

// The text of a number as ECMAScript and RFC 8785 write it: the shortest that reads back.
// REQUIRES: finite.
std::string number_text(double value);

}  // namespace glass
