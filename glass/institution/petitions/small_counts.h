// Small counts: which counts of a table may be shown beside their total, so that nobody finds out
// how many people of a small group there are.
//
// A count below `least` is hidden. If that is only one, the total would tell it, so the next
// smallest is hidden as well; and the next ones, as long as total, shown counts and the rule
// together leave one of the hidden counts a single value, such as two of nine that are eighteen
// together. Equal counts are hidden together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace glass::institution {

// In the order of `counts`: the count, or nothing where it is hidden. Nothing at all if the total
// would tell a count although all are hidden: then not even the table's lines may be shown.
// REQUIRES: no count is negative; least > 0.
std::optional<std::vector<std::optional<int64_t>>> shown_counts(std::span<const int64_t> counts,
                                                                int64_t least);

}  // namespace glass::institution
