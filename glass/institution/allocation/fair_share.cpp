#include "glass/institution/allocation/fair_share.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/allocation/largest_remainder.h"
#include "glass/institution/allocation/wide.h"

namespace glass::institution {
namespace {

// used / (numerator / denominator) against the same of the other, without dividing.
bool is_further_below(const MemberUse& a, const MemberUse& b) {
  const bool a_has_none = a.share.numerator == 0, b_has_none = b.share.numerator == 0;
  if (a_has_none != b_has_none) return b_has_none;
  if (a_has_none) return a.share.member < b.share.member;
  const Wide left = Wide(a.used_minutes) * Wide(a.share.denominator) * Wide(b.share.numerator);
  const Wide right = Wide(b.used_minutes) * Wide(b.share.denominator) * Wide(a.share.numerator);
  return left != right ? left < right : a.share.member < b.share.member;
}

bool is_within_limits(const MemberUse& use) {
  return use.used_minutes >= 0 && use.used_minutes <= kMostMinutes && use.share.numerator >= 0 &&
         use.share.numerator <= kLargestShareNumerator && use.share.denominator >= 1 &&
         use.share.denominator <= kLargestShareDenominator;
}

}  // namespace

Result<std::vector<std::string>> fair_share_order(std::vector<MemberUse> uses) {
  for (const MemberUse& use : uses) {
    if (!is_within_limits(use))
      return invalid_input(fmt::format(
          "member '{}' used {} minutes of a share of {}/{}; minutes are 0 to {}, shares at most {} "
          "over 1 to {}",
          use.share.member, use.used_minutes, use.share.numerator, use.share.denominator,
          kMostMinutes, kLargestShareNumerator, kLargestShareDenominator));
  }
  std::ranges::sort(uses, is_further_below);
  std::vector<std::string> order;
  for (MemberUse& use : uses) order.push_back(std::move(use.share.member));
  std::vector<std::string> sorted = order;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    return invalid_input(fmt::format("member '{}' has two shares; give it one", *twice));
  return order;
}

}  // namespace glass::institution
