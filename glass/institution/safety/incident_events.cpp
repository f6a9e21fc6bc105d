#include "glass/institution/safety/incident_events.h"

#include <string>
#include <string_view>

#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/words.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

void describe_incident(settings::FieldVisitor& fields, std::string& incident) {
  fields.text("incident", incident, "id of the incident");
}

}  // namespace

void describe(settings::FieldVisitor& fields, IncidentOpened& event) {
  describe_incident(fields, event.incident);
  fields.text("run", event.run, "id of the run whose model was involved");
  fields.text("account", event.account, "commitment to what is known of it");
  describe_word(fields, "incident_class", event.incident_class, kIncidentClassWords,
                "what happened, by the classes of the Code of Practice");
  describe_word(fields, "level", event.level, kLevelWords, "the run's safety level");
  fields.integer("aware_at_ms", event.aware_at_ms, {.min = 0},
                 "when the facility became aware that the model was involved");
  fields.integer("report_due_ms", event.report_due_ms, {.min = 0},
                 "until when the authority has the initial report");
  fields.integer("notice_due_ms", event.notice_due_ms, {.min = 0}, "until when the public knows");
  fields.integer("session_due_ms", event.session_due_ms, {.min = 0},
                 "until when the body that meets on it has met; 0 for none");
  fields.integer("update_days", event.update_days, {.min = 1},
                 "days from one report to the next while it is not resolved");
  fields.integer("final_report_days", event.final_report_days, {.min = 1},
                 "days from its resolution to the final report");
}

void describe(settings::FieldVisitor& fields, IncidentReported& event) {
  describe_incident(fields, event.incident);
  fields.text("report", event.report, "commitment to the initial report");
}

void describe(settings::FieldVisitor& fields, IncidentUpdated& event) {
  describe_incident(fields, event.incident);
  fields.text("report", event.report, "commitment to the update");
}

void describe(settings::FieldVisitor& fields, IncidentNoticeGiven& event) {
  describe_incident(fields, event.incident);
  fields.text("notice", event.notice, "commitment to the notice, which is public");
}

void describe(settings::FieldVisitor& fields, IncidentSessionHeld& event) {
  describe_incident(fields, event.incident);
  fields.text("minutes", event.minutes, "commitment to the minutes");
}

void describe(settings::FieldVisitor& fields, IncidentResolved& event) {
  describe_incident(fields, event.incident);
  fields.text("account", event.account, "commitment to what was done");
}

void describe(settings::FieldVisitor& fields, IncidentClosed& event) {
  describe_incident(fields, event.incident);
  fields.text("report", event.report, "commitment to the final report");
}

void describe(settings::FieldVisitor& fields, IncidentOverdue& event) {
  describe_incident(fields, event.incident);
  describe_word(fields, "duty", event.duty, kIncidentDutyWords, "what was due");
  fields.integer("due_ms", event.due_ms, {.min = 0}, "until when");
}

}  // namespace glass::institution
