// PetitionBook: the petitions of a facility, and what the clock does to them. What happens to one
// of them is drawn in petition.h.
//
// What always holds:
//
//   1. what counts and the clock make happen needs nobody: it stands in following(), and nothing
//      else happens to a petition of which something follows;
//   2. what only people can do, destroying a key or salts, never follows: it waits in due(petition)
//      until somebody signs that it is done.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "glass/base/result.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {

class PetitionBook {
 public:
  // Nothing if there is none.
  [[nodiscard]] const Petition* find(std::string_view petition) const;

  [[nodiscard]] const std::map<std::string, Petition, std::less<>>& all() const {
    return petitions_;
  }

  // The next moment at which the clock does something.
  [[nodiscard]] std::optional<int64_t> next_due_ms() const;

  // From now on, by other rules.
  void take(const PetitionRules& rules);

  friend bool operator==(const PetitionBook&, const PetitionBook&) = default;

 private:
  friend void evolve(PetitionBook& book, const PetitionRules& rules, const PetitionEvent& event,
                     int64_t at_ms);
  friend std::optional<PetitionEvent> due(const PetitionBook& book, const PetitionRules& rules,
                                          int64_t at_ms);

  void set_due(const Petition& petition, const PetitionRules& rules);

  std::map<std::string, Petition, std::less<>> petitions_;
  std::map<std::string, int64_t, std::less<>> due_of_;  // of those that the clock waits for
  std::set<std::pair<int64_t, std::string>> dues_;      // the same by time
};

// kRefused says what stands in the way. Who signed is not asked here.
[[nodiscard]] Status expect_possible(const PetitionBook& book, const PetitionRules& rules,
                                     const PetitionEvent& event, int64_t at_ms);

// REQUIRES: the event was possible, or follows.
void evolve(PetitionBook& book, const PetitionRules& rules, const PetitionEvent& event,
            int64_t at_ms);

// What happens next to a petition by itself: from what was counted, or because its time has come.
std::optional<PetitionEvent> following(const Petition& petition, const PetitionRules& rules,
                                       int64_t at_ms);

// What the clock does first, by then.
std::optional<PetitionEvent> due(const PetitionBook& book, const PetitionRules& rules,
                                 int64_t at_ms);

}  // namespace glass::institution
