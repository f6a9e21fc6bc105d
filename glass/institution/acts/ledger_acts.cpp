#include "glass/institution/acts/internal/ledger_acts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/days.h"
#include "glass/base/overloaded.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/base/units_text.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/allocation/largest_remainder.h"
#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_decide.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/allocation/tres.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"

namespace glass::institution {
namespace {

using Moves = std::vector<LedgerEvent>;

constexpr int64_t kHundred = 100;
constexpr int64_t kShortestMonthMs = 28 * kDayMs, kLongestMonthMs = 31 * kDayMs;

// In the unit that the charter counts by.
TresMinutes minutes_of(const State& state, int64_t amount) {
  const auto* const unit = std::ranges::find(kTres, state.charter->settings().computing.unit);
  TresMinutes minutes;
  minutes[static_cast<Tres>(unit - kTres.begin())] = amount;
  return minutes;
}

// The period of that moment that was opened last; nothing if there is none.
std::optional<std::string> period_at(const State& state, int64_t at_ms) {
  const auto is_now = [&](const std::string& id) {
    const AllocationPeriod* period = state.ledger.period(id);
    return period->from_ms <= at_ms && at_ms < period->until_ms;
  };
  const auto found = std::find_if(state.periods.rbegin(), state.periods.rend(), is_now);
  if (found == state.periods.rend()) return std::nullopt;
  return *found;
}

Result<Moves> grant(const State& state, const std::string& id, int64_t at_ms) {
  const Proposal& proposal = *state.proposals.find(id);
  const auto period = period_at(state, at_ms);
  if (!period)
    return refused(
        fmt::format("no allocation period is open at {}; one has to be opened and "
                    "filled before awards are accepted",
                    time_text(at_ms)));
  const ComputingSettings& computing = state.charter->settings().computing;
  const AwardGranted granted{
      .award = id,
      .proposal = id,
      .period = *period,
      .member = proposal.terms.members.empty() ? "" : proposal.terms.members.front(),
      .renews = "",
      .reason = "new",
      .from_ms = at_ms,
      .until_ms = state.ledger.period(*period)->until_ms,
      .first_numerator = computing.first_tranche_percent,
      .first_denominator = kHundred,
      .carry_numerator = computing.carry_over_percent,
      .carry_denominator = kHundred,
      .minutes = minutes_of(state, proposal.minutes),
      .carry_cap = minutes_of(state, computing.carry_over_most_minutes)};
  return decide(state.ledger, granted, at_ms);
}

Result<Moves> hold(const State& state, const RunRegistered& run, int64_t at_ms) {
  return decide(
      state.ledger,
      RunHeld{.run = run.run, .award = run.proposal, .minutes = minutes_of(state, run.minutes)},
      at_ms);
}

// Of what comes into a pool, all but the common part, by the members' shares.
Moves allot(const State& state, const PoolRefilled& refill) {
  const CharterSettings& charter = state.charter->settings();
  std::vector<MemberShare> shares;
  for (const MemberSettings& member : charter.members)
    shares.push_back({.member = member.code, .numerator = member.share, .denominator = 1});
  const TresMinutes shared =
      part_of(refill.minutes, kHundred - charter.computing.common_percent, kHundred);
  std::vector<ShareAllotted> allotted;
  for (const MemberShare& share : shares)
    allotted.push_back({.period = refill.period, .member = share.member, .minutes = {}});
  std::ranges::sort(allotted, {}, &ShareAllotted::member);
  for (size_t unit = 0; unit < kTres.size(); ++unit) {
    const auto parts = split_by_largest_remainder(shared.of[unit], shares).value();
    for (size_t i = 0; i < parts.size(); ++i) allotted[i].minutes.of[unit] = parts[i].amount;
  }
  Moves moves;
  for (ShareAllotted& one : allotted) {
    if (!one.minutes.is_zero()) moves.emplace_back(std::move(one));
  }
  return moves;
}

// What a run used more than before: no more than it holds, whatever was metered.
Moves use(const State& state, const RunMetered& metered) {
  const GovernedRun& run = *state.runs.find(metered.run);
  const TresMinutes used = least(minutes_of(state, metered.minutes - run.minutes),
                                 state.ledger.balance(hold_account(metered.run)));
  if (used.is_zero()) return {};
  return {RunUsed{.run = metered.run, .minutes = used}};
}

Moves refund(const State& state, const std::string& run) {
  const auto refunded = refund_of(state.ledger, run);
  if (!refunded) return {};
  return {*refunded};
}

Moves give_back(const State& state, const std::string& award) {
  const TresMinutes left = state.ledger.balance(award_account(award));
  if (left.is_zero()) return {};
  return {AwardReturned{.award = award, .minutes = left}};
}

}  // namespace

Status expect_ledger(const State& state, const LedgerEvent& event, int64_t at_ms) {
  if (const auto* opened = std::get_if<PeriodOpened>(&event)) {
    const int64_t months = state.charter->settings().computing.period_months;
    const int64_t length_ms = opened->until_ms - opened->from_ms;
    if (length_ms < months * kShortestMonthMs || length_ms > months * kLongestMonthMs)
      return refused(
          fmt::format("by the charter's [computing], a period is {} long; set until_ms so",
                      count_text(months, "month")));
  }
  return decide(state.ledger, event, at_ms).map([](const auto&) {});
}

Status expect_grantable(const State& state, const ProposalAnswered& answer, int64_t at_ms) {
  if (answer.answer != "accepted") return {};
  return grant(state, answer.proposal, at_ms).map([](const auto&) {});
}

Status expect_holdable(const State& state, const RunRegistered& run, int64_t at_ms) {
  return hold(state, run, at_ms).map([](const auto&) {});
}

std::vector<LedgerEvent> moved_by(const State& state, const Event& event, int64_t at_ms) {
  const auto nothing = [](const auto&) { return Moves{}; };
  return std::visit(
      Overloaded{
          [&](const LedgerEvent& ledger) {
            const auto* refill = std::get_if<PoolRefilled>(&ledger);
            return refill == nullptr ? Moves{} : allot(state, *refill);
          },
          [&](const ProposalEvent& proposals) {
            return std::visit(Overloaded{[&](const ProposalAnswered& one) {
                                           return one.answer == "accepted"
                                                      ? grant(state, one.proposal, at_ms).value()
                                                      : Moves{};
                                         },
                                         [&](const ProposalClosed& one) {
                                           return give_back(state, one.proposal);
                                         },
                                         nothing},
                              proposals);
          },
          [&](const RunEvent& runs) {
            return std::visit(
                Overloaded{
                    [&](const RunRegistered& one) { return hold(state, one, at_ms).value(); },
                    [&](const RunMetered& one) { return use(state, one); },
                    [&](const RunEnded& one) { return refund(state, one.run); }, nothing},
                runs);
          },
          nothing},
      event);
}

}  // namespace glass::institution
