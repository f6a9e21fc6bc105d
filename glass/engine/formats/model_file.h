// ModelFile: a model as the formats of the world hold it: its sizes and its tensors.
//
// Tensors carry the engine's fused names (`blocks.3.attn.qkv.weight` is the rows of q, k and v
// under each other, `blocks.3.mlp.gate_up.weight` those of gate and up), whatever the file calls
// them. Matrices are [outputs, inputs].
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "glass/engine/tensor/shape.h"

namespace glass::engine {

struct ModelSizes {
  std::string family;  // "llama", "gpt2"
  int64_t layers = 0;
  int64_t channels = 0;  // d_model
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
  int64_t hidden = 0;  // d_ff
  int64_t vocabulary = 0;
  int64_t positions = 0;  // the longest sequence it was made for
  bool tied = true;       // the output head is the embedding
  bool rope_interleaved = false;
  double norm_epsilon = 1e-5;
  double rope_theta = 10000;

  friend bool operator==(const ModelSizes&, const ModelSizes&) = default;
};

// kInvalidInput, naming the size, unless they fit together: positive, at most 2^24, an even
// head_dim, heads a multiple of kv_heads; and for GPT-2 heads = kv_heads, heads x head_dim =
// channels, tied.
[[nodiscard]] Status check(const ModelSizes& sizes);

struct ModelTensor {
  Shape shape;
  std::vector<float> values;
};

struct ModelFile {
  ModelSizes sizes;
  std::map<std::string, ModelTensor> tensors;
};

struct TensorView {
  Shape shape;
  std::span<const float> values;
};

using TensorViews = std::map<std::string, TensorView, std::less<>>;

TensorViews views(const ModelFile& model);

// Name and shape of every tensor a model of these sizes has.
std::map<std::string, Shape> fused_shapes(const ModelSizes& sizes);

}  // namespace glass::engine
