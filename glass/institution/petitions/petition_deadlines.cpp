// deadlines(): what time makes due of a petition.
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {
namespace {

// From when on the retention of signatures is counted. A body that does not answer does not prolong
// it beyond the time when it should have.
int64_t retention_start_ms(const Petition& petition) {
  int64_t start_ms = petition.ended_at_ms;
  if (!petition.retention_from_answer) return start_ms;
  for (const PetitionClock& clock : petition.clocks) {
    const int64_t answer_ms =
        clock.is_answered() ? std::min(clock.answered_at_ms, clock.due_ms) : clock.due_ms;
    start_ms = std::max(start_ms, answer_ms);
  }
  return start_ms;
}

void add_ends(const Petition& petition, const PetitionRules& rules,
              std::vector<PetitionDeadline>& all) {
  // A rejected petition may come back until the time for an appeal is over.
  const bool may_appeal = petition.state == PetitionState::kRejected && !petition.has_appealed;
  if (petition.has_key)
    all.push_back({.duty = PetitionDuty::kDestroyKey,
                   .at_ms = petition.ended_at_ms + (may_appeal ? rules.appeal_ms : 0),
                   .threshold = {}});
  else if (petition.has_salts)
    all.push_back({.duty = PetitionDuty::kDestroySalts,
                   .at_ms = retention_start_ms(petition) + rules.retention_ms,
                   .threshold = {}});
  else if (petition.state == PetitionState::kClosed &&
           std::ranges::all_of(petition.clocks, &PetitionClock::is_answered))
    all.push_back(
        {.duty = PetitionDuty::kArchive, .at_ms = petition.changed_at_ms, .threshold = {}});
}

}  // namespace

std::vector<PetitionDeadline> deadlines(const Petition& petition, const PetitionRules& rules) {
  std::vector<PetitionDeadline> all;
  const auto add = [&](PetitionDuty duty, int64_t at_ms, std::string_view threshold = {}) {
    all.push_back({.duty = duty, .at_ms = at_ms, .threshold = threshold});
  };
  if (petition.state == PetitionState::kModeration && !petition.is_moderation_late)
    add(PetitionDuty::kDelayModeration, petition.moderation_since_ms + rules.moderation_ms);
  if (petition.state == PetitionState::kOpen) add(PetitionDuty::kClose, petition.closes_ms);
  if (petition.state == PetitionState::kPaused)
    add(PetitionDuty::kResume, petition.paused_until_ms);
  for (const PetitionClock& clock : petition.clocks) {
    if (!clock.is_answered() && !clock.is_overdue)
      add(PetitionDuty::kMarkOverdue, clock.due_ms, clock.threshold);
  }
  if (has_ended(petition)) add_ends(petition, rules, all);
  std::ranges::sort(all, {}, [](const PetitionDeadline& one) {
    return std::tuple(one.at_ms, one.duty, one.threshold);
  });
  return all;
}

std::vector<PetitionDeadline> due(const Petition& petition, const PetitionRules& rules,
                                  int64_t at_ms) {
  std::vector<PetitionDeadline> all = deadlines(petition, rules);
  std::erase_if(all, [&](const PetitionDeadline& one) { return one.at_ms > at_ms; });
  return all;
}

}  // namespace glass::institution
