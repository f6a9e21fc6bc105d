// manifest.json of a shard set, as a struct. Format: docs/reference/formats/shard.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/shard/internal/shard_format.h"
#include "glass/data/shard/shard.h"

namespace glass::data {

inline constexpr std::string_view kManifestName = "manifest.json";

struct ManifestShard {
  ShardCounts counts;
  uint64_t file_bytes = 0;
  crypto::Digest sha256;  // of the file

  friend bool operator==(const ManifestShard&, const ManifestShard&) = default;
};

struct Manifest {
  crypto::Digest tokenizer, corpus;
  TokenId end_of_text = -1;
  std::vector<uint32_t> text_lengths;  // by token
  std::vector<ManifestShard> train, held_out;

  [[nodiscard]] const std::vector<ManifestShard>& part(Split split) const {
    return split == Split::kTrain ? train : held_out;
  }

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// "train-00000.shard"
std::string shard_name(Split split, size_t index);

ShardCounts total(const std::vector<ManifestShard>& shards);

Json to_json(const Manifest& manifest);

// kCorruption, with `name` for the file, names the key that is wrong.
[[nodiscard]] Result<Manifest> read_manifest(std::string_view text, std::string_view name);

}  // namespace glass::data
