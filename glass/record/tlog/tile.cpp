#include "glass/record/tlog/tile.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"

namespace glass::record {
namespace {

constexpr int kMostLevels = 63 / kTileLevels;

// "x001/x234/067"
std::string path_of_index(int64_t index) {
  std::string path = fmt::format("{:03}", index % 1000);
  while ((index /= 1000) > 0) path = fmt::format("x{:03}/{}", index % 1000, path);
  return path;
}

// The number that a part of a path writes.
std::optional<int64_t> small_number(std::string_view digits, int64_t most) {
  const auto number = parse_count(digits);
  if (!number || *number > most) return std::nullopt;
  return number;
}

// Hashes of a level of tiles that a log of `size` entries has.
int64_t hashes_at(int level, int64_t size) {
  return size >> (kTileLevels * std::max(level, 0));
}

// The tiles of one level that a growth makes or widens.
void add_new_tiles(int level, int64_t old_hashes, int64_t hashes, std::vector<Tile>& tiles) {
  for (int64_t index = old_hashes / kTileWidth; index * kTileWidth < hashes; ++index) {
    if (old_hashes == hashes) break;
    const int64_t width = std::min<int64_t>(kTileWidth, hashes - index * kTileWidth);
    tiles.push_back({.level = level, .index = index, .width = static_cast<int>(width)});
  }
}

}  // namespace

std::string path_of(const Tile& tile) {
  const std::string level = tile.level == kEntriesLevel ? "entries" : fmt::format("{}", tile.level);
  std::string path = fmt::format("tile/{}/{}", level, path_of_index(tile.index));
  if (tile.width < kTileWidth) path += fmt::format(".p/{}", tile.width);
  return path;
}

Result<Tile> tile_from_path(std::string_view path) {
  const auto refuse = [&] {
    return invalid_input(fmt::format("\"{}\" is no path of a tile", path));
  };
  constexpr std::string_view kPrefix = "tile/";
  std::string_view rest = path;
  if (!rest.starts_with(kPrefix)) return refuse();
  rest.remove_prefix(kPrefix.size());
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return refuse();
  Tile tile;
  if (rest.substr(0, slash) == "entries") {
    tile.level = kEntriesLevel;
  } else {
    const auto level = small_number(rest.substr(0, slash), kMostLevels);
    if (!level) return refuse();
    tile.level = static_cast<int>(*level);
  }
  rest.remove_prefix(slash + 1);
  if (const size_t partial = rest.find(".p/"); partial != std::string_view::npos) {
    const auto width = small_number(rest.substr(partial + 3), kTileWidth - 1);
    if (!width || *width == 0) return refuse();
    tile.width = static_cast<int>(*width);
    rest = rest.substr(0, partial);
  }
  for (; !rest.empty(); rest.remove_prefix(std::min(rest.size(), size_t{4}))) {
    if (rest.starts_with('x')) rest.remove_prefix(1);
    const auto part = parse_decimal(rest.substr(0, 3));
    if (!part || *part > 999 || tile.index > INT64_MAX / 1000 - 1) return refuse();
    tile.index = tile.index * 1000 + static_cast<int64_t>(*part);
  }
  if (path_of(tile) != path) return refuse();  // every tile has one path
  return tile;
}

TilePart tile_of(const Subtree& subtree, int64_t size) {
  const int level = subtree.level / kTileLevels;
  const int count = 1 << (subtree.level % kTileLevels);
  const int64_t first = subtree.index * count;
  const int64_t index = first / kTileWidth;
  const int64_t width = std::min<int64_t>(kTileWidth, hashes_at(level, size) - index * kTileWidth);
  GLASS_CHECK(first % kTileWidth + count <= width);
  return {.tile = {.level = level, .index = index, .width = static_cast<int>(width)},
          .first = static_cast<int>(first % kTileWidth),
          .count = count};
}

bool is_in_log(const Tile& tile, int64_t size) {
  const int64_t before = hashes_at(tile.level, size) - tile.width;
  return before >= 0 && tile.index <= before / kTileWidth;
}

Tile edge_tile(int level, int64_t size) {
  const int64_t hashes = hashes_at(level, size);
  return {
      .level = level, .index = hashes / kTileWidth, .width = static_cast<int>(hashes % kTileWidth)};
}

std::vector<Tile> new_tiles_of(int64_t old_size, int64_t size) {
  std::vector<Tile> tiles;
  for (int level = kEntriesLevel; level <= kMostLevels; ++level)
    add_new_tiles(level, hashes_at(level, old_size), hashes_at(level, size), tiles);
  return tiles;
}

crypto::Digest hash_in_tile(ByteView tile, int first, int count) {
  GLASS_CHECK(static_cast<size_t>(first + count) * kHashBytes <= tile.size());
  if (count == 1) {
    crypto::Digest hash;
    std::ranges::copy(tile.subspan(static_cast<size_t>(first) * kHashBytes, kHashBytes),
                      hash.bytes.begin());
    return hash;
  }
  return node_hash(hash_in_tile(tile, first, count / 2),
                   hash_in_tile(tile, first + count / 2, count / 2));
}

void append_entry(Bytes& tile, ByteView entry) {
  GLASS_CHECK(entry.size() <= kMostEntryBytes);
  append_big_endian(tile, static_cast<uint16_t>(entry.size()));
  tile.insert(tile.end(), entry.begin(), entry.end());
}

Result<std::vector<ByteView>> entries_of(ByteView tile, int width) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::kCorruption, fmt::format("a tile of {} entries {}", width, why));
  };
  std::vector<ByteView> entries;
  for (int i = 0; i < width; ++i) {
    if (tile.size() < 2) return refuse("ends too early");
    const size_t size = load_big_endian<uint16_t>(tile.data());
    if (tile.size() - 2 < size) return refuse("ends too early");
    entries.push_back(tile.subspan(2, size));
    tile = tile.subspan(2 + size);
  }
  if (!tile.empty()) return refuse("is longer than they are");
  return entries;
}

}  // namespace glass::record
