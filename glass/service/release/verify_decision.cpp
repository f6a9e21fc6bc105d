#include "glass/service/release/verify_decision.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/tensor/numerics.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/release/release_layout.h"
#include "glass/service/governance.h"
#include "glass/service/run_folder.h"

namespace glass::service {
namespace {

using record::EvidenceNode;
using record::EvidenceState;

// What a release says of itself.
struct Released {
  RunRecord record;
  std::optional<GovernedBy> by;             // as the record says
  std::optional<ReleaseDecision> decision;  // as the release's statement says
};

Result<Released> read_released(const system::Path& release, system::Files& files) {
  Released released;
  const RunPaths evidence{.root = release / record::kEvidenceFolder};
  GLASS_TRY(released.record, read_run_record(files, evidence));
  GLASS_TRY(released.by, governed_by(released.record.statement));
  GLASS_TRY(const record::Statement statement,
            read_signed(files, release / record::kReleaseStatementFile));
  const Json* said = statement.predicate.find("governed");
  if (said == nullptr) return released;
  GLASS_TRY(released.decision, release_decision_from_json(*said));
  return released;
}

EvidenceNode broken(std::string why) {
  return {EvidenceState::kBroken, std::string(record::kDecisionNode), std::move(why), {}};
}

EvidenceNode verified(std::string detail) {
  return {EvidenceState::kVerified, std::string(record::kDecisionNode), std::move(detail), {}};
}

// A release that names no decision needs none only if the facility knows no such training.
EvidenceNode expect_ungoverned(const Released& released, const system::Path& journal,
                               system::Files& files, Parallel& parallel) {
  if (released.by)
    return broken(
        fmt::format("the record belongs to run {} of facility {}, and the release names "
                    "no decision of it",
                    released.by->run, released.by->facility));
  const auto run = find_governed_run(files, journal, trained_thing(released.record), parallel);
  if (!run) return broken(run.error().message);
  if (*run)
    return broken(
        fmt::format("the journal governs this training as run {}, and the release names "
                    "no decision of it",
                    **run));
  return verified("none is needed: the journal knows no such training");
}

EvidenceNode expect_decided(const ReleaseDecision& said, const RunRecord& record,
                            const system::Path& journal, system::Files& files, Parallel& parallel) {
  const auto decision = find_release_decision(files, journal, trained_thing(record), parallel);
  if (!decision) return broken(decision.error().message);
  if (*decision != said)
    return broken(
        fmt::format("the release names entry {} of facility {}, and the journal decides "
                    "it by entry {} of facility {}",
                    said.entry, said.facility, decision->entry, decision->facility));
  return verified(fmt::format("run {} of facility {}, decided by entry {}; the journal was audited",
                              said.run, said.facility, said.entry));
}

EvidenceNode node_of(const system::Path& release, const system::Path& journal, system::Files& files,
                     Parallel& parallel) {
  const auto released = read_released(release, files);
  if (!released) return broken(released.error().message);
  return released->decision
             ? expect_decided(*released->decision, released->record, journal, files, parallel)
             : expect_ungoverned(*released, journal, files, parallel);
}

// In the place of a node of the same name, wherever it stands; else at the end. What was found
// shows in all nodes above.
bool put(EvidenceNode& tree, const EvidenceNode& node) {
  for (EvidenceNode& part : tree.parts) {
    if (part.what == node.what)
      part = node;
    else if (!put(part, node))
      continue;
    settle(tree);
    return true;
  }
  return false;
}

}  // namespace

TrainedThing trained_thing(const RunRecord& record) {
  const RunOrigin& origin = record.subject.origin;
  TrainedThing thing{.model = to_hex(run_digest(record.subject).bytes),
                     .record = to_hex(record::payload_digest(record.statement).bytes),
                     .recipe = to_hex(origin.recipe.bytes),
                     .data = {to_hex(origin.corpus.bytes)},
                     .numerics = std::string(engine::name(origin.numerics))};
  if (origin.start) thing.data.push_back(to_hex(origin.start->bytes));
  return thing;
}

Status add_decision(EvidenceNode& release_tree, const system::Path& release,
                    const system::Path& journal, system::Files& files, Parallel& parallel) {
  if (!files.exists(journal))
    return fail(ErrorCode::kNotFound, fmt::format("there is no {}", system::path_text(journal)));
  const EvidenceNode node = node_of(release, journal, files, parallel);
  if (put(release_tree, node)) return {};
  release_tree.parts.push_back(node);
  settle(release_tree);
  return {};
}

}  // namespace glass::service
