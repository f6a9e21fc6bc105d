// StartModel: the model that a training goes on from, as a part of the run.
//
//   start/config.json, generation_config.json, model.safetensors, tokenizer.json
//   start/manifest.json   what it was: digest of the weights' file, licence, the run it came from
//   start/record.json     of that run, where the model came from one
//
// The copy makes the run whole: it can be replayed and verified without the place where the model
// was found. What always holds of a StartModel: its tensors have the digest of its manifest.
#pragma once

#include <optional>
#include <string>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/services.h"
#include "glass/system/files.h"

namespace glass::service {

struct StartManifest {
  crypto::Digest weights;             // of the file that was found
  crypto::Digest parameters;          // of the tensors, as checkpoints name them
  crypto::Digest tokenizer;           // of tokenizer.json
  data::TokenId end_of_text = 0;      // what stood between the texts that it was trained on
  std::string licence;                // SPDX expression, declared by the recipe
  std::optional<crypto::Digest> run;  // whose record is beside it
};

struct StartModel {
  engine::ModelFile model;
  const engine::ModelFamily* family;
  StartManifest manifest;
  crypto::Digest manifest_digest;
};

// Copies the recipe's start into the run, or finds it there. kInvalidInput if the weights have
// another digest than the recipe says, or it says none: the message tells the one they have.
// REQUIRES: the recipe has a start.
[[nodiscard]] Result<StartModel> prepare_start(const Recipe& recipe,
                                               const system::Path& recipe_folder, RunFolder& folder,
                                               const Services& services);

// The start of a run, every tensor hashed again. kMismatch if a file is not what the manifest says.
[[nodiscard]] Result<StartModel> read_start(const RunPaths& paths, const Services& services);

// Its configuration alone, from where the recipe says it lies.
[[nodiscard]] Result<engine::DecoderConfig> start_config(const Recipe& recipe,
                                                         const system::Path& recipe_folder,
                                                         const Services& services);

}  // namespace glass::service
