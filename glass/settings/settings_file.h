// SettingsFile: a TOML file read into structs that fields.h describes, strictly.
//
//   auto file = SettingsFile::parse(text, "recipe.toml");
//   file->read_top(recipe);                       // the keys outside any section
//   file->read_section("train", recipe.train);    // [train]
//   GLASS_TRY_STATUS(file->finish());
//
// Unknown keys, wrong types and values out of range are problems, each with its line and the way
// out. All of them are told at once, by finish().
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/settings/fields.h"

namespace glass::settings {

class SettingsFile {
 public:
  // `name` is what messages call the file. kInvalidInput, with line and column, if it is no TOML.
  [[nodiscard]] static Result<SettingsFile> parse(std::string_view text, std::string_view name);

  SettingsFile(SettingsFile&&) noexcept;
  SettingsFile& operator=(SettingsFile&&) noexcept;
  ~SettingsFile();

  // Puts "section.key=value" over what the file says. A value that is no TOML is taken as a string.
  void set(std::string_view assignment);

  // What the file does not name stays as it is.
  template <typename Struct>
  void read_top(Struct& into) {
    visit_top([&](FieldVisitor& fields) { describe(fields, into); });
  }

  template <typename Struct>
  void read_section(std::string_view name, Struct& into) {
    visit_section(name, [&](FieldVisitor& fields) { describe(fields, into); });
  }

  [[nodiscard]] bool has_section(std::string_view name) const;

  // A problem with what stands at a path such as "train", "train.steps" or "rule.2.count", told
  // with its line, or where the key is left out with that of the table around it, or the file's
  // name.
  void report(std::string_view path, std::string_view problem);

  // kInvalidInput with all problems, those with keys at the top that nobody has read among them.
  [[nodiscard]] Status finish();

 private:
  struct Inside;

  explicit SettingsFile(std::unique_ptr<Inside> inside);

  void visit_top(FunctionRef<void(FieldVisitor&)> visit);
  void visit_section(std::string_view name, FunctionRef<void(FieldVisitor&)> visit);

  std::unique_ptr<Inside> inside_;
};

}  // namespace glass::settings
