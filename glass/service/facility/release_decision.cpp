#include "glass/service/facility/release_decision.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_file.h"
#include "glass/service/facility/audit_journal.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"

namespace glass::service {
namespace {

using institution::GovernedRun;
using institution::RunState;

constexpr int64_t kLinesOfALook = 4096;

bool decides(const JournalEntry& entry, const std::string& run) {
  return std::ranges::any_of(entry.follows, [&](const institution::Event& event) {
    const auto* runs = std::get_if<institution::RunEvent>(&event);
    const auto* decided =
        runs == nullptr ? nullptr : std::get_if<institution::ReleaseDecided>(runs);
    return decided != nullptr && decided->run == run;
  });
}

// The entry of an audited journal by which the run's model may be published.
class DecidingEntry {
 public:
  explicit DecidingEntry(const std::string& run) : run_(run) {}

  Status look(int64_t number, std::string_view text) {
    if (found_ || text.find(institution::ReleaseDecided::kKind) == std::string_view::npos)
      return {};
    GLASS_TRY(const JournalEntry entry, parse_entry(text));
    if (decides(entry, run_)) found_ = {number, crypto::sha256(text)};
    return {};
  }

  [[nodiscard]] const std::optional<std::pair<int64_t, crypto::Digest>>& found() const {
    return found_;
  }

 private:
  const std::string& run_;
  std::optional<std::pair<int64_t, crypto::Digest>> found_;
};

Status look_at_all(system::Files& files, const system::Path& place, DecidingEntry& entry) {
  if (!is_facility(files, place))
    return record::read_journal_file(
               files, place,
               [&](int64_t number, std::string_view text) { return entry.look(number, text); })
        .map([](const auto&) {});
  GLASS_TRY(const auto journal, journal_of(files, place));
  int64_t next = 0;
  while (!entry.found()) {
    GLASS_TRY(const auto lines, journal->read(next, kLinesOfALook));
    if (lines.empty()) return {};
    for (const record::JournalLine& line : lines)
      GLASS_TRY_STATUS(entry.look(line.number, line.text));
    next += std::ssize(lines);
  }
  return {};
}

// The run that ended with the model, and with the record if one did.
const GovernedRun* run_of_model(const institution::State& state, const TrainedThing& thing) {
  const GovernedRun* found = nullptr;
  for (const auto& [id, run] : state.runs.all()) {
    if (run.model != thing.model) continue;
    if (found == nullptr || run.record == thing.record) found = &run;
  }
  return found;
}

bool is_registered_as(const GovernedRun& run, const TrainedThing& thing) {
  const std::set<std::string> data(run.terms.data.begin(), run.terms.data.end());
  return run.terms.recipe == thing.recipe && run.terms.numerics == thing.numerics &&
         data == std::set<std::string>(thing.data.begin(), thing.data.end());
}

}  // namespace

Json to_json(const ReleaseDecision& decision) {
  return Json::Object{{"facility", decision.facility},
                      {"run", decision.run},
                      {"entry", decision.entry},
                      {"line", crypto::to_text(decision.line)}};
}

Result<ReleaseDecision> release_decision_from_json(const Json& json) {
  ReleaseDecision decision;
  GLASS_TRY(decision.facility, json.get_string("facility"));
  GLASS_TRY(decision.run, json.get_string("run"));
  GLASS_TRY(decision.entry, json.get_int("entry"));
  GLASS_TRY(const std::string line, json.get_string("line"));
  GLASS_TRY(decision.line, crypto::digest_from_text(line));
  return decision;
}

Result<ReleaseDecision> find_release_decision(system::Files& files, const system::Path& place,
                                              const TrainedThing& thing, Parallel& parallel) {
  GLASS_TRY(const Audit audit, audit_journal(files, place, parallel));
  const GovernedRun* run = run_of_model(audit.state, thing);
  if (run == nullptr)
    return refused(
        fmt::format("no run of the facility in {} ended with this model, {}; what its facility has "
                    "not decided is not released",
                    system::path_text(place), thing.model));
  const std::string& id = run->terms.run;
  if (run->record != thing.record)
    return refused(
        fmt::format("run {} ended with record {}, and this is {}; release the folder "
                    "that the facility was told of",
                    id, run->record, thing.record));
  if (run->state != RunState::kPublished)
    return refused(
        fmt::format("run {} is {}; its model may be published when the facility has decided it: "
                    "release.requested, those whom level SL-{} asks, and the public notice",
                    id, institution::to_text(run->state), run->level));
  DecidingEntry entry(id);
  GLASS_TRY_STATUS(look_at_all(files, place, entry));
  if (!entry.found())
    return fail(ErrorCode::kCorruption,
                fmt::format("{} holds no entry that decides the release of run {}",
                            system::path_text(place), id));
  return ReleaseDecision{.facility = audit.state.facility,
                         .run = id,
                         .entry = entry.found()->first,
                         .line = entry.found()->second};
}

Result<std::optional<std::string>> find_governed_run(system::Files& files,
                                                     const system::Path& place,
                                                     const TrainedThing& thing,
                                                     Parallel& parallel) {
  GLASS_TRY(const Audit audit, audit_journal(files, place, parallel));
  if (const GovernedRun* run = run_of_model(audit.state, thing); run != nullptr)
    return std::optional(run->terms.run);
  for (const auto& [id, run] : audit.state.runs.all()) {
    if (is_registered_as(run, thing)) return std::optional(id);
  }
  return std::nullopt;
}

}  // namespace glass::service
