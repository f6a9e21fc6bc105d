#include "glass/base/utf8.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "glass/base/check.h"

namespace glass {
namespace {

constexpr size_t kBlock = 32;  // bytes that are looked at together, since most text is ASCII

bool is_ascii(std::string_view text) {
  uint8_t all = 0;
  for (const char c : text) all = static_cast<uint8_t>(all | static_cast<uint8_t>(c));
  return all < 0x80;
}

}  // namespace

Utf8Step decode_utf8(std::string_view text) {
  if (text.empty()) return {0, 0};
  const auto byte = [&](size_t i) -> uint32_t { return static_cast<uint8_t>(text[i]); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {static_cast<char32_t>(lead), 1};
  // The lead byte says how long the sequence is and the least code point that needs this length.
  size_t size = 0;
  uint32_t code = 0, least = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2, code = lead & 0x1F, least = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3, code = lead & 0x0F, least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4, code = lead & 0x07, least = 0x10000;
  }
  if (size == 0 || text.size() < size) return {0, 0};
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least || code > 0x10FFFF || surrogate) return {0, 0};
  return {static_cast<char32_t>(code), size};
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto code = static_cast<uint32_t>(code_point);
  GLASS_CHECK(code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF));
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto put_tail = [&](uint32_t bits) { put(0x80 | (bits & 0x3F)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put_tail(code);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put_tail(code >> 6), put_tail(code);
  } else {
    put(0xF0 | code >> 18), put_tail(code >> 12), put_tail(code >> 6), put_tail(code);
  }
}

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(at + kBlock, text.size());
    if (is_ascii(text.substr(at, end - at))) at = end;
    while (at < end) {
      const size_t size = decode_utf8(text.substr(at)).size;
      if (size == 0) return false;
      at += size;
    }
  }
  return true;
}

}  // namespace glass
