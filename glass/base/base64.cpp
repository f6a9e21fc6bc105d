#include "glass/base/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"

namespace glass {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNone = 0xff;

constexpr std::array<uint8_t, 256> value_of_digit() {
  std::array<uint8_t, 256> values{};
  values.fill(kNone);
  for (size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  return values;
}

constexpr std::array<uint8_t, 256> kValueOfDigit = value_of_digit();

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = bytes.size() - at < 3 ? bytes.size() - at : 3;
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? bytes[at + i] : 0U);
    for (size_t i = 0; i < 4; ++i) text += i <= count ? kAlphabet[group >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  const auto refuse = [] {
    return invalid_input("it is not base64 of the standard alphabet, padded and in one line");
  };
  if (text.size() % 4 != 0) return refuse();
  Bytes bytes(text.size() / 4 * 3);
  size_t end = 0;
  for (size_t at = 0; at < text.size(); at += 4) {
    const std::string_view four = text.substr(at, 4);
    const bool last = at + 4 == text.size();
    const size_t padding = !last ? 0 : four.ends_with("==") ? 2 : four.ends_with('=') ? 1 : 0;
    uint32_t group = 0;
    for (size_t i = 0; i < 4; ++i) {
      const uint8_t value =
          i < 4 - padding ? kValueOfDigit[static_cast<uint8_t>(four[i])] : uint8_t{0};
      if (value == kNone) return refuse();
      group = group << 6 | value;
    }
    if ((group & ((1U << 8 * padding) - 1)) != 0) return refuse();
    for (size_t i = 0; i < 3 - padding; ++i)
      bytes[end++] = static_cast<uint8_t>(group >> (16 - 8 * i));
  }
  bytes.resize(end);
  return bytes;
}

}  // namespace glass
