#include "glass/base/bytes.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"

namespace glass {

std::string to_hex(ByteView bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

Result<Bytes> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("hexadecimal text has an odd number of digits ({})", hex.size()));
  }
  Bytes bytes(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    int digit = 0;
    if (is_digit(c)) {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("position {} of the hexadecimal text is none of 0-9 and a-f", i + 1));
    }
    bytes[i / 2] = static_cast<uint8_t>(bytes[i / 2] << 4 | digit);
  }
  return bytes;
}

}  // namespace glass
