// Tile (C2SP tlog-tiles v0.1.0): how a log lies in files.
//
//   tile/<level>/<index>[.p/<width>]    256 hashes, or the first <width> of them
//   tile/entries/<index>[.p/<width>]    the entries below a tile of level 0, each after its length
//
// Hash i of tile (level, index) is that of the complete subtree {8 level, 256 index + i}. A tile is
// whole or has the width that the log's size leaves it; what was published never changes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"

namespace glass::record {

inline constexpr int kTileLevels = 8;     // of the tree, in one tile
inline constexpr int kTileWidth = 256;    // hashes of a whole tile
inline constexpr int kEntriesLevel = -1;  // in Tile: it holds entries
inline constexpr size_t kMostEntryBytes = 65535;
inline constexpr size_t kHashBytes = sizeof(crypto::Digest::bytes);

struct Tile {
  int level = 0;  // of tiles; kEntriesLevel
  int64_t index = 0;
  int width = kTileWidth;

  friend auto operator<=>(const Tile&, const Tile&) = default;
};

// "tile/0/x001/x234/067.p/112", below the log's folder or URL.
std::string path_of(const Tile& tile);

// kInvalidInput if path_of writes it for no tile.
[[nodiscard]] Result<Tile> tile_from_path(std::string_view path);

// The tile that holds a subtree's hash in a log of `size` entries, and which hashes of it the
// subtree's is made of. REQUIRES: the subtree is complete in that log.
struct TilePart {
  Tile tile;
  int first, count;  // a power of two
};

[[nodiscard]] TilePart tile_of(const Subtree& subtree, int64_t size);

// Whether a log of `size` entries has all that the tile holds.
[[nodiscard]] bool is_in_log(const Tile& tile, int64_t size);

// The tile of a level that a log of `size` entries has not filled; its width may be 0.
[[nodiscard]] Tile edge_tile(int level, int64_t size);

// The tiles that are new or have become wider as a log grows, those of entries first, then level by
// level. From 0: all of a log.
[[nodiscard]] std::vector<Tile> new_tiles_of(int64_t old_size, int64_t size);

// The hash of a tile's part. REQUIRES: the tile's bytes hold it.
crypto::Digest hash_in_tile(ByteView tile, int first, int count);

// Adds an entry to the bytes of an entry tile. REQUIRES: at most kMostEntryBytes.
void append_entry(Bytes& tile, ByteView entry);

// The entries of such a tile. kCorruption unless they are as many as the width says, to the byte.
[[nodiscard]] Result<std::vector<ByteView>> entries_of(ByteView tile, int width);

}  // namespace glass::record
