#include "glass/engine/formats/slice_files.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/weight_slice.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"

namespace glass::engine {
namespace {

Shape shape_there(const WeightSlice& slice) {
  const int64_t rows = slice.their_rows == 0 ? slice.rows : slice.their_rows;
  if (slice.cols == 0) return {rows};
  if (slice.transposed) return {slice.cols, rows};
  return {rows, slice.cols};
}

bool is_part(const WeightSlice& slice) {
  return slice.their_rows != 0;
}

// out[col, row] = in[row, col]
void transpose(std::span<const float> in, int64_t rows, int64_t cols, std::span<float> out) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col)
      out[static_cast<size_t>(col * rows + row)] = in[static_cast<size_t>(row * cols + col)];
  }
}

// Rows of heads whose neighbours (2j, 2j+1) turn together, as heads whose halves (j, j + d/2) do.
void halves_from_neighbours(std::span<const float> in, int64_t head_dim, int64_t cols,
                            std::span<float> out) {
  const int64_t rows = static_cast<int64_t>(in.size()) / cols;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t head = row / head_dim;
    const int64_t within = row % head_dim;
    const int64_t target = head * head_dim + (within % 2) * (head_dim / 2) + within / 2;
    std::copy_n(in.begin() + row * cols, cols, out.begin() + target * cols);
  }
}

template <typename T>
std::span<T> rows_of(std::span<T> values, int64_t begin, const WeightSlice& slice) {
  const int64_t cols = std::max<int64_t>(slice.cols, 1);
  return values.subspan(static_cast<size_t>(begin * cols), static_cast<size_t>(slice.rows * cols));
}

// The slice as it lies there; copied into `copy` where that is not how it lies here.
std::span<const float> as_there(const DecoderConfig& config, const WeightSlice& slice,
                                std::span<const float> ours, std::vector<float>& copy) {
  const std::span<const float> values = rows_of(ours, slice.begin, slice);
  const bool turn = slice.rotated && config.rope_interleaved;
  if (!slice.transposed && !turn) return values;
  copy.resize(values.size());
  if (turn)
    halves_from_neighbours(values, config.head_dim, std::max<int64_t>(slice.cols, 1), copy);
  else
    transpose(values, slice.rows, slice.cols, copy);
  return copy;
}

// The tensors there; what is not a plain slice of ours is copied into `storage`.
std::vector<TensorToWrite> tensors_there(const std::vector<WeightSlice>& slices,
                                         const DecoderConfig& config, const TensorViews& tensors,
                                         std::deque<std::vector<float>>& storage) {
  std::vector<TensorToWrite> out;
  std::map<std::string, std::span<float>> assembled;  // theirs, of several slices
  for (const WeightSlice& slice : slices) {
    const auto found = tensors.find(slice.ours);
    GLASS_CHECK(found != tensors.end());
    if (!is_part(slice)) {
      const auto values = as_there(config, slice, found->second.values, storage.emplace_back());
      out.push_back(float_tensor(slice.theirs, shape_there(slice), values));
      continue;
    }
    const auto [whole, is_new] = assembled.try_emplace(slice.theirs);
    if (is_new) {
      const Shape shape = shape_there(slice);
      whole->second = storage.emplace_back(static_cast<size_t>(*element_count(shape)));
      out.push_back(float_tensor(slice.theirs, shape, whole->second));
    }
    std::ranges::copy(rows_of(found->second.values, slice.begin, slice),
                      rows_of(whole->second, slice.their_begin, slice).begin());
  }
  return out;
}

// Reads slices; keeps the last tensor that several of them are parts of.
class SliceReader {
 public:
  explicit SliceReader(const WeightFiles& weights) : weights_(weights) {}

  [[nodiscard]] Status read(const WeightSlice& slice, ModelTensor& tensor) {
    const std::span<float> target = rows_of(std::span(tensor.values), slice.begin, slice);
    const Shape shape = shape_there(slice);
    if (!is_part(slice) && !slice.transposed)
      return weights_.copy_floats(slice.theirs, shape, target);
    if (slice.theirs != name_) {
      name_ = slice.theirs;
      GLASS_TRY(const int64_t count, element_count(shape));
      whole_.resize(static_cast<size_t>(count));
      GLASS_TRY_STATUS(weights_.copy_floats(name_, shape, whole_));
    }
    if (slice.transposed)
      transpose(whole_, slice.cols, slice.rows, target);
    else
      std::ranges::copy(rows_of(std::span<const float>(whole_), slice.their_begin, slice),
                        target.begin());
    return {};
  }

 private:
  const WeightFiles& weights_;
  std::string name_;
  std::vector<float> whole_;
};

}  // namespace

Status write_slices(system::Files& files, const system::Path& file,
                    const std::vector<WeightSlice>& slices, const DecoderConfig& config,
                    const TensorViews& tensors) {
  std::deque<std::vector<float>> storage;
  GLASS_TRY(const auto out, files.create(file));
  GLASS_TRY_STATUS(
      write_safetensors(*out, tensors_there(slices, config, tensors, storage), {{"format", "pt"}}));
  GLASS_TRY_STATUS(out->sync());
  return out->close();
}

Result<WeightFiles> WeightFiles::open_one(system::Files& files, const system::Path& file) {
  GLASS_TRY(SafetensorsFile content, SafetensorsFile::open(files, file));
  WeightFiles weights;
  weights.files_.push_back({.name = file.filename().string(), .content = std::move(content)});
  return weights;
}

Result<WeightFiles> WeightFiles::open(system::Files& files, const system::Path& folder) {
  const system::Path one = folder / "model.safetensors";
  const system::Path index = folder / "model.safetensors.index.json";
  if (files.exists(one) || !files.exists(index)) return open_one(files, one);
  GLASS_TRY(const std::string text, files.read_text(index));
  WeightFiles weights;
  const auto told = [&](const Error& error) { return in_context(index.string(), error); };
  const auto json = parse_json(text);
  if (!json) return told(json.error());
  const auto map = json->get_object("weight_map");
  if (!map) return told(map.error());
  for (const auto& [tensor, value] : **map) {
    const std::string* name = value.if_string();
    if (name == nullptr || system::Path(*name).filename() != system::Path(*name))
      return fail(ErrorCode::kCorruption,
                  fmt::format("{}: the file of {} is no plain name", index.string(), tensor));
    auto known = std::ranges::find(weights.files_, *name, &File::name);
    if (known == weights.files_.end()) {
      GLASS_TRY(SafetensorsFile content, SafetensorsFile::open(files, folder / *name));
      weights.files_.push_back({.name = *name, .content = std::move(content)});
    }
  }
  std::ranges::sort(weights.files_, {}, &File::name);
  for (const auto& [tensor, value] : **map) {
    const auto known = std::ranges::find(weights.files_, *value.if_string(), &File::name);
    weights.by_tensor_.emplace(tensor, known - weights.files_.begin());
  }
  return weights;
}

uint64_t WeightFiles::size_bytes() const {
  uint64_t bytes = 0;
  for (const File& file : files_) bytes += file.content.bytes().size();
  return bytes;
}

Status WeightFiles::copy_floats(const std::string& name, const Shape& shape,
                                std::span<float> out) const {
  size_t at = 0;
  if (!by_tensor_.empty()) {
    const auto found = by_tensor_.find(name);
    if (found == by_tensor_.end())
      return fail(ErrorCode::kCorruption,
                  fmt::format("model.safetensors.index.json has no tensor '{}'", name));
    at = found->second;
  }
  const File& file = files_[at];
  const Status copied = file.content.content().copy_floats(name, shape, out);
  return copied ? Status{} : in_context(file.name, copied.error());
}

crypto::Digest WeightFiles::digest() const {
  if (files_.size() == 1) return crypto::sha256(files_.front().content.bytes());
  crypto::Sha256 lines;
  for (const File& file : files_) {
    const crypto::Digest one = crypto::sha256(file.content.bytes());
    lines.update(as_bytes(fmt::format("{}  {}\n", to_hex(one.bytes), file.name)));
  }
  return lines.finish();
}

Status read_slices(const WeightFiles& weights, const std::vector<WeightSlice>& slices,
                   std::map<std::string, ModelTensor>& tensors) {
  SliceReader reader(weights);
  for (const WeightSlice& slice : slices)
    GLASS_TRY_STATUS(reader.read(slice, tensors.at(slice.ours)));
  return {};
}

}  // namespace glass::engine
