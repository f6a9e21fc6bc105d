// roff/1: manual pages without running troff.
//
//   - Comments (.\" '\" '\) and lines starting 'br vanish.
//   - Of requests only the arguments of SH SS B I BR IR RB RI IB BI TH IP Nm Nd Sh Dl stay; all
//     other requests vanish.
//   - \fX, \f(XX and \f[name] (fonts) vanish; so does \& .
//   - \- is -, \(aq is ', \e is \, \(bu is •, \(dq is ", backslash blank is a blank.
//   - The ends of lines are trimmed; blank lines vanish. Everything else is text as it stands.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "glass/data/ingest/text_rule.h"

namespace glass::data {
namespace {

constexpr std::array<std::string_view, 16> kKept = {"B",  "BI", "BR", "Dl", "I",  "IB", "IP", "IR",
                                                    "Nd", "Nm", "RB", "RI", "SH", "SS", "Sh", "TH"};

struct Escape {
  std::string_view written, text;
};

constexpr std::array kEscapes = {
    Escape{"-", "-"},   Escape{"&", ""},     Escape{"(aq", "'"}, Escape{"e", "\\"},
    Escape{"(bu", "•"}, Escape{"(dq", "\""}, Escape{" ", " "},
};

// The size of a font escape behind its backslash, or 0.
size_t font_size(std::string_view rest) {
  if (!rest.starts_with('f') || rest.size() < 2) return 0;
  if (rest[1] == '(') return std::min<size_t>(4, rest.size());
  if (rest[1] != '[') return 2;
  const size_t end = rest.find(']');
  return end == std::string_view::npos ? 0 : end + 1;
}

void append_text(std::string& out, std::string_view line) {
  while (true) {
    const size_t at = line.find('\\');
    out += line.substr(0, at);
    if (at == std::string_view::npos) return;
    line.remove_prefix(at + 1);
    if (const size_t font = font_size(line); font > 0) {
      line.remove_prefix(font);
      continue;
    }
    const auto* const escape = std::ranges::find_if(
        kEscapes, [&](const Escape& known) { return line.starts_with(known.written); });
    if (escape == kEscapes.end()) {
      out += '\\';
      // What stands behind is text; a second backslash must not begin an escape of its own.
      if (line.starts_with('\\')) out += '\\', line.remove_prefix(1);
      continue;
    }
    out += escape->text;
    line.remove_prefix(escape->written.size());
  }
}

bool is_comment(std::string_view line) {
  return line.starts_with(".\\\"") || line.starts_with("'\\") || line.starts_with("'br");
}

// What stays of a line before escapes are read.
std::string_view content_of(std::string_view line) {
  if (is_comment(line)) return {};
  if (!line.starts_with('.')) return line;
  line.remove_prefix(std::min(line.find_first_not_of(" \t", 1), line.size()));
  const size_t end = std::min(line.find_first_of(" \t"), line.size());
  if (std::ranges::find(kKept, line.substr(0, end)) == kKept.end()) return {};
  line.remove_prefix(std::min(line.find_first_not_of(" \t", end), line.size()));
  return line;
}

}  // namespace

std::string roff_text(std::string_view page) {
  std::string out;
  out.reserve(page.size());
  while (!page.empty()) {
    const size_t end = std::min(page.find('\n'), page.size());
    const size_t begin = out.size();
    append_text(out, content_of(page.substr(0, end)));
    page.remove_prefix(std::min(end + 1, page.size()));
    while (out.size() > begin && (out.back() == ' ' || out.back() == '\t' || out.back() == '\r'))
      out.pop_back();
    if (out.size() > begin) out += '\n';
  }
  return out;
}

}  // namespace glass::data
