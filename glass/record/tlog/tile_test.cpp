#include "glass/record/tlog/tile.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace glass::record {
namespace {

std::vector<std::string> paths_of(const std::vector<Tile>& tiles) {
  std::vector<std::string> paths;
  for (const Tile& tile : tiles) paths.push_back(path_of(tile));
  return paths;
}

TEST(Tile, PathsAreThoseOfTheSpecification) {
  EXPECT_EQ(path_of({.level = 0, .index = 1234067}), "tile/0/x001/x234/067");
  EXPECT_EQ(path_of({.level = 2, .index = 0, .width = 1}), "tile/2/000.p/1");
  EXPECT_EQ(path_of({.level = kEntriesLevel, .index = 1000}), "tile/entries/x001/000");
}

TEST(Tile, OnlyItsOwnPathIsReadBack) {
  for (const std::string_view path :
       {"tile/0/000", "tile/7/x999/999.p/255", "tile/entries/x001/x234/067", "tile/1/000.p/1"})
    EXPECT_EQ(path_of(tile_from_path(path).value()), path);
  for (const std::string_view path : {"",
                                      "tile",
                                      "tile/",
                                      "tile/0",
                                      "tile/0/",
                                      "tile/00/000",
                                      "tile/64/000",
                                      "tile/8/000",
                                      "tile/-1/000",
                                      "tile/0/0",
                                      "tile/0/0000",
                                      "tile/0/x000/001",
                                      "tile/0/001/002",
                                      "tile/0/x001/x002",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/01",
                                      "tile/0/000.p/",
                                      "tile/0/../0",
                                      "tile/0/000/",
                                      "/tile/0/000",
                                      "tile/entries/000.p/1/",
                                      "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                                      "tile/0/000.p/1.p/1"})
    EXPECT_FALSE(tile_from_path(path)) << path;
}

TEST(Tile, ALogOf256HasAWholeTileAndOneAboveIt) {
  EXPECT_EQ(paths_of(new_tiles_of(0, 256)),
            (std::vector<std::string>{"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}));
  EXPECT_TRUE(new_tiles_of(0, 0).empty());
}

// The example of the specification.
TEST(Tile, ALogOf70000HasThreeLevels) {
  const std::vector<std::string> paths = paths_of(new_tiles_of(0, 70000));
  EXPECT_EQ(paths.size(), 2 * 274U + 2 + 1);
  for (const std::string_view path :
       {"tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1",
        "tile/entries/273.p/112"})
    EXPECT_NE(std::ranges::find(paths, path), paths.end()) << path;
}

RC_GTEST_PROP(Tile, AGrowthMakesTheTilesThatTheOldLogDoesNotHave, ()) {
  const auto old_size = *rc::gen::inRange<int64_t>(0, 200'000);
  const auto size = old_size + *rc::gen::inRange<int64_t>(0, 3'000);
  const std::vector<Tile> old = new_tiles_of(0, old_size);
  std::vector<Tile> expected;
  for (const Tile& tile : new_tiles_of(0, size)) {
    if (std::ranges::find(old, tile) == old.end()) expected.push_back(tile);
  }
  RC_ASSERT(new_tiles_of(old_size, size) == expected);
}

TEST(Tile, IsInALogThatHasAllOfIt) {
  EXPECT_TRUE(is_in_log({.level = 0, .index = 0}, 256));
  EXPECT_FALSE(is_in_log({.level = 0, .index = 0}, 255));
  EXPECT_TRUE(is_in_log({.level = 1, .index = 0, .width = 1}, 300));
  EXPECT_FALSE(is_in_log({.level = 1, .index = 0, .width = 2}, 511));
  EXPECT_TRUE(is_in_log({.level = kEntriesLevel, .index = 1, .width = 44}, 300));
  EXPECT_FALSE(is_in_log({.level = kEntriesLevel, .index = 1, .width = 45}, 300));
  EXPECT_FALSE(is_in_log({.level = 0, .index = INT64_MAX / 1000}, INT64_MAX / 1000));
}

TEST(Tile, EntriesAreReadBackToTheByte) {
  Bytes tile;
  const Bytes longest(kMostEntryBytes, 7);
  append_entry(tile, as_bytes("one"));
  append_entry(tile, {});
  append_entry(tile, longest);
  const auto entries = entries_of(tile, 3);
  ASSERT_TRUE(entries) << entries.error().message;
  EXPECT_EQ(as_text(entries->at(0)), "one");
  EXPECT_TRUE(entries->at(1).empty());
  EXPECT_TRUE(std::ranges::equal(entries->at(2), longest));
  EXPECT_FALSE(entries_of(tile, 2));
  EXPECT_FALSE(entries_of(tile, 4));
  for (size_t size = 0; size < 9; ++size) EXPECT_FALSE(entries_of(ByteView(tile).first(size), 3));
  tile.pop_back();
  EXPECT_FALSE(entries_of(tile, 3));
}

}  // namespace
}  // namespace glass::record
