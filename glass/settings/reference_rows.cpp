#include "glass/settings/reference_rows.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/json.h"
#include "glass/settings/fields.h"

namespace glass::settings {

void ReferenceRows::integer(std::string_view key, int64_t& value, IntRange range,
                            std::string_view help) {
  const bool has_max = range.max != IntRange{}.max;
  row(key, "integer", fmt::format("{}", value),
      has_max ? fmt::format("{} to {}", range.min, range.max)
              : fmt::format("{} or more", range.min),
      help);
}

void ReferenceRows::real(std::string_view key, double& value, RealRange range,
                         std::string_view help) {
  const bool has_max = range.max != RealRange{}.max;
  row(key, "number", to_canonical(value),
      has_max ? fmt::format("{} to {}", range.min, range.max)
              : fmt::format("{} or more", range.min),
      help);
}

void ReferenceRows::boolean(std::string_view key, bool& value, std::string_view help) {
  row(key, "boolean", value ? "true" : "false", "", help);
}

void ReferenceRows::text(std::string_view key, std::string& value, std::string_view help) {
  row(key, "string", json_quote(value), "", help);
}

void ReferenceRows::choice(std::string_view key, std::string& value, Choices choices,
                           std::string_view help) {
  row(key, "string", json_quote(value), fmt::format("{}", fmt::join(choices, ", ")), help);
}

void ReferenceRows::texts(std::string_view key, std::vector<std::string>& value,
                          std::string_view help) {
  Json::Array items(value.begin(), value.end());
  row(key, "list of strings", to_canonical(items), "", help);
}

void ReferenceRows::tables(std::string_view key, Tables& value, std::string_view help) {
  const std::string path = fmt::format("{}.{}", path_, key);
  ReferenceRows item(path, level_ + 1);
  value.append();
  value.describe_item(item, 0);
  row(key, "tables", "[]", fmt::format("see `[[{}]]`", path), help);
  nested_ += fmt::format("\n{} `[[{}]]`: {}\n\n{}", std::string(level_ + 1, '#'), path, help,
                         std::move(item).table());
}

std::string ReferenceRows::table() && {
  return "| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n" + rows_ + nested_;
}

void ReferenceRows::row(std::string_view key, std::string_view type, std::string_view initial,
                        std::string_view allowed, std::string_view help) {
  rows_ += fmt::format("| `{}` | {} | `{}` | {} | {} |\n", key, type, initial, allowed, help);
}

}  // namespace glass::settings
