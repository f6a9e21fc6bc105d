#include "glass/engine/generate/sampler.h"

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace glass::engine {
namespace {

constexpr std::array<float, 6> kLogits = {0.5F, 2.0F, 2.0F, -1.0F, 1.0F, 9.0F};

TEST(Sampler, TemperatureZeroTakesTheFirstOfTheLikeliest) {
  Sampler sampler({.temperature = 0}, 5);  // the sixth row is padding
  EXPECT_EQ(sampler.sample(kLogits, 0, 0), 1);
}

TEST(Sampler, PaddingOfTheVocabularyIsNeverTaken) {
  Sampler sampler({.temperature = 10, .seed = 3}, 5);
  for (uint64_t i = 0; i < 500; ++i) EXPECT_LT(sampler.sample(kLogits, 0, i), 5);
}

TEST(Sampler, FrequenciesFollowTheSoftmax) {
  const std::array<float, 3> logits = {0.0F, 0.6931472F, 1.3862944F};  // 1 : 2 : 4
  Sampler sampler({.seed = 5}, 3);
  std::map<int32_t, int> counts;
  for (uint64_t i = 0; i < 70'000; ++i) ++counts[sampler.sample(logits, 1, i)];
  EXPECT_NEAR(counts[0], 10'000, 500);
  EXPECT_NEAR(counts[1], 20'000, 600);
  EXPECT_NEAR(counts[2], 40'000, 700);
}

TEST(Sampler, TopPAndTopKLeaveTheUnlikelyOut) {
  Sampler top_p({.top_p = 0.6, .seed = 1}, 5);  // 1 and 2 have 0.36 each
  Sampler top_k({.top_k = 1, .seed = 1}, 5);
  for (uint64_t i = 0; i < 300; ++i) {
    const int32_t token = top_p.sample(kLogits, 0, i);
    EXPECT_TRUE(token == 1 || token == 2) << token;
    EXPECT_EQ(top_k.sample(kLogits, 0, i), 1);
  }
}

TEST(Sampler, ADrawDependsOnSeedStreamAndIndexAlone) {
  Sampler a({.temperature = 2, .seed = 7}, 5), b({.temperature = 2, .seed = 7}, 5);
  std::vector<int32_t> forward, backward;
  for (uint64_t i = 0; i < 64; ++i) forward.push_back(a.sample(kLogits, 9, i));
  for (uint64_t i = 64; i > 0; --i) backward.push_back(b.sample(kLogits, 9, i - 1));
  EXPECT_EQ(forward, std::vector<int32_t>(backward.rbegin(), backward.rend()));
}

TEST(Sampler, SettingsOutOfRangeAreNamed) {
  EXPECT_TRUE(check({}));
  EXPECT_EQ(check({.temperature = -1}).error().message,
            "the temperature is -1; it must be 0 or more");
  EXPECT_EQ(check({.top_p = 0}).error().message, "top-p is 0; it must be above 0 and at most 1");
  EXPECT_FALSE(check({.top_k = -1}));
}

}  // namespace
}  // namespace glass::engine
