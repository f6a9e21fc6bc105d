// Incident: something serious in which a model was involved, from the moment that the facility is
// aware of it to the final report, with its clocks.
//
//                        incident.opened
//                              |
//                              v           incident.reported, then incident.updated,
//                          +--------+      incident.notice_given, incident.session_held
//                          |  open  | <--+
//                          |        | ---+
//                          +--------+
//                              |
//                              | incident.resolved
//                              v
//                         +----------+ <--+ incident.reported, incident.notice_given,
//                         | resolved | ---+ incident.session_held
//                         +----------+
//                              |
//                              | incident.closed, the final report
//                              v
//                          +--------+
//                          | closed |
//                          +--------+
//
// decide() says which event an act makes, due() which one the clock makes (incident.overdue, in any
// state but closed), and evolve() alone changes an Incident.
//
// What always holds:
//
//   1. aware <= opened <= everything later; no event is earlier than the one before;
//   2. initial report, notice, session, resolution and closing happen at most once; updates lie
//      between the initial report and the resolution;
//   3. what is closed has its initial report, notice, session where one is due, and resolution;
//   4. each duty is told as overdue at most once for one due time, only after it, and before the
//      event that does it late: decide() tells first what the clock says;
//   5. the clocks are those of the opening, whatever a charter says later.
//
// An incident is open, to the release gate and to a lowering, until it is resolved.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/safety/level.h"

namespace glass::institution {

enum class IncidentState : uint8_t { kNone, kOpen, kResolved, kClosed };

struct Incident {
  IncidentState state = IncidentState::kNone;
  IncidentOpened opening = {};
  int64_t opened_at_ms = 0, last_event_at_ms = 0;
  std::optional<int64_t> reported_at_ms = {}, updated_at_ms = {}, notice_at_ms = {};
  std::optional<int64_t> session_at_ms = {}, resolved_at_ms = {}, closed_at_ms = {};
  int64_t updates = 0;
  std::array<int64_t, kIncidentDutyWords.size()> told_due_ms = {};  // by duty; 0: never

  friend bool operator==(const Incident&, const Incident&) = default;
};

inline bool is_open(const Incident& incident) {
  return incident.state == IncidentState::kOpen;
}

// Acts. `incident` and `run` are ids of 32 hexadecimal digits, the others commitments of 64.
struct OpenIncident {
  std::string incident = "", run = "", account = "";
  IncidentClass incident_class = IncidentClass::kInfrastructure;
  Level level = Level::kSl1;
  int64_t aware_at_ms = 0;
};

struct ReportIncident {
  std::string report = "";
};

struct UpdateIncident {
  std::string report = "";
};

struct GiveIncidentNotice {
  std::string notice = "";
};

struct HoldIncidentSession {
  std::string minutes = "";
};

struct ResolveIncident {
  std::string account = "";
};

struct CloseIncident {
  std::string report = "";
};

using IncidentCommand =
    std::variant<OpenIncident, ReportIncident, UpdateIncident, GiveIncidentNotice,
                 HoldIncidentSession, ResolveIncident, CloseIncident>;

// What is overdue by then, and what the act makes. kRefused names the incident, the rule and the
// way out; kInvalidInput is an id or a commitment of another form.
[[nodiscard]] Result<std::vector<IncidentEvent>> decide(const Incident& incident,
                                                        const IncidentCommand& command,
                                                        const IncidentClocks& clocks,
                                                        int64_t at_ms);

// REQUIRES: decide or due made the event, for this state.
void evolve(Incident& incident, const IncidentEvent& event, int64_t at_ms);

// Something that is due and not done yet.
struct IncidentDeadline {
  IncidentDuty duty = IncidentDuty::kReport;
  int64_t due_ms = 0;

  friend bool operator==(const IncidentDeadline&, const IncidentDeadline&) = default;
};

// All that run now, in the order of duties.
std::vector<IncidentDeadline> deadlines(const Incident& incident);

// What became overdue and was not told yet.
std::vector<IncidentEvent> due(const Incident& incident, int64_t at_ms);

}  // namespace glass::institution
