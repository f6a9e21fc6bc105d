#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/shard/internal/manifest.h"
#include "glass/data/shard/internal/shard_format.h"
#include "glass/data/shard/shard.h"
#include "glass/system/files.h"

namespace glass::data {

namespace {

struct OpenShard {
  std::string name;  // the path as messages show it
  std::unique_ptr<system::MappedFile> file;
  ShardView view;
  crypto::Digest expected;
  uint64_t first_document;  // number of its first document within the part
};

tl::unexpected<Error> corrupt(const OpenShard& shard, std::string_view what) {
  return fail(ErrorCode::kCorruption, fmt::format("shard {}: {}", shard.name, what));
}

Result<OpenShard> open_shard(system::Files& files, const system::Path& path,
                             const ManifestShard& expected, uint32_t vocabulary_size) {
  OpenShard shard{.name = system::path_text(path),
                  .file = nullptr,
                  .view = {},
                  .expected = expected.sha256,
                  .first_document = 0};
  auto file = files.map(path);
  if (!file && file.error().code == ErrorCode::kNotFound)
    return corrupt(shard, "it is missing, though the manifest names it");
  if (!file) return tl::unexpected(std::move(file).error());
  shard.file = std::move(*file);
  const ByteView bytes = shard.file->bytes();
  if (bytes.size() != expected.file_bytes)
    return corrupt(shard, fmt::format("it has {} bytes, the manifest says {}", bytes.size(),
                                      expected.file_bytes));
  GLASS_TRY(shard.view, ShardView::parse(bytes, shard.name));
  if (shard.view.counts() != expected.counts || shard.view.vocabulary_size() != vocabulary_size)
    return corrupt(shard, "its header is not what the manifest says");
  return shard;
}

// The digest, the range of the tokens, and E at the start of each document and nowhere else.
Status verify_shard(const OpenShard& shard, TokenId end_of_text) {
  const crypto::Digest actual = crypto::sha256(shard.file->bytes());
  if (actual != shard.expected)
    return corrupt(shard, fmt::format("its digest is {}, the manifest says {}",
                                      crypto::to_text(actual), crypto::to_text(shard.expected)));
  std::array<TokenId, 4096> block;
  for (uint64_t document = 0; document < shard.view.counts().documents; ++document) {
    const uint64_t begin = shard.view.entry(document).first_token;
    const uint64_t end = shard.view.end_token(document);
    for (uint64_t at = begin; at < end; at += block.size()) {
      const std::span<TokenId> tokens(block.data(), std::min<uint64_t>(block.size(), end - at));
      if (!shard.view.copy_tokens(at, tokens))
        return corrupt(shard,
                       fmt::format("document {} has a token outside the vocabulary", document));
      const auto marks = std::ranges::count(tokens, end_of_text);
      if (marks != (at == begin ? 1 : 0) || (at == begin && tokens.front() != end_of_text))
        return corrupt(
            shard, fmt::format("document {} does not begin with its one {}", document, kEndOfText));
    }
  }
  return {};
}

}  // namespace

struct ShardedDocuments::State {
  std::vector<OpenShard> shards;
  ShardCounts counts;

  [[nodiscard]] const OpenShard& shard_of(uint64_t document) const {
    GLASS_CHECK(document < counts.documents);
    const auto behind = std::ranges::upper_bound(shards, document, {}, &OpenShard::first_document);
    return *(behind - 1);
  }
};

ShardedDocuments::ShardedDocuments(std::unique_ptr<State> state) : state_(std::move(state)) {}

ShardedDocuments::ShardedDocuments(ShardedDocuments&&) noexcept = default;
ShardedDocuments& ShardedDocuments::operator=(ShardedDocuments&&) noexcept = default;
ShardedDocuments::~ShardedDocuments() = default;

uint64_t ShardedDocuments::count() const {
  return state_->counts.documents;
}

uint64_t ShardedDocuments::tokens() const {
  return state_->counts.tokens;
}

uint64_t ShardedDocuments::text_bytes() const {
  return state_->counts.text_bytes;
}

ShardDocument ShardedDocuments::document(uint64_t document) const {
  const OpenShard& shard = state_->shard_of(document);
  const uint64_t local = document - shard.first_document;
  const ShardView::Entry entry = shard.view.entry(local);
  return {.digest = entry.digest,
          .tokens = shard.view.end_token(local) - entry.first_token,
          .text_bytes = entry.text_bytes};
}

Status ShardedDocuments::copy_tokens(uint64_t document, uint64_t first,
                                     std::span<TokenId> out) const {
  const OpenShard& shard = state_->shard_of(document);
  const uint64_t local = document - shard.first_document;
  const uint64_t begin = shard.view.entry(local).first_token;
  const uint64_t count = shard.view.end_token(local) - begin;
  GLASS_CHECK(first <= count && out.size() <= count - first);
  if (!shard.view.copy_tokens(begin + first, out))
    return corrupt(shard, fmt::format("document {} has a token outside the vocabulary", local));
  return {};
}

struct ShardSet::State {
  Json manifest_json;
  crypto::Digest manifest_digest;
  Manifest manifest;
  std::unique_ptr<ShardedDocuments> train, held_out;
};

ShardSet::ShardSet(std::unique_ptr<State> state) : state_(std::move(state)) {}

ShardSet::ShardSet(ShardSet&&) noexcept = default;
ShardSet& ShardSet::operator=(ShardSet&&) noexcept = default;
ShardSet::~ShardSet() = default;

Result<ShardSet> ShardSet::open(system::Files& files, const system::Path& folder) {
  const system::Path path = folder / kManifestName;
  GLASS_TRY(const std::string text, files.read_text(path));
  auto state = std::make_unique<State>();
  GLASS_TRY(state->manifest, read_manifest(text, system::path_text(path)));
  state->manifest_json = to_json(state->manifest);
  state->manifest_digest = crypto::sha256(text);
  const auto vocabulary_size = static_cast<uint32_t>(state->manifest.text_lengths.size());
  for (const Split split : {Split::kTrain, Split::kHeldOut}) {
    const std::vector<ManifestShard>& expected = state->manifest.part(split);
    auto part = std::make_unique<ShardedDocuments::State>();
    part->counts = total(expected);
    uint64_t documents = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      GLASS_TRY(OpenShard shard,
                open_shard(files, folder / shard_name(split, i), expected[i], vocabulary_size));
      shard.first_document = documents;
      documents += expected[i].counts.documents;
      part->shards.push_back(std::move(shard));
    }
    auto& target = split == Split::kTrain ? state->train : state->held_out;
    target.reset(new ShardedDocuments(std::move(part)));
  }
  return ShardSet(std::move(state));
}

Status ShardSet::verify(Parallel& parallel) const {
  std::vector<const OpenShard*> shards;
  for (const Split split : {Split::kTrain, Split::kHeldOut})
    for (const OpenShard& shard : part(split).state_->shards) shards.push_back(&shard);
  std::vector<Status> results(shards.size());
  std::atomic<size_t> next = 0;
  parallel.run([&](int) {
    for (size_t i = next++; i < shards.size(); i = next++)
      results[i] = verify_shard(*shards[i], end_of_text());
  });
  for (const Status& result : results) GLASS_TRY_STATUS(result);
  return {};
}

const Json& ShardSet::manifest() const {
  return state_->manifest_json;
}

crypto::Digest ShardSet::manifest_digest() const {
  return state_->manifest_digest;
}

crypto::Digest ShardSet::tokenizer_digest() const {
  return state_->manifest.tokenizer;
}

crypto::Digest ShardSet::corpus_digest() const {
  return state_->manifest.corpus;
}

int32_t ShardSet::vocabulary_size() const {
  return static_cast<int32_t>(state_->manifest.text_lengths.size());
}

TokenId ShardSet::end_of_text() const {
  return state_->manifest.end_of_text;
}

std::span<const uint32_t> ShardSet::text_lengths() const {
  return state_->manifest.text_lengths;
}

const ShardedDocuments& ShardSet::part(Split split) const {
  return split == Split::kTrain ? *state_->train : *state_->held_out;
}

}  // namespace glass::data
