// Computing time, from the acts of people to what moves in the ledger.
#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/acts/event.h"
#include "glass/institution/acts/test_facility.h"
#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/allocation/tres.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/runs/run_events.h"

namespace glass::institution {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

int64_t accelerator_minutes(const Facility& facility, const Account& account) {
  return facility.state.ledger.balance(account)[Tres::kGpu];
}

std::string meter(Facility& facility, int64_t minutes) {
  return facility.act(
      "office/operation",
      RunEvent(
          RunMetered{.run = id(90), .minutes = minutes, .teraflops = minutes, .steps = minutes}));
}

TEST(LedgerActs, APoolThatIsFilledIsSharedOutByTheCharter) {
  Facility facility;
  open_period(facility, 1'000'001);
  EXPECT_EQ(kinds(facility.followed),
            "allocation.share_allotted allocation.share_allotted allocation.share_allotted "
            "allocation.share_allotted allocation.share_allotted ");
  EXPECT_EQ(accelerator_minutes(facility, share_account(id(40), "DE")), 240'000);
  EXPECT_EQ(accelerator_minutes(facility, share_account(id(40), "PL")), 88'000);
  EXPECT_EQ(accelerator_minutes(facility, pool_account(id(40))), 200'001);
}

TEST(LedgerActs, APeriodIsAsLongAsTheCharterSays) {
  Facility facility;
  const auto open = [&](int64_t days) {
    return facility.act("office/treasury",
                        LedgerEvent(PeriodOpened{.period = id(41),
                                                 .from_ms = facility.now_ms,
                                                 .until_ms = facility.now_ms + days * kDay}));
  };
  EXPECT_EQ(open(300), "by the charter's [computing], a period is 12 months long; set until_ms so");
  EXPECT_EQ(open(400), open(300));
  EXPECT_EQ(open(366), "");
}

TEST(LedgerActs, AnAwardComesOutOfTheShareOfItsMemberAndItsFirstTrancheAtOnce) {
  Facility facility;
  allocate(facility, 5000, 1);
  const Event yes = ProposalEvent(ProposalAnswered{.proposal = id(60), .answer = "accepted"});
  EXPECT_TRUE(facility.act("office/treasury", yes).starts_with("no allocation period is open at "));
  open_period(facility, 20'000);  // 3,840 of them are FR's
  const std::string refusal = facility.act("office/treasury", yes);
  EXPECT_NE(refusal.find("share/" + id(40) + "/FR"), std::string::npos) << refusal;
  EXPECT_EQ(facility.act("office/treasury", refilled(100'000)), "");
  EXPECT_EQ(facility.act("office/treasury", yes), "");
  EXPECT_EQ(kinds(facility.followed), "allocation.award_granted allocation.tranche_released ");
  EXPECT_EQ(accelerator_minutes(facility, award_account(id(60))), 2500);
  EXPECT_EQ(accelerator_minutes(facility, promised_account(id(60))), 2500);
}

TEST(LedgerActs, ARunHoldsAllThatItMayUseAndGivesBackWhatIsLeft) {
  Facility facility;
  start_at_level_1(facility);
  EXPECT_EQ(accelerator_minutes(facility, hold_account(id(90))), 1000);
  EXPECT_EQ(accelerator_minutes(facility, award_account(id(60))), 4000);
  EXPECT_EQ(meter(facility, 10), "");
  EXPECT_EQ(kinds(facility.followed), "allocation.run_used ");
  EXPECT_EQ(meter(facility, 10), "");
  EXPECT_EQ(kinds(facility.followed), "");
  EXPECT_EQ(meter(facility, 400), "");
  EXPECT_EQ(accelerator_minutes(facility, used_account(id(60))), 400);
  EXPECT_EQ(
      facility.act("office/operation", RunEvent(RunEnded{.run = id(90), .outcome = "failed"})), "");
  EXPECT_EQ(kinds(facility.followed), "allocation.run_refunded ");
  EXPECT_EQ(accelerator_minutes(facility, award_account(id(60))), 4600);
  EXPECT_EQ(facility.act("office/treasury",
                         ProposalEvent(ProposalClosed{.proposal = id(60), .report = digest(16)})),
            "");
  EXPECT_EQ(kinds(facility.followed), "allocation.award_returned ");
  EXPECT_EQ(accelerator_minutes(facility, award_account(id(60))), 0);
}

TEST(LedgerActs, WhatIsMeteredBeyondTheHoldTakesNothingFromAnybodyElse) {
  Facility facility;
  start_at_level_1(facility);
  EXPECT_EQ(meter(facility, 450), "");
  EXPECT_EQ(facility.act("office/operation",
                         RunEvent(RunMetered{
                             .run = id(90), .minutes = 1200, .teraflops = 450, .steps = 451})),
            "");
  EXPECT_EQ(kinds(facility.followed), "allocation.run_used run.halted ");
  EXPECT_EQ(accelerator_minutes(facility, used_account(id(60))), 1000);
  EXPECT_EQ(accelerator_minutes(facility, hold_account(id(90))), 0);
  EXPECT_EQ(accelerator_minutes(facility, award_account(id(60))), 4000);
}

TEST(LedgerActs, AtTheEndOfItsPeriodAnAwardKeepsNothing) {
  Facility facility;
  start_at_level_1(facility);
  facility.wait(400);
  EXPECT_EQ(accelerator_minutes(facility, award_account(id(60))), 0);
  EXPECT_EQ(accelerator_minutes(facility, expired_account(id(60))), 4000);
  EXPECT_EQ(accelerator_minutes(facility, pool_account(id(40))), 0);
  RunRegistered late = a_run(1);
  late.run = id(93);
  EXPECT_NE(facility.act("office/treasury", RunEvent(late)), "");
  EXPECT_EQ(
      facility.act("office/operation", RunEvent(RunEnded{.run = id(90), .outcome = "failed"})), "");
  facility.wait(0);
  EXPECT_EQ(accelerator_minutes(facility, expired_account(id(60))), 5000);
}

// Whatever is metered, ended and registered: all accounts together hold nothing, and runs together
// never more than their award.
TEST(LedgerActs, AlwaysBalance) {
  rc::check([] {
    Facility facility;
    start_at_level_1(facility);
    const int steps = *rc::gen::inRange(1, 25);
    for (int i = 0; i < steps; ++i) {
      switch (*rc::gen::inRange(0, 4)) {
        case 0: meter(facility, *rc::gen::inRange<int64_t>(0, 1500)); break;
        case 1: {
          RunRegistered other = a_run(*rc::gen::inRange<int64_t>(1, 3000));
          other.run = id(200 + i);
          facility.act("office/treasury", RunEvent(other));
          break;
        }
        case 2:
          facility.act("office/operation",
                       RunEvent(RunEnded{.run = *rc::gen::element(id(90), id(201), id(203)),
                                         .outcome = "failed"}));
          break;
        default: facility.wait(*rc::gen::inRange(0, 90));
      }
      RC_ASSERT(facility.state.ledger.total().is_zero());
      for (const Account& account :
           {award_account(id(60)), hold_account(id(90)), share_account(id(40), "FR")})
        RC_ASSERT(accelerator_minutes(facility, account) >= 0);
    }
  });
}

}  // namespace
}  // namespace glass::institution
