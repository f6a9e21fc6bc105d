// What an incident makes due, and what the clock makes of it.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "glass/institution/safety/incident.h"
#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/safety/internal/spans.h"

namespace glass::institution {
namespace {

// When a duty has to be done; nothing if it is done, or not due at all.
std::optional<int64_t> due_ms(const Incident& incident, IncidentDuty duty) {
  const IncidentOpened& opening = incident.opening;
  const bool is_running =
      incident.state == IncidentState::kOpen || incident.state == IncidentState::kResolved;
  if (!is_running) return std::nullopt;
  switch (duty) {
    case IncidentDuty::kReport:
      if (incident.reported_at_ms) return std::nullopt;
      return opening.report_due_ms;
    case IncidentDuty::kUpdate:
      if (!incident.reported_at_ms || incident.resolved_at_ms) return std::nullopt;
      return incident.updated_at_ms.value_or(*incident.reported_at_ms) +
             opening.update_days * kDayMs;
    case IncidentDuty::kNotice:
      if (incident.notice_at_ms) return std::nullopt;
      return opening.notice_due_ms;
    case IncidentDuty::kSession:
      if (incident.session_at_ms || opening.session_due_ms == 0) return std::nullopt;
      return opening.session_due_ms;
    case IncidentDuty::kFinalReport:
      if (!incident.resolved_at_ms) return std::nullopt;
      return *incident.resolved_at_ms + opening.final_report_days * kDayMs;
  }
  return std::nullopt;
}

}  // namespace

std::vector<IncidentDeadline> deadlines(const Incident& incident) {
  std::vector<IncidentDeadline> running;
  for (size_t i = 0; i < kIncidentDutyWords.size(); ++i) {
    const auto duty = static_cast<IncidentDuty>(i);
    if (const auto until_ms = due_ms(incident, duty))
      running.push_back({.duty = duty, .due_ms = *until_ms});
  }
  return running;
}

std::vector<IncidentEvent> due(const Incident& incident, int64_t at_ms) {
  std::vector<IncidentEvent> events;
  for (const IncidentDeadline& one : deadlines(incident)) {
    const bool is_told = incident.told_due_ms[static_cast<size_t>(one.duty)] == one.due_ms;
    if (at_ms > one.due_ms && !is_told)
      events.emplace_back(IncidentOverdue{
          .incident = incident.opening.incident, .duty = one.duty, .due_ms = one.due_ms});
  }
  return events;
}

}  // namespace glass::institution
