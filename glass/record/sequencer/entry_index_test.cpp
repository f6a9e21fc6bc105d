#include "glass/record/sequencer/entry_index.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/tile.h"

namespace glass::record {
namespace {

// The hashes of entries, as tiles; those from `lost` on cannot be read.
class Hashes final : public LogSource {
 public:
  Result<Bytes> read(std::string_view path, size_t /*most_bytes*/) override {
    GLASS_TRY(const Tile tile, tile_from_path(path));
    EXPECT_EQ(tile.level, 0) << "whoever looks for an entry needs no tile above";
    ++reads;
    if (tile.index >= lost) return fail(ErrorCode::kIo, "the disk is gone");
    Bytes bytes;
    for (int i = 0; i < tile.width; ++i) {
      const auto& hash = all.at(static_cast<size_t>(tile.index * kTileWidth + i)).bytes;
      bytes.insert(bytes.end(), hash.begin(), hash.end());
    }
    return bytes;
  }

  std::vector<crypto::Digest> all;
  int64_t lost = 1000;  // tiles
  int reads = 0;
};

crypto::Digest number(int64_t i) {
  return crypto::sha256(fmt::format("{}", i));
}

class EntryIndexTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int64_t i = 0; i < 1000; ++i) hashes_.all.push_back(number(i));
  }

  std::optional<int64_t> find(const crypto::Digest& leaf) {
    LogReader reader(hashes_, index_.size());
    return index_.find(leaf, reader).value();
  }

  Status catch_up(int64_t size) {
    LogReader reader(hashes_, size);
    return index_.catch_up(reader);
  }

  Hashes hashes_;
  EntryIndex index_;
};

TEST_F(EntryIndexTest, FindsEachEntryOfALogThatGrows) {
  int64_t before = 0;
  for (const int64_t size : {0, 1, 255, 256, 257, 513, 513, 1000}) {
    ASSERT_TRUE(catch_up(size));
    EXPECT_EQ(index_.size(), size);
    for (int64_t i = before; i < size; ++i) EXPECT_EQ(find(number(i)), i);
    EXPECT_EQ(find(number(size)), std::nullopt);
    before = size;
  }
  EXPECT_EQ(find(number(0)), 0);
}

TEST_F(EntryIndexTest, TakesNoOtherEntryForOneWithTheSameBeginning) {
  crypto::Digest other = number(700), third = number(700);
  other.bytes[5] ^= 1;  // the first that the index does not hold
  third.bytes[31] ^= 1;
  hashes_.all[600] = other;
  ASSERT_TRUE(catch_up(1000));
  EXPECT_EQ(find(number(700)), 700);
  EXPECT_EQ(find(other), 600);
  EXPECT_EQ(find(third), std::nullopt);
  hashes_.reads = 0;
  EXPECT_EQ(find(number(701)), 701);
  EXPECT_EQ(hashes_.reads, 1) << "a look-up reads the tile of the entry alone";
}

TEST_F(EntryIndexTest, TellsTheFirstOfEqualEntries) {
  hashes_.all[3] = hashes_.all[300] = hashes_.all[999] = number(7);
  ASSERT_TRUE(catch_up(1000));
  EXPECT_EQ(find(number(7)), 3);
}

TEST_F(EntryIndexTest, GoesOnWhereATileCouldNotBeRead) {
  hashes_.lost = 2;
  EXPECT_EQ(catch_up(1000).error().code, ErrorCode::kIo);
  EXPECT_EQ(index_.size(), 512);
  hashes_.lost = 1000;
  ASSERT_TRUE(catch_up(1000));
  for (const int64_t i : {0, 511, 512, 999}) EXPECT_EQ(find(number(i)), i);
  hashes_.lost = 0;
  LogReader reader(hashes_, 1000);
  EXPECT_EQ(index_.find(number(5), reader).error().code, ErrorCode::kIo);
}

TEST_F(EntryIndexTest, TakesEightBytesAnEntryAndLittleMore) {
  const size_t empty = index_.memory_bytes();
  hashes_.all.resize(1'000'000);
  for (int64_t i = 0; i < 1'000'000; ++i) hashes_.all[static_cast<size_t>(i)] = number(i);
  hashes_.lost = 1'000'000;
  ASSERT_TRUE(catch_up(1'000'000));
  EXPECT_LT(index_.memory_bytes() - empty, size_t{10'000'000});
  EXPECT_EQ(find(number(123'456)), 123'456);
}

}  // namespace
}  // namespace glass::record
