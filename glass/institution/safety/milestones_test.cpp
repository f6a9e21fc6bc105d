#include "glass/institution/safety/milestones.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/safety/compute.h"

namespace glass::institution {
namespace {

EvaluationSchedule schedule(const char* first, const char* factor) {
  return evaluation_schedule(first, factor).value().value();
}

// The first `count` milestones, each found as the next above the one before.
std::vector<std::string> first_milestones(const EvaluationSchedule& schedule, size_t count) {
  std::vector<std::string> texts;
  std::optional<Flops> milestone = next_milestone(schedule, 0);
  for (; milestone && texts.size() < count; milestone = next_milestone(schedule, *milestone))
    texts.push_back(flops_text(*milestone));
  return texts;
}

TEST(Milestones, AreThoseOfTheLevels) {
  EXPECT_EQ(schedule("1e22", "4"), EvaluationSchedule());
  EXPECT_EQ(first_milestones(schedule("1e22", "4"), 5),
            (std::vector<std::string>{"1e22", "4e22", "1.6e23", "6.4e23", "2.56e24"}));
  EXPECT_EQ(first_milestones(schedule("1e22", "2"), 4),
            (std::vector<std::string>{"1e22", "2e22", "4e22", "8e22"}));
  EXPECT_EQ(first_milestones(schedule("1e22", "5/4"), 4),
            (std::vector<std::string>{"1e22", "1.25e22", "1.5625e22", "1.953125e22"}));
  EXPECT_FALSE(evaluation_schedule("", "").value().has_value());
}

TEST(Milestones, AreRoundedDownAtEachStep) {
  EXPECT_EQ(first_milestones(schedule("1001", "5/4"), 4),
            (std::vector<std::string>{"1001", "1251", "1563", "1953"}));
}

TEST(Milestones, AreReachedExactly) {
  const EvaluationSchedule four = schedule("1e22", "4");
  EXPECT_TRUE(next_milestone(four, ten_to(22) - 1).value() == ten_to(22));
  EXPECT_TRUE(next_milestone(four, ten_to(22)).value() == 4 * ten_to(22));
  EXPECT_FALSE(last_milestone(four, ten_to(22) - 1).has_value());
  EXPECT_TRUE(last_milestone(four, ten_to(22)).value() == ten_to(22));
  EXPECT_TRUE(last_milestone(four, 4 * ten_to(22) - 1).value() == ten_to(22));
}

TEST(Milestones, EndWhereTheyCannotBeCounted) {
  EXPECT_FALSE(next_milestone(schedule("1e22", "1000"), kLargestFlops).has_value());
  EXPECT_FALSE(next_milestone(schedule("1e22", "11/10"), kLargestFlops).has_value());
  EXPECT_EQ(flops_text(last_milestone(schedule("1e22", "1000"), kLargestFlops).value()), "1e37");
}

TEST(Milestones, OfAnotherFormAreRefused) {
  for (const char* factor : {"", "1", "21/20", "1.25", "5/0", "1001", "5/4 ", "2001/2000", "x"}) {
    const auto read = evaluation_schedule("1e22", factor);
    ASSERT_FALSE(read) << factor;
    EXPECT_NE(read.error().message.find("write it as '4' or '5/4'"), std::string::npos) << factor;
  }
  EXPECT_FALSE(evaluation_schedule("", "4"));
  EXPECT_NE(evaluation_schedule("999", "4").error().message.find("give at least 1e3 FLOP"),
            std::string::npos);
}

TEST(Milestones, OfAnyScheduleEncloseTheCompute) {
  EXPECT_TRUE(rc::check("last <= compute < next, a factor apart", [] {
    EvaluationSchedule any;
    any.denominator = *rc::gen::inRange<int64_t>(1, 1000);
    any.numerator =
        *rc::gen::inRange<int64_t>(any.denominator * 11 / 10 + 1, any.denominator * 9 + 2);
    any.first = 1000 + static_cast<Flops>(*rc::gen::inRange(0, 1'000'000));
    const Flops compute =
        any.first + *rc::gen::arbitrary<uint64_t>() * ten_to(*rc::gen::inRange(0, 9));
    const Flops last = last_milestone(any, compute).value();
    const Flops next = next_milestone(any, compute).value();
    const bool encloses = last <= compute && compute < next;
    RC_ASSERT(encloses);
    const Flops exact =
        last * static_cast<Flops>(any.numerator) / static_cast<Flops>(any.denominator);
    const bool is_next = next == exact;
    RC_ASSERT(is_next);
  }));
}

TEST(Evaluation, IsOverdueAfterMoreThanFivePercentOfTheSteps) {
  EXPECT_FALSE(is_overdue({.due_step = 100, .step = 150, .planned_steps = 1000}));
  EXPECT_TRUE(is_overdue({.due_step = 100, .step = 151, .planned_steps = 1000}));
  EXPECT_TRUE(is_overdue({.due_step = 100, .step = 111, .planned_steps = 1000}, 1));
  EXPECT_FALSE(is_overdue({.due_step = 0, .step = 0, .planned_steps = 0}));
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  EXPECT_TRUE(is_overdue({.due_step = 0, .step = kMost, .planned_steps = kMost}));
}

}  // namespace
}  // namespace glass::institution
