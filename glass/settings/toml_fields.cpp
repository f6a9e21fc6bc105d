#include "glass/settings/internal/toml_fields.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"
#include "glass/settings/fields.h"
#include "glass/settings/problems.h"

namespace glass::settings {
namespace {

std::string joined(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

std::string range_text(IntRange range) {
  const bool has_max = range.max != IntRange{}.max;
  return has_max ? fmt::format("between {} and {}", range.min, range.max)
                 : fmt::format("at least {}", range.min);
}

std::string range_text(RealRange range) {
  return std::isinf(range.max) ? fmt::format("at least {}", range.min)
                               : fmt::format("between {} and {}", range.min, range.max);
}

// The node that `part` of a dotted path names inside `node`; tables on the way are made.
toml::node* descend(toml::node* node, std::string_view part) {
  if (auto* table = node->as_table()) {
    if (!table->contains(part)) table->insert(std::string(part), toml::table{});
    return table->get(part);
  }
  if (auto* array = node->as_array()) {
    if (const auto index = parse_decimal(part)) return array->get(*index);
  }
  return nullptr;
}

toml::table parse_value(std::string_view text) {
  try {
    return toml::parse(fmt::format("value = {}", text));
  } catch (const toml::parse_error&) {
    toml::table table;
    table.insert("value", std::string(text));
    return table;
  }
}

}  // namespace

Result<toml::table> parse_toml(std::string_view text, std::string_view file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}:{}:{}: {}", file, error.source().begin.line,
                            error.source().begin.column, error.description()));
  }
}

std::string where(const TomlSource& source, std::string_view path,
                  const toml::source_position& position) {
  if (source.overridden.contains(path)) return fmt::format("--set {}: ", path);
  // A table that stands in no file was made on the way to an overridden key.
  const std::string inside = joined(path, "");
  const auto made_for = source.overridden.lower_bound(inside);
  if (position.line == 0 && made_for != source.overridden.end() && made_for->starts_with(inside))
    return fmt::format("--set {}: ", *made_for);
  return fmt::format("{}:{}: ", source.file, position.line);
}

void apply_override(toml::table& table, std::string_view assignment, TomlSource& source,
                    Problems& problems) {
  const size_t equals = assignment.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    problems.push_back(fmt::format("--set {}: expected section.key=value", assignment));
    return;
  }
  const std::string_view path = assignment.substr(0, equals);
  toml::node* node = &table;
  size_t begin = 0;
  for (size_t dot = path.find('.'); node != nullptr && dot != std::string_view::npos;
       dot = path.find('.', begin)) {
    node = descend(node, path.substr(begin, dot - begin));
    begin = dot + 1;
  }
  toml::table* parent = node == nullptr ? nullptr : node->as_table();
  if (parent == nullptr) {
    problems.push_back(fmt::format("--set {}: there is no such place in {}", path, source.file));
    return;
  }
  toml::table value = parse_value(assignment.substr(equals + 1));
  parent->insert_or_assign(path.substr(begin), *value.get("value"));
  source.overridden.emplace(path);
}

const toml::node* TomlFields::find(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

void TomlFields::report(const toml::node& node, std::string_view key, const std::string& what) {
  const std::string path = joined(path_, key);
  problems_.push_back(
      fmt::format("{}{} {}", where(source_, path, node.source().begin), path, what));
}

void TomlFields::integer(std::string_view key, int64_t& value, IntRange range, std::string_view) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* number = node->as_integer();
  if (number == nullptr)
    return report(*node, key, fmt::format("must be an integer, not {}", type_name(*node)));
  if (number->get() < range.min || number->get() > range.max)
    return report(*node, key,
                  fmt::format("is {}; it must be {}", number->get(), range_text(range)));
  value = number->get();
}

void TomlFields::real(std::string_view key, double& value, RealRange range, std::string_view) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto number = node->value<double>();
  if (!node->is_number() || !number || !std::isfinite(*number))
    return report(*node, key, fmt::format("must be a number, not {}", type_name(*node)));
  if (*number < range.min || *number > range.max)
    return report(*node, key, fmt::format("is {}; it must be {}", *number, range_text(range)));
  value = *number;
}

void TomlFields::boolean(std::string_view key, bool& value, std::string_view) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* flag = node->as_boolean();
  if (flag == nullptr)
    return report(*node, key, fmt::format("must be true or false, not {}", type_name(*node)));
  value = flag->get();
}

void TomlFields::text(std::string_view key, std::string& value, std::string_view) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* string = node->as_string();
  if (string == nullptr)
    return report(*node, key, fmt::format("must be a string, not {}", type_name(*node)));
  value = string->get();
}

void TomlFields::choice(std::string_view key, std::string& value, Choices choices,
                        std::string_view help) {
  std::string chosen = value;
  text(key, chosen, help);
  const toml::node* node = table_.get(key);
  if (std::ranges::find(choices, chosen) == choices.end())
    return report(node == nullptr ? table_ : *node, key,
                  fmt::format("is '{}'; it must be one of: {}", chosen, fmt::join(choices, ", ")));
  value = chosen;
}

void TomlFields::texts(std::string_view key, std::vector<std::string>& value, std::string_view) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* array = node->as_array();
  if (array == nullptr)
    return report(*node, key, fmt::format("must be a list of strings, not {}", type_name(*node)));
  value.clear();
  for (const toml::node& item : *array) {
    const auto* string = item.as_string();
    if (string == nullptr)
      return report(item, key, fmt::format("must hold only strings, not {}", type_name(item)));
    value.push_back(string->get());
  }
}

void TomlFields::tables(std::string_view key, Tables& value, std::string_view) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const std::string path = joined(path_, key);
  const auto* list = node->as_array();
  if (list == nullptr || !list->is_homogeneous<toml::table>())
    return report(*node, key, fmt::format("must be written as [[{}]] tables", path));
  for (size_t i = 0; i < list->size(); ++i) {
    TomlFields item(*list->get_as<toml::table>(i), fmt::format("{}.{}", path, i), source_,
                    problems_);
    value.append();
    value.describe_item(item, i);
    item.report_unknown_keys();
  }
}

void TomlFields::report_unknown_keys(const Names& elsewhere) {
  known_.insert(elsewhere.begin(), elsewhere.end());
  for (const auto& [key, node] : table_) {
    if (known_.contains(key.str())) continue;
    const std::string path = joined(path_, key.str());
    problems_.push_back(fmt::format("{}unknown key '{}'; {}",
                                    where(source_, path, key.source().begin), path,
                                    hint(key.str(), known_, "the keys here are")));
  }
}

}  // namespace glass::settings
