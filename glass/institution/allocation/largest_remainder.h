// Largest remainder: a whole number split over shares, so that the parts add up to it.
//
// Everyone gets the whole part of what the share comes to; what is left over goes, one by one, to
// the largest remainders, and of equal ones to the smaller member code:
//
//   1,000,001 over thirds of A, B and C: 333,334 for A, 333,334 for B, 333,333 for C
//
// Shares count in relation to each other; fractions, or whole numbers over one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "glass/base/result.h"

namespace glass::institution {

// Limits that keep every product of this room within 128 bits, and every figure within what each
// reader of JSON holds exactly.
inline constexpr int64_t kMostMinutes = 1'000'000'000'000'000;        // of anything
inline constexpr int64_t kLargestShareNumerator = 1'000'000'000'000;  // of a share
inline constexpr int64_t kLargestShareDenominator = 1'000'000;

struct MemberShare {
  std::string member;
  int64_t numerator = 0, denominator = 1;
};

struct MemberPart {
  std::string member;
  int64_t amount = 0;

  friend bool operator==(const MemberPart&, const MemberPart&) = default;
};

// In the order of member codes. kInvalidInput if a member stands twice, a share is negative or
// beyond the limits, all shares are nothing, or they have no common denominator within the limits.
// REQUIRES: 0 <= amount <= kMostMinutes.
[[nodiscard]] Result<std::vector<MemberPart>> split_by_largest_remainder(
    int64_t amount, std::span<const MemberShare> shares);

}  // namespace glass::institution
