// Philox4x32-10: random numbers as a pure function of a key and a counter (Salmon et al. 2011,
// "Parallel random numbers: as easy as 1, 2, 3").
//
// Whatever is random in a run - initial weights, the order of documents, sampled tokens - comes
// from here, so that a resume or a replay needs counters, not states.
#pragma once

#include <array>
#include <cstdint>

namespace glass {

using PhiloxBlock = std::array<uint32_t, 4>;

using PhiloxKey = std::array<uint32_t, 2>;

// The constants of the paper: rounds, the two multipliers, and the Weyl steps of the key (golden
// ratio and sqrt(3) - 1).
inline constexpr int kPhiloxRounds = 10;
inline constexpr std::array<uint32_t, 2> kPhiloxMultipliers = {0xD2511F53, 0xCD9E8D57};
inline constexpr PhiloxKey kPhiloxKeySteps = {0x9E3779B9, 0xBB67AE85};

PhiloxBlock philox(const PhiloxBlock& counter, const PhiloxKey& key);

// What a number is drawn for. Part of every key, so that no two uses share numbers.
enum class Purpose : uint32_t {
  kInitialWeights = 1,
  kDocumentOrder = 2,
  kSampling = 3,
  kReplayChoice = 4,
  kHeldOut = 5,
  kDropout = 6,
};

// {seed lo ^ purpose * 0x9E3779B9, seed hi}
PhiloxKey philox_key(uint64_t seed, Purpose purpose);

// The block of `seed` and `purpose` at (stream, index): counter = {index lo, index hi, stream lo,
// stream hi} under philox_key(seed, purpose).
PhiloxBlock random_block(uint64_t seed, Purpose purpose, uint64_t stream, uint64_t index);

// Uniform in [0, bound) by multiply-shift of 64 random bits (bias below 2^-32 for bound < 2^32).
// REQUIRES: bound >= 1.
uint64_t random_below(uint64_t seed, Purpose purpose, uint64_t stream, uint64_t index,
                      uint64_t bound);

// Uniform in [0, 1): the upper 24 bits of word 0, divided by 2^24.
float random_unit(uint64_t seed, Purpose purpose, uint64_t stream, uint64_t index);

}  // namespace glass
