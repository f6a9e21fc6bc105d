#include "glass/institution/safety/incident.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/safety/internal/spans.h"
#include "glass/institution/safety/level.h"

namespace glass::institution {
namespace {

constexpr size_t kIdDigits = 32, kCommitmentDigits = 64;

Status expect_hex(std::string_view what, std::string_view text, size_t digits) {
  const bool is_hex =
      std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
  if (is_hex && text.size() == digits) return {};
  return invalid_input(
      fmt::format("incident, {}: give {} hexadecimal digits in lower case", what, digits));
}

class DecidingIncident {
 public:
  DecidingIncident(const Incident& incident, const IncidentClocks& clocks, int64_t at_ms)
      : incident_(incident), clocks_(clocks), at_ms_(at_ms) {}

  Result<IncidentEvent> operator()(const OpenIncident& act) const {
    if (incident_.state != IncidentState::kNone)
      return refused("is opened already; report, update or resolve it");
    GLASS_TRY_STATUS(expect_hex("incident", act.incident, kIdDigits));
    GLASS_TRY_STATUS(expect_hex("run", act.run, kIdDigits));
    GLASS_TRY_STATUS(expect_hex("account", act.account, kCommitmentDigits));
    if (act.aware_at_ms < 0 || act.aware_at_ms > at_ms_)
      return invalid_input(
          "incident, aware_at_ms: give when the facility became aware, not after now");
    const int64_t report_ms = report_days(clocks_, act.incident_class) * kDayMs;
    const int64_t notice_ms = notice_hours(clocks_, act.level) * kHourMs;
    const bool needs_session = act.level == Level::kSl4;
    return IncidentOpened{
        .incident = act.incident,
        .run = act.run,
        .account = act.account,
        .incident_class = act.incident_class,
        .level = act.level,
        .aware_at_ms = act.aware_at_ms,
        .report_due_ms = act.aware_at_ms + report_ms,
        .notice_due_ms = act.aware_at_ms + notice_ms,
        .session_due_ms = needs_session ? act.aware_at_ms + clocks_.session_days_sl4 * kDayMs : 0,
        .update_days = clocks_.update_days,
        .final_report_days = clocks_.final_report_days};
  }

  Result<IncidentEvent> operator()(const ReportIncident& act) const {
    GLASS_TRY_STATUS(expect_running());
    if (incident_.reported_at_ms)
      return refused("has its initial report; what is new belongs into an update");
    GLASS_TRY_STATUS(expect_hex("report", act.report, kCommitmentDigits));
    return IncidentReported{.incident = id(), .report = act.report};
  }

  Result<IncidentEvent> operator()(const UpdateIncident& act) const {
    GLASS_TRY_STATUS(expect_running());
    if (!incident_.reported_at_ms)
      return refused("has no initial report that could be updated; report it first");
    if (incident_.resolved_at_ms)
      return refused("is resolved; what is new belongs into the final report");
    GLASS_TRY_STATUS(expect_hex("report", act.report, kCommitmentDigits));
    return IncidentUpdated{.incident = id(), .report = act.report};
  }

  Result<IncidentEvent> operator()(const GiveIncidentNotice& act) const {
    GLASS_TRY_STATUS(expect_running());
    if (incident_.notice_at_ms) return refused("has its public notice; there is one");
    GLASS_TRY_STATUS(expect_hex("notice", act.notice, kCommitmentDigits));
    return IncidentNoticeGiven{.incident = id(), .notice = act.notice};
  }

  Result<IncidentEvent> operator()(const HoldIncidentSession& act) const {
    GLASS_TRY_STATUS(expect_running());
    if (incident_.opening.session_due_ms == 0)
      return refused("needs no session: these are for SL-4");
    if (incident_.session_at_ms) return refused("has had its session; there is one");
    GLASS_TRY_STATUS(expect_hex("minutes", act.minutes, kCommitmentDigits));
    return IncidentSessionHeld{.incident = id(), .minutes = act.minutes};
  }

  Result<IncidentEvent> operator()(const ResolveIncident& act) const {
    GLASS_TRY_STATUS(expect_running());
    if (incident_.resolved_at_ms) return refused("is resolved already; give the final report");
    GLASS_TRY_STATUS(expect_hex("account", act.account, kCommitmentDigits));
    return IncidentResolved{.incident = id(), .account = act.account};
  }

  Result<IncidentEvent> operator()(const CloseIncident& act) const {
    GLASS_TRY_STATUS(expect_running());
    if (!incident_.resolved_at_ms) return refused("is not resolved; resolve it first");
    if (!incident_.reported_at_ms)
      return refused("has no initial report; the final one cannot stand for it");
    if (!incident_.notice_at_ms) return refused("has no public notice; give it first");
    if (incident_.opening.session_due_ms != 0 && !incident_.session_at_ms)
      return refused("has had no session of the body that meets on it; hold it first");
    GLASS_TRY_STATUS(expect_hex("report", act.report, kCommitmentDigits));
    return IncidentClosed{.incident = id(), .report = act.report};
  }

 private:
  [[nodiscard]] const std::string& id() const { return incident_.opening.incident; }

  [[nodiscard]] tl::unexpected<Error> refused(std::string_view what) const {
    return fail(ErrorCode::kRefused, fmt::format("incident {} {}", id(), what));
  }

  [[nodiscard]] Status expect_running() const {
    if (incident_.state == IncidentState::kNone)
      return fail(ErrorCode::kRefused, "there is no such incident; open it first");
    if (incident_.state == IncidentState::kClosed)
      return refused("is closed; open another for what is new");
    return {};
  }

  const Incident& incident_;
  const IncidentClocks& clocks_;
  int64_t at_ms_;
};

class EvolvingIncident {
 public:
  EvolvingIncident(Incident& incident, int64_t at_ms) : incident_(incident), at_ms_(at_ms) {}

  void operator()(const IncidentOpened& event) {
    GLASS_CHECK(incident_.state == IncidentState::kNone && event.aware_at_ms <= at_ms_);
    incident_.state = IncidentState::kOpen;
    incident_.opening = event;
    incident_.opened_at_ms = at_ms_;
  }

  void operator()(const IncidentReported& event) {
    expect_running(event.incident);
    happen_once(incident_.reported_at_ms);
  }

  void operator()(const IncidentUpdated& event) {
    expect_running(event.incident);
    GLASS_CHECK(incident_.reported_at_ms && !incident_.resolved_at_ms);
    incident_.updated_at_ms = at_ms_;
    ++incident_.updates;
  }

  void operator()(const IncidentNoticeGiven& event) {
    expect_running(event.incident);
    happen_once(incident_.notice_at_ms);
  }

  void operator()(const IncidentSessionHeld& event) {
    expect_running(event.incident);
    happen_once(incident_.session_at_ms);
  }

  void operator()(const IncidentResolved& event) {
    expect_running(event.incident);
    happen_once(incident_.resolved_at_ms);
    incident_.state = IncidentState::kResolved;
  }

  void operator()(const IncidentClosed& event) {
    expect_running(event.incident);
    GLASS_CHECK(incident_.state == IncidentState::kResolved);
    happen_once(incident_.closed_at_ms);
    incident_.state = IncidentState::kClosed;
  }

  void operator()(const IncidentOverdue& event) {
    expect_running(event.incident);
    GLASS_CHECK(at_ms_ > event.due_ms);
    int64_t& told_ms = incident_.told_due_ms[static_cast<size_t>(event.duty)];
    GLASS_CHECK(told_ms != event.due_ms);
    told_ms = event.due_ms;
  }

 private:
  void expect_running(const std::string& incident) const {
    GLASS_CHECK(incident_.state == IncidentState::kOpen ||
                incident_.state == IncidentState::kResolved);
    GLASS_CHECK(incident_.opening.incident == incident);
  }

  void happen_once(std::optional<int64_t>& when_ms) const {
    GLASS_CHECK(!when_ms);
    when_ms = at_ms_;
  }

  Incident& incident_;
  int64_t at_ms_;
};

}  // namespace

Result<std::vector<IncidentEvent>> decide(const Incident& incident, const IncidentCommand& command,
                                          const IncidentClocks& clocks, int64_t at_ms) {
  if (at_ms < incident.last_event_at_ms)
    return fail(ErrorCode::kRefused,
                fmt::format("incident {} has a later event than this one; set the clock",
                            incident.opening.incident));
  GLASS_TRY(IncidentEvent event, std::visit(DecidingIncident(incident, clocks, at_ms), command));
  std::vector<IncidentEvent> events = due(incident, at_ms);
  events.push_back(std::move(event));
  return events;
}

void evolve(Incident& incident, const IncidentEvent& event, int64_t at_ms) {
  GLASS_CHECK(at_ms >= incident.last_event_at_ms);
  std::visit(EvolvingIncident(incident, at_ms), event);
  incident.last_event_at_ms = at_ms;
}

}  // namespace glass::institution
