#include "glass/institution/allocation/ledger.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "glass/base/check.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/allocation/tres.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 8> kAccountKinds = {"supply", "pool", "share", "promised",
                                                           "award",  "hold", "used",  "expired"};

bool is_covered(const TresMinutes& minutes, const TresMinutes& balance) {
  for (size_t i = 0; i < minutes.of.size(); ++i) {
    if (minutes.of[i] > balance.of[i]) return false;
  }
  return true;
}

// From where to where, by the table of ledger.h.
struct Moving {
  const Ledger& ledger;

  [[nodiscard]] const Award& award(std::string_view id) const {
    const Award* found = ledger.award(id);
    GLASS_CHECK(found != nullptr);
    return *found;
  }

  [[nodiscard]] std::string_view award_of_run(std::string_view run) const {
    const auto found = ledger.award_of_run(run);
    GLASS_CHECK(found.has_value());
    return *found;
  }

  Movement operator()(const PoolRefilled& one) const {
    return {supply_account(), pool_account(one.period), one.minutes};
  }

  Movement operator()(const ShareAllotted& one) const {
    return {pool_account(one.period), share_account(one.period, one.member), one.minutes};
  }

  Movement operator()(const ShareTransferred& one) const {
    return {share_account(one.period, one.member), source_account(one.period, one.to_member),
            one.minutes};
  }

  Movement operator()(const AwardGranted& one) const {
    return {source_account(one.period, one.member), promised_account(one.award), one.minutes};
  }

  Movement operator()(const TrancheReleased& one) const {
    return {promised_account(one.award), award_account(one.award), one.minutes};
  }

  Movement operator()(const AwardSupplemented& one) const {
    return {source_account(one.period, one.member), award_account(one.award), one.minutes};
  }

  Movement operator()(const AwardTransferred& one) const {
    return {award_account(one.award), award_account(one.to_award), one.minutes};
  }

  Movement operator()(const AwardReturned& one) const {
    const Award& from = award(one.award);
    return {award_account(one.award), source_account(from.period, from.member), one.minutes};
  }

  Movement operator()(const RunHeld& one) const {
    return {award_account(one.award), hold_account(one.run), one.minutes};
  }

  Movement operator()(const RunUsed& one) const {
    return {hold_account(one.run), used_account(award_of_run(one.run)), one.minutes};
  }

  Movement operator()(const RunRefunded& one) const {
    return {hold_account(one.run), award_account(award_of_run(one.run)), one.minutes};
  }

  Movement operator()(const LedgerCorrected& one) const {
    if (one.way == "used-to-award")
      return {used_account(one.award), award_account(one.award), one.minutes};
    if (one.way == "award-to-used")
      return {award_account(one.award), used_account(one.award), one.minutes};
    return {pool_account(one.period), supply_account(), one.minutes};
  }

  Movement operator()(const MinutesCarriedOver& one) const {
    return {award_account(one.award), award_account(one.to_award), one.minutes};
  }

  Movement operator()(const MinutesExpired& one) const {
    if (one.what == "award")
      return {award_account(one.award), expired_account(one.award), one.minutes};
    if (one.what == "promised")
      return {promised_account(one.award), expired_account(one.award), one.minutes};
    if (one.what == "pool")
      return {pool_account(one.period), expired_account(one.period), one.minutes};
    return {share_account(one.period, one.member), expired_account(one.period), one.minutes};
  }

  // Nothing moves.
  Movement operator()(const PeriodOpened&) const { return {}; }

  Movement operator()(const AwardExtended&) const { return {}; }

  Movement operator()(const AwardEnded&) const { return {}; }

  Movement operator()(const PeriodEnded&) const { return {}; }
};

}  // namespace

std::string to_text(const Account& account) {
  std::string text(kAccountKinds[static_cast<size_t>(account.kind)]);
  for (const std::string_view part : {account.id, account.member}) {
    if (!part.empty()) text.append("/").append(part);
  }
  return text;
}

template <typename AnyLedger>
auto Ledger::find(AnyLedger& ledger, const Account& account)
    -> std::conditional_t<std::is_const_v<AnyLedger>, const TresMinutes, TresMinutes>* {
  const auto named = [&](auto& all) {
    const auto found = all.find(account.id);
    return found == all.end() ? nullptr : &found->second;
  };
  if (account.kind == AccountKind::kSupply) return &ledger.supply_;
  if (account.kind == AccountKind::kHold) {
    auto* run = named(ledger.runs_);
    return run == nullptr ? nullptr : &run->held;
  }
  if (auto* award = named(ledger.awards_)) {
    if (account.kind == AccountKind::kPromised) return &award->minutes.promised;
    if (account.kind == AccountKind::kAward) return &award->minutes.available;
    if (account.kind == AccountKind::kUsed) return &award->minutes.used;
    if (account.kind == AccountKind::kExpired) return &award->minutes.expired;
  }
  auto* period = named(ledger.periods_);
  if (period == nullptr) return nullptr;
  if (account.kind == AccountKind::kPool) return &period->pool;
  if (account.kind == AccountKind::kExpired) return &period->expired;
  const auto share = period->shares.find(account.member);
  const bool is_share = account.kind == AccountKind::kShare && share != period->shares.end();
  return is_share ? &share->second : nullptr;
}

TresMinutes Ledger::balance(const Account& account) const {
  const TresMinutes* found = find(*this, account);
  return found == nullptr ? TresMinutes{} : *found;
}

TresMinutes Ledger::total() const {
  TresMinutes sum = supply_;
  for (const auto& [id, period] : periods_) {
    sum += period.pool + period.expired;
    for (const auto& [member, share] : period.shares) sum += share;
  }
  for (const auto& [id, award] : awards_) {
    const AwardStatement& of = award.minutes;
    sum += of.promised + of.available + of.used + of.expired;
  }
  for (const auto& [id, run] : runs_) sum += run.held;
  return sum;
}

const AllocationPeriod* Ledger::period(std::string_view id) const {
  const auto found = periods_.find(id);
  return found == periods_.end() ? nullptr : &found->second;
}

const Award* Ledger::award(std::string_view id) const {
  const auto found = awards_.find(id);
  return found == awards_.end() ? nullptr : &found->second;
}

std::optional<std::string_view> Ledger::award_of_run(std::string_view run) const {
  const auto found = runs_.find(run);
  if (found == runs_.end()) return std::nullopt;
  return found->second.award;
}

// What of an event is no movement: terms, who has a share or a hold, and what comes to its end.
// Goes first, so that every account is there that minutes move to.
struct Ledger::Noting {
  Ledger& ledger;

  [[nodiscard]] Award& award(std::string_view id) const {
    const auto found = ledger.awards_.find(id);
    GLASS_CHECK(found != ledger.awards_.end());
    return found->second;
  }

  [[nodiscard]] AllocationPeriod& period(std::string_view id) const {
    const auto found = ledger.periods_.find(id);
    GLASS_CHECK(found != ledger.periods_.end());
    return found->second;
  }

  // What has ended and gets something comes to its end once more.
  template <typename Ended>
  void gets(Ended& one, std::string_view id) const {
    if (!one.is_ended) return;
    one.is_ended = false;
    ledger.ends_.emplace(one.until_ms, id);
  }

  template <typename Ending>
  void end(Ending& one, std::string_view id) const {
    one.is_ended = true;
    ledger.ends_.erase({one.until_ms, std::string(id)});
  }

  void operator()(const PeriodOpened& one) const {
    AllocationPeriod& opened = ledger.periods_[one.period];
    opened.from_ms = one.from_ms;
    opened.until_ms = one.until_ms;
    ledger.ends_.emplace(one.until_ms, one.period);
  }

  void operator()(const PoolRefilled&) const {}

  void operator()(const ShareAllotted& one) const { period(one.period).shares[one.member]; }

  void operator()(const ShareTransferred& one) const {
    if (!one.to_member.empty()) period(one.period).shares[one.to_member];
  }

  void operator()(const AwardGranted& one) const {
    Award& granted = ledger.awards_[one.award];
    granted.proposal = one.proposal;
    granted.period = one.period;
    granted.member = one.member;
    granted.renews = one.renews;
    granted.from_ms = one.from_ms;
    granted.until_ms = one.until_ms;
    granted.carry_numerator = one.carry_numerator;
    granted.carry_denominator = one.carry_denominator;
    granted.carry_cap = one.carry_cap;
    if (!one.renews.empty()) award(one.renews).renewed_by = one.award;
    ledger.ends_.emplace(one.until_ms, one.award);
  }

  void operator()(const TrancheReleased&) const {}

  void operator()(const AwardSupplemented&) const {}

  void operator()(const AwardTransferred&) const {}

  void operator()(const AwardReturned& one) const {
    const std::string& source = award(one.award).period;
    gets(period(source), source);
  }

  void operator()(const AwardExtended& one) const {
    Award& extended = award(one.award);
    ledger.ends_.erase({extended.until_ms, one.award});
    extended.until_ms = one.until_ms;
    ledger.ends_.emplace(one.until_ms, one.award);
  }

  void operator()(const RunHeld& one) const {
    ledger.runs_.try_emplace(one.run, Run{one.award, {}});
    award(one.award).minutes.held += one.minutes;
  }

  void operator()(const RunUsed& one) const {
    award(*ledger.award_of_run(one.run)).minutes.held -= one.minutes;
  }

  void operator()(const RunRefunded& one) const {
    const std::string_view id = *ledger.award_of_run(one.run);
    Award& refunded = award(id);
    refunded.minutes.held -= one.minutes;
    gets(refunded, id);
  }

  void operator()(const LedgerCorrected& one) const {
    if (one.way == "used-to-award") gets(award(one.award), one.award);
  }

  void operator()(const MinutesCarriedOver& one) const {
    Award& ending = award(one.award);
    ending.minutes.carried += one.minutes;
    ending.settled += one.minutes;
  }

  void operator()(const MinutesExpired& one) const {
    if (one.what != "award") return;
    Award& ending = award(one.award);
    if (!ending.renewed_by.empty()) ending.settled += one.minutes;
  }

  void operator()(const AwardEnded& one) const { end(award(one.award), one.award); }

  void operator()(const PeriodEnded& one) const { end(period(one.period), one.period); }
};

Movement movement_of(const Ledger& ledger, const LedgerEvent& event) {
  return std::visit(Moving{ledger}, event);
}

void evolve(Ledger& ledger, const LedgerEvent& event, int64_t /*at_ms*/) {
  std::visit(Ledger::Noting{ledger}, event);
  const Movement movement = movement_of(ledger, event);
  if (movement.minutes.is_zero()) return;
  TresMinutes* from = Ledger::find(ledger, movement.from);
  TresMinutes* to = Ledger::find(ledger, movement.to);
  GLASS_CHECK(from != nullptr && to != nullptr);
  GLASS_CHECK(movement.from == supply_account() || is_covered(movement.minutes, *from));
  *from -= movement.minutes;
  *to += movement.minutes;
}

const AwardStatement& statement_of(const Ledger& ledger, std::string_view award) {
  const Award* found = ledger.award(award);
  GLASS_CHECK(found != nullptr);
  return found->minutes;
}

}  // namespace glass::institution
