// Fair share: whose turn it is. Members stand in the order of what they have used against the share
// that is theirs; who is furthest below comes first.
//
// Used and share are compared as exact fractions. Of equal ones the smaller member code comes
// first; members without a share come last.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/allocation/largest_remainder.h"

namespace glass::institution {

struct MemberUse {
  MemberShare share;
  int64_t used_minutes = 0;
};

// Member codes, whose turn is first. kInvalidInput if a member stands twice, or a number is
// negative or beyond the limits of largest_remainder.h.
[[nodiscard]] Result<std::vector<std::string>> fair_share_order(std::vector<MemberUse> uses);

}  // namespace glass::institution
