#include "glass/institution/acts/test_facility.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/authority.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/acts/decide.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/allocation/tres.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/objections/objection_book.h"
#include "glass/institution/objections/objection_events.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/proposals/step.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/testkit/test_files.h"

namespace glass::institution::test {

std::string id(int number) {
  return fmt::format("{:032x}", number);
}

std::string digest(int number) {
  return fmt::format("{:064x}", number);
}

std::string key(int number) {
  return "ed25519:" + digest(number);
}

Charter example() {
  std::ifstream in(testkit::source_file("charters/example.toml"));
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto read = Charter::read(text, "charters/example.toml", act_names());
  EXPECT_TRUE(read) << read.error().message;
  return std::move(*read);
}

Facility::Facility() {
  FacilityFounded founding{.charter = example().settings(), .seats = {}};
  SignedAct act{.act = {}, .keys = {}, .digest = digest(1)};
  for (const SeatSettings& seat : founding.charter.seats) {
    const std::string its = key(1000 + static_cast<int>(keys_.size()));
    keys_.emplace(seat.name, its);
    act.keys.push_back(its);
    const bool has_term = !seat.body.empty();
    founding.seats.push_back({.seat = seat.name,
                              .key = its,
                              .person = id(static_cast<int>(keys_.size())),
                              .until_ms = has_term ? kStart + 1000 * kDay : 0});
  }
  act.act.event = CharterEvent(founding);
  const auto taken = take(state, act, now_ms);
  EXPECT_TRUE(taken) << taken.error().message;
}

SignedAct Facility::sign(const std::string& seat, const Event& event,
                         const std::vector<std::string>& more_keys) {
  ++acts_;
  SignedAct act{.act = {.facility = state.facility,
                        .seat = seat,
                        .number = acts_,
                        .sees = "",
                        .event = event},
                .keys = {keys_.contains(seat) ? keys_.at(seat) : key(9)},
                .digest = digest(100'000 + acts_)};
  const auto seen = terms_seen_by(state, event);
  act.act.sees = seen ? *seen : state.charter_act;
  act.keys.insert(act.keys.end(), more_keys.begin(), more_keys.end());
  return act;
}

std::string Facility::put(const SignedAct& act) {
  auto taken = take(state, act, now_ms);
  if (!taken) return taken.error().message;
  followed = std::move(*taken);
  last_digest = act.digest;
  return "";
}

void Facility::wait(int64_t days) {
  now_ms += days * kDay;
  followed = tick(state, now_ms).value();
}

ProposalTerms terms(int64_t minutes) {
  return {.title = digest(11),
          .summary = digest(12),
          .team = {},
          .members = {"FR"},
          .minutes = minutes,
          .teraflops = 1000,
          .recipe = digest(13),
          .data = {digest(14)},
          .release = "open-weights"};
}

Event checked(const std::string& proposal, Step step, std::string_view outcome, int64_t level,
              int64_t minutes) {
  return ProposalEvent(ProposalChecked{.proposal = proposal,
                                       .step = std::string(to_text(step)),
                                       .outcome = std::string(outcome),
                                       .reasons = digest(15),
                                       .level = level,
                                       .minutes = minutes});
}

namespace {

// Three reviews by one-time keys, an answer that nobody needed, and the board's recommendation.
void review(Facility& facility) {
  EXPECT_EQ(kinds(facility.followed), "review.opened ");
  for (int slot = 1; slot <= 3; ++slot) {
    const Event assigned = ReviewEvent(
        SlotAssigned{.proposal = id(60), .slot = key(200 + slot), .seat_commitment = digest(slot)});
    EXPECT_EQ(facility.put(facility.sign("office/calls", assigned, {key(200 + slot)})), "");
  }
  for (int slot = 1; slot <= 3; ++slot) {
    SignedAct given =
        facility.sign(key(200 + slot), ReviewEvent(ReviewGiven{.proposal = id(60),
                                                               .slot = key(200 + slot),
                                                               .text = digest(4),
                                                               .points = {{3}, {4}, {5}}}));
    given.keys = {key(200 + slot)};
    EXPECT_EQ(facility.put(given), "");
  }
  EXPECT_EQ(facility.act("office/calls", ReviewEvent(RebuttalOpened{.proposal = id(60)})), "");
  facility.wait(11);
  EXPECT_EQ(facility.act("expert/1",
                         ReviewEvent(BoardRecommended{
                             .proposal = id(60), .recommendation = "fund", .reasons = digest(5)})),
            "");
  EXPECT_EQ(kinds(facility.followed), "proposal.moved ");
}

}  // namespace

void open_period(Facility& facility, int64_t minutes) {
  const int64_t until_ms = facility.now_ms + 365 * kDay;
  EXPECT_EQ(facility.act("office/treasury",
                         LedgerEvent(PeriodOpened{
                             .period = id(40), .from_ms = facility.now_ms, .until_ms = until_ms})),
            "");
  EXPECT_EQ(facility.act("office/treasury", refilled(minutes)), "");
}

Event refilled(int64_t minutes) {
  PoolRefilled refill{.period = id(40), .minutes = {}};
  refill.minutes[Tres::kGpu] = minutes;
  return LedgerEvent(refill);
}

void allocate(Facility& facility, int64_t minutes, int64_t level) {
  EXPECT_EQ(
      facility.act("office/calls", ProposalEvent(CallOpened{.call = id(50),
                                                            .text = digest(51),
                                                            .opens_ms = facility.now_ms,
                                                            .closes_ms = facility.now_ms + kDay,
                                                            .most_minutes = 2'000'000})),
      "");
  EXPECT_EQ(facility.act("office/treasury",
                         ProposalEvent(ProposalSubmitted{
                             .proposal = id(60), .call = id(50), .terms = terms(minutes)})),
            "");
  EXPECT_EQ(facility.act("office/calls", checked(id(60), Step::kAdministrativeCheck, "eligible")),
            "");
  EXPECT_EQ(facility.act("office/technical", checked(id(60), Step::kTechnicalCheck, "feasible")),
            "");
  EXPECT_EQ(facility.act("office/data-rights", checked(id(60), Step::kDataRightsCheck, "cleared")),
            "");
  EXPECT_EQ(facility.act("office/safety-1", checked(id(60), Step::kSafetyCheck, "levelled", level)),
            "");
  review(facility);
  EXPECT_EQ(facility.act("expert/3", checked(id(60), Step::kPanelReview, "approved")), "");
  EXPECT_EQ(
      facility.act("office/calls", checked(id(60), Step::kAllocation, "approved", 0, minutes)), "");
}

Event vote_on_award(const Facility& facility, const std::string& vote, const std::string& body,
                    const std::string& rule) {
  return VoteEvent(VoteOpened{.vote = vote,
                              .matter = "award",
                              .about = id(60),
                              .content = facility.proposal(id(60)).allocation,
                              .body = body,
                              .rule = rule,
                              .days = 30,
                              .recused = {}});
}

Event ballot(const std::string& vote, const std::string& how) {
  return VoteEvent(VoteCast{.vote = vote, .ballot = how, .reasons = ""});
}

std::string kinds(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) text += fmt::format("{} ", kind_of(event));
  return text;
}

void activate(Facility& facility, int64_t minutes, int64_t level) {
  allocate(facility, minutes, level);
  if (level >= 3) {
    facility.act("office/calls", vote_on_award(facility, id(70), "council", "qualified-majority"));
    facility.act("office/calls",
                 vote_on_award(facility, id(71), "safety-board", "board-two-thirds"));
    for (const char* member : {"DE", "FR", "IT", "ES", "PL"})
      facility.act(fmt::format("council/{}-1", member), ballot(id(70), "yes"));
    for (int seat = 1; seat <= 7; ++seat)
      facility.act(fmt::format("safety/{}", seat), ballot(id(71), "yes"));
  }
  open_period(facility, 100'000'000);
  EXPECT_EQ(facility.act("office/treasury",
                         ProposalEvent(ProposalAnswered{.proposal = id(60), .answer = "accepted"})),
            "");
  TrancheReleased rest{.award = id(60),
                       .minutes = facility.state.ledger.balance(promised_account(id(60)))};
  EXPECT_EQ(facility.act("office/treasury", LedgerEvent(rest)), "");
}

VoteOpened vote_on_clearance(const Facility& facility, const std::string& vote) {
  return {.vote = vote,
          .matter = "clearance",
          .about = id(90),
          .content = run(facility).content,
          .body = "safety-board",
          .rule = "board-two-thirds",
          .days = 10,
          .recused = {}};
}

RunRegistered a_run(int64_t minutes) {
  return {.run = id(90),
          .proposal = id(60),
          .recipe = digest(91),
          .data = {digest(92)},
          .numerics = "portable-1",
          .minutes = minutes,
          .teraflops = 500,
          .steps = 1000,
          .data_class = "D0",
          .methods = {"text"}};
}

Event approved() {
  return RunEvent(RunApproved{.run = id(90)});
}

const GovernedRun& run(const Facility& facility) {
  return *facility.state.runs.find(id(90));
}

void start_at_level_1(Facility& facility) {
  activate(facility, 5000, 1);
  EXPECT_EQ(facility.act("office/treasury", RunEvent(a_run())), "");
  EXPECT_EQ(facility.act("office/technical", approved()), "");
  EXPECT_EQ(facility.act("office/operation", RunEvent(RunStarted{.run = id(90)})), "");
}

void end_at_level(Facility& facility, int64_t level) {
  activate(facility, 5000, level);
  facility.act("office/treasury", RunEvent(a_run()));
  facility.act("office/technical", approved());
  if (level == 2) facility.act("office/safety-1", approved());
  facility.act("office/operation", RunEvent(RunStarted{.run = id(90)}));
  const auto ended = RunEvent(
      RunEnded{.run = id(90), .outcome = "finished", .record = digest(94), .model = digest(95)});
  EXPECT_EQ(facility.act("office/operation", ended), "");
}

void set_borders(Facility& facility) {
  BordersProposed proposed;
  for (const std::string_view domain : kEvalDomainWords)
    proposed.domains.push_back({.domain = std::string(domain),
                                .alert = 50,
                                .critical = 80,
                                .reference = 40,
                                .standard_error = 2});
  EXPECT_EQ(facility.act("safety/1", BorderEvent(proposed)), "");
  const Event opened = VoteEvent(VoteOpened{.vote = id(75),
                                            .matter = "borders",
                                            .about = "",
                                            .content = facility.last_digest,
                                            .body = "safety-board",
                                            .rule = "board-two-thirds",
                                            .days = 30,
                                            .recused = {}});
  EXPECT_EQ(facility.act("office/registrar", opened), "");
  for (int seat = 1; seat <= 7; ++seat)
    EXPECT_EQ(facility.act(fmt::format("safety/{}", seat), ballot(id(75), "yes")), "");
  EXPECT_TRUE(kinds(facility.followed).starts_with("vote.closed borders.set "));
}

EvaluationRecorded final_evaluation(int64_t score) {
  EvaluationRecorded recorded{.run = id(90),
                              .model = digest(95),
                              .report = digest(97),
                              .teraflops = 0,
                              .is_final = true,
                              .is_elicited = true,
                              .scores = {}};
  for (const std::string_view domain : kEvalDomainWords)
    recorded.scores.push_back({.domain = std::string(domain), .score = score});
  return recorded;
}

Event release_requested() {
  return RunEvent(ReleaseRequested{.run = id(90), .model = digest(95), .evidence = digest(96)});
}

void check_release(Facility& facility) {
  EXPECT_EQ(facility.act("office/technical", RunEvent(ReleaseChainChecked{.run = id(90),
                                                                          .proposal = true,
                                                                          .vote = true,
                                                                          .data_seals = true,
                                                                          .code = true,
                                                                          .run_log = true,
                                                                          .checkpoints = true,
                                                                          .evaluations = true,
                                                                          .segments = 8,
                                                                          .replayed = 3,
                                                                          .differing = 0})),
            "");
  EXPECT_EQ(facility.act("office/data-rights",
                         RunEvent(ReleaseDataChecked{.run = id(90),
                                                     .rows_without_licence = 0,
                                                     .opt_outs_at_ms = kStart,
                                                     .sealed_at_ms = kStart + kDay,
                                                     .hash_scan_is_clean = true,
                                                     .classifier_scan_is_clean = true,
                                                     .has_personal_data_report = true})),
            "");
  EXPECT_EQ(
      facility.act("office/releases", RunEvent(ReleaseDocumentsChecked{.run = id(90),
                                                                       .documents = digest(98),
                                                                       .empty_fields = 0,
                                                                       .has_model_report = false})),
      "");
}

}  // namespace glass::institution::test
