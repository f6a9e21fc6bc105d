#include "glass/institution/petitions/petition_book.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {
namespace {

// What happens when that is due; nothing if it takes people.
std::optional<PetitionEvent> event_of(const Petition& petition, const PetitionDeadline& deadline) {
  switch (deadline.duty) {
    case PetitionDuty::kDelayModeration: return PetitionModerationDelayed{.petition = petition.id};
    case PetitionDuty::kClose: return PetitionClosed{.petition = petition.id, .cause = "ended"};
    case PetitionDuty::kResume: return PetitionResumed{.petition = petition.id, .by = ""};
    case PetitionDuty::kMarkOverdue:
      return PetitionOverdue{.petition = petition.id, .threshold = std::string(deadline.threshold)};
    case PetitionDuty::kArchive: return PetitionArchived{.petition = petition.id};
    case PetitionDuty::kDestroyKey:
    case PetitionDuty::kDestroySalts: return std::nullopt;
  }
  return std::nullopt;
}

// The first of its deadlines that needs nobody.
std::optional<PetitionDeadline> next_of_clock(const Petition& petition,
                                              const PetitionRules& rules) {
  for (const PetitionDeadline& one : deadlines(petition, rules)) {
    if (event_of(petition, one)) return one;
  }
  return std::nullopt;
}

}  // namespace

const Petition* PetitionBook::find(std::string_view petition) const {
  const auto found = petitions_.find(petition);
  return found == petitions_.end() ? nullptr : &found->second;
}

std::optional<int64_t> PetitionBook::next_due_ms() const {
  if (dues_.empty()) return std::nullopt;
  return dues_.begin()->first;
}

void PetitionBook::take(const PetitionRules& rules) {
  for (const auto& [id, petition] : petitions_) set_due(petition, rules);
}

void PetitionBook::set_due(const Petition& petition, const PetitionRules& rules) {
  if (const auto before = due_of_.find(petition.id); before != due_of_.end()) {
    dues_.erase({before->second, petition.id});
    due_of_.erase(before);
  }
  const auto next = next_of_clock(petition, rules);
  if (!next) return;
  due_of_.emplace(petition.id, next->at_ms);
  dues_.emplace(next->at_ms, petition.id);
}

Status expect_possible(const PetitionBook& book, const PetitionRules& rules,
                       const PetitionEvent& event, int64_t at_ms) {
  static const Petition kNobody;
  const Petition* petition = book.find(petition_of(event));
  if (petition == nullptr && !std::holds_alternative<PetitionDrafted>(event))
    return refused(fmt::format("there is no petition {}", petition_of(event)));
  return expect_possible(petition == nullptr ? kNobody : *petition, rules, event, at_ms);
}

void evolve(PetitionBook& book, const PetitionRules& rules, const PetitionEvent& event,
            int64_t at_ms) {
  const std::string& id = petition_of(event);
  auto place = book.petitions_.find(id);
  if (place == book.petitions_.end()) {
    GLASS_CHECK(std::holds_alternative<PetitionDrafted>(event));
    place = book.petitions_.emplace(id, Petition{}).first;
  }
  evolve(place->second, event, at_ms);
  book.set_due(place->second, rules);
}

std::optional<PetitionEvent> following(const Petition& petition, const PetitionRules& rules,
                                       int64_t at_ms) {
  std::vector<PetitionEvent> counted = follows(petition, rules, at_ms);
  if (!counted.empty()) return std::move(counted.front());
  const auto next = next_of_clock(petition, rules);
  if (!next || next->at_ms > at_ms) return std::nullopt;
  return event_of(petition, *next);
}

std::optional<PetitionEvent> due(const PetitionBook& book, const PetitionRules& rules,
                                 int64_t at_ms) {
  if (book.dues_.empty() || book.dues_.begin()->first > at_ms) return std::nullopt;
  return following(*book.find(book.dues_.begin()->second), rules, at_ms);
}

}  // namespace glass::institution
