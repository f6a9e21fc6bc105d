#include "glass/engine/formats/slices.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {
namespace {

bool is_part(const WeightSlice& slice) {
  return slice.their_rows != 0;
}

int64_t columns(const WeightSlice& slice) {
  return std::max<int64_t>(slice.cols, 1);
}

// out[col, row] = in[row, col]
void transpose(std::span<const float> in, int64_t rows, int64_t cols, std::span<float> out) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col)
      out[static_cast<size_t>(col * rows + row)] = in[static_cast<size_t>(row * cols + col)];
  }
}

// Rows of heads whose pairs lie otherwise: of neighbours (2j, 2j+1) the halves (j, j + d/2), or
// back.
void pair_otherwise(std::span<const float> in, HeadPairs to, int64_t head_dim, int64_t cols,
                    std::span<float> out) {
  const int64_t rows = static_cast<int64_t>(in.size()) / cols, half = head_dim / 2;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t head = row / head_dim * head_dim, within = row % head_dim;
    const int64_t target = to == HeadPairs::kHalves ? (within % 2) * half + within / 2
                                                    : (within % half) * 2 + within / half;
    std::copy_n(in.begin() + row * cols, cols, out.begin() + (head + target) * cols);
  }
}

template <typename T>
std::span<T> rows_of(std::span<T> values, int64_t begin, const WeightSlice& slice) {
  return values.subspan(static_cast<size_t>(begin * columns(slice)),
                        static_cast<size_t>(slice.rows * columns(slice)));
}

HeadPairs pairs_of(const DecoderConfig& config) {
  return config.rope_interleaved ? HeadPairs::kNeighbours : HeadPairs::kHalves;
}

// The slice as it lies there; copied into `copy` where that is not how it lies here.
std::span<const float> as_there(const DecoderConfig& config, const WeightSlice& slice,
                                HeadPairs there, std::span<const float> ours,
                                std::vector<float>& copy) {
  const std::span<const float> values = rows_of(ours, slice.begin, slice);
  const bool turn = slice.rotated && pairs_of(config) != there;
  if (!slice.transposed && !turn && !slice.plus_one) return values;
  copy.resize(values.size());
  if (turn)
    pair_otherwise(values, there, config.head_dim, columns(slice), copy);
  else if (slice.transposed)
    transpose(values, slice.rows, slice.cols, copy);
  else
    std::ranges::transform(values, copy.begin(), [](float value) { return 1 + value; });
  return copy;
}

// Reads slices; keeps the last tensor that several of them are parts of.
class SliceReader {
 public:
  SliceReader(ReadThere read, HeadPairs there, int64_t head_dim)
      : read_(read), there_(there), head_dim_(head_dim) {}

  [[nodiscard]] Status read(const WeightSlice& slice, ModelTensor& tensor) {
    const std::span<float> target = rows_of(std::span(tensor.values), slice.begin, slice);
    const Shape shape = shape_there(slice);
    const bool turn = slice.rotated && there_ != HeadPairs::kHalves;
    if (!is_part(slice) && !slice.transposed && !turn) {
      GLASS_TRY_STATUS(read_(slice.theirs, shape, target));
    } else {
      GLASS_TRY_STATUS(fetch(slice.theirs, shape));
      const std::span<const float> whole = whole_;
      if (slice.transposed)
        transpose(whole, slice.cols, slice.rows, target);
      else if (turn)
        pair_otherwise(whole, HeadPairs::kHalves, head_dim_, columns(slice), target);
      else
        std::ranges::copy(rows_of(whole, slice.their_begin, slice), target.begin());
    }
    if (slice.plus_one)
      for (float& value : target) value -= 1;
    return {};
  }

 private:
  [[nodiscard]] Status fetch(const std::string& name, const Shape& shape) {
    if (name == name_) return {};
    name_ = name;
    GLASS_TRY(const int64_t count, element_count(shape));
    whole_.resize(static_cast<size_t>(count));
    return read_(name_, shape, whole_);
  }

  ReadThere read_;
  HeadPairs there_;
  int64_t head_dim_;
  std::string name_;
  std::vector<float> whole_;
};

}  // namespace

Shape shape_there(const WeightSlice& slice) {
  const int64_t rows = slice.their_rows == 0 ? slice.rows : slice.their_rows;
  if (slice.cols == 0) return {rows};
  if (slice.transposed) return {slice.cols, rows};
  if (slice.their_matrices == 1) return {rows, slice.cols};
  return {slice.their_matrices, rows / slice.their_matrices, slice.cols};
}

TensorsThere tensors_there(const std::vector<WeightSlice>& slices, const DecoderConfig& config,
                           HeadPairs there, const TensorViews& tensors) {
  TensorsThere out;
  std::map<std::string, std::span<float>> assembled;  // theirs, of several slices
  for (const WeightSlice& slice : slices) {
    const auto found = tensors.find(slice.ours);
    GLASS_CHECK(found != tensors.end());
    if (!is_part(slice)) {
      const auto values =
          as_there(config, slice, there, found->second.values, out.copies.emplace_back());
      out.list.push_back({.name = slice.theirs, .shape = shape_there(slice), .values = values});
      continue;
    }
    const auto [whole, is_new] = assembled.try_emplace(slice.theirs);
    if (is_new) {
      const Shape shape = shape_there(slice);
      whole->second = out.copies.emplace_back(static_cast<size_t>(*element_count(shape)));
      out.list.push_back({.name = slice.theirs, .shape = shape, .values = whole->second});
    }
    std::ranges::copy(rows_of(found->second.values, slice.begin, slice),
                      rows_of(whole->second, slice.their_begin, slice).begin());
  }
  return out;
}

Status read_slices(ReadThere read, const std::vector<WeightSlice>& slices, HeadPairs there,
                   int64_t head_dim, std::map<std::string, ModelTensor>& tensors) {
  SliceReader reader(read, there, head_dim);
  for (const WeightSlice& slice : slices)
    GLASS_TRY_STATUS(reader.read(slice, tensors.at(slice.ours)));
  return {};
}

}  // namespace glass::engine
