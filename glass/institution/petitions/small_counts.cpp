#include "glass/institution/petitions/small_counts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "glass/base/check.h"

namespace glass::institution {
namespace {

// What a stranger knows of a hidden count, both borders inclusive.
struct Bounds {
  int64_t low, high;
};

// The counts in ascending order, of which the first `hidden` are hidden.
class Table {
 public:
  Table(std::span<const int64_t> counts, int64_t least) : counts_(counts), least_(least) {
    order_.resize(counts.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::ranges::sort(order_, {}, [&](size_t i) { return counts_[i]; });
    while (hidden_ < order_.size() && count(hidden_) < least_) ++hidden_;
  }

  // Until no hidden count can be told, as one alone always can; false if hiding all of them is not
  // enough.
  bool hide_enough() {
    while (hidden_ > 0 && tells_one()) {
      if (hidden_ == order_.size()) return false;
      hide_next();
    }
    return true;
  }

  [[nodiscard]] std::vector<std::optional<int64_t>> shown() const {
    std::vector<std::optional<int64_t>> shown(counts_.size());
    for (size_t i = hidden_; i < order_.size(); ++i) shown[order_[i]] = count(i);
    return shown;
  }

 private:
  [[nodiscard]] int64_t count(size_t i) const { return counts_[order_[i]]; }

  // The next smallest, and those that are equal to it.
  void hide_next() {
    if (hidden_ == order_.size()) return;
    const int64_t next = count(hidden_);
    while (hidden_ < order_.size() && count(hidden_) == next) ++hidden_;
  }

  // What the rule says of a hidden count; the last ones are hidden although they are not small.
  [[nodiscard]] Bounds bounds(size_t i, int64_t sum) const {
    if (count(i) < least_) return {.low = 0, .high = least_ - 1};
    const bool all_hidden = hidden_ == order_.size();
    return {.low = least_, .high = all_hidden ? sum : count(hidden_) - 1};
  }

  // Whether the sum of the hidden counts, which total and shown counts tell, and what the rule says
  // of the others leave one of them a single value.
  [[nodiscard]] bool tells_one() const {
    int64_t sum = 0, low = 0, high = 0;
    for (size_t i = 0; i < hidden_; ++i) sum += count(i);
    for (size_t i = 0; i < hidden_; ++i) {
      low += bounds(i, sum).low;
      high += bounds(i, sum).high;
    }
    for (size_t i = 0; i < hidden_; ++i) {
      const Bounds own = bounds(i, sum);
      const int64_t least = std::max(own.low, sum - (high - own.high));
      const int64_t most = std::min(own.high, sum - (low - own.low));
      if (least == most) return true;
    }
    return false;
  }

  std::span<const int64_t> counts_;
  int64_t least_;
  std::vector<size_t> order_;
  size_t hidden_ = 0;
};

}  // namespace

std::optional<std::vector<std::optional<int64_t>>> shown_counts(std::span<const int64_t> counts,
                                                                int64_t least) {
  GLASS_CHECK(least > 0 && std::ranges::none_of(counts, [](int64_t count) { return count < 0; }));
  Table table(counts, least);
  if (!table.hide_enough()) return std::nullopt;
  return table.shown();
}

}  // namespace glass::institution
