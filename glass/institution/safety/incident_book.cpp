#include "glass/institution/safety/incident_book.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/overloaded.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/institution/safety/incident.h"
#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/incident_events.h"

namespace glass::institution {
namespace {

const std::string& id_of(const IncidentEvent& event) {
  return std::visit([](const auto& one) -> const std::string& { return one.incident; }, event);
}

// The act that makes such an event; nothing if only the clock does.
std::optional<IncidentCommand> command_of(const IncidentEvent& event) {
  using Command = std::optional<IncidentCommand>;
  return std::visit(
      Overloaded{
          [](const IncidentOpened& one) -> Command {
            return OpenIncident{.incident = one.incident,
                                .run = one.run,
                                .account = one.account,
                                .incident_class = one.incident_class,
                                .level = one.level,
                                .aware_at_ms = one.aware_at_ms};
          },
          [](const IncidentReported& one) -> Command { return ReportIncident{one.report}; },
          [](const IncidentUpdated& one) -> Command { return UpdateIncident{one.report}; },
          [](const IncidentNoticeGiven& one) -> Command { return GiveIncidentNotice{one.notice}; },
          [](const IncidentSessionHeld& one) -> Command {
            return HoldIncidentSession{one.minutes};
          },
          [](const IncidentResolved& one) -> Command { return ResolveIncident{one.account}; },
          [](const IncidentClosed& one) -> Command { return CloseIncident{one.report}; },
          [](const IncidentOverdue&) -> Command { return std::nullopt; }},
      event);
}

// The first moment at which something will be overdue that was not told; nothing if none will.
std::optional<int64_t> first_due_ms(const Incident& incident) {
  std::optional<int64_t> first;
  for (const IncidentDeadline& one : deadlines(incident)) {
    if (incident.told_due_ms[static_cast<size_t>(one.duty)] == one.due_ms) continue;
    first = std::min(first.value_or(one.due_ms + 1), one.due_ms + 1);
  }
  return first;
}

}  // namespace

const Incident* IncidentBook::find(std::string_view incident) const {
  const auto found = incidents_.find(incident);
  return found == incidents_.end() ? nullptr : &found->second;
}

int64_t IncidentBook::open_of(std::string_view run) const {
  return std::ranges::count_if(incidents_, [&](const auto& entry) {
    const Incident& one = entry.second;
    return is_open(one) && (run.empty() || one.opening.run == run);
  });
}

std::optional<int64_t> IncidentBook::next_due_ms() const {
  if (dues_.empty()) return std::nullopt;
  return dues_.begin()->first;
}

Status expect_possible(const IncidentBook& book, const IncidentEvent& event,
                       const IncidentClocks& clocks, int64_t at_ms) {
  const auto command = command_of(event);
  if (!command) return refused("nobody says that something is overdue; the clock does");
  const Incident* there = book.find(id_of(event));
  const bool opens = std::holds_alternative<IncidentOpened>(event);
  if (there == nullptr && !opens)
    return refused(fmt::format("there is no incident {}", id_of(event)));
  const Incident none;
  GLASS_TRY(const auto events, decide(there == nullptr ? none : *there, *command, clocks, at_ms));
  if (events.back() == event) return {};
  const auto& right = std::get<IncidentOpened>(events.back());
  return refused(fmt::format(
      "by the charter's clocks the report is due at {}, the public notice at {} and a session at "
      "{}, updates every {} days and the final report {} days after it is resolved",
      right.report_due_ms, right.notice_due_ms, right.session_due_ms, right.update_days,
      right.final_report_days));
}

void evolve(IncidentBook& book, const IncidentEvent& event, int64_t at_ms) {
  const std::string& id = id_of(event);
  Incident& incident = book.incidents_[id];
  evolve(incident, event, at_ms);
  if (const auto was = book.due_ms_.find(id); was != book.due_ms_.end()) {
    book.dues_.erase({was->second, id});
    book.due_ms_.erase(was);
  }
  if (const auto next_ms = first_due_ms(incident)) {
    book.due_ms_.emplace(id, *next_ms);
    book.dues_.emplace(*next_ms, id);
  }
}

std::vector<IncidentEvent> due(const IncidentBook& book, int64_t at_ms) {
  if (book.dues_.empty() || book.dues_.begin()->first > at_ms) return {};
  return due(*book.find(book.dues_.begin()->second), at_ms);
}

}  // namespace glass::institution
