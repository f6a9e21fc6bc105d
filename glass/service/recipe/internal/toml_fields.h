// TomlFields: reads the keys of one TOML table into a settings struct and collects every problem.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <toml++/toml.h>

#include "glass/base/result.h"
#include "glass/service/recipe/fields.h"

namespace glass::service {

// Where messages point: the file, and the paths that --set has put there.
struct RecipeSource {
  std::string file;
  std::set<std::string, std::less<>> overridden;  // "train.steps"
};

using Problems = std::vector<std::string>;

class TomlFields final : public FieldVisitor {
 public:
  // `path` is the table's own, "" at the top. All references must outlive this object.
  TomlFields(const toml::table& table, std::string path, const RecipeSource& source,
             Problems& problems)
      : table_(table), path_(std::move(path)), source_(source), problems_(problems) {}

  void integer(std::string_view key, int64_t& value, IntRange range, std::string_view) override;
  void real(std::string_view key, double& value, RealRange range, std::string_view) override;
  void boolean(std::string_view key, bool& value, std::string_view) override;
  void text(std::string_view key, std::string& value, std::string_view) override;
  void choice(std::string_view key, std::string& value, Choices choices, std::string_view) override;
  void texts(std::string_view key, std::vector<std::string>& value, std::string_view) override;
  void tables(std::string_view key, Tables& value, std::string_view) override;

  // A key that holds a section and is read by someone else.
  void expect_elsewhere(std::string_view key) { known_.emplace(key); }

  // Reports the keys nobody asked for, with the nearest known one.
  void report_unknown_keys();

 private:
  const toml::node* find(std::string_view key);
  void report(const toml::node& node, std::string_view key, const std::string& what);

  const toml::table& table_;
  std::string path_;
  const RecipeSource& source_;
  Problems& problems_;
  std::set<std::string, std::less<>> known_;
};

// kInvalidInput names the line and column.
[[nodiscard]] Result<toml::table> parse_toml(std::string_view text, std::string_view file);

// kInvalidInput: every problem, one a line.
[[nodiscard]] tl::unexpected<Error> refuse(const Problems& problems);

// "recipe.toml:12: " or "--set train.steps: ".
std::string where(const RecipeSource& source, std::string_view path,
                  const toml::source_position& position);

// Reads [name] of the file, if it is there.
template <typename Section>
void read_section(const toml::table& root, std::string_view name, Section& section,
                  const RecipeSource& source, Problems& problems) {
  const toml::node* node = root.get(name);
  if (node == nullptr) return;
  const auto* table = node->as_table();
  if (table == nullptr) {
    problems.push_back(fmt::format("{}{} must be a section, [{}]",
                                   where(source, name, node->source().begin), name, name));
    return;
  }
  TomlFields fields(*table, std::string(name), source, problems);
  describe(fields, section);
  fields.report_unknown_keys();
}

// The candidate fewest edits away from `word`, if few enough to be a slip; else empty.
std::string nearest(std::string_view word, const std::set<std::string, std::less<>>& candidates);

// Puts "section.key=value" into the table. A value that is no TOML is taken as a string.
void apply_override(toml::table& table, std::string_view assignment, RecipeSource& source,
                    Problems& problems);

}  // namespace glass::service
