// TomlFields: reads the keys of one TOML table into a settings struct and collects every problem.
// The inside of settings_file.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <toml++/toml.h>

#include "glass/base/result.h"
#include "glass/settings/fields.h"
#include "glass/settings/problems.h"

namespace glass::settings {

// Where messages point: the file, and the paths that --set has put there.
struct TomlSource {
  std::string file;
  Names overridden;  // "train.steps"
};

class TomlFields final : public FieldVisitor {
 public:
  // `path` is the table's own, "" at the top. All references must outlive this object.
  TomlFields(const toml::table& table, std::string path, const TomlSource& source,
             Problems& problems)
      : table_(table), path_(std::move(path)), source_(source), problems_(problems) {}

  void integer(std::string_view key, int64_t& value, IntRange range, std::string_view) override;
  void real(std::string_view key, double& value, RealRange range, std::string_view) override;
  void boolean(std::string_view key, bool& value, std::string_view) override;
  void text(std::string_view key, std::string& value, std::string_view) override;
  void choice(std::string_view key, std::string& value, Choices choices, std::string_view) override;
  void texts(std::string_view key, std::vector<std::string>& value, std::string_view) override;
  void tables(std::string_view key, Tables& value, std::string_view) override;

  // Reports the keys that nobody asked for and that are not `elsewhere`, with the nearest known
  // one.
  void report_unknown_keys(const Names& elsewhere = {});

 private:
  const toml::node* find(std::string_view key);
  void report(const toml::node& node, std::string_view key, const std::string& what);

  const toml::table& table_;
  std::string path_;
  const TomlSource& source_;
  Problems& problems_;
  Names known_;
};

// kInvalidInput names the line and column.
[[nodiscard]] Result<toml::table> parse_toml(std::string_view text, std::string_view file);

// "recipe.toml:12: " or "--set train.steps: ".
std::string where(const TomlSource& source, std::string_view path,
                  const toml::source_position& position);

// Puts "section.key=value" into the table. A value that is no TOML is taken as a string.
void apply_override(toml::table& table, std::string_view assignment, TomlSource& source,
                    Problems& problems);

}  // namespace glass::settings
