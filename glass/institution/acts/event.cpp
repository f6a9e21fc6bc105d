#include "glass/institution/acts/event.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/objections/objection_events.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/proposals/step.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/settings/fields.h"
#include "glass/settings/json_fields.h"
#include "glass/settings/problems.h"
#include "glass/settings/reference_rows.h"

namespace glass::institution {

void describe(settings::FieldVisitor& fields, FacilityFounded& event) {
  settings::TablesOf seats(event.seats);
  fields.tables("seat", seats, "who holds which seat from the start");
}

void describe(settings::FieldVisitor&, CharterProposed&) {}

void describe(settings::FieldVisitor& fields, CharterAmended& event) {
  fields.text("content", event.content, "digest of the act that proposed the charter");
}

namespace {

template <typename T>
constexpr bool kHasCharter =
    std::is_same_v<T, FacilityFounded> || std::is_same_v<T, CharterProposed>;

// Calls visit(event) with the innermost type.
template <typename Visit>
decltype(auto) visit_event(const Event& event, Visit visit) {
  return std::visit([&](const auto& group) -> decltype(auto) { return std::visit(visit, group); },
                    event);
}

template <typename T>
Result<Event> read_as(const Json& json) {
  T event;
  Json::Object fields = *json.if_object();
  if constexpr (kHasCharter<T>) {
    const auto charter = json.get_object("charter");
    if (!charter) return fail(ErrorCode::kCorruption, charter.error().message);
    GLASS_TRY(event.charter, settings_from_json(Json(**charter)));
  }
  std::vector<std::string> problems;
  settings::JsonReader reader(std::move(fields), T::kKind, problems);
  describe(reader, event);
  if (!problems.empty()) return fail(ErrorCode::kCorruption, problems.front());
  return Event(std::move(event));
}

template <typename T>
void add_section(std::string& page) {
  T event;
  page += fmt::format("\n## `{}`\n\n", T::kKind);
  if constexpr (kHasCharter<T>) page += "`charter`: the charter as canonical JSON.\n\n";
  page += settings::reference_table(T::kKind, event);
}

template <typename T>
Event fill_as(settings::FieldVisitor& fields) {
  T event;
  describe(fields, event);
  return event;
}

struct Kind {
  Result<Event> (*read)(const Json& json);
  Event (*fill)(settings::FieldVisitor& fields);
  void (*add_reference)(std::string& page);
};

using Kinds = std::map<std::string_view, Kind>;

template <typename... Ts>
void add_kinds(Kinds& kinds, std::type_identity<std::variant<Ts...>>) {
  (kinds.emplace(Ts::kKind,
                 Kind{.read = read_as<Ts>, .fill = fill_as<Ts>, .add_reference = add_section<Ts>}),
   ...);
}

template <typename... Groups>
Kinds kinds_of(std::type_identity<std::variant<Groups...>>) {
  Kinds kinds;
  (add_kinds(kinds, std::type_identity<Groups>{}), ...);
  return kinds;
}

const Kinds& all_kinds() {
  static const Kinds kKinds = kinds_of(std::type_identity<Event>{});
  return kKinds;
}

// Kinds that nobody signs.
constexpr std::array<std::string_view, 31> kFollowing = {
    CharterAmended::kKind,
    ArrearsWaived::kKind,
    VoteClosed::kKind,
    ProposalMoved::kKind,
    RunLevelled::kKind,
    RunNoticeEnded::kKind,
    RunCleared::kKind,
    RunStopped::kKind,
    RunLowered::kKind,
    ReleaseDecided::kKind,
    BordersSet::kKind,
    IncidentOverdue::kKind,
    ObjectionOverdue::kKind,
    ObjectionSettled::kKind,
    ReviewOpened::kKind,
    ReviewOverdue::kKind,
    PetitionSubmitted::kKind,
    PetitionModerationDelayed::kKind,
    PetitionThresholdReached::kKind,
    PetitionOverdue::kKind,
    PetitionArchived::kKind,
    ShareAllotted::kKind,
    AwardGranted::kKind,
    RunHeld::kKind,
    RunUsed::kKind,
    RunRefunded::kKind,
    MinutesCarriedOver::kKind,
    MinutesExpired::kKind,
    AwardEnded::kKind,
    PeriodEnded::kKind,
    FacilityFounded::kKind};  // founding is signed, but by no right of a charter

}  // namespace

std::string_view kind_of(const Event& event) {
  return visit_event(event, [](const auto& one) { return std::decay_t<decltype(one)>::kKind; });
}

std::string right_name(const Event& event) {
  if (const auto* proposals = std::get_if<ProposalEvent>(&event)) {
    if (const auto* checked = std::get_if<ProposalChecked>(proposals))
      return fmt::format("{}/{}", ProposalChecked::kKind, checked->step);
  }
  return std::string(kind_of(event));
}

const std::set<std::string, std::less<>>& act_names() {
  static const auto kNames = [] {
    std::set<std::string, std::less<>> names;
    for (const auto& [kind, unused] : all_kinds()) {
      if (std::ranges::find(kFollowing, kind) == kFollowing.end()) names.emplace(kind);
    }
    names.erase(std::string(ProposalChecked::kKind));
    for (const std::string_view step : kDecidedSteps)
      names.insert(fmt::format("{}/{}", ProposalChecked::kKind, step));
    return names;
  }();
  return kNames;
}

bool only_follows(const Event& event) {
  if (const auto* petitions = std::get_if<PetitionEvent>(&event)) return only_follows(*petitions);
  return std::ranges::find(kFollowing, kind_of(event)) != kFollowing.end();
}

Json to_json(const Event& event) {
  return visit_event(event, [](const auto& one) -> Json {
    using T = std::decay_t<decltype(one)>;
    settings::JsonWriter writer;
    T copy = one;  // a description may also be read into
    describe(writer, copy);
    Json::Object object = std::move(writer).take();
    if constexpr (kHasCharter<T>) object.emplace("charter", to_json(std::move(copy.charter)));
    object.emplace("kind", T::kKind);
    return object;
  });
}

Result<Event> event_from_json(const Json& json) {
  const auto kind = json.get_string("kind");
  if (!kind) return fail(ErrorCode::kCorruption, kind.error().message);
  const auto known = all_kinds().find(*kind);
  if (known == all_kinds().end())
    return fail(
        ErrorCode::kCorruption,
        fmt::format("'{}' is no kind of event that this program knows; a newer one may", *kind));
  GLASS_TRY(Event event, known->second.read(json));
  if (to_json(event) != json)
    return fail(ErrorCode::kCorruption,
                fmt::format("the recorded {} has members that it should not "
                            "have",
                            *kind));
  return event;
}

Result<Event> filled_event(std::string_view kind, settings::FieldVisitor& fields) {
  const auto known = all_kinds().find(kind);
  if (known != all_kinds().end()) return known->second.fill(fields);
  settings::Names names;
  for (const auto& [name, unused] : all_kinds()) names.emplace(name);
  return invalid_input(
      fmt::format("there is no act '{}'; {}", kind, settings::hint(kind, names, "there are")));
}

std::string events_reference() {
  std::string page;
  for (const auto& [kind, made] : all_kinds()) made.add_reference(page);
  return page;
}

}  // namespace glass::institution
