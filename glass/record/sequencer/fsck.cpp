#include "glass/record/sequencer/fsck.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/blobs.h"
#include "glass/record/sequencer/growth.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/tlog/tile.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"

namespace glass::record {
namespace {

// What Files::write_atomic leaves of a tile or checkpoint, ".NAME.partial"; the next one takes it
// over.
bool is_left_by_a_kill(std::string_view path) {
  constexpr std::string_view kSuffix = ".partial";
  const size_t name = path.rfind('/') + 1;  // 0 if there is no folder
  if (!path.substr(name).starts_with('.') || !path.ends_with(kSuffix)) return false;
  path.remove_suffix(kSuffix.size());
  const std::string written =
      std::string(path.substr(0, name)) + std::string(path.substr(name + 1));
  return written == "checkpoint" || tile_from_path(written).has_value() ||
         digest_from_blob_path(written).has_value();
}

class Check {
 public:
  Check(system::Files& files, system::Path folder) : files_(files), folder_(std::move(folder)) {}

  [[nodiscard]] Status run(std::span<const NoteKey> keys, FunctionRef<bool(int64_t)> progress) {
    FolderSource source(files_, folder_);
    GLASS_TRY(const OpenedCheckpoint opened, read_checkpoint(source, keys));
    health_.tree = opened.checkpoint.tree;
    GLASS_TRY_STATUS(list());
    GLASS_TRY_STATUS(make_again(source, progress));
    health_.pending += std::ssize(unnamed_);
    for (const std::string& path : others_) tell(path, "is no file of a log; move it away");
    return {};
  }

  [[nodiscard]] LogHealth take() { return std::move(health_); }

 private:
  void tell(std::string path, std::string what) {
    health_.problems.push_back({.path = std::move(path), .what = std::move(what)});
  }

  // Sorts what lies there: tiles of this size, of earlier ones, of a growth on its way, the rest.
  [[nodiscard]] Status list() {
    GLASS_TRY(const std::vector<std::string> found, system::files_below(files_, folder_));
    for (const std::string& path : found) {
      if (path == "checkpoint") continue;
      if (is_left_by_a_kill(path)) {
        ++health_.pending;
        continue;
      }
      if (const auto digest = digest_from_blob_path(path)) {
        GLASS_TRY_STATUS(check_blob(path, *digest));
        continue;
      }
      const auto tile = tile_from_path(path);
      if (!tile) {
        others_.push_back(path);
      } else if (!is_in_log(*tile, health_.tree.size)) {
        ++health_.pending;
      } else {
        widths_[{tile->level, tile->index}].push_back(tile->width);
      }
    }
    return {};
  }

  [[nodiscard]] Status check_blob(const std::string& path, const crypto::Digest& digest) {
    GLASS_TRY(const auto mapped, files_.map(folder_ / path));
    ++health_.blobs;
    unnamed_.insert(digest);
    if (crypto::sha256(mapped->bytes()) != digest)
      tell(path, "is not what its name says; restore it from a copy");
    return {};
  }

  // Entries that are statements name their texts.
  void match_blobs(const std::vector<ByteView>& entries) {
    for (const ByteView one : entries) {
      const auto entry = parse_log_entry(as_text(one));
      if (!entry || named_.contains(entry->envelope)) continue;
      if (unnamed_.erase(entry->envelope) > 0)
        named_.insert(entry->envelope);
      else
        ++health_.withheld;
    }
  }

  [[nodiscard]] Status make_again(FolderSource& source, FunctionRef<bool(int64_t)> progress) {
    LogEdge edge;
    LogReader reader(source, health_.tree.size);
    for (int64_t index = 0; index * kTileWidth < health_.tree.size; ++index) {
      if (!progress(index * kTileWidth))
        return fail(ErrorCode::kInterrupted, "stopped before all entries were checked");
      const int64_t width = std::min<int64_t>(kTileWidth, health_.tree.size - index * kTileWidth);
      const Tile tile{.level = kEntriesLevel, .index = index, .width = static_cast<int>(width)};
      const auto bytes = reader.tile(tile);
      if (!bytes) {
        tell(path_of(tile), bytes.error().message + "; what lies behind it cannot be checked");
        return {};
      }
      GLASS_TRY(const std::vector<ByteView> entries, entries_of(*bytes, tile.width));
      match_blobs(entries);
      for (const auto& [made, content] : edge.grow(entries).tiles) {
        if (made.width == kTileWidth) compare(made, content);
      }
      reader.forget();
    }
    for (const auto& [tile, content] : edge.partial_tiles()) compare(tile, content);
    if (health_.tree.size > 0 && edge.tree().root != health_.tree.root)
      tell("checkpoint", fmt::format("commits to the root {}, the entries lead to {}",
                                     to_text(health_.tree.root), to_text(edge.tree().root)));
    return {};
  }

  // The tile itself, and the narrower ones of earlier sizes.
  void compare(const Tile& tile, const Bytes& content) {
    std::vector<int> widths = std::exchange(widths_[{tile.level, tile.index}], {});
    if (std::ranges::find(widths, tile.width) == widths.end())
      tell(path_of(tile), "is missing; restore it from a copy");
    for (const int width : widths) {
      const Tile narrower{.level = tile.level, .index = tile.index, .width = width};
      const auto bytes = files_.read(folder_ / path_of(narrower));
      ++health_.tiles;
      if (!bytes)
        tell(path_of(narrower), bytes.error().message);
      else if (!std::ranges::equal(*bytes, beginning(tile, content, width)))
        tell(path_of(narrower), "differs from what the entries make; restore it from a copy");
    }
  }

  // The bytes of the first `width` entries or hashes of a tile.
  [[nodiscard]] static ByteView beginning(const Tile& tile, ByteView content, int width) {
    if (tile.level != kEntriesLevel) return content.first(static_cast<size_t>(width) * kHashBytes);
    size_t end = 0;
    for (int i = 0; i < width; ++i) end += 2 + load_big_endian<uint16_t>(content.data() + end);
    return content.first(end);
  }

  system::Files& files_;
  system::Path folder_;
  LogHealth health_;
  std::map<std::pair<int, int64_t>, std::vector<int>> widths_;  // by level and index
  std::set<crypto::Digest> unnamed_, named_;  // blobs, by whether an entry was found
  std::vector<std::string> others_;
};

}  // namespace

Result<LogHealth> check_log_files(system::Files& files, const system::Path& folder,
                                  std::span<const NoteKey> keys,
                                  FunctionRef<bool(int64_t)> progress) {
  Check check(files, folder);
  GLASS_TRY_STATUS(check.run(keys, progress));
  return check.take();
}

}  // namespace glass::record
