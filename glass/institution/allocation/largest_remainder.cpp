#include "glass/institution/allocation/largest_remainder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/institution/allocation/wide.h"

namespace glass::institution {
namespace {

constexpr int64_t kLargestCommon = 1'000'000'000'000'000'000;  // denominator, and sum over it

// What the shares are over one common denominator, by member code.
Result<std::map<std::string_view, int64_t>> common_numerators(std::span<const MemberShare> shares) {
  int64_t common = 1;
  for (const MemberShare& share : shares) {
    if (share.numerator < 0 || share.numerator > kLargestShareNumerator || share.denominator < 1 ||
        share.denominator > kLargestShareDenominator)
      return invalid_input(fmt::format(
          "the share of member '{}' is {}/{}; a share is a fraction of at most {} over 1 to {}",
          share.member, share.numerator, share.denominator, kLargestShareNumerator,
          kLargestShareDenominator));
    const int64_t factor = share.denominator / std::gcd(common, share.denominator);
    if (factor > kLargestCommon / common)
      return invalid_input("the shares have no common denominator; write them over fewer");
    common *= factor;
  }
  std::map<std::string_view, int64_t> numerators;
  int64_t sum = 0;
  for (const MemberShare& share : shares) {
    const Wide numerator = Wide(share.numerator) * Wide(common / share.denominator);
    if (numerator > Wide(kLargestCommon - sum))
      return invalid_input("the shares are too large together; write them over fewer");
    sum += static_cast<int64_t>(numerator);
    if (!numerators.emplace(share.member, static_cast<int64_t>(numerator)).second)
      return invalid_input(fmt::format("member '{}' has two shares; give it one", share.member));
  }
  if (sum == 0) return invalid_input("nobody has a share; give one to at least one member");
  return numerators;
}

}  // namespace

Result<std::vector<MemberPart>> split_by_largest_remainder(int64_t amount,
                                                           std::span<const MemberShare> shares) {
  GLASS_CHECK(amount >= 0 && amount <= kMostMinutes);
  GLASS_TRY(const auto numerators, common_numerators(shares));
  Wide whole = 0;
  for (const auto& [member, numerator] : numerators) whole += Wide(numerator);

  std::vector<MemberPart> parts;
  std::vector<std::pair<Wide, size_t>> remainders;  // and whose, in the order of member codes
  int64_t left = amount;
  for (const auto& [member, numerator] : numerators) {
    const Wide product = Wide(amount) * Wide(numerator);
    remainders.emplace_back(product % whole, parts.size());
    parts.push_back({std::string(member), static_cast<int64_t>(product / whole)});
    left -= parts.back().amount;
  }
  std::ranges::sort(remainders, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  for (size_t i = 0; i < static_cast<size_t>(left); ++i) ++parts[remainders[i].second].amount;
  return parts;
}

}  // namespace glass::institution
