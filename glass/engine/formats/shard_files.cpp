#include "glass/engine/formats/shard_files.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/tensor/dtype.h"
#include "glass/system/files.h"

namespace glass::engine {
namespace {

constexpr const char* kIndexFile = "model.safetensors.index.json";

using Shard = std::vector<TensorToWrite>;

Result<std::vector<Shard>> split(const Safetensors& whole, uint64_t most_bytes) {
  std::vector<Shard> shards(1);
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : whole.tensors()) {
    GLASS_TRY(const DType dtype, dtype_from_name(tensor.dtype));
    if (!shards.back().empty() && bytes + tensor.bytes.size() > most_bytes) {
      shards.emplace_back();
      bytes = 0;
    }
    bytes += tensor.bytes.size();
    shards.back().push_back({name, dtype, tensor.shape, tensor.bytes});
  }
  return shards;
}

Status write_shard(system::Files& files, const system::Path& file, const Shard& shard,
                   const Safetensors& whole) {
  GLASS_TRY(const auto out, files.create(file));
  GLASS_TRY_STATUS(write_safetensors(*out, shard, whole.metadata()));
  GLASS_TRY_STATUS(out->sync());
  return out->close();
}

Status expect_written(system::Files& files, const system::Path& file, const Shard& shard) {
  GLASS_TRY(const SafetensorsFile read, SafetensorsFile::open(files, file));
  const auto& tensors = read.content().tensors();
  bool same = tensors.size() == shard.size();
  for (const TensorToWrite& tensor : shard) {
    const auto found = tensors.find(tensor.name);
    same = same && found != tensors.end() && found->second.dtype == name(tensor.dtype) &&
           found->second.shape == tensor.shape &&
           std::ranges::equal(found->second.bytes, tensor.bytes);
  }
  if (same) return {};
  return fail(ErrorCode::kMismatch,
              fmt::format("{} read back is not what was written", system::path_text(file)));
}

}  // namespace

Result<std::vector<std::string>> write_shards(system::Files& files, const system::Path& file,
                                              const system::Path& folder, uint64_t most_bytes) {
  GLASS_TRY(const SafetensorsFile whole, SafetensorsFile::open(files, file));
  GLASS_TRY(const std::vector<Shard> shards, split(whole.content(), most_bytes));
  std::vector<std::string> names;
  Json::Object weight_map;
  uint64_t total = 0;
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string name = fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size());
    GLASS_TRY_STATUS(write_shard(files, folder / name, shards[i], whole.content()));
    GLASS_TRY_STATUS(expect_written(files, folder / name, shards[i]));
    for (const TensorToWrite& tensor : shards[i]) {
      weight_map.emplace(tensor.name, name);
      total += tensor.bytes.size();
    }
    names.push_back(name);
  }
  const Json index = Json::Object{{"metadata", Json::Object{{"total_size", total}}},
                                  {"weight_map", std::move(weight_map)}};
  GLASS_TRY_STATUS(files.write_atomic(folder / kIndexFile, as_bytes(to_pretty(index))));
  names.emplace_back(kIndexFile);
  return names;
}

}  // namespace glass::engine
