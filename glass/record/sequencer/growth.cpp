#include "glass/record/sequencer/growth.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/tile.h"

namespace glass::record {
namespace {

constexpr std::string_view kMagic = "glass-log-growth-1\n";

tl::unexpected<Error> corrupt() {
  return fail(ErrorCode::kCorruption, "it is not what was staged for a log: some bytes differ");
}

void append(Bytes& bytes, ByteView more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

// Takes bytes off the front; all takes fail after one that reached beyond the end.
class Taker {
 public:
  explicit Taker(ByteView bytes) : left_(bytes) {}

  ByteView take(uint64_t count) {
    if (failed_ || count > left_.size()) {
      failed_ = true;
      return {};
    }
    const ByteView taken = left_.first(static_cast<size_t>(count));
    left_ = left_.subspan(static_cast<size_t>(count));
    return taken;
  }

  uint64_t take_number() {
    const ByteView bytes = take(8);
    return bytes.empty() ? 0 : load_big_endian<uint64_t>(bytes.data());
  }

  [[nodiscard]] bool done() const { return !failed_ && left_.empty(); }

 private:
  ByteView left_;
  bool failed_ = false;
};

}  // namespace

Bytes to_bytes(const Growth& growth) {
  Bytes bytes;
  append(bytes, as_bytes(kMagic));
  append_big_endian(bytes, static_cast<uint64_t>(growth.old_size));
  append_big_endian(bytes, static_cast<uint64_t>(growth.tree.size));
  append(bytes, growth.tree.root.bytes);
  for (const auto& [tile, content] : growth.tiles) {
    append_big_endian(bytes, static_cast<uint64_t>(content.size()));
    append(bytes, content);
  }
  append(bytes, crypto::sha256(bytes).bytes);
  return bytes;
}

Result<Growth> parse_growth(ByteView bytes) {
  if (bytes.size() < kHashBytes) return corrupt();
  const ByteView content = bytes.first(bytes.size() - kHashBytes);
  if (!std::ranges::equal(crypto::sha256(content).bytes, bytes.last(kHashBytes))) return corrupt();
  Taker taker(content);
  if (as_text(taker.take(kMagic.size())) != kMagic) return corrupt();
  Growth growth;
  growth.old_size = static_cast<int64_t>(taker.take_number());
  growth.tree.size = static_cast<int64_t>(taker.take_number());
  const ByteView root = taker.take(kHashBytes);
  if (root.empty() || growth.old_size < 0 || growth.tree.size < growth.old_size ||
      growth.tree.size - growth.old_size > kMostGrowth)
    return corrupt();
  std::ranges::copy(root, growth.tree.root.bytes.begin());
  for (const Tile& tile : new_tiles_of(growth.old_size, growth.tree.size)) {
    const ByteView tile_bytes = taker.take(taker.take_number());
    growth.tiles.emplace(tile, Bytes(tile_bytes.begin(), tile_bytes.end()));
  }
  if (!taker.done()) return corrupt();
  return growth;
}

Result<LogEdge> LogEdge::of(LogReader& reader, const TreeHead& tree) {
  LogEdge edge;
  GLASS_TRY(edge.frontier_, Frontier::of(tree.size, reader.hashes()));
  if (edge.frontier_.root() != tree.root)
    return fail(ErrorCode::kCorruption,
                fmt::format("the tiles lead to the root {}, the checkpoint says {}",
                            to_text(edge.frontier_.root()), to_text(tree.root)));
  for (int level = kEntriesLevel; level < kLevels; ++level) {
    const Tile tile = edge_tile(level, tree.size);
    if (tile.width == 0) continue;
    GLASS_TRY(const ByteView bytes, reader.tile(tile));
    edge.edge(level).assign(bytes.begin(), bytes.end());
  }
  return edge;
}

Growth LogEdge::grow(std::span<const ByteView> entries) {
  GLASS_CHECK(!entries.empty());
  Growth growth{.old_size = frontier_.size(), .tree = {}, .tiles = {}};
  const auto complete = [&](int level, int64_t hashes) {  // so many of this level are there now
    if (hashes % kTileWidth != 0) return;
    growth.tiles.emplace(Tile{.level = level, .index = hashes / kTileWidth - 1},
                         std::exchange(edge(level), {}));
  };
  for (const ByteView entry : entries) {
    append_entry(edge(kEntriesLevel), entry);
    complete(kEntriesLevel, frontier_.size() + 1);
    frontier_.append(leaf_hash(entry), [&](const Subtree& subtree, const crypto::Digest& hash) {
      if (subtree.level % kTileLevels != 0) return;
      const int level = subtree.level / kTileLevels;
      append(edge(level), hash.bytes);
      complete(level, subtree.index + 1);
    });
  }
  growth.tree = tree();
  for (const Tile& tile : new_tiles_of(growth.old_size, growth.tree.size)) {
    if (tile.width < kTileWidth) growth.tiles.emplace(tile, edge(tile.level));
  }
  return growth;
}

std::map<Tile, Bytes> LogEdge::partial_tiles() const {
  std::map<Tile, Bytes> tiles;
  for (int level = kEntriesLevel; level < kLevels; ++level) {
    const Tile tile = edge_tile(level, frontier_.size());
    if (tile.width > 0) tiles.emplace(tile, edges_.at(static_cast<size_t>(level + 1)));
  }
  return tiles;
}

}  // namespace glass::record
