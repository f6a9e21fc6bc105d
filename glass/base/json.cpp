#include "glass/base/json.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace glass {

Json::Json() = default;
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

bool Json::operator==(const Json& other) const {
  return value_ == other.value_;
}

Json::Json(double value) : value_(value) {
  // The bound first: outside it the conversion to int64_t could be undefined.
  if (std::abs(value) <= static_cast<double>(kIntMax) && std::trunc(value) == value) {
    value_ = static_cast<int64_t>(value);
  }
}

const Json* Json::find(std::string_view key) const {
  const Object* object = if_object();
  if (object == nullptr) return nullptr;
  const auto at = object->find(key);
  return at == object->end() ? nullptr : &at->second;
}

std::string Json::describe() const {
  if (is_null()) return "null";
  if (const bool* value = if_bool()) return *value ? "true" : "false";
  if (const int64_t* value = if_int()) return fmt::format("the number {}", *value);
  if (const double* value = if_double()) return fmt::format("the number {}", *value);
  if (if_string() != nullptr) return "a string";
  return if_array() != nullptr ? "an array" : "an object";
}

template <typename T>
Result<const T*> Json::get(std::string_view key, std::string_view expected) const {
  if (if_object() == nullptr) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("expected an object with the key \"{}\", found {}", key, describe()));
  }
  const Json* member = find(key);
  if (member == nullptr) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the key \"{}\" is missing; expected {}", key, expected));
  }
  const T* value = std::get_if<T>(&member->value_);
  if (value == nullptr) {
    return fail(ErrorCode::kInvalidInput, fmt::format("the key \"{}\" should be {}, but is {}", key,
                                                      expected, member->describe()));
  }
  return value;
}

Result<bool> Json::get_bool(std::string_view key) const {
  GLASS_TRY(const bool* value, get<bool>(key, "true or false"));
  return *value;
}

Result<int64_t> Json::get_int(std::string_view key) const {
  GLASS_TRY(const int64_t* value, get<int64_t>(key, "a whole number"));
  return *value;
}

Result<double> Json::get_number(std::string_view key) const {
  if (const Json* member = find(key); member != nullptr && member->if_int() != nullptr) {
    return static_cast<double>(*member->if_int());
  }
  GLASS_TRY(const double* value, get<double>(key, "a number"));
  return *value;
}

Result<std::string> Json::get_string(std::string_view key) const {
  GLASS_TRY(const std::string* value, get<std::string>(key, "a string"));
  return *value;
}

Result<const Json::Array*> Json::get_array(std::string_view key) const {
  return get<Array>(key, "an array");
}

Result<const Json::Object*> Json::get_object(std::string_view key) const {
  return get<Object>(key, "an object");
}

}  // namespace glass
