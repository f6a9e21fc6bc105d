#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/json.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/recipe/sections.h"

namespace glass::service {
namespace {

// Writes one row of a Markdown table per field.
class ReferenceRows final : public FieldVisitor {
 public:
  ReferenceRows(std::string path, size_t level) : path_(std::move(path)), level_(level) {}

  void integer(std::string_view key, int64_t& value, IntRange range,
               std::string_view help) override {
    const bool has_max = range.max != IntRange{}.max;
    row(key, "integer", fmt::format("{}", value),
        has_max ? fmt::format("{} to {}", range.min, range.max)
                : fmt::format("{} or more", range.min),
        help);
  }

  void real(std::string_view key, double& value, RealRange range, std::string_view help) override {
    const bool has_max = range.max != RealRange{}.max;
    row(key, "number", to_canonical(value),
        has_max ? fmt::format("{} to {}", range.min, range.max)
                : fmt::format("{} or more", range.min),
        help);
  }

  void boolean(std::string_view key, bool& value, std::string_view help) override {
    row(key, "boolean", value ? "true" : "false", "", help);
  }

  void text(std::string_view key, std::string& value, std::string_view help) override {
    row(key, "string", json_quote(value), "", help);
  }

  void choice(std::string_view key, std::string& value, Choices choices,
              std::string_view help) override {
    row(key, "string", json_quote(value), fmt::format("{}", fmt::join(choices, ", ")), help);
  }

  void texts(std::string_view key, std::vector<std::string>& value,
             std::string_view help) override {
    Json::Array items(value.begin(), value.end());
    row(key, "list of strings", to_canonical(items), "", help);
  }

  // Lists of tables get tables of their own, after this one.
  void tables(std::string_view key, Tables& value, std::string_view help) override {
    const std::string path = fmt::format("{}.{}", path_, key);
    ReferenceRows item(path, level_ + 1);
    value.append();
    value.describe_item(item, 0);
    row(key, "tables", "[]", fmt::format("see `[[{}]]`", path), help);
    nested_ += fmt::format("\n{} `[[{}]]`: {}\n\n{}", std::string(level_ + 1, '#'), path, help,
                           std::move(item).table());
  }

  std::string table() && {
    return "| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n" + rows_ +
           nested_;
  }

 private:
  void row(std::string_view key, std::string_view type, std::string_view initial,
           std::string_view allowed, std::string_view help) {
    rows_ += fmt::format("| `{}` | {} | `{}` | {} | {} |\n", key, type, initial, allowed, help);
  }

  std::string path_;
  size_t level_;  // of the heading above
  std::string rows_, nested_;
};

template <typename Section>
std::string table_of(std::string_view path, Section& section) {
  ReferenceRows rows(std::string(path), 2);
  describe(rows, section);
  return std::move(rows).table();
}

}  // namespace

std::string recipe_reference() {
  Recipe recipe;
  std::string text =
      "# Recipe reference\n\n"
      "A recipe is a TOML file that decides everything about a run. Unknown keys, values out of\n"
      "range and keys that contradict each other are errors with file, line and the nearest known\n"
      "key. Any key can be set on the command line: `--set train.steps=500`,\n"
      "`--set corpus.source.0.paths='[\"texts\"]'`. This page is generated from the program by\n"
      "`glass recipe reference`, and a test compares the two.\n\n"
      "## At the top\n\n";
  text += table_of("", recipe);
  for_each_section(recipe, [&](std::string_view name, std::string_view help, auto& section) {
    text += fmt::format("\n## `[{}]`: {}\n\n{}", name, help, table_of(name, section));
  });
  return text;
}

}  // namespace glass::service
