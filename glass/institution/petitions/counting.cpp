#include "glass/institution/petitions/internal/counting.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/petitions/country.h"
#include "glass/institution/petitions/country_floors.h"
#include "glass/institution/petitions/internal/refusal.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution::petitions {
namespace {

bool is_possible(const PetitionTotals& totals) {
  return totals.validated >= 0 && totals.validated <= kMostSignatures && totals.withdrawn >= 0 &&
         totals.withdrawn <= kMostSignatures && totals.invalidated >= 0 &&
         totals.invalidated <= kMostSignatures && totals.standing() >= 0;
}

// Confirmed and withdrawn signatures never become fewer; invalidated ones do, when it is undone.
bool continues(const PetitionTotals& now, const PetitionTotals& before) {
  return now.validated >= before.validated && now.withdrawn >= before.withdrawn;
}

Status expect_hour(const Petition& petition, const PetitionCounted& count, int64_t at_ms) {
  if (count.hour_ms < 0 || count.hour_ms % kCountedHourMs != 0)
    return refused("an hour begins on the hour");
  if (count.hour_ms <= petition.hour_ms)
    return refused(fmt::format("the hour from {} on was counted before", moment(count.hour_ms)));
  if (count.hour_ms > at_ms - kCountedHourMs)
    return refused(
        fmt::format("the hour from {} on is not over; count it when it is", moment(count.hour_ms)));
  if (count.hour_ms + kCountedHourMs <= petition.opened_at_ms)
    return refused("it was not open in that hour");
  return {};
}

// Whether nobody could sign in any moment of the hour.
bool is_shut(const Petition& petition, int64_t hour_ms) {
  if (petition.state == PetitionState::kClosed) return hour_ms >= petition.ended_at_ms;
  return petition.state == PetitionState::kPaused && hour_ms >= petition.paused_at_ms;
}

Status expect_totals(const Petition& petition, const PetitionCounted& count) {
  if (!is_possible(count.totals))
    return refused("more signatures are withdrawn or invalidated than were confirmed");
  if (!continues(count.totals, petition.totals))
    return refused(
        fmt::format("{} confirmed and {} withdrawn are fewer than the {} and {} of the "
                    "hour before; count what has ever been confirmed",
                    count.totals.validated, count.totals.withdrawn, petition.totals.validated,
                    petition.totals.withdrawn));
  if (is_shut(petition, count.hour_ms) && count.totals.validated > petition.totals.validated)
    return refused("nobody could sign in that hour; signatures confirmed then do not count");
  if (count.totals.invalidated != petition.invalidated)
    return refused(
        fmt::format("{} signatures are invalidated, and two people have decided that "
                    "of {}; propose an invalidation for the others",
                    count.totals.invalidated, petition.invalidated));
  if (count.size != count.totals.validated)
    return refused(
        fmt::format("its tree has {} leaves, and {} signatures were confirmed; each has "
                    "one leaf, which stays",
                    count.size, count.totals.validated));
  return expect_commitment("root", count.root);
}

// `before` is the row of the hour before, or nullptr. Who was named once stays named, even if a
// charter later wants more signatures for that.
Status expect_row(const PetitionCountryTotals& row, const PetitionCountryTotals* before,
                  const PetitionRules& rules) {
  if (!is_possible(row.totals))
    return refused(
        fmt::format("of {} more signatures are withdrawn or invalidated than were "
                    "confirmed",
                    row.country));
  if (before == nullptr && row.totals.validated < rules.small_count)
    return refused(
        fmt::format("{} has fewer than {} signatures; leave it out, the totals hold "
                    "them",
                    row.country, rules.small_count));
  if (before != nullptr && !continues(row.totals, before->totals))
    return refused(fmt::format("{} has fewer signatures than the hour before", row.country));
  return {};
}

// Rows in the order of the codes, none of which was there before and is gone.
Status expect_countries(const Petition& petition, const PetitionRules& rules,
                        const PetitionCounted& count) {
  PetitionTotals sum;
  auto before = petition.countries.begin();
  std::string_view last;
  for (const PetitionCountryTotals& row : count.countries) {
    if (!is_country(row.country) || row.country <= last)
      return refused(fmt::format("'{}' is no country's code in the order of the codes, each once",
                                 row.country));
    last = row.country;
    if (before != petition.countries.end() && before->country < row.country) break;
    const bool was_named = before != petition.countries.end() && before->country == row.country;
    GLASS_TRY_STATUS(expect_row(row, was_named ? &*before : nullptr, rules));
    if (was_named) ++before;
    sum.validated += row.totals.validated;
    sum.withdrawn += row.totals.withdrawn;
    sum.invalidated += row.totals.invalidated;
  }
  if (before != petition.countries.end())
    return refused(fmt::format("{} was named the hour before, and is missing", before->country));
  if (sum.validated > count.totals.validated || sum.withdrawn > count.totals.withdrawn ||
      sum.invalidated > count.totals.invalidated)
    return refused("the countries together have more than the totals");
  return {};
}

// By country, with paper.
std::vector<CountryCount> country_counts(const Petition& petition) {
  std::vector<CountryCount> counts;
  for (const PetitionCountryTotals& row : petition.countries)
    counts.push_back({.country = row.country, .count = row.totals.standing()});
  for (const PetitionPaperBatch& batch : petition.paper_batches) {
    if (batch.is_confirmed) counts.push_back({.country = batch.country, .count = batch.number});
  }
  return counts;
}

bool is_reached(const Petition& petition, std::string_view threshold) {
  return std::ranges::find(petition.clocks, threshold, &PetitionClock::threshold) !=
         petition.clocks.end();
}

}  // namespace

Status expect_count(const Petition& petition, const PetitionRules& rules,
                    const PetitionCounted& count, int64_t at_ms) {
  GLASS_TRY_STATUS(expect_hour(petition, count, at_ms));
  GLASS_TRY_STATUS(expect_totals(petition, count));
  return expect_countries(petition, rules, count);
}

std::vector<PetitionThresholdReached> newly_reached(const Petition& petition,
                                                    const PetitionRules& rules, int64_t at_ms) {
  std::vector<PetitionThresholdReached> reached;
  if (petition.opened_at_ms == 0 || petition.is_withdrawn) return reached;
  if (has_ended(petition) && petition.state != PetitionState::kClosed) return reached;
  const int64_t count = signature_count(petition);
  for (const PetitionThreshold& threshold : rules.thresholds) {
    const bool is_new = !is_reached(petition, threshold.name) &&
                        std::ranges::find(reached, threshold.name,
                                          &PetitionThresholdReached::threshold) == reached.end();
    if (!is_new || count < threshold.count) continue;
    int64_t above = 0;
    if (threshold.needs_floor) {
      above = countries_above(rules.floors, threshold.count, country_counts(petition));
      if (above < rules.floors.least_countries) continue;
    }
    reached.push_back({.petition = petition.id,
                       .threshold = threshold.name,
                       .body = threshold.body,
                       .count = count,
                       .countries_above = above,
                       .due_ms = at_ms + threshold.answer_ms});
  }
  return reached;
}

}  // namespace glass::institution::petitions
