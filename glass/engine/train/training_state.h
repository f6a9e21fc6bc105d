// TrainingState: everything that decides the rest of a training: parameters, both moments, and a
// few counters. A checkpoint is this on disk, a roll-back is a copy of it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/optim/float_buffer.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {

struct Progress {
  int64_t step = 0;                  // steps done; the loader's next step, which counts from 0
  int64_t updates = 0;               // of the parameters: fewer than steps where some were skipped
  int64_t events_in_a_row = 0;       // steps without an update, up to this one
  int64_t roll_backs = 0;            // so far, in the whole training
  std::vector<float> recent_losses;  // of the last updates, oldest first, at most kRecentLosses

  friend bool operator==(const Progress&, const Progress&) = default;
};

inline constexpr int64_t kRecentLosses = 64;

struct TrainingState {
  TrainingState() = default;
  // `moments`: those of the optimizer, 1 or 2. `average`: there is one of the parameters.
  TrainingState(const ParameterLayout& layout, int moments, bool average = false);

  Progress progress;
  FloatBuffer parameters, first_moment, second_moment;  // of the layout; no second one: empty
  FloatBuffer average;                                  // of the layout, or empty
};

// REQUIRES: both have the same layout.
void copy_state(const TrainingState& from, TrainingState& to, Parallel& parallel);

using TensorDigests = std::map<std::string, crypto::Digest>;

// sha256_chunked of each tensor: the parameters by their names, the moments by NAME.m and, where
// there are two, NAME.v; the average by the parameters' names.
struct StateDigests {
  TensorDigests parameters = {}, optimizer = {}, average = {};
};

// Of a buffer of the layout, by the parameters' names with `suffix`.
TensorDigests digests_of(std::span<const float> buffer, const ParameterLayout& layout,
                         std::string_view suffix, Parallel& parallel);

StateDigests digests_of(const TrainingState& state, const ParameterLayout& layout,
                        Parallel& parallel);

// sha256_chunked of each tensor, as checkpoints name them.
TensorDigests digests_of(const std::map<std::string, ModelTensor>& tensors, Parallel& parallel);

// {"NAME":"sha256:...",...}, and SHA-256 of its canonical text: what all tensors are known by.
Json to_json(const TensorDigests& digests);
crypto::Digest total(const TensorDigests& digests);

}  // namespace glass::engine
