// Text rules: how the plain text of a file is obtained. A rule has a version, which is part of a
// corpus's manifest; whatever changes its output gets a new one.
//
//   html/1     script, style, head, nav, comments and declarations vanish with their content; the
//              inside of pre is kept as it is on lines of its own; elsewhere white space
//              collapses; block elements begin and end lines; other tags vanish; entities are
//              decoded; blank lines vanish
//   mallard/1  the same for GNOME's help pages, where also screen and code with a mime attribute
//              are kept as they are, and CDATA sections are text
//   roff/1     manual pages: see roff_text.cpp
//   plain/1    the file as it is
//   code/1     the file as it is; kept whole by line deduplication
#pragma once

#include <string>
#include <string_view>

#include "glass/base/result.h"

namespace glass::data {

enum class TextRule { kHtml, kMallard, kRoff, kPlain, kCode };

std::string_view name(TextRule rule);  // "html/1" ...

// The text of a file. The rules for markup cannot fail: what they do not understand is text.
// kInvalidInput if the bytes are not UTF-8, or have a NUL and so are no text at all.
[[nodiscard]] Result<std::string> extract_text(TextRule rule, std::string_view file);

// The rules by themselves, for UTF-8 input.
std::string html_text(std::string_view html);
std::string mallard_text(std::string_view page);
std::string roff_text(std::string_view page);

// The character a reference like "amp", "#228" or "#xE4" (without '&' and ';') stands for, as
// UTF-8; empty if it is none. Named references: those of HTML 4 and XML.
std::string_view entity(std::string_view reference, std::string& scratch);

}  // namespace glass::data
