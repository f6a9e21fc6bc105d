#include "glass/institution/allocation/largest_remainder.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/allocation/wide.h"

namespace glass::institution {
namespace {

TEST(LargestRemainder, GivesWhatIsLeftOverToTheLargestAndThenToTheSmallerCode) {
  const std::vector<MemberShare> thirds = {{"C", 1, 3}, {"A", 1, 3}, {"B", 1, 3}};
  EXPECT_EQ(split_by_largest_remainder(1'000'001, thirds).value(),
            (std::vector<MemberPart>{{"A", 333'334}, {"B", 333'334}, {"C", 333'333}}));
  // Quotas 4.5, 3.3 and 2.2: the one left over goes to the largest remainder, not the first code.
  const std::vector<MemberShare> weights = {{"A", 22}, {"B", 33}, {"C", 45}};
  EXPECT_EQ(split_by_largest_remainder(10, weights).value(),
            (std::vector<MemberPart>{{"A", 2}, {"B", 3}, {"C", 5}}));
}

TEST(LargestRemainder, BringsFractionsOverOneDenominator) {
  const std::vector<MemberShare> shares = {{"A", 1, 2}, {"B", 1, 3}, {"C", 1, 6}, {"D", 0, 7}};
  EXPECT_EQ(split_by_largest_remainder(600, shares).value(),
            (std::vector<MemberPart>{{"A", 300}, {"B", 200}, {"C", 100}, {"D", 0}}));
}

TEST(LargestRemainder, IsExactAtTheLimits) {
  const std::vector<MemberShare> shares = {{"A", kLargestShareNumerator - 1}, {"B", 1}};
  const int64_t tiny = kMostMinutes / kLargestShareNumerator;
  EXPECT_EQ(split_by_largest_remainder(kMostMinutes, shares).value(),
            (std::vector<MemberPart>{{"A", kMostMinutes - tiny}, {"B", tiny}}));
}

TEST(LargestRemainder, RefusesSharesThatSayNothing) {
  const auto refusal = [](const std::vector<MemberShare>& shares) {
    const auto parts = split_by_largest_remainder(10, shares);
    return parts ? "" : parts.error().message;
  };
  EXPECT_EQ(refusal({{"A", 1}, {"A", 1}}), "member 'A' has two shares; give it one");
  EXPECT_EQ(refusal({}), "nobody has a share; give one to at least one member");
  EXPECT_EQ(refusal({{"A", 0}}), "nobody has a share; give one to at least one member");
  EXPECT_NE(refusal({{"A", -1}}).find("member 'A' is -1/1"), std::string::npos);
  EXPECT_NE(refusal({{"A", 1, 0}}).find("member 'A' is 1/0"), std::string::npos);
  EXPECT_NE(refusal({{"A", 1, 999'983}, {"B", 1, 999'979}, {"C", 1, 999'961}, {"D", 1, 999'959}})
                .find("no common denominator"),
            std::string::npos);
  EXPECT_NE(
      refusal({{"A", kLargestShareNumerator}, {"B", 1, kLargestShareDenominator}, {"C", 1, 7}})
          .find("too large together"),
      std::string::npos);
}

std::vector<MemberShare> any_shares() {
  std::vector<MemberShare> shares;
  const int count = *rc::gen::inRange(1, 9);
  for (int i = 0; i < count; ++i)
    shares.push_back({fmt::format("M{}", i), *rc::gen::inRange<int64_t>(0, 50),
                      *rc::gen::inRange<int64_t>(1, 12)});
  shares[0].numerator += 1;
  return shares;
}

TEST(LargestRemainder, PartsAddUpAndAreWithinOneOfTheirQuota) {
  EXPECT_TRUE(rc::check("parts of any shares", [] {
    const std::vector<MemberShare> shares = any_shares();
    const auto amount = *rc::gen::inRange<int64_t>(0, 1'000'000);
    const auto parts = split_by_largest_remainder(amount, shares).value();
    // Over 27,720, which every denominator here divides.
    int64_t whole = 0, sum = 0;
    for (const MemberShare& share : shares) whole += share.numerator * (27'720 / share.denominator);
    for (const MemberPart& part : parts) {
      const auto share = std::ranges::find(shares, part.member, &MemberShare::member);
      const Wide quota = Wide(amount) * Wide(share->numerator * (27'720 / share->denominator));
      RC_ASSERT(Wide(part.amount + 1) * Wide(whole) > quota);
      RC_ASSERT(Wide(part.amount) * Wide(whole) < quota + Wide(whole));
      sum += part.amount;
    }
    RC_ASSERT(sum == amount);
  }));
}

TEST(LargestRemainder, TheOrderOfMembersChangesNothing) {
  EXPECT_TRUE(rc::check("shares in any order", [] {
    std::vector<MemberShare> shares = any_shares();
    const auto amount = *rc::gen::inRange<int64_t>(0, 1'000'000);
    const auto parts = split_by_largest_remainder(amount, shares).value();
    std::ranges::reverse(shares);
    RC_ASSERT(split_by_largest_remainder(amount, shares).value() == parts);
  }));
}

}  // namespace
}  // namespace glass::institution
