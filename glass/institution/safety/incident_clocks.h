// IncidentClocks: how soon after an incident what has to be done. A charter may set them in
// [incident_clocks].
//
// Those of the reports to the authority are from the Code of Practice for General-Purpose AI
// (Safety and Security, Measure 9.3); those of the public are the facility's own rule. A day has 24
// hours and starts when the facility became aware.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/institution/safety/level.h"
#include "glass/settings/fields.h"

namespace glass::institution {

enum class IncidentClass : uint8_t {
  kInfrastructure,  // serious and irreversible disruption of critical infrastructure
  kCyberBreach,     // serious breach, (self-)exfiltration of weights among them
  kDeath,           // of a person
  kSeriousHarm,     // to health, fundamental rights, property or environment
};

inline constexpr std::array<std::string_view, 4> kIncidentClassWords = {
    "infrastructure", "cyber-breach", "death", "serious-harm"};

// What an incident makes due.
enum class IncidentDuty : uint8_t { kReport, kUpdate, kNotice, kSession, kFinalReport };

inline constexpr std::array<std::string_view, 5> kIncidentDutyWords = {
    "report", "update", "public-notice", "session", "final-report"};

struct IncidentClocks {
  int64_t infrastructure_days = 2, cyber_breach_days = 5, death_days = 10, serious_harm_days = 15;
  int64_t update_days = 28;        // from report to update, while it is not resolved
  int64_t final_report_days = 60;  // after it is resolved
  int64_t notice_hours_sl1 = 360, notice_hours_sl2 = 72, notice_hours_sl3 = 24,
          notice_hours_sl4 = 24;
  std::string session_body = "council";  // meets on incidents at SL-4
  int64_t session_days_sl4 = 7;
};

void describe(settings::FieldVisitor& fields, IncidentClocks& clocks);

// kInvalidInput if the public would know later at a higher level than at a lower one, or the body
// has no name.
[[nodiscard]] Status expect_sound(const IncidentClocks& clocks);

int64_t report_days(const IncidentClocks& clocks, IncidentClass incident_class);
int64_t notice_hours(const IncidentClocks& clocks, Level level);

}  // namespace glass::institution
