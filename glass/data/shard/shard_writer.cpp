#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/shard/internal/manifest.h"
#include "glass/data/shard/internal/shard_format.h"
#include "glass/data/shard/shard.h"
#include "glass/system/files.h"

namespace glass::data {

namespace {

Status check_options(const ShardSetOptions& options) {
  const auto vocabulary = static_cast<int64_t>(options.text_lengths.size());
  if (options.end_of_text < 0 || options.end_of_text >= vocabulary)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("shards cannot be written with a tokenizer that has no {}: every "
                            "document begins with it",
                            kEndOfText));
  return {};
}

}  // namespace

struct ShardSetWriter::State {
  State(system::Files* files_used, system::Path folder_wanted, const ShardSetOptions& options)
      : files(files_used),
        folder(std::move(folder_wanted)),
        staging(folder.string() + ".partial"),
        shard_tokens(options.shard_tokens),
        manifest{.tokenizer = options.tokenizer,
                 .corpus = options.corpus,
                 .end_of_text = options.end_of_text,
                 .text_lengths = options.text_lengths,
                 .train = {},
                 .held_out = {}},
        train(static_cast<uint32_t>(options.text_lengths.size())),
        held_out(static_cast<uint32_t>(options.text_lengths.size())) {}

  // Nothing half-written is left behind, unless the process is killed: then create() cleans up.
  ~State() {
    if (files != nullptr && !finished) static_cast<void>(files->remove_all(staging));
  }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Status close_shard(Split split);

  system::Files* files;  // null: nothing is written
  system::Path folder, staging;
  uint64_t shard_tokens;
  Manifest manifest;
  ShardBuilder train, held_out;
  bool finished = false;
};

Status ShardSetWriter::State::close_shard(Split split) {
  ShardBuilder& builder = split == Split::kTrain ? train : held_out;
  if (builder.counts().documents == 0) return {};
  std::vector<ManifestShard>& list = split == Split::kTrain ? manifest.train : manifest.held_out;
  const Bytes header = builder.header();
  ManifestShard shard{.counts = builder.counts(), .file_bytes = 0, .sha256 = {}};
  crypto::Sha256 digest;
  std::unique_ptr<system::WritableFile> file;
  if (files != nullptr) {
    GLASS_TRY(file, files->create(staging / shard_name(split, list.size())));
  }
  for (const ByteView part : {ByteView(header), builder.table(), builder.tokens()}) {
    if (file != nullptr) GLASS_TRY_STATUS(file->append(part));
    digest.update(part);
    shard.file_bytes += part.size();
  }
  if (file != nullptr) GLASS_TRY_STATUS(file->close());  // publish() makes it durable
  shard.sha256 = digest.finish();
  list.push_back(shard);
  builder.clear();
  return {};
}

ShardSetWriter::ShardSetWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

ShardSetWriter::ShardSetWriter(ShardSetWriter&&) noexcept = default;
ShardSetWriter& ShardSetWriter::operator=(ShardSetWriter&&) noexcept = default;
ShardSetWriter::~ShardSetWriter() = default;

Result<ShardSetWriter> ShardSetWriter::create_dry(ShardSetOptions options) {
  GLASS_TRY_STATUS(check_options(options));
  return ShardSetWriter(std::make_unique<State>(nullptr, system::Path(), options));
}

Result<ShardSetWriter> ShardSetWriter::create(system::Files& files, const system::Path& folder,
                                              ShardSetOptions options) {
  GLASS_TRY_STATUS(check_options(options));
  if (files.exists(folder))
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{} exists already; remove it or choose another folder",
                            system::path_text(folder)));
  auto state = std::make_unique<State>(&files, folder, options);
  GLASS_TRY_STATUS(files.remove_all(state->staging));
  GLASS_TRY_STATUS(files.make_folders(state->staging));
  return ShardSetWriter(std::move(state));
}

Status ShardSetWriter::add(Split split, const crypto::Digest& document,
                           std::span<const TokenId> tokens) {
  const std::vector<uint32_t>& lengths = state_->manifest.text_lengths;
  const TokenId end_of_text = state_->manifest.end_of_text;
  uint64_t text_bytes = 0;
  for (const TokenId token : tokens) {
    if (token < 0 || static_cast<size_t>(token) >= lengths.size() || token == end_of_text)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("token {} cannot stand in a document of a vocabulary of {}", token,
                              lengths.size()));
    text_bytes += lengths[static_cast<size_t>(token)];
  }
  ShardBuilder& builder = split == Split::kTrain ? state_->train : state_->held_out;
  builder.add(document, text_bytes, end_of_text, tokens);
  if (builder.counts().tokens < state_->shard_tokens) return {};
  return state_->close_shard(split);
}

Result<Json> ShardSetWriter::finish() {
  GLASS_TRY_STATUS(state_->close_shard(Split::kTrain));
  GLASS_TRY_STATUS(state_->close_shard(Split::kHeldOut));
  Json manifest = to_json(state_->manifest);
  if (system::Files* const files = state_->files; files != nullptr) {
    GLASS_TRY_STATUS(
        files->write_atomic(state_->staging / kManifestName, as_bytes(to_canonical(manifest))));
    GLASS_TRY_STATUS(files->publish(state_->staging, state_->folder));
  }
  state_->finished = true;
  return manifest;
}

}  // namespace glass::data
