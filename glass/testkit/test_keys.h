// Test keys: known to everyone, so they sign nothing but tests.
#pragma once

#include <array>
#include <cstdint>

#include "glass/crypto/ed25519.h"

namespace glass::testkit {

// Its seed is this number, 32 times.
inline crypto::SecretKey key_number(uint8_t number) {
  std::array<uint8_t, 32> seed{};
  seed.fill(number);
  return crypto::SecretKey::from_seed(seed);
}

// Its seed counts up from this number, as those of the vectors of transparency logs do: 0 is the
// log's, 0x20 the witness's.
inline crypto::SecretKey key_counting_from(uint8_t first) {
  std::array<uint8_t, 32> seed{};
  for (uint8_t& byte : seed) byte = first++;
  return crypto::SecretKey::from_seed(seed);
}

}  // namespace glass::testkit
