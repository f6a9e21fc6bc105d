#include "glass/institution/proposals/proposal_book.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/result.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/charter/test_charter.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/proposals/step.h"

namespace glass::institution {
namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1000;

Charter charter() {
  CharterSettings settings;
  settings.name = "Small";
  settings.founded = "2026-01-01";
  settings.members = {{.code = "A", .share = 1}};
  settings.bodies = {{.name = "board"}};
  settings.seats = {{.name = "board/1", .body = "board", .roles = {"clerk"}}};
  settings.rules = {{.name = "majority", .count = "more than 1/2 of voting"}};
  test::let_decide_all(settings, "board", "majority", "clerk");
  settings.rights = {{.name = "all", .acts = {"x"}, .holders = {"clerk"}}};
  settings.criteria = {{.name = "quality"}};
  return Charter::from_settings(settings, std::set<std::string, std::less<>>{"x"}).value();
}

ProposalTerms terms(int64_t minutes = 600) {
  return {.title = "t",
          .summary = "s",
          .team = {},
          .members = {"A"},
          .minutes = minutes,
          .teraflops = 1,
          .recipe = "r",
          .data = {"d"},
          .release = "open-weights"};
}

ProposalChecked checked(Step step, std::string_view outcome) {
  ProposalChecked event{.proposal = "p",
                        .step = std::string(to_text(step)),
                        .outcome = std::string(outcome),
                        .reasons = "why"};
  if (outcome == "levelled") event.level = 2;
  if (step == Step::kAllocation && outcome == "approved") event.minutes = 500;
  return event;
}

// A book with an open call, in which events happen if they may.
class Book {
 public:
  Book() {
    happen(CallOpened{
        .call = "c", .text = "t", .opens_ms = 0, .closes_ms = 100, .most_minutes = 1000});
  }

  // Empty, or why not.
  std::string happen(const ProposalEvent& event, int64_t at_ms = 0) {
    const Status possible = expect_possible(book, event, at_ms);
    if (!possible) return possible.error().message;
    ++acts_;
    evolve(book, charter_, event,
           {.seat = "me", .digest = "act" + std::to_string(acts_), .at_ms = at_ms});
    return "";
  }

  std::string submit() {
    return happen(ProposalSubmitted{.proposal = "p", .call = "c", .terms = terms()});
  }

  void pass_checks() {
    happen(checked(Step::kAdministrativeCheck, "eligible"));
    happen(checked(Step::kTechnicalCheck, "feasible"));
    happen(checked(Step::kDataRightsCheck, "cleared"));
    happen(checked(Step::kSafetyCheck, "levelled"));
  }

  [[nodiscard]] const Proposal& proposal() const { return *book.find("p"); }

  ProposalBook book;

 private:
  const Charter charter_ = charter();
  int acts_ = 0;
};

ProposalMoved moved(Step step, std::string_view outcome) {
  return {.proposal = "p", .step = std::string(to_text(step)), .outcome = std::string(outcome)};
}

TEST(ProposalBook, LeadsFromSubmissionToAnActiveProject) {
  Book test;
  ASSERT_EQ(test.submit(), "");
  EXPECT_EQ(test.proposal().applicant, "me");
  EXPECT_EQ(test.proposal().content, "act2");
  test.pass_checks();
  EXPECT_EQ(test.proposal().level, 2);
  ASSERT_EQ(test.happen(moved(Step::kExpertReview, "reviewed")), "");
  ASSERT_EQ(test.happen(checked(Step::kPanelReview, "approved")), "");
  ASSERT_EQ(test.happen(checked(Step::kAllocation, "approved")), "");
  EXPECT_EQ(test.proposal().minutes, 500);
  EXPECT_EQ(test.proposal().allocation, "act9");
  ASSERT_EQ(test.happen(moved(Step::kVote, "skipped")), "");
  ASSERT_EQ(test.happen(ProposalAnswered{.proposal = "p", .answer = "accepted"}), "");
  EXPECT_EQ(test.proposal().state, ProposalState::kActive);
  EXPECT_FALSE(test.book.next_due_ms());
  EXPECT_EQ(test.happen(ProposalClosed{.proposal = "p"}),
            "a project is closed with its final report");
  ASSERT_EQ(test.happen(ProposalClosed{.proposal = "p", .report = "f"}), "");
  EXPECT_EQ(test.proposal().state, ProposalState::kClosed);
}

TEST(ProposalBook, TakesProposalsWhileTheCallIsOpenAndComplete) {
  Book test;
  const auto submit = [&](ProposalTerms asked, int64_t at_ms) {
    return test.happen(ProposalSubmitted{.proposal = "p", .call = "c", .terms = std::move(asked)},
                       at_ms);
  };
  EXPECT_EQ(submit(terms(), 100),
            "call c takes proposals from 1970-01-01T00:00:00.000Z until "
            "1970-01-01T00:00:00.100Z");
  EXPECT_EQ(submit(terms(1001), 0), "a proposal of this call asks for 1 to 1000 minutes, not 1001");
  ProposalTerms none = terms();
  none.summary = "";
  EXPECT_EQ(submit(none, 0), "a proposal needs a title and a summary in plain words");
  none = terms();
  none.data = {};
  EXPECT_EQ(submit(none, 0), "a proposal names its data by digest");
  EXPECT_EQ(submit(terms(), 99), "");
  EXPECT_EQ(submit(terms(), 99), "there is a proposal p already; draw another id");
}

TEST(ProposalBook, DecidesEachStepOnceAndInOrder) {
  Book test;
  ASSERT_EQ(test.submit(), "");
  EXPECT_EQ(test.happen(checked(Step::kSafetyCheck, "levelled")),
            "the safety-check of proposal p waits for its technical-check");
  EXPECT_EQ(test.happen(checked(Step::kTechnicalCheck, "eligible")),
            "a technical-check ends with feasible, infeasible, not with 'eligible'");
  ASSERT_EQ(test.happen(checked(Step::kTechnicalCheck, "feasible")), "");
  EXPECT_EQ(test.happen(checked(Step::kTechnicalCheck, "feasible")),
            "the technical-check of proposal p is done: feasible");
  EXPECT_EQ(test.happen(moved(Step::kExpertReview, "reviewed")),
            "the expert-review of proposal p waits for its administrative-check");
  ProposalChecked silent = checked(Step::kDataRightsCheck, "cleared");
  silent.reasons = "";
  EXPECT_EQ(test.happen(silent), "a decision needs reasons; give them with --reasons");
  ProposalChecked levelled = checked(Step::kSafetyCheck, "levelled");
  levelled.level = 0;
  EXPECT_EQ(test.happen(levelled), "a safety check sets a level, 1 to 4, and nothing else does");
}

TEST(ProposalBook, EndsWithABadOutcome) {
  Book test;
  ASSERT_EQ(test.submit(), "");
  ASSERT_EQ(test.happen(checked(Step::kDataRightsCheck, "blocked")), "");
  EXPECT_EQ(test.proposal().state, ProposalState::kRejected);
  EXPECT_EQ(test.proposal().ended_at, Step::kDataRightsCheck);
  EXPECT_EQ(test.happen(checked(Step::kTechnicalCheck, "feasible")),
            "proposal p is rejected; nothing is decided on it any more");
  EXPECT_FALSE(test.book.next_due_ms());
}

TEST(ProposalBook, ExpiresWhereItWaits) {
  Book test;
  ASSERT_EQ(test.submit(), "");
  ASSERT_EQ(test.happen(checked(Step::kAdministrativeCheck, "eligible")), "");
  EXPECT_EQ(test.book.next_due_ms(), 21 * kDay);
  EXPECT_TRUE(due(test.book, 21 * kDay - 1).empty());
  const auto events = due(test.book, 21 * kDay);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].step, "technical-check");
  evolve(test.book, charter(), events[0], {.seat = "", .digest = "", .at_ms = 21 * kDay});
  EXPECT_EQ(test.proposal().state, ProposalState::kExpired);
}

TEST(ProposalBook, BeginsTheChecksAgainWhenTermsChangeAndNeverAfterTheyAreDone) {
  Book test;
  ASSERT_EQ(test.submit(), "");
  ASSERT_EQ(test.happen(checked(Step::kTechnicalCheck, "feasible")), "");
  ASSERT_EQ(test.happen(ProposalAmended{.proposal = "p", .terms = terms(700)}), "");
  EXPECT_EQ(test.proposal().terms.minutes, 700);
  EXPECT_NE(test.proposal().content, "act2");
  EXPECT_FALSE(test.proposal().is_done(Step::kTechnicalCheck));
  test.pass_checks();
  EXPECT_EQ(test.happen(ProposalAmended{.proposal = "p", .terms = terms(800)}),
            "proposal p is under review; its terms no longer change");
}

TEST(ProposalBook, AwardsNoMoreThanWasAskedFor) {
  Book test;
  ASSERT_EQ(test.submit(), "");
  test.pass_checks();
  test.happen(moved(Step::kExpertReview, "reviewed"));
  test.happen(checked(Step::kPanelReview, "approved"));
  ProposalChecked more = checked(Step::kAllocation, "approved");
  more.minutes = 601;
  EXPECT_EQ(test.happen(more), "proposal p asks for 600 minutes; 601 are more");
  more.minutes = 0;
  EXPECT_EQ(test.happen(more),
            "an approved allocation says how many minutes, and nothing else does");
}

// Whatever is tried, in whatever order: steps are done in the order in which they wait for one
// another, an end is final, and what waits has a time by which it ends.
TEST(ProposalBook, KeepsItsInvariantsInAnyHistory) {
  rc::check([] {
    Book test;
    RC_ASSERT(test.submit().empty());
    int64_t at_ms = 0;
    std::optional<ProposalState> end;
    const auto length = *rc::gen::inRange(1, 60);
    for (int i = 0; i < length; ++i) {
      at_ms += *rc::gen::inRange<int64_t>(0, 3 * kDay);
      for (const ProposalMoved& event : due(test.book, at_ms))
        evolve(test.book, charter(), event, {.seat = "", .digest = "", .at_ms = at_ms});
      const auto step = static_cast<Step>(*rc::gen::inRange(0, static_cast<int>(kSteps.size())));
      const bool is_good = *rc::gen::inRange(0, 12) != 0;
      const auto outcomes =
          is_good || bad_outcomes(step).empty() ? good_outcomes(step) : bad_outcomes(step);
      const bool is_decided =
          std::ranges::find(kDecidedSteps, to_text(step)) != kDecidedSteps.end();
      if (is_decided)
        test.happen(checked(step, outcomes.front()), at_ms);
      else if (step == Step::kAwardResponse)
        test.happen(ProposalAnswered{.proposal = "p", .answer = std::string(outcomes.front())},
                    at_ms);
      else
        test.happen(moved(step, outcomes.front()), at_ms);
      if (*rc::gen::inRange(0, 30) == 0)
        test.happen(ProposalAmended{.proposal = "p", .terms = terms()}, at_ms);

      const Proposal& now = test.proposal();
      if (end) RC_ASSERT(now.state == *end);
      if (now.state != ProposalState::kSubmitted) end = now.state;
      RC_ASSERT((now.due_ms != 0) == (now.state == ProposalState::kSubmitted));
      RC_ASSERT(test.book.next_due_ms().has_value() == (now.state == ProposalState::kSubmitted));
      for (size_t s = 0; s < kSteps.size(); ++s) {
        if (!now.is_done(static_cast<Step>(s))) continue;
        for (const Step before : waits_for(static_cast<Step>(s))) {
          if (now.ended_at != static_cast<Step>(s)) RC_ASSERT(now.is_done(before));
        }
      }
    }
  });
}

}  // namespace
}  // namespace glass::institution
