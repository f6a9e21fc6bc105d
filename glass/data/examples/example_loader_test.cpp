#include "glass/data/examples/example_loader.h"

#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "glass/data/examples/example_set.h"
#include "glass/data/loader/loader.h"

namespace glass::data {
namespace {

constexpr TokenId kE = 0;

// Unit i has 3 + i % 5 tokens: E, then 10 i + 1, 10 i + 2, ...; the second half is learned.
ExampleSet numbered(int64_t units, ExampleKind kind = ExampleKind::kConversation) {
  ExampleSet set(kind);
  const int64_t sequences = kind == ExampleKind::kPreference ? 2 * units : units;
  for (int64_t i = 0; i < sequences; ++i) {
    Example example{.tokens = {kE}, .learned = {0}};
    for (int64_t t = 1; t < 3 + i % 5; ++t) {
      example.tokens.push_back(static_cast<TokenId>(10 * i + t));
      example.learned.push_back(t > (2 + i % 5) / 2 ? 1 : 0);
    }
    set.add(example);
  }
  return set;
}

constexpr LoaderConfig kConfig = {
    .sequence_length = 12, .micro_batch_sequences = 3, .micro_batches_per_step = 2, .seed = 5};

TEST(ExampleLoader, EveryUnitIsThereOnceAnEpochAndWhole) {
  const ExampleSet set = numbered(40);
  const ExampleLoader loader(set, kConfig);
  std::map<int64_t, int64_t> rows_of_unit;
  Batch batch;
  // Enough steps for an epoch, not for two.
  for (int64_t step = 0; step < 2; ++step) {
    for (int64_t micro = 0; micro < 2; ++micro) {
      loader.batch(step, micro, batch);
      int64_t unit = -1;
      for (size_t row = 0; row < batch.token_N.size(); ++row) {
        if (batch.token_N[row] != kE) unit = batch.token_N[row] / 10;
        if (batch.token_N[row] == kE) continue;
        EXPECT_EQ(batch.token_N[row] % 10, batch.position_N[row]);
        ++rows_of_unit[unit];
      }
    }
  }
  for (const auto& [unit, rows] : rows_of_unit) EXPECT_EQ(rows, 3 + unit % 5 - 2) << unit;
  EXPECT_GT(rows_of_unit.size(), 30U);
}

TEST(ExampleLoader, TargetsAreWhatIsLearnedAndUnitsSeeThemselvesAlone) {
  const ExampleSet set = numbered(40);
  const ExampleLoader loader(set, kConfig);
  Batch batch;
  loader.batch(3, 1, batch);
  int64_t targets = 0;
  for (int64_t row = 0; row < 36; ++row) {
    const auto at = static_cast<size_t>(row);
    EXPECT_EQ(batch.first_key[at] + batch.position_N[at], row % 12) << row;
    if (batch.target_N[at] < 0) continue;
    ++targets;
    const int64_t unit = batch.target_N[at] / 10;
    EXPECT_EQ(batch.target_N[at], 10 * unit + batch.position_N[at] + 1);
    EXPECT_GT(batch.target_N[at] % 10, (2 + unit % 5) / 2);
  }
  EXPECT_GT(targets, 0);
}

TEST(ExampleLoader, ABatchDoesNotDependOnWhatWasAskedForBefore) {
  const ExampleSet set = numbered(11);
  const ExampleLoader forward(set, kConfig), backward(set, kConfig);
  std::vector<Batch> batches(20);
  for (int64_t step = 0; step < 20; ++step)
    forward.batch(step, 0, batches[static_cast<size_t>(step)]);
  Batch again;
  for (int64_t step = 19; step >= 0; --step) {
    backward.batch(step, 0, again);
    EXPECT_EQ(again.token_N, batches[static_cast<size_t>(step)].token_N) << step;
    EXPECT_EQ(again.target_N, batches[static_cast<size_t>(step)].target_N) << step;
  }
  EXPECT_NE(batches[0].token_N, batches[10].token_N);
}

TEST(ExampleLoader, PacksInTheOrderGiven) {
  const ExampleSet set = numbered(6);  // of 2, 3, 4, 5, 6 and 2 rows
  std::vector<uint64_t> order(6);
  std::iota(order.begin(), order.end(), uint64_t{0});
  EXPECT_EQ(pack_units(set, order, 7),
            (std::vector<std::vector<int64_t>>{{0, 1, 5}, {2}, {3}, {4}}));
}

TEST(ExampleLoader, PairsNameTheirRows) {
  const ExampleSet set = numbered(8, ExampleKind::kPreference);
  const ExampleLoader loader(set, kConfig);
  Batch batch;
  loader.batch(0, 0, batch);
  ASSERT_FALSE(batch.pairs.empty());
  for (const PreferencePair& pair : batch.pairs) {
    EXPECT_EQ(pair.chosen_end, pair.rejected_begin);
    EXPECT_EQ(pair.chosen_begin / 12, (pair.rejected_end - 1) / 12);
    const auto chosen = static_cast<size_t>(pair.chosen_begin);
    const auto rejected = static_cast<size_t>(pair.rejected_begin);
    EXPECT_EQ(batch.token_N[chosen], kE);
    EXPECT_EQ(batch.token_N[rejected], kE);
    EXPECT_EQ(batch.token_N[chosen + 1] / 10 + 1, batch.token_N[rejected + 1] / 10);
  }
}

TEST(HeldOutExamples, AreThereOnceInTheirOrder) {
  const ExampleSet set = numbered(10);
  const HeldOutExamples held_out(set, 12, 2, std::vector<uint32_t>(100, 3));
  std::set<int32_t> targets;
  int64_t counted = 0;
  for (int64_t i = 0; i < held_out.batches(); ++i) {
    Batch batch;
    held_out.batch(i, batch);
    const auto size = held_out.size_of(batch);
    EXPECT_EQ(size.text_bytes, 3 * static_cast<uint64_t>(size.targets));
    counted += size.targets;
    for (const int32_t target : batch.target_N) {
      if (target < 0) continue;
      EXPECT_TRUE(targets.insert(target).second) << target;
    }
  }
  EXPECT_EQ(counted, set.learned_tokens());
  EXPECT_EQ(HeldOutExamples(ExampleSet(ExampleKind::kConversation), 12, 2, {}).batches(), 0);
}

}  // namespace
}  // namespace glass::data
