// SliceFiles: safetensors files whose tensors are slices of ours (weight_slice.h), in both
// directions.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/weight_slice.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"

namespace glass::engine {

// Writes and syncs `file`. Heads of a configuration that turns neighbours are written as heads that
// turn halves. REQUIRES: `tensors` has all that the slices name.
[[nodiscard]] Status write_slices(system::Files& files, const system::Path& file,
                                  const std::vector<WeightSlice>& slices,
                                  const DecoderConfig& config, const TensorViews& tensors);

// The files of a model's weights: model.safetensors, or those that model.safetensors.index.json
// names with the tensors in each. Errors name the file.
class WeightFiles {
 public:
  [[nodiscard]] static Result<WeightFiles> open(system::Files& files, const system::Path& folder);
  [[nodiscard]] static Result<WeightFiles> open_one(system::Files& files, const system::Path& file);

  // Of all files together.
  [[nodiscard]] uint64_t size_bytes() const;

  // As Safetensors::copy_floats, from the file that holds it.
  [[nodiscard]] Status copy_floats(const std::string& name, const Shape& shape,
                                   std::span<float> out) const;

  // SHA-256 of the one file, as sha256sum prints it; of several that of the lines that
  // `sha256sum FILES` prints, the files sorted by name.
  [[nodiscard]] crypto::Digest digest() const;

 private:
  struct File {
    std::string name;
    SafetensorsFile content;
  };

  std::vector<File> files_;                  // by name
  std::map<std::string, size_t> by_tensor_;  // empty: there is one file
};

// Fills `tensors`, which have their shapes, from the files. kCorruption names a tensor that is
// absent or of another type or shape. REQUIRES: `tensors` has all that the slices name.
[[nodiscard]] Status read_slices(const WeightFiles& weights, const std::vector<WeightSlice>& slices,
                                 std::map<std::string, ModelTensor>& tensors);

}  // namespace glass::engine
