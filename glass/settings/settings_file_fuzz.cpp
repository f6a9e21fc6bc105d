// Any text: a settings file is read or refused with at least one problem, and what was read is in
// range.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/check.h"
#include "glass/settings/fields.h"
#include "glass/settings/settings_file.h"

namespace {

using glass::settings::FieldVisitor;

constexpr std::array<std::string_view, 2> kChoices = {"one", "two"};

struct Section {
  int64_t count = 1;
  double share = 0;
  bool flag = false;
  std::string text, choice = "one";
  std::vector<std::string> texts;
  std::vector<Section> parts;
};

void describe(FieldVisitor& fields, Section& section) {
  fields.integer("count", section.count, {.min = 1, .max = 9}, "");
  fields.real("share", section.share, {.min = 0, .max = 1}, "");
  fields.boolean("flag", section.flag, "");
  fields.text("text", section.text, "");
  fields.choice("choice", section.choice, kChoices, "");
  fields.texts("texts", section.texts, "");
  glass::settings::TablesOf parts(section.parts);
  fields.tables("part", parts, "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto file = glass::settings::SettingsFile::parse(text, "any.toml");
  if (!file) return 0;
  file->set(text.substr(0, text.find('\n')));
  Section top, section;
  file->read_top(top);
  file->read_section("section", section);
  if (const glass::Status finished = file->finish(); !finished)
    GLASS_CHECK(!finished.error().message.empty());
  for (const Section& one : {top, section}) {
    GLASS_CHECK(one.count >= 1 && one.count <= 9 && one.share >= 0 && one.share <= 1);
    GLASS_CHECK(one.choice == "one" || one.choice == "two");
  }
  return 0;
}
