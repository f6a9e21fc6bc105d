#include "glass/data/rights/dep5.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/core.h>

#include "glass/data/deb822/deb822.h"

namespace glass::data {
namespace {

// One step over a pattern: an escape counts as the character it protects.
struct PatternStep {
  char literal;
  bool any;     // '?'
  size_t size;  // in the pattern
};

PatternStep step_at(std::string_view pattern, size_t at) {
  const char c = pattern[at];
  if (c == '\\' && at + 1 < pattern.size())
    return {.literal = pattern[at + 1], .any = false, .size = 2};
  return {.literal = c, .any = c == '?', .size = 1};
}

// The bytes of the UTF-8 character at `at`, so that '?' is one character and not one byte.
size_t character_size(std::string_view path, size_t at) {
  size_t end = at + 1;
  while (end < path.size() && (static_cast<unsigned char>(path[end]) & 0xC0U) == 0x80U) ++end;
  return end - at;
}

std::string_view first_line(std::string_view value) {
  return value.substr(0, value.find('\n'));
}

std::string_view body(std::string_view value) {
  const size_t end = value.find('\n');
  return end == std::string_view::npos ? std::string_view{} : value.substr(end + 1);
}

// A short name without "or later" over a text that grants it: the narrower reading stays, and
// somebody should look.
bool grants_more_than_it_says(std::string_view licence, std::string_view text) {
  const bool narrow = (licence.starts_with("GPL-") || licence.starts_with("LGPL-") ||
                       licence.starts_with("AGPL-")) &&
                      licence.find('+') == std::string_view::npos &&
                      licence.find(' ') == std::string_view::npos;
  if (!narrow) return false;
  std::string flat;
  for (const std::string& word : split_words(text)) flat += word + ' ';
  return flat.find("any later version") != std::string::npos;
}

class CopyrightReader {
 public:
  Result<CopyrightFile> read(const std::vector<Stanza>& paragraphs) {
    for (size_t i = 1; i < paragraphs.size(); ++i) GLASS_TRY_STATUS(paragraph(paragraphs[i]));
    if (file_.stanzas.empty())
      return fail(ErrorCode::kInvalidInput, "no paragraph has a Files field");
    for (const auto& [licence, texts] : file_.texts) {
      if (std::ranges::any_of(texts, [&](const std::string& text) {
            return grants_more_than_it_says(licence, text);
          }))
        file_.remarks.push_back(fmt::format(
            "the short name {} says one version, its text grants any later version", licence));
    }
    return std::move(file_);
  }

 private:
  Status paragraph(const Stanza& stanza) {
    const std::string* files = stanza.find("Files");
    const std::string* licence = stanza.find("License");
    if (files == nullptr && licence == nullptr) return {};  // unknown paragraphs are allowed
    if (licence == nullptr || (files != nullptr && first_line(*licence).empty()))
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("line {}: the paragraph names files but no licence", stanza.line));
    const std::string name(first_line(*licence));
    if (!body(*licence).empty()) {
      std::vector<std::string>& texts = file_.texts[name];
      if (std::ranges::find(texts, body(*licence)) == texts.end())
        texts.emplace_back(body(*licence));
    }
    if (files == nullptr) return {};
    CopyrightStanza out{.patterns = split_words(*files), .licence = name, .line = stanza.line};
    if (out.patterns.empty())
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("line {}: the Files field names no file", stanza.line));
    for (const std::string& pattern : out.patterns) {
      if (pattern.ends_with('/'))
        file_.remarks.push_back(fmt::format(
            "line {}: the pattern {} names a folder and matches no file", stanza.line, pattern));
    }
    file_.stanzas.push_back(std::move(out));
    return {};
  }

  CopyrightFile file_;
};

}  // namespace

bool dep5_matches(std::string_view pattern, std::string_view path) {
  size_t p = 0, s = 0;
  size_t star = std::string_view::npos, star_path = 0;  // where to go back to
  while (s < path.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_path = s;
      continue;
    }
    if (p < pattern.size()) {
      const PatternStep step = step_at(pattern, p);
      if (step.any || step.literal == path[s]) {
        s += step.any ? character_size(path, s) : 1;
        p += step.size;
        continue;
      }
    }
    if (star == std::string_view::npos) return false;
    p = star + 1;
    s = ++star_path;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

const CopyrightStanza* CopyrightFile::stanza_of(std::string_view path) const {
  for (size_t i = stanzas.size(); i-- > 0;) {
    const CopyrightStanza& stanza = stanzas[i];
    if (std::ranges::any_of(stanza.patterns, [&](const std::string& pattern) {
          return dep5_matches(pattern, path);
        }))
      return &stanza;
  }
  return nullptr;
}

Result<std::optional<CopyrightFile>> parse_dep5(std::string_view text) {
  // Free text is no error, so the first paragraph alone decides whether the rest must parse.
  std::string_view rest = text;
  const auto head = parse_stanzas(take_paragraph(rest));
  if (!head || head->empty() || head->front().find("Format") == nullptr) return std::nullopt;
  GLASS_TRY(const std::vector<Stanza> paragraphs, parse_stanzas(text));
  GLASS_TRY(CopyrightFile file, CopyrightReader().read(paragraphs));
  return std::optional(std::move(file));
}

}  // namespace glass::data
