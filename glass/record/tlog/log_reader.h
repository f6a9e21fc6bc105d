// LogReader: entries and hashes of a log of one size, out of its tiles.
//
// What it returns is as good as the source: a proof made of it is checked against a signed root
// (check_inclusion, check_consistency), and only then it says something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/tlog/tile.h"

namespace glass::record {

inline constexpr size_t kMostCheckpointBytes = 1'000'000;

struct OpenedCheckpoint {
  Checkpoint checkpoint;
  SignedNote note;
  std::vector<NoteVerdict> verdicts;   // over the keys it was opened with
  std::vector<std::string> key_names;  // of these keys
  // By when a policy's quorum had seen it, where one was asked for (policy.h).
  std::optional<int64_t> seen_unix_seconds = {};
};

// A checkpoint that is signed by the log, the first of `keys`; the others are witnesses'.
// kMismatch if it is not, if a known signature does not hold, or if it is another log's;
// kCorruption if it is no checkpoint, or has a root without entries.
[[nodiscard]] Result<OpenedCheckpoint> open_checkpoint(std::string_view note,
                                                       std::span<const NoteKey> keys);

// The same of what the source has at "checkpoint".
[[nodiscard]] Result<OpenedCheckpoint> read_checkpoint(LogSource& source,
                                                       std::span<const NoteKey> keys);

class LogReader {
 public:
  // Tiles that were read are kept.
  LogReader(LogSource& source, int64_t size) : source_(source), size_(size) {}

  [[nodiscard]] int64_t size() const { return size_; }

  // REQUIRES: complete in a log of this size.
  [[nodiscard]] Result<crypto::Digest> hash(const Subtree& subtree);

  // For what takes hashes of subtrees.
  [[nodiscard]] auto hashes() {
    return [this](Subtree subtree) { return hash(subtree); };
  }

  // REQUIRES: 0 <= index < size().
  [[nodiscard]] Result<Bytes> entry(int64_t index);

  // The bytes of a tile, of the length that its width says. Where a partial tile is gone because
  // the log has grown, the beginning of the whole one.
  // Valid until forget().
  [[nodiscard]] Result<ByteView> tile(const Tile& tile);

  // Gives back the memory of tiles that were read.
  void forget() { tiles_.clear(); }

 private:
  LogSource& source_;
  int64_t size_;
  std::map<Tile, Bytes> tiles_;
};

}  // namespace glass::record
