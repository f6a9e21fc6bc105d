// EntryIndex: where an entry lies, by its hash, for whoever must not append it twice.
//
// The tiles of a log hold the hashes of its entries in order. The index keeps eight bytes of each
// in memory, 24 bits of the hash and the entry's number, and asks the tile whether an entry that
// fits is the one: a gigabyte for 100 million entries, made in twenty seconds where the disk keeps
// up (bench/log_bench.cpp); a look-up reads one tile, seldom two.
//
// Refused: whole hashes (four times the memory); a table on the disk (a second truth, which a
// backup can part from the log, and slower to make than the tiles are read); the texts beside the
// log (one may be withheld, and a kill leaves one without its entry).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/tlog/log_reader.h"

namespace glass::record {

// Not for several threads at once.
class EntryIndex {
 public:
  EntryIndex() : shards_(kShards) {}

  // Of how many entries it knows.
  [[nodiscard]] int64_t size() const { return size_; }

  // Takes in the entries from size() on up to the reader's, whose tiles are forgotten on the way.
  // After an error it knows those before the tile that could not be read.
  // REQUIRES: the reader's log is the same, grown or as it was.
  [[nodiscard]] Status catch_up(LogReader& reader);

  // The first entry with this hash. REQUIRES: the reader's log has all entries known here.
  [[nodiscard]] Result<std::optional<int64_t>> find(const crypto::Digest& leaf,
                                                    LogReader& reader) const;

  // That it takes, for whoever measures.
  [[nodiscard]] size_t memory_bytes() const;

 private:
  static constexpr size_t kShards = size_t{1} << 16;

  void add(ByteView leaf);

  // By the first two bytes of the hash: the next three, then the number of the entry in 40 bits, in
  // the order of the log. So an entry is added at an end, and a shard is short enough to be read
  // through: 1,500 entries of 100 million.
  std::vector<std::vector<uint64_t>> shards_;
  int64_t size_ = 0;
};

}  // namespace glass::record
