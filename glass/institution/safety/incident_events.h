// What happens to an incident, as a journal tells it. Texts and persons stand outside, behind
// commitments. Which event may follow which is incident.h's subject.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/level.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// The facility became aware that a model was involved. What is due when stands here, so that a
// later charter moves no clock that runs.
struct IncidentOpened {
  static constexpr std::string_view kKind = "incident.opened";
  std::string incident = "", run = "", account = "";
  IncidentClass incident_class = IncidentClass::kInfrastructure;
  Level level = Level::kSl1;
  int64_t aware_at_ms = 0;
  int64_t report_due_ms = 0, notice_due_ms = 0;
  int64_t session_due_ms = 0;  // 0: none is due
  int64_t update_days = 28, final_report_days = 60;

  friend bool operator==(const IncidentOpened&, const IncidentOpened&) = default;
};

// The initial report went to the authority.
struct IncidentReported {
  static constexpr std::string_view kKind = "incident.reported";
  std::string incident = "", report = "";

  friend bool operator==(const IncidentReported&, const IncidentReported&) = default;
};

// A further one, while it is not resolved.
struct IncidentUpdated {
  static constexpr std::string_view kKind = "incident.updated";
  std::string incident = "", report = "";

  friend bool operator==(const IncidentUpdated&, const IncidentUpdated&) = default;
};

struct IncidentNoticeGiven {
  static constexpr std::string_view kKind = "incident.notice_given";
  std::string incident = "", notice = "";

  friend bool operator==(const IncidentNoticeGiven&, const IncidentNoticeGiven&) = default;
};

// The body that meets on the worst incidents has met.
struct IncidentSessionHeld {
  static constexpr std::string_view kKind = "incident.session_held";
  std::string incident = "", minutes = "";

  friend bool operator==(const IncidentSessionHeld&, const IncidentSessionHeld&) = default;
};

struct IncidentResolved {
  static constexpr std::string_view kKind = "incident.resolved";
  std::string incident = "", account = "";

  friend bool operator==(const IncidentResolved&, const IncidentResolved&) = default;
};

// The final report went to the authority: the incident is closed.
struct IncidentClosed {
  static constexpr std::string_view kKind = "incident.closed";
  std::string incident = "", report = "";

  friend bool operator==(const IncidentClosed&, const IncidentClosed&) = default;
};

// Something was due and not done. Follows from the clock, and stays in the record.
struct IncidentOverdue {
  static constexpr std::string_view kKind = "incident.overdue";
  std::string incident = "";
  IncidentDuty duty = IncidentDuty::kReport;
  int64_t due_ms = 0;

  friend bool operator==(const IncidentOverdue&, const IncidentOverdue&) = default;
};

using IncidentEvent =
    std::variant<IncidentOpened, IncidentReported, IncidentUpdated, IncidentNoticeGiven,
                 IncidentSessionHeld, IncidentResolved, IncidentClosed, IncidentOverdue>;

void describe(settings::FieldVisitor& fields, IncidentOpened& event);
void describe(settings::FieldVisitor& fields, IncidentReported& event);
void describe(settings::FieldVisitor& fields, IncidentUpdated& event);
void describe(settings::FieldVisitor& fields, IncidentNoticeGiven& event);
void describe(settings::FieldVisitor& fields, IncidentSessionHeld& event);
void describe(settings::FieldVisitor& fields, IncidentResolved& event);
void describe(settings::FieldVisitor& fields, IncidentClosed& event);
void describe(settings::FieldVisitor& fields, IncidentOverdue& event);

}  // namespace glass::institution
