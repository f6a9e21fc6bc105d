// ReferenceRows: the keys of a settings struct as rows of a Markdown table, for a reference page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/settings/fields.h"

namespace glass::settings {

class ReferenceRows final : public FieldVisitor {
 public:
  // `path` is the section's, `level` that of the heading above the table.
  ReferenceRows(std::string path, size_t level) : path_(std::move(path)), level_(level) {}

  void integer(std::string_view key, int64_t& value, IntRange range,
               std::string_view help) override;
  void real(std::string_view key, double& value, RealRange range, std::string_view help) override;
  void boolean(std::string_view key, bool& value, std::string_view help) override;
  void text(std::string_view key, std::string& value, std::string_view help) override;
  void choice(std::string_view key, std::string& value, Choices choices,
              std::string_view help) override;
  void texts(std::string_view key, std::vector<std::string>& value, std::string_view help) override;

  // Lists of tables get tables of their own, after this one.
  void tables(std::string_view key, Tables& value, std::string_view help) override;

  std::string table() &&;

 private:
  void row(std::string_view key, std::string_view type, std::string_view initial,
           std::string_view allowed, std::string_view help);

  std::string path_;
  size_t level_;
  std::string rows_, nested_;
};

// The table of a section below a heading of level two.
template <typename Section>
std::string reference_table(std::string_view path, Section& section) {
  ReferenceRows rows(std::string(path), 2);
  describe(rows, section);
  return std::move(rows).table();
}

}  // namespace glass::settings
