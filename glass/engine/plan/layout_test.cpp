#include "glass/engine/plan/layout.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace glass::engine {
namespace {

std::vector<Piece> pieces_of(const std::vector<int>& numbers) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i + 2 < numbers.size(); i += 3) {
    const int first = numbers[i] % 20;
    pieces.push_back({.bytes = static_cast<size_t>(numbers[i + 1] % 5000) + 1,
                      .first = first,
                      .last = first + numbers[i + 2] % 10});
  }
  return pieces;
}

RC_GTEST_PROP(Layout, PiecesOfOneTimeNeverOverlap, ()) {
  const auto numbers =
      *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1000000)).as("numbers");
  const std::vector<Piece> pieces = pieces_of(numbers);
  const Layout layout = lay_out(pieces);
  RC_ASSERT(layout.bytes >= live_peak(pieces));
  for (size_t i = 0; i < pieces.size(); ++i) {
    RC_ASSERT(layout.offsets[i] % kAlignment == 0U);
    RC_ASSERT(layout.offsets[i] + pieces[i].bytes <= layout.bytes);
    for (size_t k = i + 1; k < pieces.size(); ++k) {
      const bool meet = pieces[i].first <= pieces[k].last && pieces[k].first <= pieces[i].last;
      const bool apart = layout.offsets[i] + pieces[i].bytes <= layout.offsets[k] ||
                         layout.offsets[k] + pieces[k].bytes <= layout.offsets[i];
      RC_ASSERT(apart || !meet);
    }
  }
}

TEST(Layout, MemoryIsUsedAgain) {
  const std::vector<Piece> chain = {{640, 0, 1}, {640, 1, 2}, {640, 2, 3}, {640, 3, 4}};
  EXPECT_EQ(lay_out(chain).bytes, 1280U);
  EXPECT_EQ(live_peak(chain), 1280U);
}

TEST(Layout, TakesTheTightestGap) {
  // From time 5 on, 1024 bytes are free at 0 and 896 at 1984; the last piece takes the latter.
  const std::vector<Piece> pieces = {
      {1024, 0, 4}, {960, 0, 9}, {896, 0, 4}, {832, 0, 9}, {768, 5, 9}};
  const Layout layout = lay_out(pieces);
  EXPECT_EQ(layout.offsets[4], layout.offsets[2]);
  EXPECT_EQ(layout.offsets[4], 1984U);
}

TEST(Layout, OfNothingIsEmpty) {
  EXPECT_EQ(lay_out({}).bytes, 0U);
  EXPECT_EQ(live_peak({}), 0U);
}

}  // namespace
}  // namespace glass::engine
