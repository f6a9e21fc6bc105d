#include "glass/record/tlog/log_reader.h"

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
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/tlog/tile.h"

namespace glass::record {
namespace {

size_t most_bytes(const Tile& tile) {
  const auto width = static_cast<size_t>(tile.width);
  return tile.level == kEntriesLevel ? width * (2 + kMostEntryBytes) : width * kHashBytes;
}

// The first `width` entries or hashes of a tile. kCorruption if it has not as many as it should.
Result<Bytes> cut_tile(const Tile& tile, Bytes bytes, int width) {
  if (tile.level != kEntriesLevel) {
    const size_t wanted = static_cast<size_t>(width) * kHashBytes;
    if (bytes.size() != most_bytes(tile))
      return fail(ErrorCode::kCorruption, fmt::format("{} has {} bytes, expected {}", path_of(tile),
                                                      bytes.size(), most_bytes(tile)));
    bytes.resize(wanted);
    return bytes;
  }
  auto entries = entries_of(bytes, tile.width);
  if (!entries) return in_context(path_of(tile), std::move(entries).error());
  Bytes cut;
  for (int i = 0; i < width; ++i) append_entry(cut, entries->at(static_cast<size_t>(i)));
  return cut;
}

}  // namespace

Result<OpenedCheckpoint> open_checkpoint(std::string_view note, std::span<const NoteKey> keys) {
  GLASS_CHECK(!keys.empty());
  OpenedCheckpoint opened;
  GLASS_TRY(opened.note, parse_note(note));
  GLASS_TRY(opened.verdicts, verify_note(opened.note, keys));
  for (const NoteKey& key : keys) opened.key_names.push_back(key.name);
  if (opened.verdicts.front().key != 0)
    return fail(ErrorCode::kMismatch,
                fmt::format("the checkpoint is not signed by the log {}", keys[0].name));
  GLASS_TRY(opened.checkpoint, parse_checkpoint(opened.note.text));
  const TreeHead& tree = opened.checkpoint.tree;
  if (tree.size == 0 && tree.root != empty_root())
    return fail(
        ErrorCode::kCorruption,
        fmt::format("the checkpoint of {} has no entries but the root of some", keys[0].name));
  if (opened.checkpoint.origin != keys[0].name)
    return fail(ErrorCode::kMismatch, fmt::format("the checkpoint is that of the log {}, not {}",
                                                  opened.checkpoint.origin, keys[0].name));
  return opened;
}

Result<OpenedCheckpoint> read_checkpoint(LogSource& source, std::span<const NoteKey> keys) {
  GLASS_TRY(const Bytes note, source.read("checkpoint", kMostCheckpointBytes));
  return open_checkpoint(as_text(note), keys);
}

Result<ByteView> LogReader::tile(const Tile& tile) {
  if (const auto known = tiles_.find(tile); known != tiles_.end()) return ByteView(known->second);
  const Tile whole{.level = tile.level, .index = tile.index};
  Tile found = tile;
  auto bytes = source_.read(path_of(tile), most_bytes(tile));
  if (!bytes && bytes.error().code == ErrorCode::kNotFound && tile.width < kTileWidth) {
    auto of_whole = source_.read(path_of(whole), most_bytes(whole));
    if (of_whole) {
      bytes = std::move(of_whole);
      found = whole;
    }
  }
  if (!bytes) return tl::unexpected(std::move(bytes).error());
  GLASS_TRY(Bytes cut, cut_tile(found, std::move(*bytes), tile.width));
  return ByteView(tiles_.emplace(tile, std::move(cut)).first->second);
}

Result<crypto::Digest> LogReader::hash(const Subtree& subtree) {
  const TilePart part = tile_of(subtree, size_);
  GLASS_TRY(const ByteView bytes, tile(part.tile));
  return hash_in_tile(bytes, part.first, part.count);
}

Result<Bytes> LogReader::entry(int64_t index) {
  GLASS_CHECK(0 <= index && index < size_);
  TilePart part = tile_of({.level = 0, .index = index}, size_);
  part.tile.level = kEntriesLevel;
  GLASS_TRY(const ByteView bytes, tile(part.tile));
  GLASS_TRY(const std::vector<ByteView> entries, entries_of(bytes, part.tile.width));
  const ByteView entry = entries.at(static_cast<size_t>(part.first));
  return Bytes(entry.begin(), entry.end());
}

}  // namespace glass::record
