// What a file is, judged by its path alone: the rule that gets its text, and its language.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "glass/data/ingest/text_rule.h"

namespace glass::data {

struct FileKind {
  TextRule rule;
  std::string code;  // the programming language ("python"), for TextRule::kCode
};

// By the name's ending; endings of compressed files (.gz, .xz, .zst) are looked through. nullopt
// for everything whose text this program cannot read.
std::optional<FileKind> file_kind(std::string_view path);

// The same for a file of a Debian package, where manual pages, help pages and documentation have
// their fixed places and the papers of the package itself (copyright, changelog ...) are no text
// of the corpus.
std::optional<FileKind> packaged_file_kind(std::string_view path);

// Whether a path belongs to tests: a folder test, tests or testdata, or a file *_test.*, test_*.
bool is_test_path(std::string_view path);

// The language a packaged path tells, as the path spells it ("C", "pt_BR", "zh-cn"); empty if it
// does not. Known places: help/LANG, share/man/LANG, html/LANG, translations/LANG,
// Documentation/LANG, and the ending .LANG.html.
std::string_view language_in_path(std::string_view path);

// As BCP 47 writes it: C and POSIX become en, pt_BR pt-BR, zh-cn zh-CN, sr@latin sr-Latn,
// ca@valencia ca-valencia. The region that goes without saying is left out: de-DE is de.
std::string language_tag(std::string_view spelled);

// Whether `range` covers `tag`: equal, or followed in it by '-' or '/' ("de" covers "de-AT").
bool language_covers(std::string_view range, std::string_view tag);

// The order in which the files of a package are read: by this key. C, en-US and en come first, then
// the languages by code point, then paths by code point. The views are into `path`.
struct ReadingKey {
  int rank;
  std::string_view language, path;

  friend auto operator<=>(const ReadingKey&, const ReadingKey&) = default;
};

ReadingKey reading_key(std::string_view path);

}  // namespace glass::data
