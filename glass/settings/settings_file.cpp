#include "glass/settings/settings_file.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <toml++/toml.h>

#include "glass/base/ascii.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/settings/internal/toml_fields.h"
#include "glass/settings/problems.h"

namespace glass::settings {
namespace {

// What `part` of a dotted path names: a key of a table, or a position in a list.
const toml::node* child(const toml::node& node, std::string_view part) {
  if (const auto* table = node.as_table()) return table->get(part);
  const auto* list = node.as_array();
  const auto position = parse_decimal(part);
  return list != nullptr && position ? list->get(*position) : nullptr;
}

// The node that a dotted path leads to, or the last one on the way that is there.
const toml::node* deepest(const toml::node& root, std::string_view path) {
  const toml::node* node = &root;
  while (true) {
    const size_t dot = path.find('.');
    const toml::node* next = child(*node, path.substr(0, dot));
    if (next == nullptr) return node;
    node = next;
    if (dot == std::string_view::npos) return node;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

struct SettingsFile::Inside {
  toml::table root;
  TomlSource source;
  Problems problems;
  Names sections;                   // that were read
  std::unique_ptr<TomlFields> top;  // knows which keys were asked for
};

SettingsFile::SettingsFile(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

SettingsFile::SettingsFile(SettingsFile&&) noexcept = default;
SettingsFile& SettingsFile::operator=(SettingsFile&&) noexcept = default;
SettingsFile::~SettingsFile() = default;

Result<SettingsFile> SettingsFile::parse(std::string_view text, std::string_view name) {
  auto inside = std::make_unique<Inside>();
  GLASS_TRY(inside->root, parse_toml(text, name));
  inside->source.file = name;
  inside->top = std::make_unique<TomlFields>(inside->root, "", inside->source, inside->problems);
  return SettingsFile(std::move(inside));
}

void SettingsFile::set(std::string_view assignment) {
  apply_override(inside_->root, assignment, inside_->source, inside_->problems);
}

void SettingsFile::visit_top(FunctionRef<void(FieldVisitor&)> visit) {
  visit(*inside_->top);
}

void SettingsFile::visit_section(std::string_view name, FunctionRef<void(FieldVisitor&)> visit) {
  inside_->sections.emplace(name);
  const toml::node* node = inside_->root.get(name);
  if (node == nullptr) return;
  const auto* table = node->as_table();
  if (table == nullptr) return report(name, fmt::format("{0} must be a section, [{0}]", name));
  TomlFields fields(*table, std::string(name), inside_->source, inside_->problems);
  visit(fields);
  fields.report_unknown_keys();
}

bool SettingsFile::has_section(std::string_view name) const {
  return inside_->root.contains(name);
}

void SettingsFile::report(std::string_view path, std::string_view problem) {
  const toml::node* node = deepest(inside_->root, path);
  inside_->problems.push_back(
      node == &inside_->root
          ? fmt::format("{}: {}", inside_->source.file, problem)
          : fmt::format("{}{}", where(inside_->source, path, node->source().begin), problem));
}

Status SettingsFile::finish() {
  inside_->top->report_unknown_keys(inside_->sections);
  return refuse(inside_->problems);
}

}  // namespace glass::settings
