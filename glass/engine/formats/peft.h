// Peft: adapters as a folder that Hugging Face's peft loads: adapter_config.json and
// adapter_model.safetensors with the names of its LoRA layers on the family's model.
//
// Where q, k and v (or gate and up) are layers of their own there, they have one A in common here,
// and each of theirs gets a copy of it; B is cut into their rows.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/system/files.h"

namespace glass::engine {

// Writes the two files into `folder`, which exists. `base` is what the configuration calls the
// model under the adapters. REQUIRES: the configuration has adapters, `tensors` all of them.
[[nodiscard]] Status export_peft(system::Files& files, const system::Path& folder,
                                 const ModelFamily& family, const DecoderConfig& config,
                                 const TensorViews& tensors, std::string_view base);

// The adapters of such a folder, by the engine's names. kCorruption if copies of one A differ.
// REQUIRES: the configuration is that of the export.
[[nodiscard]] Result<std::map<std::string, ModelTensor>> import_peft(system::Files& files,
                                                                     const system::Path& folder,
                                                                     const ModelFamily& family,
                                                                     const DecoderConfig& config);

}  // namespace glass::engine
