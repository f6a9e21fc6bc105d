#include "glass/data/shard/internal/manifest.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::data {

namespace {

constexpr std::string_view kFormat = "glass-shards-1";

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::kCorruption, std::move(message));
}

std::string_view part_name(Split split) {
  return split == Split::kTrain ? "train" : "held_out";
}

Json part_json(const Manifest& manifest, Split split) {
  Json::Array shards;
  for (const ManifestShard& shard : manifest.part(split)) {
    shards.emplace_back(Json::Object{{"file", shard_name(split, shards.size())},
                                     {"bytes", shard.file_bytes},
                                     {"sha256", crypto::to_text(shard.sha256)},
                                     {"documents", shard.counts.documents},
                                     {"tokens", shard.counts.tokens},
                                     {"text_bytes", shard.counts.text_bytes}});
  }
  const ShardCounts counts = total(manifest.part(split));
  return Json::Object{{"documents", counts.documents},
                      {"tokens", counts.tokens},
                      {"text_bytes", counts.text_bytes},
                      {"shards", std::move(shards)}};
}

Result<uint64_t> get_count(const Json& object, std::string_view key) {
  GLASS_TRY(const int64_t count, object.get_int(key));
  if (count < 0) return wrong(fmt::format("\"{}\" is negative", key));
  return static_cast<uint64_t>(count);
}

Result<crypto::Digest> get_digest(const Json& object, std::string_view key) {
  GLASS_TRY(const std::string text, object.get_string(key));
  return crypto::digest_from_text(text);
}

Result<ShardCounts> read_counts(const Json& object) {
  ShardCounts counts;
  GLASS_TRY(counts.documents, get_count(object, "documents"));
  GLASS_TRY(counts.tokens, get_count(object, "tokens"));
  GLASS_TRY(counts.text_bytes, get_count(object, "text_bytes"));
  return counts;
}

Result<std::vector<ManifestShard>> read_part(const Json& file, Split split) {
  const Json* part = file.find(part_name(split));
  if (part == nullptr) return wrong(fmt::format("it has no part \"{}\"", part_name(split)));
  GLASS_TRY(const Json::Array* list, part->get_array("shards"));
  std::vector<ManifestShard> shards;
  for (const Json& one : *list) {
    // Names are not free, so none can lead out of the folder.
    const std::string expected = shard_name(split, shards.size());
    GLASS_TRY(const std::string name, one.get_string("file"));
    if (name != expected) return wrong(fmt::format("a shard is named {}, not {}", name, expected));
    ManifestShard shard;
    GLASS_TRY(shard.counts, read_counts(one));
    GLASS_TRY(shard.file_bytes, get_count(one, "bytes"));
    GLASS_TRY(shard.sha256, get_digest(one, "sha256"));
    shards.push_back(shard);
  }
  GLASS_TRY(const ShardCounts announced, read_counts(*part));
  if (announced != total(shards))
    return wrong(
        fmt::format("the sums of part \"{}\" are not those of its shards", part_name(split)));
  return shards;
}

Result<std::vector<uint32_t>> read_text_lengths(const Json& file) {
  GLASS_TRY(const Json::Array* list, file.get_array("text_lengths"));
  std::vector<uint32_t> lengths;
  lengths.reserve(list->size());
  for (const Json& length : *list) {
    const int64_t* value = length.if_int();
    if (value == nullptr || *value < 0 || *value > std::numeric_limits<uint32_t>::max())
      return wrong("\"text_lengths\" holds something else than lengths");
    lengths.push_back(static_cast<uint32_t>(*value));
  }
  return lengths;
}

Result<Manifest> read(std::string_view text) {
  GLASS_TRY(const Json file, parse_json(text));
  GLASS_TRY(const std::string format, file.get_string("format"));
  if (format != kFormat) return wrong(fmt::format("its format is {}, not {}", format, kFormat));
  Manifest manifest;
  GLASS_TRY(manifest.tokenizer, get_digest(file, "tokenizer"));
  GLASS_TRY(manifest.corpus, get_digest(file, "corpus"));
  GLASS_TRY(manifest.text_lengths, read_text_lengths(file));
  GLASS_TRY(const uint64_t end_of_text, get_count(file, "end_of_text"));
  if (end_of_text >= manifest.text_lengths.size())
    return wrong("\"end_of_text\" is outside the vocabulary");
  manifest.end_of_text = static_cast<TokenId>(end_of_text);
  GLASS_TRY(manifest.train, read_part(file, Split::kTrain));
  GLASS_TRY(manifest.held_out, read_part(file, Split::kHeldOut));
  // What is not understood would vanish here and show as a difference.
  if (to_json(manifest) != file) return wrong("it holds keys that are not understood");
  return manifest;
}

}  // namespace

std::string shard_name(Split split, size_t index) {
  return fmt::format("{}-{:05}.shard", part_name(split), index);
}

ShardCounts total(const std::vector<ManifestShard>& shards) {
  ShardCounts sum;
  for (const ManifestShard& shard : shards) {
    sum.documents += shard.counts.documents;
    sum.tokens += shard.counts.tokens;
    sum.text_bytes += shard.counts.text_bytes;
  }
  return sum;
}

Json to_json(const Manifest& manifest) {
  return Json::Object{
      {"format", kFormat},
      {"tokenizer", crypto::to_text(manifest.tokenizer)},
      {"corpus", crypto::to_text(manifest.corpus)},
      {"vocabulary_size", manifest.text_lengths.size()},
      {"end_of_text", manifest.end_of_text},
      {"text_lengths", Json::Array(manifest.text_lengths.begin(), manifest.text_lengths.end())},
      {"train", part_json(manifest, Split::kTrain)},
      {"held_out", part_json(manifest, Split::kHeldOut)}};
}

Result<Manifest> read_manifest(std::string_view text, std::string_view name) {
  Result<Manifest> manifest = read(text);
  if (!manifest)
    return fail(ErrorCode::kCorruption, fmt::format("{}: {}", name, manifest.error().message));
  return manifest;
}

}  // namespace glass::data
