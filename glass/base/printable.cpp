#include "glass/base/printable.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/utf8.h"

namespace glass {
namespace {

void append_shown(std::string& shown, std::string_view text, bool keeps_lines) {
  while (!text.empty()) {
    const Utf8Step step = decode_utf8(text);
    const size_t size = step.size == 0 ? 1 : step.size;
    const bool kept = step.size > 0 &&
                      (is_printable(step.code_point) || (keeps_lines && step.code_point == U'\n'));
    if (kept) {
      shown += text.substr(0, size);
    } else {
      for (const char byte : text.substr(0, size))
        shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    text.remove_prefix(size);
  }
}

}  // namespace

bool is_printable(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
  const bool turning = c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                       (c >= 0x2066 && c <= 0x2069);
  return !control && !turning;
}

std::string printable(std::string_view text) {
  std::string shown;
  append_shown(shown, text, false);
  return shown;
}

std::string printable_lines(std::string_view text) {
  std::string shown;
  append_shown(shown, text, true);
  return shown;
}

}  // namespace glass
