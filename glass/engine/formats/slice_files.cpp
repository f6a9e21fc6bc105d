#include "glass/engine/formats/slice_files.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/formats/slices.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/weight_slice.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"

namespace glass::engine {

Status write_slices(system::Files& files, const system::Path& file,
                    const std::vector<WeightSlice>& slices, const DecoderConfig& config,
                    const TensorViews& tensors) {
  const TensorsThere there = tensors_there(slices, config, HeadPairs::kHalves, tensors);
  std::vector<TensorToWrite> list;
  for (const TensorThere& tensor : there.list)
    list.push_back(float_tensor(tensor.name, tensor.shape, tensor.values));
  GLASS_TRY(const auto out, files.create(file));
  GLASS_TRY_STATUS(write_safetensors(*out, std::move(list), {{"format", "pt"}}));
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
  const auto read = [&](const std::string& name, const Shape& shape, std::span<float> out) {
    return weights.copy_floats(name, shape, out);
  };
  return read_slices(read, slices, HeadPairs::kHalves, 0, tensors);
}

}  // namespace glass::engine
