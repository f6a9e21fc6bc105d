#include "glass/institution/allocation/ledger.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/institution/allocation/largest_remainder.h"
#include "glass/institution/allocation/ledger_decide.h"
#include "glass/institution/allocation/ledger_due.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/allocation/tres.h"

namespace glass::institution {
namespace {

TresMinutes gpu(int64_t minutes) {
  TresMinutes all;
  all[Tres::kGpu] = minutes;
  return all;
}

const std::string kPeriod = "00000000000000000000000000000001";
const std::string kAward = "000000000000000000000000000000a1";
const std::string kRenewal = "000000000000000000000000000000a2";
const std::string kRun = "000000000000000000000000000000f1";
const std::string kOtherRun = "000000000000000000000000000000f2";

// A ledger and the time it is.
struct Books {
  Ledger ledger;
  int64_t at_ms = 1'000;

  // Why it may not happen; empty if it did.
  std::string ask(const LedgerEvent& event) {
    const auto events = decide(ledger, event, at_ms);
    if (!events) return events.error().message;
    for (const LedgerEvent& one : *events) evolve(ledger, one, at_ms);
    return "";
  }

  void tick(int64_t now_ms) {
    at_ms = now_ms;
    for (const LedgerEvent& one : due(ledger, at_ms)) {
      EXPECT_EQ(decide(ledger, one, at_ms).value(), (std::vector<LedgerEvent>{one}));
      evolve(ledger, one, at_ms);
    }
  }

  [[nodiscard]] int64_t gpu_in(const Account& account) const {
    return ledger.balance(account)[Tres::kGpu];
  }
};

// 4,200 accelerator hours out of the share of AT, half of them at once; of what is left a fifth
// goes on to a renewal, at most 10,000 minutes.
AwardGranted grant() {
  return {.award = kAward,
          .proposal = "00000000000000000000000000000b01",
          .period = kPeriod,
          .member = "AT",
          .from_ms = 2'000,
          .until_ms = 9'000,
          .first_numerator = 1,
          .first_denominator = 2,
          .carry_numerator = 1,
          .carry_denominator = 5,
          .minutes = gpu(252'000),
          .carry_cap = gpu(10'000)};
}

AwardGranted renewal() {
  AwardGranted next = grant();
  next.award = kRenewal;
  next.renews = kAward;
  next.reason = "progress";
  next.until_ms = 20'000;
  return next;
}

Books with_award() {
  Books books;
  EXPECT_EQ(books.ask(PeriodOpened{kPeriod, 0, 30'000}), "");
  EXPECT_EQ(books.ask(PoolRefilled{kPeriod, gpu(1'000'000)}), "");
  EXPECT_EQ(books.ask(ShareAllotted{kPeriod, "AT", gpu(600'000)}), "");
  EXPECT_EQ(books.ask(grant()), "");
  books.at_ms = 2'000;
  return books;
}

TEST(Ledger, EveryEventMovesMinutesFromOneAccountToAnother) {
  Books books = with_award();
  EXPECT_EQ(books.gpu_in(supply_account()), -1'000'000);
  EXPECT_EQ(books.gpu_in(pool_account(kPeriod)), 400'000);
  EXPECT_EQ(books.gpu_in(share_account(kPeriod, "AT")), 348'000);
  EXPECT_EQ(statement_of(books.ledger, kAward),
            (AwardStatement{.promised = gpu(126'000), .available = gpu(126'000)}));

  EXPECT_EQ(books.ask(TrancheReleased{kAward, gpu(100'000)}), "");
  EXPECT_EQ(books.ask(AwardSupplemented{kAward, kPeriod, "", "progress", gpu(1'000)}), "");
  EXPECT_EQ(books.ask(RunHeld{kRun, kAward, gpu(60'000)}), "");
  EXPECT_EQ(books.ask(RunUsed{kRun, gpu(41'000)}), "");
  EXPECT_EQ(books.ask(refund_of(books.ledger, kRun).value()), "");
  EXPECT_FALSE(refund_of(books.ledger, kRun));
  EXPECT_EQ(books.ask(RunHeld{kOtherRun, kAward, gpu(7'000)}), "");
  EXPECT_EQ(books.ask(LedgerCorrected{"used-to-award", kAward, "", "metering", gpu(1'000)}), "");
  EXPECT_EQ(books.ask(AwardReturned{kAward, gpu(500)}), "");
  EXPECT_EQ(statement_of(books.ledger, kAward),
            (AwardStatement{.promised = gpu(26'000),
                            .available = gpu(227'000 - 41'000 - 7'000 + 1'000 - 500),
                            .held = gpu(7'000),
                            .used = gpu(40'000)}));
  EXPECT_EQ(books.gpu_in(share_account(kPeriod, "AT")), 348'500);
  EXPECT_EQ(books.ask(ShareTransferred{kPeriod, "AT", "DE", "unused", gpu(500)}), "");
  EXPECT_EQ(books.ask(ShareTransferred{kPeriod, "DE", "", "unused", gpu(200)}), "");
  EXPECT_EQ(books.gpu_in(share_account(kPeriod, "DE")), 300);
  EXPECT_EQ(books.gpu_in(pool_account(kPeriod)), 399'200);
  EXPECT_EQ(books.ask(LedgerCorrected{"pool-to-supply", "", kPeriod, "clerical", gpu(200)}), "");
  EXPECT_EQ(books.gpu_in(supply_account()), -999'800);
  EXPECT_TRUE(books.ledger.total().is_zero());
}

TEST(Ledger, ARunHoldsItsWholeLimitSoThatNoTwoCountOnTheSameMinutes) {
  Books books = with_award();
  EXPECT_EQ(books.ask(RunHeld{kRun, kAward, gpu(100'000)}), "");
  EXPECT_EQ(books.ask(RunHeld{kOtherRun, kAward, gpu(26'001)}),
            "award/" + kAward +
                " has 26000 minutes of gres/gpu and 26001 are asked for, 1 too many; lower the "
                "limit of the run, or ask for a tranche or a supplement");
  EXPECT_EQ(books.ask(RunHeld{kOtherRun, kAward, gpu(26'000)}), "");
  EXPECT_EQ(books.ask(RunUsed{kRun, gpu(100'001)}),
            "hold/" + kRun +
                " has 100000 minutes of gres/gpu and 100001 are asked for, 1 too many; let the "
                "run hold more before it goes on, or stop it");
}

TEST(Ledger, KeepsUnitsApart) {
  Books books = with_award();
  TresMinutes both = gpu(10);
  both[Tres::kCpu] = 1;
  EXPECT_NE(books.ask(RunHeld{kRun, kAward, both}).find("0 minutes of cpu and 1 are asked for"),
            std::string::npos);
  EXPECT_EQ(books.gpu_in(hold_account(kRun)), 0);
}

TEST(Ledger, RunsHoldMinutesWithinTheTermOfTheirAwardOnly) {
  Books books = with_award();
  books.at_ms = 1'999;
  EXPECT_NE(books.ask(RunHeld{kRun, kAward, gpu(1)}).find("begins at 1970-01-01T00:00:02.000Z"),
            std::string::npos);
  books.at_ms = 8'999;
  EXPECT_EQ(books.ask(RunHeld{kRun, kAward, gpu(1)}), "");
  EXPECT_NE(books.ask(AwardExtended{kAward, "delay", 9'000}).find("an extension ends later"),
            std::string::npos);
  EXPECT_EQ(books.ask(AwardExtended{kAward, "delay", 12'000}), "");
  books.tick(11'999);
  EXPECT_EQ(books.ask(RunHeld{kRun, kAward, gpu(1)}), "");
  EXPECT_EQ(next_due_ms(books.ledger), 12'000);
  books.at_ms = 12'000;
  EXPECT_NE(books.ask(RunHeld{kRun, kAward, gpu(1)}).find("ask for a renewal"), std::string::npos);
  EXPECT_NE(books.ask(AwardExtended{kAward, "delay", 15'000}).find("ask for a renewal"),
            std::string::npos);
  EXPECT_EQ(books.ask(RunUsed{kRun, gpu(1)}), "");
}

TEST(Ledger, AtItsEndAnAwardKeepsNothing) {
  Books books = with_award();
  EXPECT_EQ(books.ask(RunHeld{kRun, kAward, gpu(26'000)}), "");
  books.tick(9'000);
  EXPECT_EQ(statement_of(books.ledger, kAward),
            (AwardStatement{.held = gpu(26'000), .expired = gpu(226'000)}));
  EXPECT_TRUE(due(books.ledger, 9'000).empty());
  // What a run gives back later expires, too.
  EXPECT_EQ(books.ask(RunUsed{kRun, gpu(20'000)}), "");
  EXPECT_EQ(books.ask(refund_of(books.ledger, kRun).value()), "");
  books.tick(9'001);
  EXPECT_EQ(statement_of(books.ledger, kAward),
            (AwardStatement{.used = gpu(20'000), .expired = gpu(232'000)}));
  EXPECT_EQ(next_due_ms(books.ledger), 30'000);
}

TEST(Ledger, ARenewalGetsThePartAndNoMoreThanTheCap) {
  Books books = with_award();
  EXPECT_EQ(books.ask(RunHeld{kRun, kAward, gpu(100'001)}), "");
  EXPECT_EQ(books.ask(renewal()), "");
  books.tick(9'000);
  // A fifth of 25,999, rounded down.
  EXPECT_EQ(statement_of(books.ledger, kAward),
            (AwardStatement{
                .held = gpu(100'001), .expired = gpu(126'000 + 20'800), .carried = gpu(5'199)}));
  EXPECT_EQ(books.gpu_in(award_account(kRenewal)), 126'000 + 5'199);
  // One minute more is a fifth of 26,000 together.
  EXPECT_EQ(books.ask(RunRefunded{kRun, gpu(1)}), "");
  books.tick(9'001);
  EXPECT_EQ(statement_of(books.ledger, kAward).carried, gpu(5'200));
  EXPECT_EQ(books.ask(RunRefunded{kRun, gpu(100'000)}), "");
  books.tick(9'002);
  EXPECT_EQ(statement_of(books.ledger, kAward).carried, gpu(10'000));
  EXPECT_EQ(books.gpu_in(award_account(kAward)), 0);
}

TEST(Ledger, ARenewalThatEndedItselfGetsNothing) {
  Books books = with_award();
  AwardGranted next = renewal();
  next.until_ms = 9'000;
  EXPECT_EQ(books.ask(next), "");
  books.tick(9'000);
  EXPECT_TRUE(statement_of(books.ledger, kAward).carried.is_zero());
  EXPECT_EQ(statement_of(books.ledger, kRenewal), (AwardStatement{.expired = gpu(252'000)}));
}

TEST(Ledger, AtItsEndAPeriodKeepsNothing) {
  Books books = with_award();
  EXPECT_EQ(books.ask(AwardExtended{kAward, "delay", 40'000}), "");
  books.tick(30'000);
  EXPECT_EQ(books.gpu_in(pool_account(kPeriod)), 0);
  EXPECT_EQ(books.gpu_in(share_account(kPeriod, "AT")), 0);
  EXPECT_EQ(books.gpu_in(expired_account(kPeriod)), 748'000);
  EXPECT_NE(books.ask(PoolRefilled{kPeriod, gpu(1)}).find("take minutes of another"),
            std::string::npos);
  EXPECT_EQ(books.ask(AwardReturned{kAward, gpu(1'000)}), "");
  books.tick(30'001);
  EXPECT_EQ(books.gpu_in(expired_account(kPeriod)), 749'000);
}

TEST(Ledger, NobodyAsksForWhatTheClockDoes) {
  Books books = with_award();
  const std::string refusal = "is not what is due";
  EXPECT_NE(books.ask(AwardEnded{kAward}).find(refusal), std::string::npos);
  books.at_ms = 9'000;
  EXPECT_NE(books.ask(AwardEnded{kAward}).find(refusal), std::string::npos);
  EXPECT_NE(books.ask(MinutesExpired{"award", kAward, "", "", gpu(1)}).find(refusal),
            std::string::npos);
  EXPECT_NE(books.ask(PeriodEnded{kPeriod}).find(refusal), std::string::npos);
  EXPECT_EQ(books.ask(MinutesExpired{"award", kAward, "", "", gpu(126'000)}), "");
}

TEST(Ledger, RefusalsNameTheThingAndTheWayOut) {
  Books books = with_award();
  const auto refuses = [&](const LedgerEvent& event, std::string_view why) {
    const std::string refusal = books.ask(event);
    EXPECT_NE(refusal.find(why), std::string::npos) << refusal << "\nand not: " << why;
  };
  refuses(PeriodOpened{"2027", 0, 5'000}, "'2027' is no id of a period");
  refuses(PeriodOpened{kAward, 0, 5'000}, "is taken; draw another");
  refuses(PeriodOpened{kRun, 5'000, 4'000}, "begins before it ends");
  refuses(PoolRefilled{kRun, gpu(5)}, "there is no period " + kRun + "; open it first");
  refuses(PoolRefilled{kPeriod, gpu(0)}, "nothing would move");
  refuses(PoolRefilled{kPeriod, gpu(-5)}, "-5 minutes are no amount");
  refuses(PoolRefilled{kPeriod, gpu(kMostMinutes)}, "minutes of gres/gpu in all");
  refuses(ShareAllotted{kPeriod, "", gpu(5)}, "name the member");
  refuses(ShareAllotted{kPeriod, "DE", gpu(400'001)}, "refill the pool first, or allot less");
  refuses(ShareTransferred{kPeriod, "AT", "AT", "unused", gpu(5)}, "from one member to another");
  refuses(ShareTransferred{kPeriod, "AT", "DE", "new", gpu(5)},
          "'new' is no reason for this; give one of progress, delay,");
  refuses(grant(), "is taken; draw another");
  AwardGranted wrong = renewal();
  wrong.renews = "";
  refuses(wrong, "a first grant has the reason 'new'");
  wrong = renewal();
  wrong.reason = "new";
  refuses(wrong, "'new' is no reason");
  wrong = renewal();
  wrong.first_numerator = 3;
  refuses(wrong, "the first tranche is 3/2");
  wrong = renewal();
  wrong.minutes = gpu(348'001);
  refuses(wrong, "grant less, or out of another share");
  refuses(TrancheReleased{kRenewal, gpu(5)}, "there is no award " + kRenewal);
  refuses(TrancheReleased{kAward, gpu(126'001)}, "promised/" + kAward + " has 126000 minutes");
  refuses(AwardTransferred{kAward, kAward, "unused", gpu(5)}, "name both");
  refuses(RunUsed{kRun, gpu(5)}, "never held minutes");
  refuses(LedgerCorrected{"award-to-pool", kAward, "", "metering", gpu(5)}, "is no way to correct");
  refuses(LedgerCorrected{"used-to-award", kAward, "", "because", gpu(5)},
          "'because' is no reason");
  refuses(LedgerCorrected{"used-to-award", "", kPeriod, "metering", gpu(5)}, "names its award");
  EXPECT_EQ(books.ask(renewal()), "");
  EXPECT_EQ(books.ask(AwardTransferred{kAward, kRenewal, "unused", gpu(5)}), "");
  wrong = renewal();
  wrong.award = kRun;
  refuses(wrong, "is renewed by " + kRenewal + " already");
  EXPECT_EQ(books.ask(RunHeld{kRun, kAward, gpu(5)}), "");
  refuses(RunHeld{kRun, kRenewal, gpu(5)}, "belongs to award " + kAward);
}

TEST(Ledger, AllOfAPoolIsSplitByTheLargestRemainder) {
  Books books;
  EXPECT_EQ(books.ask(PeriodOpened{kPeriod, 0, 30'000}), "");
  TresMinutes pool = gpu(1'000'001);
  pool[Tres::kCpu] = 1;
  EXPECT_EQ(books.ask(PoolRefilled{kPeriod, pool}), "");
  const std::vector<MemberShare> thirds = {{"A", 1, 3}, {"B", 1, 3}, {"C", 1, 3}, {"D", 0}};
  const std::vector<ShareAllotted> allotted = split_pool(books.ledger, kPeriod, thirds).value();
  for (const ShareAllotted& one : allotted) EXPECT_EQ(books.ask(one), "");
  EXPECT_EQ(books.gpu_in(share_account(kPeriod, "A")), 333'334);
  EXPECT_EQ(books.gpu_in(share_account(kPeriod, "B")), 333'334);
  EXPECT_EQ(books.gpu_in(share_account(kPeriod, "C")), 333'333);
  EXPECT_EQ(books.ledger.balance(share_account(kPeriod, "A"))[Tres::kCpu], 1);
  EXPECT_TRUE(books.ledger.balance(pool_account(kPeriod)).is_zero());
  EXPECT_NE(split_pool(books.ledger, kAward, thirds).error().message.find("there is no period"),
            std::string::npos);
}

}  // namespace
}  // namespace glass::institution
