#include "glass/institution/allocation/ledger_decide.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/institution/allocation/largest_remainder.h"
#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_due.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/allocation/tres.h"

namespace glass::institution {
namespace {

constexpr size_t kIdDigits = 32;
constexpr std::string_view kNewReason = "new";

// Instants are written out in messages, so they have to be such that they can be.
constexpr int64_t kLastInstantMs = 253'402'300'799'999;  // of the year 9999

Status expect_id(std::string_view what, std::string_view id) {
  const bool is_id = id.size() == kIdDigits && std::ranges::all_of(id, [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                     });
  if (is_id) return {};
  return refused(fmt::format("'{}' is no id of {}; draw one of {} hexadecimal digits in lower case",
                             id, what, kIdDigits));
}

Status expect_term(std::string_view what, int64_t from_ms, int64_t until_ms, int64_t at_ms) {
  if (from_ms >= 0 && from_ms < until_ms && until_ms > at_ms && until_ms <= kLastInstantMs)
    return {};
  return refused(
      fmt::format("{} begins before it ends, and ends in the future; set from_ms and "
                  "until_ms so",
                  what));
}

Status expect_amount(const TresMinutes& minutes) {
  for (const int64_t amount : minutes.of) {
    if (amount < 0 || amount > kMostMinutes)
      return refused(fmt::format("{} minutes are no amount; give 0 to {}", amount, kMostMinutes));
  }
  if (minutes.is_zero())
    return refused("nothing would move; give the minutes of at least one unit");
  return {};
}

Status expect_reason(std::span<const std::string_view> reasons, std::string_view reason) {
  if (std::ranges::find(reasons, reason) != reasons.end() && reason != kNewReason) return {};
  std::string words;
  for (const std::string_view known : reasons) {
    if (known != kNewReason) words += fmt::format("{}{}", words.empty() ? "" : ", ", known);
  }
  return refused(fmt::format("'{}' is no reason for this; give one of {}", reason, words));
}

Status expect_fraction(std::string_view what, int64_t numerator, int64_t denominator) {
  if (denominator >= 1 && denominator <= kLargestShareDenominator && numerator >= 0 &&
      numerator <= denominator)
    return {};
  return refused(fmt::format("{} is {}/{}; give a fraction from 0 to 1 over at most {}", what,
                             numerator, denominator, kLargestShareDenominator));
}

// What to do where an account has too little.
std::string_view way_out(const LedgerEvent& event) {
  if (std::holds_alternative<RunHeld>(event))
    return "lower the limit of the run, or ask for a tranche or a supplement";
  if (std::holds_alternative<RunUsed>(event))
    return "let the run hold more before it goes on, or stop it";
  if (std::holds_alternative<ShareAllotted>(event)) return "refill the pool first, or allot less";
  if (std::holds_alternative<AwardGranted>(event) ||
      std::holds_alternative<AwardSupplemented>(event))
    return "grant less, or out of another share";
  return "ask for no more than is there";
}

Status expect_covered(const Ledger& ledger, const LedgerEvent& event) {
  const Movement movement = movement_of(ledger, event);
  if (movement.minutes.is_zero()) return {};
  const TresMinutes balance = ledger.balance(movement.from);
  const bool is_supply = movement.from == supply_account();
  for (size_t i = 0; i < kTres.size(); ++i) {
    const int64_t has = balance.of[i] + (is_supply ? kMostMinutes : 0);
    const int64_t wanted = movement.minutes.of[i];
    if (wanted <= has) continue;
    if (is_supply)
      return refused(fmt::format("a ledger takes {} minutes of {} in all; open another for more",
                                 kMostMinutes, kTres[i]));
    return refused(fmt::format("{} has {} minutes of {} and {} are asked for, {} too many; {}",
                               to_text(movement.from), has, kTres[i], wanted, wanted - has,
                               way_out(event)));
  }
  return {};
}

// The rules of each event but those of balances.
struct Deciding {
  const Ledger& ledger;
  int64_t at_ms;

  [[nodiscard]] Status expect_open_period(std::string_view id) const {
    const AllocationPeriod* period = ledger.period(id);
    if (period == nullptr) return refused(fmt::format("there is no period {}; open it first", id));
    if (at_ms >= period->until_ms)
      return refused(fmt::format("period {} ended at {}; take minutes of another", id,
                                 time_text(period->until_ms)));
    return {};
  }

  [[nodiscard]] Result<const Award*> known_award(std::string_view id) const {
    const Award* award = ledger.award(id);
    if (award == nullptr) return refused(fmt::format("there is no award {}; grant it first", id));
    return award;
  }

  [[nodiscard]] Result<const Award*> open_award(std::string_view id) const {
    GLASS_TRY(const Award* award, known_award(id));
    if (at_ms >= award->until_ms)
      return refused(
          fmt::format("award {} ended at {}; ask for a renewal", id, time_text(award->until_ms)));
    return award;
  }

  [[nodiscard]] Status expect_run(std::string_view run) const {
    if (ledger.award_of_run(run)) return {};
    return refused(fmt::format("run {} never held minutes; let it hold its limit first", run));
  }

  // What the clock makes happen is never asked for out of its order.
  template <typename Ending>
  [[nodiscard]] Status expect_due(std::string_view id, const Ending& event) const {
    const std::vector<LedgerEvent> ending = due_of(ledger, id, at_ms);
    if (!ending.empty() && ending.front() == LedgerEvent(event)) return {};
    return refused(fmt::format("{} of {} is not what is due; the clock says what is and when",
                               Ending::kKind, id));
  }

  Status operator()(const PeriodOpened& one) const {
    GLASS_TRY_STATUS(expect_id("a period", one.period));
    if (ledger.period(one.period) != nullptr || ledger.award(one.period) != nullptr)
      return refused(fmt::format("the id {} is taken; draw another", one.period));
    return expect_term("a period", one.from_ms, one.until_ms, at_ms);
  }

  Status operator()(const PoolRefilled& one) const { return expect_open_period(one.period); }

  Status operator()(const ShareAllotted& one) const {
    if (one.member.empty()) return refused("a share is a member's; name the member");
    return expect_open_period(one.period);
  }

  Status operator()(const ShareTransferred& one) const {
    if (one.member.empty() || one.member == one.to_member)
      return refused("a share goes from one member to another, or to the pool; name the first");
    GLASS_TRY_STATUS(expect_reason(kAllocationReasons, one.reason));
    return expect_open_period(one.period);
  }

  Status operator()(const AwardGranted& one) const {
    GLASS_TRY_STATUS(expect_id("an award", one.award));
    if (ledger.award(one.award) != nullptr || ledger.period(one.award) != nullptr)
      return refused(fmt::format("the id {} is taken; draw another", one.award));
    GLASS_TRY_STATUS(expect_open_period(one.period));
    GLASS_TRY_STATUS(expect_term("an award", one.from_ms, one.until_ms, at_ms));
    GLASS_TRY_STATUS(
        expect_fraction("the first tranche", one.first_numerator, one.first_denominator));
    GLASS_TRY_STATUS(
        expect_fraction("the part carried over", one.carry_numerator, one.carry_denominator));
    for (const int64_t cap : one.carry_cap.of) {
      if (cap < 0 || cap > kMostMinutes)
        return refused(fmt::format("a cap of {} minutes is none; give 0 to {}", cap, kMostMinutes));
    }
    return expect_renewal(one);
  }

  [[nodiscard]] Status expect_renewal(const AwardGranted& one) const {
    if (one.renews.empty()) {
      if (one.reason == kNewReason) return {};
      return refused("a first grant has the reason 'new'; name what another one renews");
    }
    GLASS_TRY(const Award* before, known_award(one.renews));
    if (!before->renewed_by.empty())
      return refused(fmt::format("award {} is renewed by {} already; renew that one", one.renews,
                                 before->renewed_by));
    return expect_reason(kAllocationReasons, one.reason);
  }

  Status operator()(const TrancheReleased& one) const {
    GLASS_TRY_STATUS(open_award(one.award));
    return {};
  }

  Status operator()(const AwardSupplemented& one) const {
    GLASS_TRY_STATUS(open_award(one.award));
    GLASS_TRY_STATUS(expect_reason(kAllocationReasons, one.reason));
    return expect_open_period(one.period);
  }

  Status operator()(const AwardTransferred& one) const {
    if (one.award == one.to_award)
      return refused("minutes go from one award to another; name both");
    GLASS_TRY_STATUS(open_award(one.award));
    GLASS_TRY_STATUS(open_award(one.to_award));
    return expect_reason(kAllocationReasons, one.reason);
  }

  Status operator()(const AwardReturned& one) const {
    GLASS_TRY_STATUS(open_award(one.award));
    return {};
  }

  Status operator()(const AwardExtended& one) const {
    GLASS_TRY(const Award* award, open_award(one.award));
    if (one.until_ms <= award->until_ms || one.until_ms > kLastInstantMs)
      return refused(fmt::format("award {} ends at {}; an extension ends later", one.award,
                                 time_text(award->until_ms)));
    return expect_reason(kAllocationReasons, one.reason);
  }

  Status operator()(const RunHeld& one) const {
    GLASS_TRY_STATUS(expect_id("a run", one.run));
    GLASS_TRY(const Award* award, open_award(one.award));
    if (at_ms < award->from_ms)
      return refused(fmt::format("award {} begins at {}; start the run then", one.award,
                                 time_text(award->from_ms)));
    const auto holds_of = ledger.award_of_run(one.run);
    if (holds_of && *holds_of != one.award)
      return refused(
          fmt::format("run {} belongs to award {}; hold minutes of that one", one.run, *holds_of));
    return {};
  }

  Status operator()(const RunUsed& one) const { return expect_run(one.run); }

  Status operator()(const RunRefunded& one) const { return expect_run(one.run); }

  Status operator()(const LedgerCorrected& one) const {
    if (std::ranges::find(kCorrectionWays, one.way) == kCorrectionWays.end())
      return refused(
          fmt::format("'{}' is no way to correct; give used-to-award, award-to-used or "
                      "pool-to-supply",
                      one.way));
    GLASS_TRY_STATUS(expect_reason(kCorrectionReasons, one.reason));
    const bool of_pool = one.way == "pool-to-supply";
    if (one.award.empty() != of_pool || one.period.empty() == of_pool)
      return refused("a correction names its award, and one of a pool its period, and no other");
    if (of_pool) return expect_open_period(one.period);
    GLASS_TRY_STATUS(known_award(one.award));
    return {};
  }

  Status operator()(const MinutesCarriedOver& one) const { return expect_due(one.award, one); }

  Status operator()(const MinutesExpired& one) const {
    return expect_due(one.award.empty() ? one.period : one.award, one);
  }

  Status operator()(const AwardEnded& one) const { return expect_due(one.award, one); }

  Status operator()(const PeriodEnded& one) const { return expect_due(one.period, one); }
};

// Events that move something say how much.
Status expect_moving(const LedgerEvent& event) {
  return std::visit(
      [](const auto& one) -> Status {
        if constexpr (requires { one.minutes; }) return expect_amount(one.minutes);
        return {};
      },
      event);
}

}  // namespace

Result<std::vector<LedgerEvent>> decide(const Ledger& ledger, const LedgerEvent& asked,
                                        int64_t at_ms) {
  GLASS_TRY_STATUS(expect_moving(asked));
  GLASS_TRY_STATUS(std::visit(Deciding{ledger, at_ms}, asked));
  GLASS_TRY_STATUS(expect_covered(ledger, asked));
  std::vector<LedgerEvent> events = {asked};
  if (const auto* granted = std::get_if<AwardGranted>(&asked)) {
    const TresMinutes first =
        part_of(granted->minutes, granted->first_numerator, granted->first_denominator);
    if (!first.is_zero())
      events.emplace_back(TrancheReleased{.award = granted->award, .minutes = first});
  }
  return events;
}

Result<std::vector<ShareAllotted>> split_pool(const Ledger& ledger, std::string_view period,
                                              std::span<const MemberShare> shares) {
  if (ledger.period(period) == nullptr)
    return refused(fmt::format("there is no period {}; open it first", period));
  const TresMinutes pool = ledger.balance(pool_account(period));
  std::vector<ShareAllotted> allotted;
  for (size_t unit = 0; unit < kTres.size(); ++unit) {
    GLASS_TRY(const auto parts, split_by_largest_remainder(pool.of[unit], shares));
    if (allotted.empty()) {
      for (const MemberPart& part : parts)
        allotted.push_back({.period = std::string(period), .member = part.member, .minutes = {}});
    }
    for (size_t i = 0; i < parts.size(); ++i) allotted[i].minutes.of[unit] = parts[i].amount;
  }
  std::erase_if(allotted, [](const ShareAllotted& one) { return one.minutes.is_zero(); });
  return allotted;
}

std::optional<RunRefunded> refund_of(const Ledger& ledger, std::string_view run) {
  const TresMinutes held = ledger.balance(hold_account(run));
  if (held.is_zero()) return std::nullopt;
  return RunRefunded{.run = std::string(run), .minutes = held};
}

}  // namespace glass::institution
