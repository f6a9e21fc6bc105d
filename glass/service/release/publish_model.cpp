#include "glass/service/release/publish_model.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/bytes.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/model_signing/model_signature.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release/verify_release.h"
#include "glass/record/release_documents/provenance.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/service/facility/release_decision.h"
#include "glass/service/governance.h"
#include "glass/service/log/log.h"
#include "glass/service/log/log_statements.h"
#include "glass/service/log/statement_log.h"
#include "glass/service/recipe/release_toml.h"
#include "glass/service/release/internal/release_parts.h"
#include "glass/service/release/internal/staged_release.h"
#include "glass/service/release/verify_decision.h"
#include "glass/service/release_facts.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"

namespace glass::service {
namespace {

using record::ReleaseFacts;

constexpr std::string_view kAnswersFile = "release.toml";  // below evidence/

// What the run tells and people have typed.
struct Known {
  ReleaseFacts facts;
  std::string answers;  // the text
};

Result<Known> known_of(const system::Path& run, const system::Path& answers, system::Files& files) {
  Known known;
  GLASS_TRY(known.facts, release_facts(run, files));
  if (answers.empty()) return known;
  GLASS_TRY(known.answers, files.read_text(answers));
  GLASS_TRY(record::ReleaseAnswers typed,
            read_release_toml(known.answers, system::path_text(answers)));
  add_answers(std::move(typed), known.answers, known.facts);
  GLASS_TRY_STATUS(expect_consistent(known.facts));
  return known;
}

Status expect_answered(const ReleaseChoice& choice, const ReleaseFacts& facts) {
  const std::pair<std::string_view, const std::string*> kNeeded[] = {
      {"release.version", &facts.version},
      {"release.date", &facts.date},
      {"release.licence", &facts.licence}};
  for (const auto& [key, value] : kNeeded) {
    if (value->empty())
      return invalid_input(fmt::format(
          "a release needs {}; `glass release {} --questions` writes a release.toml to fill in",
          key, system::path_text(choice.run)));
  }
  const std::vector<std::string> missing = missing_answers(facts);
  if (missing.empty() || choice.allows_missing) return {};
  return fail(
      ErrorCode::kRefused,
      fmt::format("{} not answered yet:\n  {}\nAnswer in {}, or publish with "
                  "--allow-missing: the forms then say that they are missing.",
                  missing.size() == 1 ? "1 field is" : fmt::format("{} fields are", missing.size()),
                  fmt::join(missing, "\n  "),
                  choice.answers.empty() ? "a release.toml" : system::path_text(choice.answers)));
}

// Before anything is staged: what the record names, so that the forms can be asked what they miss.
void add_recorded_files(const RunRecord& record, ReleaseFacts& facts) {
  for (const auto& [name, digest] : record.subject.model)
    facts.files.push_back({.path = name, .bytes = 0, .sha256 = to_hex(digest.bytes)});
}

void add_files(const StagedRelease& release, ReleaseFacts& facts) {
  facts.files.clear();
  for (const auto& [name, file] : release.files())
    facts.files.push_back({.path = name,
                           .bytes = static_cast<int64_t>(file.bytes),
                           .sha256 = to_hex(file.digest.bytes)});
}

// Of the model's files alone, which is what a training gives.
Status add_provenance(StagedRelease& release, const RunRecord& record, const ReleaseFacts& facts,
                      const crypto::SecretKey& key) {
  std::vector<record::Subject> subjects;
  for (const auto& [file, digest] : record.subject.model) {
    if (release.files().contains(file)) subjects.push_back({file, digest});
  }
  for (const auto& [file, staged] : release.files()) {  // weights that were split
    if (file.starts_with("model-") && file.ends_with(".safetensors"))
      subjects.push_back({file, staged.digest});
  }
  record::Statement statement =
      record::state(std::string(record::kProvenancePredicate), std::move(subjects),
                    record::provenance_predicate(facts));
  record::sign(statement, key);
  return release.write(std::string(record::kProvenanceStatementFile), record::to_text(statement));
}

record::Statement release_statement(const StagedRelease& release, const RunRecord& record,
                                    const ReleaseFacts& facts,
                                    const std::optional<ReleaseDecision>& decision) {
  std::vector<record::Subject> subjects;
  for (const auto& [name, file] : release.files()) subjects.push_back({name, file.digest});
  const crypto::Digest digest = record::payload_digest(record.statement);
  Json::Object predicate{{"name", facts.name},
                         {"version", facts.version},
                         {"date", facts.date},
                         {"licence", facts.licence},
                         {"record", crypto::to_text(digest)}};
  const record::ReleaseHead& head = facts.answers.release;
  if (!head.base_release.empty()) predicate.emplace("base", head.base_release);
  if (!head.supersedes.empty()) predicate.emplace("supersedes", head.supersedes);
  if (decision) predicate.emplace("governed", to_json(*decision));
  return record::state(record::predicate_type("release", 1), std::move(subjects),
                       std::move(predicate));
}

// Under all that is there, its own earlier result left out.
Status seal(StagedRelease& release, const std::string& name, const crypto::P256SecretKey& key) {
  const std::string sums_file(record::kReleaseSumsFile), signature(record::kModelSignature);
  GLASS_TRY_STATUS(release.discard(sums_file));
  GLASS_TRY_STATUS(release.discard(signature));
  std::map<std::string, crypto::Digest> digests;
  for (const auto& [file, staged] : release.files()) digests.emplace(file, staged.digest);
  GLASS_TRY_STATUS(release.write(sums_file, record::sums_text(digests)));
  std::vector<record::ModelResource> resources;
  for (const auto& [file, staged] : release.files()) resources.push_back({file, staged.digest});
  return release.write(signature, record::sign_model(name, std::move(resources), key));
}

// As a stranger would who believes our own keys: whatever is broken is not published.
Result<record::EvidenceNode> verified(const StagedRelease& release,
                                      const std::optional<OpenedLog>& log,
                                      const crypto::P256SecretKey& key, const Services& services) {
  record::Trust trust{.files_keys = {{key.public_key()}},
                      .signer_keys = {{services.key.public_key()}}};
  if (log) trust.policy = log->policy;
  GLASS_TRY(record::EvidenceNode tree,
            record::verify_release(services.files, release.folder(), trust, services.parallel));
  if (record::count(tree, record::EvidenceState::kBroken) == 0) return tree;
  return fail(ErrorCode::kMismatch,
              fmt::format("the release does not verify, so it is not published:\n{}",
                          record::to_text(tree)));
}

// What is known before anything is written.
struct Plan {
  system::Path target;
  RunPaths paths;
  RunRecord record;
  std::optional<ReleaseDecision> decision;  // where a facility governed the run
  Known known;
  ModelForms forms;
  std::optional<OpenedLog> log;
};

// What a run's facility has decided. Nothing if none governed it.
Result<std::optional<ReleaseDecision>> decision_on(const RunRecord& record,
                                                   const ReleaseChoice& choice,
                                                   const Services& services) {
  GLASS_TRY(const std::optional<GovernedBy> by, governed_by(record.statement));
  if (choice.facility.empty() && !by) return std::nullopt;
  if (choice.facility.empty())
    return refused(
        fmt::format("{} is the record of run {} of facility {}, which decides on its "
                    "publication; name its folder or its journal by --facility",
                    system::path_text(choice.run), by->run, by->facility));
  GLASS_TRY(const ReleaseDecision decision,
            find_release_decision(services.files, choice.facility, trained_thing(record),
                                  services.parallel));
  if (by && *by != GovernedBy{.facility = decision.facility, .run = decision.run})
    return refused(fmt::format("the record belongs to run {} of facility {}, and {} is facility {}",
                               by->run, by->facility, system::path_text(choice.facility),
                               decision.facility));
  return std::optional(decision);
}

// Whatever is cheap to refuse is refused here.
Result<Plan> plan_of(const ReleaseChoice& choice, const Services& services) {
  system::Files& files = services.files;
  Plan plan;
  GLASS_TRY(plan.target, release_target(files, choice.to));
  GLASS_TRY(plan.forms.gguf, released_forms(choice.forms));
  if (choice.shard_bytes < 1) return invalid_input("a file of weights has at least one byte");
  plan.forms.shard_bytes = static_cast<uint64_t>(choice.shard_bytes);
  plan.paths = {.root = choice.run};
  GLASS_TRY(plan.record, read_run_record(files, plan.paths));
  GLASS_TRY_STATUS(expect_model_names(plan.record));
  GLASS_TRY(plan.decision, decision_on(plan.record, choice, services));
  GLASS_TRY_STATUS(equal_replays(plan.record, plan.paths, files).map([](const auto&) {}));
  if (choice.log != nullptr) {
    GLASS_TRY(plan.log, choice.log->open());
    GLASS_TRY_STATUS(expect_loggable(plan.record.statement));
  }
  GLASS_TRY(plan.known, known_of(choice.run, choice.answers, files));
  add_recorded_files(plan.record, plan.known.facts);
  GLASS_TRY_STATUS(expect_answered(choice, plan.known.facts));
  GLASS_TRY_STATUS(expect_chain_in_place(plan.record, plan.paths, files));  // its files: as copied
  return plan;
}

// The log as it is known before the release is in it.
Status add_log_key(const OpenedLog& log, StagedRelease& release, ReleaseFacts& facts) {
  const record::NoteKey& signer = log.state.key;
  const std::string key = record::to_text(signer);
  facts.log = record::LogFact{.origin = signer.name, .url = log.url, .index = {}, .key = key};
  return release.write(std::string(record::kLogKeyFile), key + "\n");
}

// Model, evidence, documents: all that the statement will be about.
Status stage(StagedRelease& release, Plan& plan, const crypto::P256SecretKey& key,
             const Services& services) {
  ReleaseFacts& facts = plan.known.facts;
  GLASS_TRY_STATUS(add_model(release, plan.record, plan.paths, facts.name, plan.forms, services));
  GLASS_TRY_STATUS(add_evidence(release, plan.record, plan.paths, services));
  GLASS_TRY_STATUS(expect_wanted(services));
  const std::string answers = fmt::format("{}/{}", record::kEvidenceFolder, kAnswersFile);
  GLASS_TRY_STATUS(release.write(answers, plan.known.answers));
  const std::string pem = key.public_key().to_pem();
  GLASS_TRY_STATUS(release.write(std::string(record::kModelKeyFile), pem));
  if (plan.log) {
    GLASS_TRY_STATUS(add_log_key(*plan.log, release, facts));
  }
  facts.statement_key = crypto::to_text(services.key.public_key());
  facts.signing_key_hint = to_hex(crypto::sha256(pem).bytes);
  add_files(release, facts);
  GLASS_TRY_STATUS(add_documents(release, facts));
  return add_provenance(release, plan.record, facts, services.key);
}

Result<record::Statement> add_statement(StagedRelease& release, const Plan& plan,
                                        const crypto::SecretKey& key) {
  record::Statement statement =
      release_statement(release, plan.record, plan.known.facts, plan.decision);
  record::sign(statement, key);
  GLASS_TRY_STATUS(
      release.write(std::string(record::kReleaseStatementFile), record::to_text(statement)));
  return statement;
}

Status append_to_log(StagedRelease& release, const Plan& plan, const record::Statement& statement,
                     StatementLog& log) {
  GLASS_TRY_STATUS(log.post(plan.record.statement).map([](const auto&) {}));
  GLASS_TRY(const PostedStatement posted, log.post(statement));
  GLASS_TRY(const record::ProofFile proof, log.prove(statement, posted.index));
  return release.write(std::string(record::kReleaseProofFile), record::to_text(proof));
}

}  // namespace

Result<PublishedRelease> publish_model(const ReleaseChoice& choice,
                                       const crypto::P256SecretKey& key, const Services& services) {
  GLASS_TRY(Plan plan, plan_of(choice, services));
  const ReleaseFacts& facts = plan.known.facts;
  services.progress.stage("release", false);
  GLASS_TRY(StagedRelease release,
            StagedRelease::begin(services.files, services.parallel, plan.target));
  GLASS_TRY_STATUS(stage(release, plan, key, services));
  GLASS_TRY(const record::Statement statement, add_statement(release, plan, services.key));
  GLASS_TRY_STATUS(seal(release, facts.name, key));
  GLASS_TRY_STATUS(expect_wanted(services));
  GLASS_TRY(record::EvidenceNode tree, verified(release, plan.log, key, services));
  GLASS_TRY_STATUS(expect_wanted(services));
  if (plan.log) {
    GLASS_TRY_STATUS(expect_loggable(statement));
    // From here on it is said in public.
    GLASS_TRY_STATUS(append_to_log(release, plan, statement, *choice.log));
    GLASS_TRY_STATUS(seal(release, facts.name, key));
    GLASS_TRY(tree, verified(release, plan.log, key, services));
  }
  GLASS_TRY_STATUS(release.publish());
  tree.detail = system::path_text(plan.target);
  return PublishedRelease{.name = facts.name, .version = facts.version, .tree = std::move(tree)};
}

Result<std::string> release_questions_of(const system::Path& run, const system::Path& answers,
                                         const Services& services) {
  GLASS_TRY(const Known known, known_of(run, answers, services.files));
  return release_questions(known.facts);
}

}  // namespace glass::service
