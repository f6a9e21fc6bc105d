// MergedModel: a model with its adapters worked into its weights.
#pragma once

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/config.h"

namespace glass::engine {

// W + B ((alpha / rank) A) for every layer with an adapter, in numerics class portable-1; all else
// is copied. The result's configuration has no adapters. It computes the same function as the model
// with adapters, but not the same bits: there the sum over the rank is made for every token.
// REQUIRES: `tensors` has all parameters of the configuration.
[[nodiscard]] Result<ModelFile> merge_adapters(const DecoderConfig& config,
                                               const TensorViews& tensors, const Kernels& kernels,
                                               Parallel& parallel);

}  // namespace glass::engine
