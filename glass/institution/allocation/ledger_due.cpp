#include "glass/institution/allocation/ledger_due.h"

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/allocation/tres.h"

namespace glass::institution {
namespace {

// Of `left` minutes of an award, what its renewal gets: of all that was ever left the part of the
// terms, rounded down once, without what it got before.
TresMinutes carry_of(const Ledger& ledger, const Award& award, const TresMinutes& left,
                     int64_t at_ms) {
  if (award.renewed_by.empty() || ledger.award(award.renewed_by)->until_ms <= at_ms) return {};
  const TresMinutes part =
      part_of(award.settled + left, award.carry_numerator, award.carry_denominator);
  return least(least(part, award.carry_cap) - award.minutes.carried, left);
}

std::vector<LedgerEvent> end_of_award(const Ledger& ledger, std::string_view id, const Award& award,
                                      int64_t at_ms) {
  std::vector<LedgerEvent> events;
  TresMinutes left = award.minutes.available;
  const TresMinutes carry = carry_of(ledger, award, left, at_ms);
  if (!carry.is_zero())
    events.emplace_back(MinutesCarriedOver{
        .award = std::string(id), .to_award = award.renewed_by, .minutes = carry});
  left -= carry;
  if (!left.is_zero())
    events.emplace_back(MinutesExpired{.what = "award", .award = std::string(id), .minutes = left});
  const TresMinutes& promised = award.minutes.promised;
  if (!promised.is_zero())
    events.emplace_back(
        MinutesExpired{.what = "promised", .award = std::string(id), .minutes = promised});
  events.emplace_back(AwardEnded{.award = std::string(id)});
  return events;
}

std::vector<LedgerEvent> end_of_period(std::string_view id, const AllocationPeriod& period) {
  std::vector<LedgerEvent> events;
  if (!period.pool.is_zero())
    events.emplace_back(
        MinutesExpired{.what = "pool", .period = std::string(id), .minutes = period.pool});
  for (const auto& [member, share] : period.shares) {
    if (!share.is_zero())
      events.emplace_back(MinutesExpired{
          .what = "share", .period = std::string(id), .member = member, .minutes = share});
  }
  events.emplace_back(PeriodEnded{.period = std::string(id)});
  return events;
}

}  // namespace

std::vector<LedgerEvent> due_of(const Ledger& ledger, std::string_view id, int64_t at_ms) {
  const Award* award = ledger.award(id);
  const AllocationPeriod* period = ledger.period(id);
  if (award == nullptr && period == nullptr) return {};
  const int64_t until_ms = award != nullptr ? award->until_ms : period->until_ms;
  if (until_ms > at_ms || !ledger.ends().contains({until_ms, std::string(id)})) return {};
  return award != nullptr ? end_of_award(ledger, id, *award, at_ms) : end_of_period(id, *period);
}

std::vector<LedgerEvent> due(const Ledger& ledger, int64_t at_ms) {
  std::vector<LedgerEvent> events;
  for (const auto& [until_ms, id] : ledger.ends()) {
    if (until_ms > at_ms) break;
    std::vector<LedgerEvent> ending = due_of(ledger, id, at_ms);
    GLASS_CHECK(!ending.empty());
    events.insert(events.end(), std::make_move_iterator(ending.begin()),
                  std::make_move_iterator(ending.end()));
  }
  return events;
}

std::optional<int64_t> next_due_ms(const Ledger& ledger) {
  if (ledger.ends().empty()) return std::nullopt;
  return ledger.ends().begin()->first;
}

}  // namespace glass::institution
