// SliceFiles: safetensors files whose tensors are slices of ours (weight_slice.h), in both
// directions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/weight_slice.h"
#include "glass/system/files.h"

namespace glass::engine {

// Writes and syncs `file`. Heads of a configuration that turns neighbours are written as heads that
// turn halves. REQUIRES: `tensors` has all that the slices name.
[[nodiscard]] Status write_slices(system::Files& files, const system::Path& file,
                                  const std::vector<WeightSlice>& slices,
                                  const DecoderConfig& config, const TensorViews& tensors);

// Fills `tensors`, which have their shapes, from the file. kCorruption names a tensor that is
// absent or of another type or shape. REQUIRES: `tensors` has all that the slices name.
[[nodiscard]] Status read_slices(const Safetensors& file, const std::vector<WeightSlice>& slices,
                                 std::map<std::string, ModelTensor>& tensors);

}  // namespace glass::engine
