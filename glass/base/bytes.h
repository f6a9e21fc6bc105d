// Bytes: views of memory as bytes, hexadecimal text, and numbers as bytes.
//
// Every binary format of the project is little-endian, those of transparency logs are big-endian;
// these are the only functions that know how.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"

namespace glass {

using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

template <typename T>
ByteView as_bytes(std::span<const T> values) {
  return {reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()};
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Lower-case hexadecimal, two digits a byte.
std::string to_hex(ByteView bytes);

// Refuses an odd number of digits, upper case and anything that is no digit.
[[nodiscard]] Result<Bytes> from_hex(std::string_view hex);

// REQUIRES: `at` points to sizeof(T) readable bytes. T is an unsigned integer, float or double.
template <typename T>
T load_little_endian(const uint8_t* at) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "big-endian machines are not supported");
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

template <typename T>
void append_little_endian(Bytes& out, T value) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "big-endian machines are not supported");
  const auto* from = reinterpret_cast<const uint8_t*>(&value);
  out.insert(out.end(), from, from + sizeof(T));
}

// T is an unsigned integer.
template <typename T>
void append_big_endian(Bytes& out, T value) {
  for (size_t i = sizeof(T); i-- > 0;) out.push_back(static_cast<uint8_t>(value >> 8 * i));
}

// REQUIRES: `at` points to sizeof(T) readable bytes. T is an unsigned integer.
template <typename T>
T load_big_endian(const uint8_t* at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | at[i]);
  return value;
}

}  // namespace glass
