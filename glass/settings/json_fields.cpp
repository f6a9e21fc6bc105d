#include "glass/settings/json_fields.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/settings/fields.h"

namespace glass::settings {

void JsonWriter::real(std::string_view key, double& value, RealRange, std::string_view) {
  // A whole number is an integer to every reader of JSON; so it is one here, and compares equal.
  const auto whole = static_cast<int64_t>(value);
  object_.emplace(key, static_cast<double>(whole) == value ? Json(whole) : Json(value));
}

void JsonWriter::texts(std::string_view key, std::vector<std::string>& value, std::string_view) {
  Json::Array items;
  for (const std::string& item : value) items.emplace_back(item);
  object_.emplace(key, std::move(items));
}

void JsonWriter::tables(std::string_view key, Tables& value, std::string_view) {
  Json::Array items;
  for (size_t i = 0; i < value.size(); ++i) {
    JsonWriter item;
    value.describe_item(item, i);
    items.emplace_back(std::move(item).take());
  }
  object_.emplace(key, std::move(items));
}

void JsonReader::report(std::string_view key) {
  problems_.push_back(fmt::format("the recorded {}{}{} is missing or out of range", path_,
                                  path_.empty() ? "" : ".", key));
}

void JsonReader::integer(std::string_view key, int64_t& value, IntRange range, std::string_view) {
  const auto read = object_.get_int(key);
  if (!read || *read < range.min || *read > range.max) return report(key);
  value = *read;
}

void JsonReader::real(std::string_view key, double& value, RealRange range, std::string_view) {
  const auto read = object_.get_number(key);
  if (!read || *read < range.min || *read > range.max) return report(key);
  value = *read;
}

void JsonReader::boolean(std::string_view key, bool& value, std::string_view) {
  const auto read = object_.get_bool(key);
  if (!read) return report(key);
  value = *read;
}

void JsonReader::text(std::string_view key, std::string& value, std::string_view) {
  auto read = object_.get_string(key);
  if (!read) return report(key);
  value = std::move(*read);
}

void JsonReader::choice(std::string_view key, std::string& value, Choices choices,
                        std::string_view) {
  auto read = object_.get_string(key);
  if (!read || std::ranges::find(choices, *read) == choices.end()) return report(key);
  value = std::move(*read);
}

void JsonReader::texts(std::string_view key, std::vector<std::string>& value, std::string_view) {
  const auto items = object_.get_array(key);
  if (!items) return report(key);
  value.clear();
  for (const Json& item : **items) {
    if (item.if_string() == nullptr) return report(key);
    value.push_back(*item.if_string());
  }
}

void JsonReader::tables(std::string_view key, Tables& value, std::string_view) {
  const auto items = object_.get_array(key);
  if (!items) return report(key);
  for (size_t i = 0; i < (*items)->size(); ++i) {
    JsonReader item((**items)[i], fmt::format("{}.{}.{}", path_, key, i), problems_);
    value.append();
    value.describe_item(item, i);
  }
}

}  // namespace glass::settings
