// UTF-8: the one decoder and encoder of code points, strict as RFC 3629 says.
//
// Overlong forms, surrogates (U+D800..U+DFFF), code points above U+10FFFF and truncated sequences
// are not UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glass {

struct Utf8Step {
  char32_t code_point;  // meaningless when size is 0
  size_t size;          // bytes used, 1 to 4; 0 if the text does not start with a code point
};

// The first code point of `text`.
Utf8Step decode_utf8(std::string_view text);

// REQUIRES: a code point of Unicode that is no surrogate.
void append_utf8(std::string& out, char32_t code_point);

bool is_utf8(std::string_view text);

}  // namespace glass
