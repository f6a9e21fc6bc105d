// WordKey: a word of at most 31 bytes as four integers, for comparing and hashing it at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace glass::data {

struct WordKey {
  static constexpr size_t kLongest = 31;

  uint64_t parts[4];  // the bytes, zeros, and the length in the last byte

  friend bool operator==(const WordKey&, const WordKey&) = default;
};

// REQUIRES: begin + length <= text.size(), length <= WordKey::kLongest.
inline WordKey word_key(std::string_view text, size_t begin, size_t length) {
  WordKey key{};
  if (text.size() - begin >= sizeof(key)) {
    // Reads behind the word, within the text, and blanks what does not belong to it: no branch
    // depends on the length.
    std::memcpy(key.parts, text.data() + begin, sizeof(key));
    for (size_t i = 0; i < 4; ++i) {
      const size_t kept = std::clamp<size_t>(length, 8 * i, 8 * i + 8) - 8 * i;
      key.parts[i] &= kept == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * kept)) - 1;
    }
  } else {
    std::memcpy(key.parts, text.data() + begin, length);
  }
  key.parts[3] |= uint64_t{length} << 56;
  return key;
}

inline uint64_t mix(uint64_t a, uint64_t b) {
  a = (a ^ 0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93;
  b = (b ^ 0xA0761D6478BD642F) * 0xE7037ED1A0B428DB;
  return (a ^ (a >> 32)) + (b ^ (b >> 29));
}

inline uint64_t hash(const WordKey& key) {
  return mix(mix(key.parts[0], key.parts[1]), mix(key.parts[2], key.parts[3]));
}

// Of any bytes, for tables in memory; never for evidence.
inline uint64_t hash_bytes(std::string_view bytes) {
  uint64_t hash = bytes.size();
  while (bytes.size() >= 8) {
    uint64_t part;
    std::memcpy(&part, bytes.data(), 8);
    hash = mix(hash, part);
    bytes.remove_prefix(8);
  }
  uint64_t rest = 0;
  std::memcpy(&rest, bytes.data(), bytes.size());
  return mix(hash, rest);
}

}  // namespace glass::data
