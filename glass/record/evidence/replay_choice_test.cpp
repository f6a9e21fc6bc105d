#include "glass/record/evidence/replay_choice.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace glass::record {
namespace {

TEST(ReplayChoice, DrawsDifferentSegmentsAndTheSameAgain) {
  const std::vector<int64_t> starts = {0, 100, 200, 300, 400, 500};
  const auto drawn = draw_segments(starts, 3, 5, 502, 7);
  EXPECT_EQ(drawn, draw_segments(starts, 3, 5, 502, 7));
  EXPECT_NE(drawn, draw_segments(starts, 3, 5, 502, 8));
  std::set<int64_t> begins;
  for (const ReplaySegment& one : drawn) {
    EXPECT_EQ(one.end, std::min<int64_t>(one.begin + 5, 502));
    begins.insert(one.begin);
  }
  EXPECT_EQ(begins.size(), 3U);
  EXPECT_EQ(draw_segments(starts, 100, 5, 502, 7).size(), 6U);
}

// SHA-256 by another program:
// printf 'glassworks challenge 1\nsha256:%064d\nnote\n' 0 | sha256sum
TEST(ReplayChoice, TakesAChallengeFromTheWholeNote) {
  EXPECT_EQ(challenge_seed({}, "note\n"), 220350116944684U);
  EXPECT_NE(challenge_seed({}, "note"), challenge_seed({}, "note\n"));
  EXPECT_LT(challenge_seed({}, "note\n"), uint64_t{1} << 53);
}

TEST(ReplayChoice, CountsAStepOnce) {
  EXPECT_EQ(steps_in({}), 0);
  EXPECT_EQ(steps_in({{10, 15}, {0, 5}}), 10);
  EXPECT_EQ(steps_in({{0, 5}, {0, 5}, {3, 8}}), 8);
  EXPECT_EQ(steps_in({{0, 10}, {2, 4}}), 10);
}

TEST(ReplayChoice, SaysWhatItIsWorth) {
  EXPECT_DOUBLE_EQ(caught_share(10, 3, 0.1), 0.3);
  EXPECT_DOUBLE_EQ(caught_share(10, 10, 0.1), 1);
  EXPECT_DOUBLE_EQ(caught_share(10, 0, 0.5), 0);
  EXPECT_DOUBLE_EQ(caught_share(10, 1, 0), 0);
  EXPECT_DOUBLE_EQ(caught_share(4, 2, 0.5), 1 - 2.0 / 4 * 1 / 3);
  EXPECT_DOUBLE_EQ(caught_share(7, 2, 1), 1);
}

}  // namespace
}  // namespace glass::record
