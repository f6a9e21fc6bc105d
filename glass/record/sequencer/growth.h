// Growth: the tiles that a batch of entries adds to a log, on their way to being published.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/tile.h"

namespace glass::record {

// Entries in one growth, at most.
inline constexpr int64_t kMostGrowth = int64_t{1} << 20;

struct Growth {
  int64_t old_size = 0;
  TreeHead tree;                // that it leads to
  std::map<Tile, Bytes> tiles;  // those of new_tiles_of(old_size, tree.size)

  friend bool operator==(const Growth&, const Growth&) = default;
};

// As a file: "glass-log-growth-1\n", old and new size, root, then each tile after its length, then
// the SHA-256 of all that; numbers are big-endian and have eight bytes.
Bytes to_bytes(const Growth& growth);

// kCorruption unless to_bytes writes exactly this.
[[nodiscard]] Result<Growth> parse_growth(ByteView bytes);

// The right edge of a log: what is needed to let it grow without reading it again.
class LogEdge {
 public:
  LogEdge() = default;

  // kCorruption if the tiles do not lead to the root.
  [[nodiscard]] static Result<LogEdge> of(LogReader& reader, const TreeHead& tree);

  // Adds the entries. REQUIRES: from one to kMostGrowth, each of at most kMostEntryBytes.
  [[nodiscard]] Growth grow(std::span<const ByteView> entries);

  // The tiles that are not whole yet.
  [[nodiscard]] std::map<Tile, Bytes> partial_tiles() const;

  [[nodiscard]] TreeHead tree() const { return {frontier_.size(), frontier_.root()}; }

 private:
  static constexpr int kLevels = 8;

  // The tile of this level that is not whole yet, the one of entries first.
  [[nodiscard]] Bytes& edge(int level) { return edges_.at(static_cast<size_t>(level + 1)); }

  Frontier frontier_;
  std::array<Bytes, kLevels + 1> edges_;
};

}  // namespace glass::record
