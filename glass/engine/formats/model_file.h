// ModelFile: a model as the formats of the world hold it, read into the engine's terms.
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

#include "glass/base/result.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {

struct ModelTensor {
  Shape shape;
  std::vector<float> values;
};

struct ModelFile {
  DecoderConfig config;
  std::map<std::string, ModelTensor> tensors;
};

// The model with zeros. kCorruption if its tensors would take more than `stored_bytes`, which a
// file that promises more than it holds shall not cost. REQUIRES: validate(config).
[[nodiscard]] Result<ModelFile> empty_model(const DecoderConfig& config, uint64_t stored_bytes);

struct TensorView {
  Shape shape;
  std::span<const float> values;
};

using TensorViews = std::map<std::string, TensorView, std::less<>>;

// The views last as long as what they are views of.
TensorViews views(const std::map<std::string, ModelTensor>& tensors);
TensorViews views(std::map<std::string, ModelTensor>&& tensors) = delete;
TensorViews views(const ModelFile& model);
TensorViews views(ModelFile&& model) = delete;

}  // namespace glass::engine
