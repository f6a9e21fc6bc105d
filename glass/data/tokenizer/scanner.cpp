#include "glass/data/tokenizer/scanner.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/utf8.h"
#include "glass/data/tokenizer/internal/unicode_table.h"

namespace glass::data {

namespace {

constexpr size_t kCodePoints = 0x110000;

// One byte per code point: a megabyte, of which a text touches the pages of its scripts.
std::vector<CharClass> make_classes() {
  std::vector<CharClass> classes(kCodePoints, CharClass::kSymbol);
  const auto mark = [&](std::span<const CodePointRange> ranges, CharClass kind) {
    for (const CodePointRange& range : ranges)
      for (char32_t c = range.first; c <= range.last; ++c) classes[c] = kind;
  };
  mark(letter_ranges(), CharClass::kLetter);
  mark(number_ranges(), CharClass::kNumber);
  mark(space_ranges(), CharClass::kSpace);
  return classes;
}

const CharClass* classes() {
  static const std::vector<CharClass> table = make_classes();
  return table.data();
}

// Walks over the characters of a text. `size` 0 means the end.
class Cursor {
 public:
  Cursor(std::string_view text, size_t at) : text_(text), at_(at), classes_(classes()) { look(); }

  [[nodiscard]] size_t at() const { return at_; }

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

  // The end of the text is of no class, and no letter, number, space or symbol.
  [[nodiscard]] bool is(CharClass kind) const { return !at_end() && kind_ == kind; }

  [[nodiscard]] bool is_line_break() const {
    return !at_end() && (text_[at_] == '\n' || text_[at_] == '\r');
  }

  void advance() {
    at_ += size_;
    look();
  }

  void skip(CharClass kind) {
    while (is(kind)) advance();
  }

  void skip_line_breaks() {
    while (is_line_break()) advance();
  }

 private:
  void look() {
    if (at_end()) return;
    const auto byte = static_cast<uint8_t>(text_[at_]);
    if (byte < 0x80) {
      size_ = 1;
      kind_ = classes_[byte];
      return;
    }
    const Utf8Step step = decode_utf8(text_.substr(at_, 4));
    size_ = step.size == 0 ? 1 : step.size;
    kind_ = step.size == 0 ? CharClass::kSymbol : classes_[step.code_point];
  }

  std::string_view text_;
  size_t at_;
  const CharClass* classes_;
  size_t size_ = 0;
  CharClass kind_ = CharClass::kSymbol;
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// The length of the English ending at the start of `text`, which starts with an apostrophe; else 0.
size_t ending_length(std::string_view text) {
  if (text.size() < 2) return 0;
  const char first = lower(text[1]);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if (text.size() < 3) return 0;
  const char second = lower(text[2]);
  const bool long_ending = (first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
                           (first == 'l' && second == 'l');
  return long_ending ? 3 : 0;
}

// The last three alternatives. `cursor` stands on white space.
size_t white_space_end(Cursor cursor) {
  const size_t begin = cursor.at();
  size_t behind_line_break = begin;
  size_t last = begin;  // start of the last character of the run
  while (cursor.is(CharClass::kSpace)) {
    const bool line_break = cursor.is_line_break();
    last = cursor.at();
    cursor.advance();
    if (line_break) behind_line_break = cursor.at();
  }
  if (behind_line_break > begin) return behind_line_break;
  if (cursor.at_end() || last == begin) return cursor.at();
  return last;
}

}  // namespace

CharClass char_class(char32_t code_point) {
  GLASS_CHECK(code_point < kCodePoints);
  return classes()[code_point];
}

size_t word_end(std::string_view text, size_t begin) {
  GLASS_DCHECK(begin < text.size());
  if (text[begin] == '\'') {
    const size_t ending = ending_length(text.substr(begin));
    if (ending > 0) return begin + ending;
  }
  Cursor cursor(text, begin);
  if (cursor.is(CharClass::kLetter)) {
    cursor.skip(CharClass::kLetter);
    return cursor.at();
  }
  if (cursor.is(CharClass::kNumber)) {
    for (int digits = 0; digits < 3 && cursor.is(CharClass::kNumber); ++digits) cursor.advance();
    return cursor.at();
  }
  Cursor next = cursor;
  next.advance();
  if (next.is(CharClass::kLetter) && !cursor.is_line_break()) {
    next.skip(CharClass::kLetter);
    return next.at();
  }
  const bool space_before_symbol = text[begin] == ' ' && next.is(CharClass::kSymbol);
  if (cursor.is(CharClass::kSymbol) || space_before_symbol) {
    next.skip(CharClass::kSymbol);
    next.skip_line_breaks();
    return next.at();
  }
  return white_space_end(cursor);
}

size_t safe_cut(std::string_view text, size_t from) {
  for (Cursor cursor(text, from); !cursor.at_end(); cursor.advance()) {
    const char before = cursor.at() > 0 ? text[cursor.at() - 1] : '\0';
    if ((before == '\n' || before == '\r') && !cursor.is(CharClass::kSpace)) return cursor.at();
  }
  return text.size();
}

}  // namespace glass::data
