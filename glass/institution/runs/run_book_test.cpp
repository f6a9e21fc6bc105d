#include "glass/institution/runs/run_book.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/result.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/milestones.h"

namespace glass::institution {
namespace {

RunRegistered registered() {
  return {.run = "r",
          .proposal = "p",
          .recipe = "c",
          .data = {"d"},
          .numerics = "portable-1",
          .minutes = 100,
          .teraflops = 1000,
          .steps = 100,
          .methods = {"text"}};
}

// A book in which events happen if they may.
class Book {
 public:
  // Empty, or why not.
  std::string happen(const RunEvent& event, const std::string& seat = "s") {
    const Status possible = expect_possible(book, event, seat);
    if (!possible) return possible.error().message;
    evolve(book, event,
           {.seat = seat,
            .act_digest = "act",
            .at_ms = now_ms,
            .notice_days = notice_days,
            .schedule = schedule,
            .other_compute = 0,
            .set_aside = {}});
    return "";
  }

  void start() {
    happen(registered());
    happen(RunLevelled{.run = "r", .level = 1});
    happen(RunApproved{.run = "r"});
    happen(RunCleared{.run = "r", .level = 1, .clearance = 1});
    happen(RunStarted{.run = "r"});
  }

  [[nodiscard]] const GovernedRun& run() const { return *book.find("r"); }

  RunBook book;
  int64_t notice_days = 0, now_ms = 0;
  std::optional<EvaluationSchedule> schedule;
};

TEST(RunBook, LeadsFromRegistrationToPublication) {
  Book test;
  test.start();
  EXPECT_EQ(test.run().state, RunState::kRunning);
  EXPECT_EQ(test.happen(RunMetered{.run = "r", .minutes = 10, .teraflops = 100, .steps = 5}), "");
  EXPECT_EQ(test.happen(RunEnded{.run = "r", .outcome = "finished"}),
            "a run that finished names its record and its model, and no other does");
  EXPECT_EQ(test.happen(RunEnded{.run = "r", .outcome = "finished", .record = "e", .model = "m"}),
            "");
  EXPECT_EQ(test.happen(ReleaseRequested{.run = "r", .model = "n", .evidence = "v"}),
            "run r ended with model m, and n is another one");
  EXPECT_EQ(test.happen(ReleaseDecided{.run = "r", .model = "m"}),
            "run r is ended and cannot be published now");
  EXPECT_EQ(test.happen(ReleaseRequested{.run = "r", .model = "m", .evidence = "v"}), "");
  EXPECT_EQ(test.happen(ReleaseApproved{.run = "r"}), "");
  EXPECT_EQ(test.happen(ReleaseApproved{.run = "r"}),
            "seat s has approved the release of run r already");
  EXPECT_EQ(test.happen(ReleaseDecided{.run = "r", .model = "m"}), "");
  EXPECT_EQ(test.run().state, RunState::kPublished);
}

TEST(RunBook, PublishesNothingBeforeThePublicNoticeIsOver) {
  Book test;
  test.start();
  test.notice_days = 14;
  test.happen(RunEnded{.run = "r", .outcome = "finished", .record = "e", .model = "m"});
  ASSERT_EQ(test.happen(ReleaseRequested{.run = "r", .model = "m", .evidence = "v"}), "");
  EXPECT_EQ(test.happen(ReleaseDecided{.run = "r", .model = "m"}),
            "the public notice of run r is not over");
  const int64_t end_ms = int64_t{14} * 24 * 3600 * 1000;
  EXPECT_EQ(test.book.next_due_ms(), end_ms);
  EXPECT_TRUE(due(test.book, end_ms - 1).empty());
  ASSERT_EQ(due(test.book, end_ms).size(), 1U);
  ASSERT_EQ(test.happen(due(test.book, end_ms).front()), "");
  EXPECT_FALSE(test.book.next_due_ms());
  EXPECT_EQ(test.happen(ReleaseDecided{.run = "r", .model = "m"}), "");
}

TEST(RunBook, StartsOnlyByAClearanceForItsLevel) {
  Book test;
  test.happen(registered());
  EXPECT_EQ(test.happen(RunStarted{.run = "r"}), "run r is registered and cannot be started now");
  test.happen(RunLevelled{.run = "r", .level = 1});
  test.happen(RunApproved{.run = "r"});
  test.happen(RunCleared{.run = "r", .level = 1, .clearance = 1});
  EXPECT_EQ(test.happen(RunLevelled{.run = "r", .level = 1}), "run r is at level SL-1 already");
  EXPECT_EQ(test.happen(RunLevelled{.run = "r", .level = 2}), "");
  EXPECT_EQ(test.happen(RunStarted{.run = "r"}), "run r is registered and cannot be started now");
  EXPECT_TRUE(test.run().approved_by.empty());
}

TEST(RunBook, OneStopsAndApprovalsCountAnew) {
  Book test;
  test.start();
  EXPECT_EQ(test.happen(RunStopAsked{.run = "r", .reasons = "w"}), "");
  EXPECT_EQ(test.happen(RunStopAsked{.run = "r", .reasons = "w"}),
            "seat s has asked for a stop of run r already; another seat has to, too");
  EXPECT_EQ(test.run().state, RunState::kRunning);
  EXPECT_EQ(test.happen(RunStopped{.run = "r"}), "");
  EXPECT_TRUE(test.run().stop_asked_by.empty());
  EXPECT_EQ(test.run().interrupted_by, "stop");
  EXPECT_EQ(test.happen(RunStarted{.run = "r"}), "run r is interrupted and cannot be started now");
  EXPECT_EQ(test.happen(RunApproved{.run = "r"}), "");
  EXPECT_EQ(test.happen(RunApproved{.run = "r"}), "seat s has approved run r already");
  EXPECT_EQ(test.happen(RunCleared{.run = "r", .level = 1, .clearance = 2}), "");
  EXPECT_EQ(test.happen(RunStarted{.run = "r"}), "");
}

TEST(RunBook, MetersOnlyUpwardsAndHaltsAtTheBudget) {
  Book test;
  test.start();
  EXPECT_EQ(test.happen(RunMetered{.run = "r", .minutes = 10, .teraflops = 100, .steps = 5}), "");
  EXPECT_EQ(halt_cause(test.run(), 5), "");
  EXPECT_EQ(test.happen(RunMetered{.run = "r", .minutes = 9, .teraflops = 100, .steps = 5}),
            "run r has used 10 minutes and done 5 steps; what is metered only grows");
  EXPECT_EQ(test.happen(RunMetered{.run = "r", .minutes = 11, .teraflops = 1000, .steps = 6}), "");
  EXPECT_EQ(halt_cause(test.run(), 5), "");
  EXPECT_EQ(test.happen(RunMetered{.run = "r", .minutes = 11, .teraflops = 1001, .steps = 6}), "");
  EXPECT_EQ(halt_cause(test.run(), 5), "budget");
  EXPECT_EQ(test.happen(RunHalted{.run = "r", .cause = "budget"}), "");
  EXPECT_EQ(test.happen(RunMetered{.run = "r", .minutes = 12, .teraflops = 1002, .steps = 7}),
            "run r is interrupted and cannot be metered now");
}

TEST(RunBook, HaltsWhenAnEvaluationIsMoreThanAFewStepsLate) {
  Book test;
  test.schedule = EvaluationSchedule{.first = ten_to(14), .numerator = 4, .denominator = 1};
  test.start();
  const auto meter = [&](int64_t teraflops, int64_t steps) {
    EXPECT_EQ(
        test.happen(RunMetered{.run = "r", .minutes = 1, .teraflops = teraflops, .steps = steps}),
        "");
    return std::string(halt_cause(test.run(), 5));
  };
  EXPECT_EQ(meter(99, 9), "");
  EXPECT_EQ(test.run().evaluation_due_step, -1);
  EXPECT_EQ(meter(100, 10), "");
  EXPECT_EQ(test.run().evaluation_due_step, 10);
  EXPECT_EQ(meter(150, 15), "");
  EXPECT_EQ(meter(160, 16), "evaluation-overdue");
  EvaluationRecorded early{.run = "r", .model = "w", .teraflops = 99, .scores = {{"cbrn", 1}}};
  EXPECT_EQ(test.happen(early), "");
  EXPECT_EQ(halt_cause(test.run(), 5), "evaluation-overdue");
  early.teraflops = 100;
  EXPECT_EQ(test.happen(early), "");
  EXPECT_EQ(meter(399, 40), "");
  EXPECT_EQ(test.run().evaluation_due_step, -1);
  EXPECT_EQ(meter(400, 41), "");
  EXPECT_EQ(test.run().evaluation_due_step, 41);
}

TEST(RunBook, TakesEvaluationsOfWeightsThatTheRunHad) {
  Book test;
  test.start();
  EvaluationRecorded one{.run = "r", .model = "w", .teraflops = 1, .scores = {{"cbrn", 1}}};
  EXPECT_EQ(test.happen(one),
            "run r has computed 0 teraflops so far, and none of its weights are of 1");
  one.teraflops = 0;
  one.is_final = true;
  EXPECT_EQ(test.happen(one), "run r did not end with model w");
  one.is_final = false;
  one.scores.push_back({"cbrn", 2});
  EXPECT_EQ(test.happen(one), "there are two scores of cbrn; which one counts?");
  one.scores.clear();
  EXPECT_EQ(test.happen(one), "an evaluation has a score of at least one domain");
}

TEST(RunBook, ClearsAnewAtAHigherLevelAndRestartsAtTheSame) {
  Book test;
  test.start();
  EXPECT_EQ(matter_waited_for(test.run()), "");
  test.happen(RunStopped{.run = "r"});
  EXPECT_EQ(matter_waited_for(test.run()), "restart");
  test.notice_days = 10;
  test.happen(RunLevelled{.run = "r", .level = 3});
  EXPECT_EQ(matter_waited_for(test.run()), "clearance");
  EXPECT_EQ(test.run().notice, "start");
  EXPECT_EQ(test.book.next_due_ms(), test.run().notice_until_ms);
  test.happen(RunApproved{.run = "r"}, "t");
  test.happen(RunCleared{.run = "r", .level = 3, .clearance = 2});
  EXPECT_TRUE(test.run().started_by.contains("t"));
  EXPECT_FALSE(test.run().started_by.contains("s"));
}

TEST(RunBook, LowersTheLevelOfAnEndedRunAndNoOther) {
  Book test;
  test.start();
  test.happen(RunLevelled{.run = "r", .level = 2});
  EXPECT_EQ(test.happen(LoweringAsked{.run = "r"}), "run r is running and cannot be lowered now");
  test.happen(RunEnded{.run = "r", .outcome = "finished", .record = "e", .model = "m"});
  EXPECT_EQ(test.happen(RunLowered{.run = "r", .level = 1}),
            "nobody has asked to lower the level of run r");
  test.notice_days = 14;
  EXPECT_EQ(test.happen(LoweringAsked{.run = "r"}), "");
  EXPECT_EQ(test.run().notice, "lowering");
  EXPECT_EQ(test.happen(LoweringApproved{.run = "r"}), "");
  EXPECT_EQ(test.happen(LoweringApproved{.run = "r"}),
            "seat s has approved the lowering of run r already");
  EXPECT_EQ(test.happen(RunLowered{.run = "r", .level = 1}), "");
  EXPECT_EQ(test.run().level, 1);
  EXPECT_EQ(test.happen(LoweringAsked{.run = "r"}), "run r is at SL-1, the lowest level");
  EXPECT_EQ(test.happen(ReleaseRequested{.run = "r", .model = "m", .evidence = "v"}), "");
  EXPECT_EQ(test.happen(LoweringAsked{.run = "r"}),
            "run r is asked for release and cannot be lowered now");
  EXPECT_EQ(test.happen(ReleaseWithdrawn{.run = "r"}), "");
  EXPECT_EQ(test.happen(ReleaseWithdrawn{.run = "r"}),
            "nobody has asked to release the model of run r");
  EXPECT_FALSE(test.book.next_due_ms());
}

// Whatever is tried: nothing runs that was not cleared since it last stopped, and nothing is
// published that was not asked for.
TEST(RunBook, KeepsItsInvariantsInAnyHistory) {
  rc::check([] {
    Book test;
    RC_ASSERT(test.happen(registered()).empty());
    bool is_cleared = false, was_asked = false;
    int64_t minutes = 0;
    const auto length = *rc::gen::inRange(1, 80);
    for (int i = 0; i < length; ++i) {
      const std::string seat = *rc::gen::element<std::string>("s", "t");
      switch (*rc::gen::inRange(0, 11)) {
        case 0:
          if (test.happen(RunLevelled{.run = "r", .level = *rc::gen::inRange<int64_t>(1, 5)})
                  .empty())
            is_cleared = is_cleared && test.run().state == RunState::kRunning;
          break;
        case 1: test.happen(RunApproved{.run = "r"}, seat); break;
        case 2:
          if (test.happen(RunCleared{.run = "r", .level = test.run().level, .clearance = 1})
                  .empty())
            is_cleared = true;
          break;
        case 3:
          if (test.happen(RunStarted{.run = "r"}).empty()) RC_ASSERT(is_cleared);
          break;
        case 4:
          test.happen(RunMetered{.run = "r",
                                 .minutes = *rc::gen::inRange<int64_t>(0, 120),
                                 .teraflops = 1,
                                 .steps = i});
          break;
        case 5:
          if (test.happen(RunStopped{.run = "r"}).empty()) is_cleared = false;
          break;
        case 6:
          if (test.happen(RunHalted{.run = "r"}).empty()) is_cleared = false;
          break;
        case 7: test.happen(RunEnded{.run = "r", .outcome = "failed"}); break;
        case 8:
          test.happen(RunEnded{.run = "r", .outcome = "finished", .record = "e", .model = "m"});
          break;
        case 9:
          if (test.happen(ReleaseRequested{.run = "r", .model = "m"}).empty()) was_asked = true;
          break;
        default:
          if (test.happen(ReleaseDecided{.run = "r", .model = "m"}).empty()) RC_ASSERT(was_asked);
      }
      RC_ASSERT(test.run().minutes >= minutes);
      minutes = test.run().minutes;
    }
  });
}

}  // namespace
}  // namespace glass::institution
