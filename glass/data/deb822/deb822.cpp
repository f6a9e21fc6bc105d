#include "glass/data/deb822/deb822.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"

namespace glass::data {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trimmed_end(std::string_view text) {
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return trimmed_end(text);
}

bool continues(std::string_view line) {
  return !line.empty() && is_blank(line.front()) && !trimmed(line).empty();
}

// Lines of one text, with the state of the paragraph being read.
class StanzaReader {
 public:
  explicit StanzaReader(std::string_view text) : rest_(text) {}

  Result<std::vector<Stanza>> read() {
    while (!rest_.empty()) {
      ++line_;
      GLASS_TRY_STATUS(read_line(take_line(rest_)));
    }
    end_paragraph();
    return std::move(stanzas_);
  }

 private:
  Status read_line(std::string_view line) {
    if (line.starts_with('#')) return {};
    if (trimmed(line).empty()) return read_blank(line);
    if (is_blank(line.front())) return read_continuation(line);
    return read_field(line);
  }

  // A line of blanks alone inside a field is an empty line of that field; an empty line never is.
  Status read_blank(std::string_view line) {
    std::string_view ahead = rest_;
    const bool inside = !line.empty() && is_blank(line.front()) && continues(take_line(ahead));
    if (inside && !current_.fields.empty()) {
      current_.fields.back().value += '\n';
    } else {
      end_paragraph();
    }
    return {};
  }

  Status read_continuation(std::string_view line) {
    if (current_.fields.empty())
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("line {}: a continuation line stands before any field", line_));
    const std::string_view content = trimmed_end(line.substr(1));
    std::string& value = current_.fields.back().value;
    value += '\n';
    if (trimmed(content) != ".") value += content;
    return {};
  }

  Status read_field(std::string_view line) {
    const size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const bool sound = colon != std::string_view::npos && colon > 0 &&
                       std::ranges::all_of(name, [](char c) { return c > ' ' && c != '\x7f'; });
    if (!sound)
      return fail(
          ErrorCode::kInvalidInput,
          fmt::format("line {}: expected 'Name: value', found '{}'", line_, line.substr(0, 60)));
    if (current_.find(name) != nullptr)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("line {}: the field {} occurs twice in one paragraph", line_, name));
    if (current_.fields.empty()) current_.line = line_;
    current_.fields.push_back({.name = std::string(name),
                               .value = std::string(trimmed(line.substr(colon + 1))),
                               .line = line_});
    return {};
  }

  void end_paragraph() {
    if (!current_.fields.empty()) stanzas_.push_back(std::move(current_));
    current_ = {};
  }

  std::string_view rest_;
  int line_ = 0;
  Stanza current_;
  std::vector<Stanza> stanzas_;
};

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

const std::string* Stanza::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      fields, [&](const ControlField& field) { return equal_ignoring_case(field.name, name); });
  return found == fields.end() ? nullptr : &found->value;
}

Result<std::string> Stanza::get(std::string_view name) const {
  const std::string* value = find(name);
  if (value == nullptr)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the paragraph at line {} has no field {}", line, name));
  return *value;
}

Result<std::vector<Stanza>> parse_stanzas(std::string_view text) {
  return StanzaReader(text).read();
}

std::string_view take_line(std::string_view& rest) {
  const size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

std::string_view take_paragraph(std::string_view& rest) {
  while (rest.starts_with('\n')) rest.remove_prefix(1);
  const size_t end = rest.find("\n\n");
  if (end == std::string_view::npos) return std::exchange(rest, {});
  const std::string_view paragraph = rest.substr(0, end + 1);
  rest.remove_prefix(end + 2);
  return paragraph;
}

std::vector<std::string> split_words(std::string_view value) {
  std::vector<std::string> words;
  size_t at = 0;
  while (true) {
    at = value.find_first_not_of(" \t\r\n", at);
    if (at == std::string_view::npos) return words;
    const size_t end = std::min(value.find_first_of(" \t\r\n", at), value.size());
    words.emplace_back(value.substr(at, end - at));
    at = end;
  }
}

}  // namespace glass::data
