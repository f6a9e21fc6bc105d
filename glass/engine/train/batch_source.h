// BatchSource: where the micro-batches of a step come from, as a pure function of (step, micro).
//
// The loader of data/loader is one; tests have others. Steps count from 0 here, as the loader does.
#pragma once

#include <cstdint>
#include <functional>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/loader/loader.h"

namespace glass::engine {

// Safe to call from any thread.
using BatchSource = std::function<Status(int64_t step, int64_t micro, data::Batch& out)>;

struct HeldOutSource {
  int64_t batches = 0;
  std::function<Status(int64_t index, data::Batch& out)> batch;
  std::function<data::HeldOutLoader::Size(const data::Batch&)> size_of;
};

// REQUIRES: the loader outlives the source.
BatchSource batches_of(const data::Loader& loader);
HeldOutSource held_out_of(const data::HeldOutLoader& loader);

// kCorruption if the batch has another number of rows than sequences x positions, a token or target
// outside the vocabulary, or a position or first key outside its range.
[[nodiscard]] Status check_batch(const data::Batch& batch, int64_t sequences, int64_t positions,
                                 int64_t vocabulary);

// The number of rows that have a target.
int64_t count_targets(const data::Batch& batch);

// SHA-256 over tokens, targets, positions, first keys and pairs, as little-endian int32 in that
// order.
crypto::Digest digest_of(const data::Batch& batch);

}  // namespace glass::engine
