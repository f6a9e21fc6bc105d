#include "glass/institution/allocation/fair_share.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace glass::institution {
namespace {

using Order = std::vector<std::string>;

TEST(FairShare, WhoIsFurthestBelowItsShareComesFirst) {
  EXPECT_EQ(
      fair_share_order({{{"AT", 1, 4}, 100}, {{"DE", 1, 2}, 150}, {{"FR", 1, 4}, 50}}).value(),
      (Order{"FR", "DE", "AT"}));
}

TEST(FairShare, OfEqualOnesTheSmallerCodeAndWithoutAShareLast) {
  EXPECT_EQ(fair_share_order(
                {{{"Z", 0}, 0}, {{"C", 2, 4}, 10}, {{"B", 1, 2}, 10}, {{"A", 0}, 9}, {{"D", 1}, 0}})
                .value(),
            (Order{"D", "B", "C", "A", "Z"}));
}

// One minute of 10^15 decides, where products of 64 bits or floating point no longer would.
TEST(FairShare, IsExactAtTheLimits) {
  const MemberShare a{"A", kLargestShareNumerator, kLargestShareDenominator};
  const MemberShare b{"B", kLargestShareNumerator, kLargestShareDenominator};
  EXPECT_EQ(fair_share_order({{a, kMostMinutes}, {b, kMostMinutes}}).value(), (Order{"A", "B"}));
  EXPECT_EQ(fair_share_order({{a, kMostMinutes}, {b, kMostMinutes - 1}}).value(),
            (Order{"B", "A"}));
}

TEST(FairShare, RefusesWhatIsNoShare) {
  const auto refusal = [](std::vector<MemberUse> uses) {
    const auto order = fair_share_order(std::move(uses));
    return order ? "" : order.error().message;
  };
  EXPECT_EQ(refusal({{{"A", 1}, 0}, {{"B", 1}, 0}, {{"A", 1}, 5}}),
            "member 'A' has two shares; give it one");
  EXPECT_NE(refusal({{{"A", 1}, -1}}).find("member 'A' used -1 minutes"), std::string::npos);
  EXPECT_NE(refusal({{{"A", 1, 0}, 1}}).find("share of 1/0"), std::string::npos);
}

TEST(FairShare, TheOrderOfMembersChangesNothingAndUseMovesOneBack) {
  EXPECT_TRUE(rc::check("members in any order", [] {
    std::vector<MemberUse> uses;
    const int count = *rc::gen::inRange(1, 8);
    for (int i = 0; i < count; ++i)
      uses.push_back({{fmt::format("M{}", i), *rc::gen::inRange<int64_t>(0, 4),
                       *rc::gen::inRange<int64_t>(1, 4)},
                      *rc::gen::inRange<int64_t>(0, 6)});
    const Order order = fair_share_order(uses).value();
    std::vector<MemberUse> reversed(uses.rbegin(), uses.rend());
    RC_ASSERT(fair_share_order(reversed).value() == order);

    const std::string who = uses[0].share.member;
    uses[0].used_minutes += *rc::gen::inRange<int64_t>(0, 6);
    const Order later = fair_share_order(uses).value();
    RC_ASSERT(std::ranges::find(later, who) - later.begin() >=
              std::ranges::find(order, who) - order.begin());
  }));
}

}  // namespace
}  // namespace glass::institution
