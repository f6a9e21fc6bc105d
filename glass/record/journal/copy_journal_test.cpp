#include "glass/record/journal/copy_journal.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/test_journals.h"

namespace glass::record {
namespace {

// From a file of SQLite to each kind.
class CopyJournalTest : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] Result<JournalHead> copy() const {
    const auto from = source_.open(), to = target_.open();
    return copy_journal(*from, *to, [](int64_t, int64_t) { return Status(); });
  }

  TestJournal source_{"sqlite"}, target_{GetParam()};
};

TEST_P(CopyJournalTest, HasAllLinesInTheirOrder) {
  EXPECT_EQ(copy().value(), empty_journal_head());
  append_numbered(*source_.open(), 0, 2500);
  EXPECT_EQ(copy().value(), source_.open()->head().value());
  EXPECT_EQ(lines_of(*target_.open()), numbered_lines(0, 2500));
  EXPECT_EQ(copy().value().count, 2500);
}

TEST_P(CopyJournalTest, GoesOnWhereItWasInterrupted) {
  append_numbered(*source_.open(), 0, 3500);
  std::vector<int64_t> told;
  const auto once = [&](int64_t done_max) {
    const auto from = source_.open(), to = target_.open();
    return copy_journal(*from, *to, [&](int64_t done, int64_t total) -> Status {
      EXPECT_EQ(total, 3500);
      told.push_back(done);
      if (done < done_max) return {};
      return fail(ErrorCode::kInterrupted, "enough");
    });
  };
  EXPECT_EQ(once(2000).error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(target_.open()->head().value().count, 2000);
  EXPECT_EQ(once(4000).value().count, 3500);
  EXPECT_EQ(told, (std::vector<int64_t>{1000, 2000, 1000, 2000, 3000, 3500}));
  EXPECT_EQ(lines_of(*target_.open()), numbered_lines(0, 3500));
}

TEST_P(CopyJournalTest, IntoAnotherJournalIsRefused) {
  append_numbered(*source_.open(), 0, 1200);
  append_numbered(*target_.open(), 0, 1100);
  target_.run(
      "UPDATE journal SET line = '{}', digest = "
      "'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' WHERE number = 1050");
  const auto other = copy();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kMismatch);
  EXPECT_TRUE(other.error().message.starts_with("line 1050 of ")) << other.error().message;
  EXPECT_EQ(target_.open()->head().value().count, 1100) << "nothing may be appended to it";
}

TEST_P(CopyJournalTest, IntoALongerJournalIsRefused) {
  append_numbered(*source_.open(), 0, 10);
  append_numbered(*target_.open(), 0, 11);
  const auto longer = copy();
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, ErrorCode::kMismatch);
  EXPECT_TRUE(longer.error().message.starts_with("line 10 of ")) << longer.error().message;
}

TEST_P(CopyJournalTest, ADamagedLineIsNotCopied) {
  append_numbered(*source_.open(), 0, 10);
  source_.run("UPDATE journal SET line = '{}' WHERE number = 7");
  EXPECT_EQ(copy().error().code, ErrorCode::kCorruption);
  EXPECT_EQ(target_.open()->head().value().count, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, CopyJournalTest, testing::ValuesIn(journal_kinds()),
                         journal_kind_name);

}  // namespace
}  // namespace glass::record
