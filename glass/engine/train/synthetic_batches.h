// Synthetic batches: text-like token streams made of counters, for proofs and benchmarks that need
// no corpus. Documents of random length begin with token 0; most tokens follow from the one before,
// so there is something to learn.
#pragma once

#include <cstdint>

#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/train/batch_source.h"

namespace glass::engine {

// REQUIRES: vocabulary >= 3.
BatchSource synthetic_batches(const BatchShape& shape, int64_t vocabulary, uint64_t seed);

// The same stream elsewhere; a token stands for three bytes.
HeldOutSource synthetic_held_out(const BatchShape& shape, int64_t vocabulary, uint64_t seed,
                                 int64_t batches);

}  // namespace glass::engine
