// html/1 and mallard/1: one pass over the markup, no tree.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "glass/base/ascii.h"
#include "glass/data/ingest/text_rule.h"

namespace glass::data {
namespace {

// Tags that begin a new line. Sorted.
constexpr std::array<std::string_view, 39> kBreaks = {
    "blockquote", "br",         "cite",   "code",   "dd",      "desc",  "div",      "dl",
    "dt",         "figcaption", "figure", "h1",     "h2",      "h3",    "h4",       "h5",
    "h6",         "info",       "item",   "li",     "list",    "media", "note",     "ol",
    "p",          "page",       "pre",    "screen", "section", "steps", "subtitle", "synopsis",
    "table",      "td",         "terms",  "th",     "title",   "tr",    "ul"};
static_assert(std::ranges::is_sorted(kBreaks));

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

struct Tag {
  std::string_view name;        // lower case
  std::string_view attributes;  // between name and '>'
  bool closing;                 // </x>
  bool empty;                   // <x/>
};

class MarkupReader {
 public:
  MarkupReader(std::string_view markup, bool mallard) : rest_(markup), mallard_(mallard) {
    out_.reserve(markup.size() / 2);
  }

  std::string read() {
    while (!rest_.empty()) {
      const auto* const special =
          std::ranges::find_if(rest_, [](char c) { return c == '<' || c == '&'; });
      const auto size = static_cast<size_t>(special - rest_.begin());
      text(rest_.substr(0, size));
      rest_.remove_prefix(size);
      if (rest_.empty()) break;
      if (rest_.front() == '&') {
        reference();
      } else {
        markup();
      }
    }
    end_line();
    return std::move(out_);
  }

 private:
  // --- output ---

  void text(std::string_view run) {
    if (!verbatim_.empty()) return verbatim_text(run);
    while (!run.empty()) {
      const auto* const begin = std::ranges::find_if_not(run, is_blank);
      if (begin != run.begin()) gap_ = true;
      run.remove_prefix(static_cast<size_t>(begin - run.begin()));
      if (run.empty()) return;
      const auto* const end = std::ranges::find_if(run, is_blank);
      const auto size = static_cast<size_t>(end - run.begin());
      word(run.substr(0, size));
      run.remove_prefix(size);
    }
  }

  void verbatim_text(std::string_view run) {
    while (true) {
      const size_t end = run.find('\n');
      out_ += run.substr(0, end);
      if (end == std::string_view::npos) return;
      end_line();
      run.remove_prefix(end + 1);
    }
  }

  // Characters without blanks.
  void word(std::string_view run) {
    if (gap_ && out_.size() > line_begin_) out_ += ' ';
    gap_ = false;
    out_ += run;
  }

  // Ends the line, unless nothing stands on it.
  void end_line() {
    gap_ = false;
    while (out_.size() > line_begin_ && is_blank(out_.back())) out_.pop_back();
    if (out_.size() > line_begin_) out_ += '\n';
    line_begin_ = out_.size();
  }

  // --- input ---

  // REQUIRES: rest_ begins with '&'. What is no reference is text.
  void reference() {
    const size_t end = rest_.substr(0, 32).find(';');
    const std::string_view character = end == std::string_view::npos
                                           ? std::string_view{}
                                           : entity(rest_.substr(1, end - 1), scratch_);
    const std::string_view shown = character.empty() ? rest_.substr(0, 1) : character;
    rest_.remove_prefix(character.empty() ? 1 : end + 1);
    // A blank written as a reference is meant and does not collapse.
    if (verbatim_.empty()) {
      word(shown == "\n" ? std::string_view(" ") : shown);
    } else {
      verbatim_text(shown);
    }
  }

  // REQUIRES: rest_ begins with '<'.
  void markup() {
    if (rest_.starts_with("<!--")) return skip_behind("-->", 4);
    if (rest_.starts_with("<![CDATA[") && mallard_) return cdata();
    if (rest_.starts_with("<?")) return skip_behind(mallard_ ? "?>" : ">", 2);
    if (rest_.starts_with("<!")) return skip_behind(">", 2);
    const bool closing = rest_.size() > 1 && rest_[1] == '/';
    const size_t first = closing ? 2 : 1;
    if (rest_.size() <= first || !is_letter(rest_[first])) {
      word("<");
      rest_.remove_prefix(1);
      return;
    }
    tag(take_tag(closing));
  }

  void skip_behind(std::string_view end, size_t from) {
    const size_t at = rest_.find(end, from);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  void cdata() {
    rest_.remove_prefix(9);
    const size_t end = std::min(rest_.find("]]>"), rest_.size());
    text(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 3, rest_.size()));
  }

  // The tag that rest_ begins with, which is removed. A '>' inside quotes does not end it.
  Tag take_tag(bool closing) {
    size_t at = closing ? 2 : 1;
    name_.clear();
    while (at < rest_.size() && !is_blank(rest_[at]) && rest_[at] != '>' && rest_[at] != '/')
      name_ += to_lower(rest_[at++]);
    const size_t begin = at;
    char quote = '\0';
    for (; at < rest_.size() && (quote != '\0' || rest_[at] != '>'); ++at) {
      const char c = rest_[at];
      if (quote == '\0' && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = '\0';
      }
    }
    const std::string_view attributes = rest_.substr(begin, at - begin);
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    return {.name = name_,
            .attributes = attributes,
            .closing = closing,
            .empty = attributes.ends_with('/')};
  }

  void tag(const Tag& tag) {
    if (!verbatim_.empty()) return tag_in_verbatim(tag);
    const bool opens = !tag.closing && !tag.empty;
    if (opens &&
        (tag.name == "script" || tag.name == "style" || tag.name == "head" || tag.name == "nav"))
      return skip_element(std::string(tag.name));
    if (std::ranges::binary_search(kBreaks, tag.name)) end_line();
    if (opens && keeps_space(tag)) {
      verbatim_ = tag.name;
      verbatim_depth_ = 1;
    }
  }

  static bool keeps_space(const Tag& tag) {
    return tag.name == "pre" || tag.name == "screen" ||
           (tag.name == "code" && tag.attributes.find(" mime=") != std::string_view::npos);
  }

  void tag_in_verbatim(const Tag& tag) {
    if (tag.name == "br") end_line();
    if (tag.name != verbatim_ || tag.empty) return;
    verbatim_depth_ += tag.closing ? -1 : 1;
    if (verbatim_depth_ > 0) return;
    verbatim_.clear();
    end_line();
  }

  // Everything up to the end of the element just opened.
  void skip_element(const std::string& element) {
    end_line();
    const bool nests = element == "nav";
    for (int depth = 1; depth > 0 && !rest_.empty();) {
      rest_.remove_prefix(std::min(rest_.find('<'), rest_.size()));
      if (rest_.starts_with("<!--") && element != "script" && element != "style") {
        skip_behind("-->", 4);
        continue;
      }
      const bool closing = rest_.size() > 1 && rest_[1] == '/';
      if (!names(closing ? 2 : 1, element)) {
        rest_.remove_prefix(std::min<size_t>(1, rest_.size()));
        continue;
      }
      const Tag found = take_tag(closing);
      if (closing) --depth;
      if (!closing && nests && !found.empty) ++depth;
    }
  }

  // Whether `element` stands at `at`, followed by what ends a name.
  [[nodiscard]] bool names(size_t at, std::string_view element) const {
    if (rest_.size() < at + element.size()) return false;
    for (size_t i = 0; i < element.size(); ++i)
      if (to_lower(rest_[at + i]) != element[i]) return false;
    const size_t end = at + element.size();
    return end == rest_.size() || is_blank(rest_[end]) || rest_[end] == '>' || rest_[end] == '/';
  }

  std::string_view rest_;
  bool mallard_;
  std::string out_;
  size_t line_begin_ = 0;
  bool gap_ = false;      // white space was read since the last character
  std::string verbatim_;  // the element whose inside is kept as it is; empty outside
  int verbatim_depth_ = 0;
  std::string name_, scratch_;
};

}  // namespace

std::string html_text(std::string_view html) {
  return MarkupReader(html, false).read();
}

std::string mallard_text(std::string_view page) {
  return MarkupReader(page, true).read();
}

}  // namespace glass::data
