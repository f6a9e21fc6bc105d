// GgufNames: what llama.cpp's GGUF calls the parts of a family's models. A family lists its keys
// and tensors; formats/gguf_model reads and writes by the lists.
//
// Keys stand for keys of config.json, so that a file is read as the config.json that says the same.
// Source of names and of what is taken for granted: llama.cpp v0.5.0 (src/models, gguf-py).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/weight_slice.h"

namespace glass::engine {

struct GgufKey {
  enum class Kind { kInteger, kNumber };  // uint32, float32
  std::string_view key;  // behind "llama."; with "glassworks." before it a key of ours
  Kind kind = Kind::kInteger;
  std::string_view hugging_face;  // the key of config.json with the same value
  bool required = false;          // else a file without it means what config.json means without it
};

struct GgufNames {
  std::string_view architecture;
  std::vector<GgufKey> keys;
  std::vector<WeightSlice> (*weights)(const DecoderConfig&) = nullptr;
  bool turns_neighbours = false;  // RoPE pairs (2j, 2j+1), else (j, j + d/2)
  bool has_rope_factors = false;  // rope_freqs.weight is honoured
  bool needs_head = false;        // output.weight is there even where embeddings are tied
  // Adds to a config.json made of the keys what the architecture takes for granted.
  void (*imply)(Json::Object& config) = nullptr;
  // kInvalidInput for what the keys could say and llama.cpp does not do.
  Status (*fits)(const DecoderConfig&) = nullptr;
};

// Of Llama and its relatives. Their tensors are named alike; norms after a branch have names of
// their own.
std::vector<GgufKey> llama_like_gguf_keys(std::vector<GgufKey> further = {});
std::vector<WeightSlice> llama_like_gguf_weights(const DecoderConfig& config);
// The architecture that Llama shares with Mistral and Mixtral.
GgufNames llama_gguf(std::vector<GgufKey> further = {});
// The keys of experts: as config.json calls their number.
std::vector<GgufKey> expert_gguf_keys(std::string_view count);

// kInvalidInput unless heads are as wide as their share of the model, which the architecture takes
// for granted.
[[nodiscard]] Status expect_plain_head_width(const DecoderConfig& config);

}  // namespace glass::engine
