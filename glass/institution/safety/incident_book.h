// IncidentBook: the incidents of a facility, each with its clocks (incident.h).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/safety/incident.h"
#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/incident_events.h"

namespace glass::institution {

class IncidentBook {
 public:
  // Nothing if there is none.
  [[nodiscard]] const Incident* find(std::string_view incident) const;

  [[nodiscard]] const std::map<std::string, Incident, std::less<>>& all() const {
    return incidents_;
  }

  // How many are open (incident.h): of a run, or with an empty one of the whole facility.
  [[nodiscard]] int64_t open_of(std::string_view run) const;

  // The next moment at which something is overdue that was not told yet.
  [[nodiscard]] std::optional<int64_t> next_due_ms() const;

 private:
  friend void evolve(IncidentBook& book, const IncidentEvent& event, int64_t at_ms);
  friend std::vector<IncidentEvent> due(const IncidentBook& book, int64_t at_ms);

  std::map<std::string, Incident, std::less<>> incidents_;
  std::map<std::string, int64_t, std::less<>> due_ms_;  // by incident
  std::set<std::pair<int64_t, std::string>> dues_;      // the same by time
};

// Whether an act may make this event. kRefused names the rule, and what the event has to say where
// the charter's clocks make it: when what is due.
[[nodiscard]] Status expect_possible(const IncidentBook& book, const IncidentEvent& event,
                                     const IncidentClocks& clocks, int64_t at_ms);

// REQUIRES: the event was possible, or is due.
void evolve(IncidentBook& book, const IncidentEvent& event, int64_t at_ms);

// Of the incidents of which something is overdue by then and was not told, the first one's.
std::vector<IncidentEvent> due(const IncidentBook& book, int64_t at_ms);

}  // namespace glass::institution
