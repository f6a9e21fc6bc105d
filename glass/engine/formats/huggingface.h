// HuggingFace: a model as a folder that other programs load: config.json, generation_config.json
// and model.safetensors with the names and the layout of transformers' LlamaForCausalLM and
// GPT2LMHeadModel. The tokenizer's files are written by who owns the tokenizer.
//
// What differs there: q, k, v and gate, up are tensors of their own; RoPE turns halves of a head,
// so q and k of a model that turns neighbours are permuted; GPT-2's matrices are transposed.
#pragma once

#include <cstdint>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/system/files.h"

namespace glass::engine {

struct SpecialTokens {
  int32_t begin = 0;
  int32_t end = 0;
};

// The family's config.json with the special tokens, and in the words of both transformers 4 and 5.
Json huggingface_config(const ModelFamily& family, const DecoderConfig& config,
                        SpecialTokens special);

// Writes the three files into `folder`, which exists; the caller publishes it.
// REQUIRES: the family can express the configuration; `tensors` has all its parameters.
[[nodiscard]] Status export_huggingface(system::Files& files, const system::Path& folder,
                                        const ModelFamily& family, const DecoderConfig& config,
                                        const TensorViews& tensors, SpecialTokens special);

// Reads such a folder: weights in one file or several, F32, F16 or BF16. The result turns halves.
[[nodiscard]] Result<ModelFile> import_huggingface(system::Files& files,
                                                   const system::Path& folder);

}  // namespace glass::engine
