// The reference run: a small training whose every bit is pinned in tests/golden/reference_run.txt.
//
// A Llama-like model, synthetic text, AdamW with clipping, a cosine schedule. It is small, yet
// every kind of sum has several segments: 528 positions, a hidden width of 528 and a vocabulary of
// 520 against a segment of 256, and 5 micro-batches a step. Whatever may not change a bit -
// threads, workers, kernels, splits, kills, compilers, processors - is tried against this one list.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/train/training_plan.h"
#include "glass/system/files.h"

namespace glass::proof {

inline constexpr int64_t kSteps = 12;

engine::TrainingSettings reference_settings();

// The same with Muon, a group of parameters, label smoothing, z-loss, dropout everywhere, and an
// average of the weights; its first steps are pinned in tests/golden/options_run.txt.
inline constexpr int64_t kOptionsSteps = 4;
engine::TrainingSettings options_settings();

// The reference run in numerics class portable-1-bf16, pinned in tests/golden/bf16_run.txt.
engine::TrainingSettings bf16_settings();

// Goes on from the newest checkpoint in the folder, or from the start, up to `last_step`, and
// returns one line for each step made:
//   "<step> sha256:<digest of the canonical {"prev":..., step record}>"
// so that a line stands for every bit of loss, gradient norm and data so far, and at the steps 4, 8
// and 12, where a checkpoint is written, for those of parameters and optimizer state.
Result<std::vector<std::string>> reference_run(const engine::TrainingSettings& settings,
                                               int64_t last_step, const engine::Kernels& kernels,
                                               Parallel& parallel, system::Files& files,
                                               const system::Path& folder);

}  // namespace glass::proof
