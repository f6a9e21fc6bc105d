#include "glass/institution/safety/incident_clocks.h"

#include <cstdint>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level.h"
#include "glass/settings/fields.h"
#include "glass/settings/problems.h"

namespace glass::institution {
namespace {

constexpr settings::IntRange kClockDays = {.min = 1, .max = 366};
constexpr settings::IntRange kClockHours = {.min = 1, .max = 8784};

}  // namespace

void describe(settings::FieldVisitor& fields, IncidentClocks& clocks) {
  fields.integer("infrastructure_days", clocks.infrastructure_days, kClockDays,
                 "days until critical infrastructure that was disrupted is reported");
  fields.integer("cyber_breach_days", clocks.cyber_breach_days, kClockDays,
                 "days until a breach, or weights that got out, are reported");
  fields.integer("death_days", clocks.death_days, kClockDays,
                 "days until the death of a person is reported");
  fields.integer("serious_harm_days", clocks.serious_harm_days, kClockDays,
                 "days until serious harm to health, rights, property or environment is reported");
  fields.integer("update_days", clocks.update_days, kClockDays,
                 "days from a report to the next while it is not resolved");
  fields.integer("final_report_days", clocks.final_report_days, kClockDays,
                 "days from its resolution to the final report");
  fields.integer("notice_hours_sl1", clocks.notice_hours_sl1, kClockHours,
                 "hours until the public knows of an incident at SL-1");
  fields.integer("notice_hours_sl2", clocks.notice_hours_sl2, kClockHours, "the same at SL-2");
  fields.integer("notice_hours_sl3", clocks.notice_hours_sl3, kClockHours, "the same at SL-3");
  fields.integer("notice_hours_sl4", clocks.notice_hours_sl4, kClockHours, "the same at SL-4");
  fields.text("session_body", clocks.session_body, "the body that meets on an incident at SL-4");
  fields.integer("session_days_sl4", clocks.session_days_sl4, kClockDays, "days until it has met");
}

Status expect_sound(const IncidentClocks& clocks) {
  if (clocks.notice_hours_sl2 > clocks.notice_hours_sl1 ||
      clocks.notice_hours_sl3 > clocks.notice_hours_sl2 ||
      clocks.notice_hours_sl4 > clocks.notice_hours_sl3)
    return invalid_input(
        "incident_clocks: the public knows of an incident at a higher level no later than at a "
        "lower one; order the notice_hours");
  if (!is_charter_name(clocks.session_body))
    return invalid_input(fmt::format("incident_clocks, session_body: '{}' is no name of a body",
                                     clocks.session_body));
  return {};
}

int64_t report_days(const IncidentClocks& clocks, IncidentClass incident_class) {
  switch (incident_class) {
    case IncidentClass::kInfrastructure: return clocks.infrastructure_days;
    case IncidentClass::kCyberBreach: return clocks.cyber_breach_days;
    case IncidentClass::kDeath: return clocks.death_days;
    case IncidentClass::kSeriousHarm: return clocks.serious_harm_days;
  }
  return clocks.infrastructure_days;
}

int64_t notice_hours(const IncidentClocks& clocks, Level level) {
  switch (level) {
    case Level::kSl1: return clocks.notice_hours_sl1;
    case Level::kSl2: return clocks.notice_hours_sl2;
    case Level::kSl3: return clocks.notice_hours_sl3;
    case Level::kSl4: return clocks.notice_hours_sl4;
  }
  return clocks.notice_hours_sl4;
}

}  // namespace glass::institution
