// Debian's control format (Debian policy, chapter 5): paragraphs of "Name: value" fields.
//
// Packages indexes, control files, Release files and machine-readable copyright files are written
// in it. Continuation lines begin with a space or tab; a line " ." stands for an empty line; a line
// beginning with '#' is a comment; field names are compared without regard to case.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"

namespace glass::data {

// `value`: the first line trimmed, then each continuation line after a '\n' with its first
// character removed and its end trimmed; " ." is an empty line.
struct ControlField {
  std::string name;
  std::string value;
  int line;  // of the name, from 1
};

struct Stanza {
  std::vector<ControlField> fields;
  int line = 0;

  // The value of the field, or nullptr.
  [[nodiscard]] const std::string* find(std::string_view name) const;

  // The value of the field, or kInvalidInput naming it.
  [[nodiscard]] Result<std::string> get(std::string_view name) const;
};

// kInvalidInput names the line: a line that is no field, a field given twice in a paragraph.
[[nodiscard]] Result<std::vector<Stanza>> parse_stanzas(std::string_view text);

// The next line of `rest` without its end, which is removed from `rest` together with the line.
std::string_view take_line(std::string_view& rest);

// The next paragraph of `rest` with its final newline, which is removed from `rest` together with
// the empty line behind it; empty at the end. For indexes too large to parse as a whole.
std::string_view take_paragraph(std::string_view& rest);

// Splits at white space, which includes the ends of lines.
std::vector<std::string> split_words(std::string_view value);

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace glass::data
