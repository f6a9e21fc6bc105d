// Slices: tensors of a foreign file out of ours, and ours out of them, by a family's list
// (weight_slice.h), whatever the file is.
#pragma once

#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/weight_slice.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {

// Which two numbers of a head RoPE turns together in the file: (j, j + d/2) or (2j, 2j + 1).
enum class HeadPairs { kHalves, kNeighbours };

struct TensorThere {
  std::string name;
  Shape shape;
  std::span<const float> values;
};

// In the order of the slices. What lies there as it lies here is a view of it, the rest a copy.
struct TensorsThere {
  std::vector<TensorThere> list;
  std::deque<std::vector<float>> copies;
};

// REQUIRES: `tensors` has all that the slices name, and outlives the result.
TensorsThere tensors_there(const std::vector<WeightSlice>& slices, const DecoderConfig& config,
                           HeadPairs there, const TensorViews& tensors);

// The shape of the tensor that the slice is, or is a part of.
Shape shape_there(const WeightSlice& slice);

// Gives the numbers of a tensor of the file, of this shape, or says what keeps it from it.
using ReadThere =
    FunctionRef<Status(const std::string& name, const Shape& shape, std::span<float> out)>;

// Fills `tensors`, which have their shapes; heads turn halves here. REQUIRES: `tensors` has all
// that the slices name; heads are `head_dim` wide.
[[nodiscard]] Status read_slices(ReadThere read, const std::vector<WeightSlice>& slices,
                                 HeadPairs there, int64_t head_dim,
                                 std::map<std::string, ModelTensor>& tensors);

}  // namespace glass::engine
