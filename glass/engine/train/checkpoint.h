// Checkpoint: a training's state as a folder `step-000100` of a checkpoints folder. The format is
// docs/reference/formats/checkpoint.md.
//
//   model.safetensors      parameters, under the engine's names
//   optimizer.safetensors  NAME.m and NAME.v
//   average.safetensors    the average of the parameters, where there is one
//   manifest.json          manifest.h
//
// What always holds: a folder of that name is complete and durable or absent; a checkpoint that was
// loaded has the digests of its manifest, and the manifest its own. There is no pointer to the
// latest one: it is found by looking, newest first, and what is broken is named and passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/train/manifest.h"
#include "glass/engine/train/training_state.h"
#include "glass/system/files.h"

namespace glass::engine {

// "step-000100"
std::string checkpoint_name(int64_t step);

// The steps of the checkpoints in `folder`, ascending; no folder, no steps.
[[nodiscard]] Result<std::vector<int64_t>> list_checkpoints(system::Files& files,
                                                            const system::Path& folder);

// Writes the state aside and publishes it, replacing one of the same step.
// REQUIRES: the manifest is that of the state.
[[nodiscard]] Status write_checkpoint(system::Files& files, const system::Path& folder,
                                      const Manifest& manifest, const TrainingState& state,
                                      const ParameterLayout& layout);

// Removes a checkpoint so that it vanishes in one step, and whatever earlier attempts left aside.
[[nodiscard]] Status remove_checkpoint(system::Files& files, const system::Path& folder,
                                       int64_t step);
[[nodiscard]] Status remove_leftovers(system::Files& files, const system::Path& folder);

[[nodiscard]] Result<Manifest> read_manifest(system::Files& files, const system::Path& folder,
                                             int64_t step);

// Reads and checks every byte. kCorruption names the file, and the tensor where one is wrong;
// kInvalidInput if it is of another model or numerics class.
[[nodiscard]] Result<Manifest> load_checkpoint(system::Files& files, const system::Path& folder,
                                               int64_t step, const DecoderConfig& model,
                                               Numerics numerics, const ParameterLayout& layout,
                                               TrainingState& state, Parallel& parallel);

struct LatestCheckpoint {
  std::optional<Manifest> manifest;  // none: there is no good one, and `state` is unspecified
  std::vector<std::string> broken;   // newer ones, each with what is wrong
};

// Loads the newest good one, of those with at most `last_step` steps.
[[nodiscard]] Result<LatestCheckpoint> load_latest(system::Files& files, const system::Path& folder,
                                                   int64_t last_step, const DecoderConfig& model,
                                                   Numerics numerics, const ParameterLayout& layout,
                                                   TrainingState& state, Parallel& parallel);

}  // namespace glass::engine
