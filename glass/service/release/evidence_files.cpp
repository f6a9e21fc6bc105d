// add_evidence: the record of the run as a part of its release.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/held_out.h"
#include "glass/record/evidence/kinds.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/release/release_layout.h"
#include "glass/service/release/internal/release_parts.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

// Names that it is a part of the run for, and the digest that the record has of it, if any.
struct EvidenceFile {
  std::string name;
  std::optional<crypto::Digest> recorded;
};

std::vector<EvidenceFile> evidence_of(const RunRecord& record) {
  const RunOrigin& origin = record.subject.origin;
  std::vector<EvidenceFile> files = {{"record.json", {}},
                                     {"recipe.json", origin.recipe},
                                     {"corpus/manifest.json", origin.corpus},
                                     {"tokenizer/tokenizer.json", origin.tokenizer},
                                     {"training/chain.jsonl", {}}};
  if (origin.shards) files.push_back({"shards/manifest.json", origin.shards});
  if (origin.start) files.push_back({"start/manifest.json", origin.start});
  for (const auto& [file, digest] : log_digests(record))
    files.push_back({"training/" + file, digest});
  return files;
}

// system/files.h: what a killed write_atomic leaves.
bool is_left_over(std::string_view name) {
  return name.starts_with('.') && name.ends_with(".partial");
}

Status expect_replay(const record::Statement& statement, const RunRecord& record) {
  GLASS_TRY_STATUS(record::expect_kind(statement, kReplayKind, 1));
  return record::check_members(statement).and_then(
      [&] { return expect_about(statement, run_digest(record.subject)); });
}

Status expect_equal(const record::Statement& statement) {
  GLASS_TRY(const Json::Array* segments, statement.predicate.get_array("segments"));
  for (const Json& segment : *segments) {
    if (!segment.get_bool("equal").value_or(false))
      return fail(ErrorCode::kMismatch,
                  "a part of the training was executed again and was not equal; such a run is not "
                  "released. `glass verify` and `glass replay` tell more");
  }
  return {};
}

// How the model did on the text that was held out, as its record says it: what other evaluations of
// the same model can stand beside.
record::Statement held_out_evaluation(const RunRecord& record, const crypto::SecretKey& key) {
  const RunSubject& subject = record.subject;
  std::vector<record::Subject> model;
  for (const auto& [name, digest] : subject.model) model.push_back({"model/" + name, digest});
  Json::Object predicate{{"suite", record::kHeldOutSuite},
                         {"results", record::held_out_results(subject.held_out_loss_bits,
                                                              subject.held_out_bits_per_byte)}};
  const std::optional<crypto::Digest>& data =
      subject.origin.shards ? subject.origin.shards : subject.origin.examples;
  if (data) predicate.emplace("data", crypto::to_text(*data));
  record::Statement statement = record::state(record::predicate_type("evaluation", 1),
                                              std::move(model), std::move(predicate));
  record::sign(statement, key);
  return statement;
}

}  // namespace

Result<std::vector<std::string>> equal_replays(const RunRecord& record, const RunPaths& paths,
                                               system::Files& files) {
  std::vector<std::string> names;
  if (!files.exists(paths.replays())) return names;
  GLASS_TRY(const std::vector<system::Entry> entries, files.list(paths.replays()));
  for (const system::Entry& entry : entries) {
    if (is_left_over(entry.name)) continue;
    const system::Path file = paths.replays() / entry.name;
    const std::string shown = system::path_text(file);
    if (entry.kind != system::Entry::Kind::kFile || !entry.name.ends_with(".json"))
      return invalid_input(fmt::format("{} is no replay; move it away", shown));
    GLASS_TRY(const record::Statement statement, read_signed(files, file));
    if (const Status replay = expect_replay(statement, record); !replay)
      return invalid_input(fmt::format("{} is no replay of this run; move it away: {}", shown,
                                       replay.error().message));
    if (const Status equal = expect_equal(statement); !equal)
      return in_context(shown, equal.error());
    names.push_back(entry.name);
  }
  return names;
}

Status add_evidence(StagedRelease& release, const RunRecord& record, const RunPaths& paths,
                    const Services& services) {
  const auto in_release = [](std::string_view name) {
    return fmt::format("{}/{}", record::kEvidenceFolder, name);
  };
  for (const EvidenceFile& file : evidence_of(record)) {
    GLASS_TRY_STATUS(expect_wanted(services));
    GLASS_TRY_STATUS(release.copy(paths.root / file.name, in_release(file.name), file.recorded));
  }
  // The record of the run that the start came from, where it came from one.
  if (services.files.exists(paths.start() / "record.json"))
    GLASS_TRY_STATUS(
        release.copy(paths.start() / "record.json", in_release("start/record.json"), {}));
  GLASS_TRY(const std::vector<std::string> replays, equal_replays(record, paths, services.files));
  for (const std::string& replay : replays)
    GLASS_TRY_STATUS(release.copy(paths.replays() / replay, in_release("replays/" + replay), {}));
  if (record.subject.held_out_loss_bits.empty()) return {};
  return release.write(std::string(record::kHeldOutEvaluationFile),
                       record::to_text(held_out_evaluation(record, services.key)));
}

}  // namespace glass::service
