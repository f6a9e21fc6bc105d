#include "glass/institution/petitions/signing_limits.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {
namespace {

constexpr int64_t kNow = 1'800'000'000'000;

std::optional<int64_t> seconds_refused(LimitedAct act, const std::vector<int64_t>& seconds_ago) {
  std::vector<int64_t> earlier;
  for (const int64_t seconds : seconds_ago) earlier.push_back(kNow - seconds * 1000);
  const auto until = refused_until_ms(earlier, limits_of(PetitionSettings(), act), kNow);
  return until ? std::optional((*until - kNow) / 1000) : std::nullopt;
}

TEST(SigningLimits, AreThoseOfTheDefaults) {
  EXPECT_EQ(seconds_refused(LimitedAct::kSign, {}), std::nullopt);
  EXPECT_EQ(seconds_refused(LimitedAct::kSign, {59}), 1) << "one in 60 s";
  EXPECT_EQ(seconds_refused(LimitedAct::kSign, {60}), std::nullopt);
  EXPECT_EQ(seconds_refused(LimitedAct::kSign, {299, 240, 180, 120, 60}), 1) << "five in 300 s";
  EXPECT_EQ(seconds_refused(LimitedAct::kSign, {300, 240, 180, 120, 60}), std::nullopt);
  EXPECT_EQ(seconds_refused(LimitedAct::kCreate, {10}), std::nullopt);
  EXPECT_EQ(seconds_refused(LimitedAct::kCreate, {20, 10}), 280) << "two in 300 s";
  EXPECT_EQ(seconds_refused(LimitedAct::kSponsor, {4, 3, 2, 1}), std::nullopt);
  EXPECT_EQ(seconds_refused(LimitedAct::kSponsor, {5, 4, 3, 2, 1}), 295) << "five in 300 s";
  EXPECT_EQ(seconds_refused(LimitedAct::kFeedback, {2, 1}), 298) << "two in 300 s";
  EXPECT_EQ(seconds_refused(LimitedAct::kConfirm, {5, 4, 3, 2, 1}), 295) << "five in 300 s";
}

// Whoever always waits as long as they are told never makes more attempts than any limit allows.
TEST(SigningLimits, HoldInEverySpan) {
  EXPECT_TRUE(rc::check("attempts at any times", [] {
    const std::vector<RateLimit> limits = {{2, 7}, {5, 40}};
    std::vector<int64_t> made;
    int64_t at_ms = 0;
    const auto pauses = *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 12));
    for (const int64_t pause_ms : pauses) {
      at_ms += pause_ms;
      const auto until_ms = refused_until_ms(made, limits, at_ms);
      if (until_ms) {
        RC_ASSERT(*until_ms > at_ms);
        RC_ASSERT(refused_until_ms(made, limits, *until_ms - 1).has_value());
        RC_ASSERT(!refused_until_ms(made, limits, *until_ms).has_value());
        continue;
      }
      made.push_back(at_ms);
      for (const RateLimit& limit : limits) {
        const auto since = std::ranges::upper_bound(made, at_ms - limit.within_ms);
        RC_ASSERT(made.end() - since <= limit.most);
      }
    }
  }));
}

TEST(SigningLimits, OldAttemptsNeedNotBeRemembered) {
  EXPECT_EQ(remembered_ms(limits_of(PetitionSettings(), LimitedAct::kSign)), 3'600'000);
  EXPECT_EQ(remembered_ms(std::vector<RateLimit>{{1, 7'200'000}}), 7'200'000);
}

TEST(Trend, IsCountedOverTheLastHour) {
  const PetitionSettings settings;
  const auto of = [&](int64_t count, int64_t minutes_ago) {
    const std::vector<int64_t> times(static_cast<size_t>(count), kNow - minutes_ago * 60'000);
    return trend_of(times, settings, kNow);
  };
  EXPECT_EQ(of(99, 0), Trend::kNone);
  EXPECT_EQ(of(100, 59), Trend::kLogged);
  EXPECT_EQ(of(199, 59), Trend::kLogged);
  EXPECT_EQ(of(200, 59), Trend::kAlert);
  EXPECT_EQ(of(200, 60), Trend::kNone);
}

TEST(FillTime, IsKnownByItsClassAlone) {
  EXPECT_EQ(fill_time_class(0), "under-3s");
  EXPECT_EQ(fill_time_class(2'999), "under-3s");
  EXPECT_EQ(fill_time_class(3'000), "3s-to-10s");
  EXPECT_EQ(fill_time_class(10'000), "10s-to-1min");
  EXPECT_EQ(fill_time_class(60'000), "1min-to-10min");
  EXPECT_EQ(fill_time_class(600'000), "over-10min");
}

}  // namespace
}  // namespace glass::institution
