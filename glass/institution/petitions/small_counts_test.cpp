#include "glass/institution/petitions/small_counts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace glass::institution {
namespace {

using Shown = std::vector<std::optional<int64_t>>;
constexpr std::nullopt_t kHidden = std::nullopt;

std::optional<Shown> shown(const std::vector<int64_t>& counts) {
  return shown_counts(counts, 10);
}

TEST(SmallCounts, AreHidden) {
  EXPECT_EQ(shown({100, 9, 10, 3, 0}), (Shown{100, kHidden, 10, kHidden, kHidden}));
  EXPECT_EQ(shown({10, 11}), (Shown{10, 11}));
  EXPECT_EQ(shown({}), Shown{});
}

TEST(SmallCounts, OneAloneTakesTheNextSmallestWithIt) {
  EXPECT_EQ(shown({100, 3, 50, 70}), (Shown{100, kHidden, kHidden, 70}));
  EXPECT_EQ(shown({3, 5000}), (Shown{kHidden, kHidden}));
  EXPECT_EQ(shown({100, 3, 50, 50}), (Shown{100, kHidden, kHidden, kHidden}));
}

TEST(SmallCounts, ASumThatTellsThemTakesMoreWithIt) {
  EXPECT_EQ(shown({9, 9, 40, 60}), (Shown{kHidden, kHidden, kHidden, 60}));
  EXPECT_EQ(shown({0, 0, 40, 60}), (Shown{kHidden, kHidden, kHidden, 60}));
  EXPECT_EQ(shown({9, 8, 40, 60}), (Shown{kHidden, kHidden, 40, 60}));
}

TEST(SmallCounts, OfATableThatItsTotalTellsNothingIsShown) {
  EXPECT_EQ(shown({5}), std::nullopt);
  EXPECT_EQ(shown({0, 0}), std::nullopt);
  EXPECT_EQ(shown({9, 9}), std::nullopt);
  EXPECT_EQ(shown({4, 5}), (Shown{kHidden, kHidden}));
}

// Someone who tries all tables that total, shown counts and the rule allow.
class Stranger {
 public:
  Stranger(const std::vector<int64_t>& counts, const Shown& shown, int64_t least)
      : counts_(counts), shown_(shown), least_(least), values_(counts.size()) {
    total_ = std::accumulate(counts.begin(), counts.end(), int64_t{0});
    smallest_shown_ = total_ + 1;
    for (const auto& count : shown)
      smallest_shown_ = std::min(smallest_shown_, count.value_or(total_ + 1));
    std::vector<int64_t> table(counts.size());
    try_from(0, 0, table);
  }

  // Whether there is one value that a hidden count must have.
  [[nodiscard]] bool knows_one() const {
    for (size_t i = 0; i < counts_.size(); ++i) {
      if (!shown_[i] && values_[i].size() < 2) return true;
    }
    return false;
  }

 private:
  void try_from(size_t i, int64_t sum, std::vector<int64_t>& table) {
    if (i == table.size()) {
      if (sum != total_) return;
      for (size_t j = 0; j < table.size(); ++j) values_[j].insert(table[j]);
      return;
    }
    const bool is_small = counts_[i] < least_;
    const int64_t low = shown_[i] ? *shown_[i] : (is_small ? 0 : least_);
    const int64_t high = shown_[i] ? *shown_[i] : (is_small ? least_ - 1 : smallest_shown_ - 1);
    for (table[i] = low; table[i] <= std::min(high, total_ - sum); ++table[i])
      try_from(i + 1, sum + table[i], table);
  }

  const std::vector<int64_t>& counts_;
  const Shown& shown_;
  int64_t least_, total_ = 0, smallest_shown_ = 0;
  std::vector<std::set<int64_t>> values_;
};

TEST(SmallCounts, TotalAndShownCountsTellNoHiddenOne) {
  EXPECT_TRUE(rc::check("of any table", [] {
    constexpr int64_t kLeast = 4;
    const auto counts = *rc::gen::resize(
        5, rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 11)));
    const auto result = shown_counts(counts, kLeast);
    RC_PRE(result.has_value());
    for (size_t i = 0; i < counts.size(); ++i) {
      RC_ASSERT((!(*result)[i] || *(*result)[i] == counts[i]));
      RC_ASSERT((counts[i] >= kLeast || !(*result)[i]));
    }
    RC_ASSERT(std::ranges::count(*result, std::optional<int64_t>()) != 1);
    RC_ASSERT(!Stranger(counts, *result, kLeast).knows_one());
  }));
}

// Nothing is kept back without a reason: only where a stranger who sees all lines would know one.
TEST(SmallCounts, ATableIsWithheldOnlyIfAStrangerWouldKnowOne) {
  EXPECT_TRUE(rc::check("of a table that is withheld", [] {
    constexpr int64_t kLeast = 4;
    const auto counts = *rc::gen::resize(
        3, rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 5)));
    RC_PRE(!shown_counts(counts, kLeast));
    RC_ASSERT(Stranger(counts, Shown(counts.size()), kLeast).knows_one());
  }));
}

}  // namespace
}  // namespace glass::institution
