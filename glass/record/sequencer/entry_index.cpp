#include "glass/record/sequencer/entry_index.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/tile.h"

namespace glass::record {
namespace {

constexpr int kNumberBits = 40;
constexpr uint64_t kNumbers = uint64_t{1} << kNumberBits;

size_t shard_of(ByteView leaf) {
  return size_t{leaf[0]} << 8 | leaf[1];
}

uint64_t tag_of(ByteView leaf) {
  return uint64_t{leaf[2]} << 16 | uint64_t{leaf[3]} << 8 | leaf[4];
}

}  // namespace

void EntryIndex::add(ByteView leaf) {
  const auto number = static_cast<uint64_t>(size_++);
  GLASS_CHECK(number < kNumbers);
  std::vector<uint64_t>& shard = shards_[shard_of(leaf)];
  // By an eighth and not by twice, so that little memory is idle.
  if (shard.size() == shard.capacity()) shard.reserve(shard.size() + shard.size() / 8 + 2);
  shard.push_back(tag_of(leaf) << kNumberBits | number);
}

Status EntryIndex::catch_up(LogReader& reader) {
  while (size_ < reader.size()) {
    const int64_t tile = size_ / kTileWidth, first = size_ % kTileWidth;
    const int64_t width = std::min<int64_t>(kTileWidth, reader.size() - tile * kTileWidth);
    GLASS_TRY(const ByteView hashes,
              reader.tile({.level = 0, .index = tile, .width = static_cast<int>(width)}));
    for (int64_t i = first; i < width; ++i)
      add(hashes.subspan(static_cast<size_t>(i) * kHashBytes, kHashBytes));
    reader.forget();
  }
  return {};
}

Result<std::optional<int64_t>> EntryIndex::find(const crypto::Digest& leaf,
                                                LogReader& reader) const {
  const uint64_t tag = tag_of(leaf.bytes);
  for (const uint64_t one : shards_[shard_of(leaf.bytes)]) {
    if (one >> kNumberBits != tag) continue;
    const auto index = static_cast<int64_t>(one & (kNumbers - 1));
    GLASS_TRY(const crypto::Digest found, reader.hash({.level = 0, .index = index}));
    if (found == leaf) return index;
  }
  return std::nullopt;
}

size_t EntryIndex::memory_bytes() const {
  size_t entries = 0;
  for (const std::vector<uint64_t>& shard : shards_) entries += shard.capacity();
  return entries * sizeof(uint64_t) + shards_.size() * sizeof(shards_.front());
}

}  // namespace glass::record
