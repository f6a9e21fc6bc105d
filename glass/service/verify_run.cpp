// verify_run: everything about a run that can be recomputed without training.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/record/documents/metrics.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/governance.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/recorded_file.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/run_summary.h"
#include "glass/service/run_views.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/use_cases.h"
#include "glass/service/verification.h"
#include "glass/system/files_below.h"

namespace glass::service {

using record::EvidenceNode;
using enum record::EvidenceState;

namespace {

// The nodes below this branch of the root, which is added where there is none; below the root
// itself for the empty name.
std::vector<EvidenceNode>& branch_of(EvidenceNode& root, std::string_view name) {
  if (name.empty()) return root.parts;
  const auto found = std::ranges::find(root.parts, name, &EvidenceNode::what);
  if (found != root.parts.end()) return found->parts;
  return root.parts.emplace_back(EvidenceNode{kVerified, std::string(name), "", {}}).parts;
}

// A float32 of the chain, as the log writes it.
bool same(double logged, float chained) {
  return std::isfinite(chained) ? logged == static_cast<double>(chained) : !std::isfinite(logged);
}

bool same_preference(const StepMetric& logged, const engine::StepRecord& step) {
  if (!step.preference) return !logged.preferred && !logged.margin;
  return logged.preferred == preferred_share(step) && logged.margin &&
         same(*logged.margin, step.preference->margin);
}

// Whether a file is what is made anew, piece by piece.
class Comparison {
 public:
  explicit Comparison(ByteView file) : rest_(file) {}

  void add(ByteView piece) {
    equal_ = equal_ && piece.size() <= rest_.size() &&
             std::ranges::equal(piece, rest_.first(piece.size()));
    if (equal_) rest_ = rest_.subspan(piece.size());
  }

  [[nodiscard]] bool equal() const { return equal_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool equal_ = true;
};

}  // namespace

Verification::Verification(const RunRecord& record, const RunPaths& paths, const Services& services)
    : record_(record), subject_(record.subject), paths_(paths), services_(services) {}

Result<record::EvidenceNode> Verification::run() {
  struct Step {
    std::string_view branch;  // of the tree; empty: the root
    std::string_view what;
    Status (Verification::*check)();
  };

  static constexpr Step kSteps[] = {
      {"", "record", &Verification::signature},
      {"origin", "recipe", &Verification::recipe},
      {"origin", "start", &Verification::start},
      {"origin", "corpus", &Verification::corpus},
      {"origin", "tokenizer", &Verification::tokenizer},
      {"origin", "shards", &Verification::shards},
      {"origin", "examples", &Verification::examples},
      {"training", "graph", &Verification::graph},
      {"training", "chain", &Verification::chain},
      {"training", "batches", &Verification::batches},
      {"training", "checkpoints", &Verification::checkpoints},
      {"results", "model", &Verification::model},
      {"results", "held-out text", &Verification::held_out},
      {"training", "log", &Verification::log},
      {"training", "replay", &Verification::replay},
      {"results", "views", &Verification::views},
  };
  EvidenceNode run{kVerified, "run", crypto::to_text(run_digest(subject_)), {}};
  uint64_t done = 0;
  for (const Step& step : kSteps) {
    if (step.check == &Verification::start && !subject_.origin.start) continue;
    if (step.check == &Verification::shards && !subject_.origin.shards) continue;
    if (step.check == &Verification::examples && !subject_.origin.examples) continue;
    if (services_.interrupted()) return fail(ErrorCode::kInterrupted, "verification was stopped");
    services_.progress.part(step.what, done++, std::size(kSteps));
    detail_.clear();
    state_ = kVerified;
    const Status found = (this->*step.check)();
    GLASS_TRY(EvidenceNode node, finding(step.what, detail_, found));
    if (found) node.state = state_;
    branch_of(run, step.branch).push_back(std::move(node));
  }
  GLASS_TRY_STATUS(tell_files(run));
  for (EvidenceNode& branch : run.parts) settle(branch);
  settle(run);
  return run;
}

Status Verification::blocked(std::string why) {
  state_ = kMissing;
  detail_ = std::move(why);
  return {};
}

void Verification::covers(const system::Path& file) {
  covered_.insert(file.lexically_relative(paths_.root).generic_string());
}

Result<std::unique_ptr<system::MappedFile>> Verification::recorded(const system::Path& file,
                                                                   const crypto::Digest& digest) {
  covers(file);
  return recorded_file(services_.files, file, digest);
}

// Reading the record has compared the signatures: without them there is nothing to compare with.
Status Verification::signature() {
  covers(paths_.record());
  detail_ = "signed by " + record::signers(record_.statement);
  GLASS_TRY(const std::optional<GovernedBy> by, governed_by(record_.statement));
  if (!by) return {};
  detail_ += fmt::format("; run {} of facility {}", by->run, by->facility);
  covers(paths_.governed());
  return expect_mark(*by, paths_, services_.files);
}

Status Verification::recipe() {
  GLASS_TRY_STATUS(recorded(paths_.recipe(), subject_.origin.recipe));
  GLASS_TRY(Recipe recipe, recorded_recipe(services_.files, paths_));
  if (applies(recipe, "start") != subject_.origin.start.has_value())
    return fail(ErrorCode::kMismatch, "recipe and record differ in whether there was a start");
  recipe_ = std::move(recipe);
  detail_ = "the digest is the recorded one";
  return {};
}

Status Verification::log() {
  const std::map<std::string, crypto::Digest> digests = log_digests(record_);
  if (digests.empty())
    return blocked("the record, of an earlier program, names no digests of metrics and samples");
  std::vector<std::string> errors;
  for (const auto& [name, digest] : digests) {
    const auto file = recorded(paths_.training() / name, digest);
    if (!file) errors.push_back(file.error().message);
  }
  GLASS_TRY_STATUS(joined(errors));
  if (!chain_)
    return blocked("it has the recorded digests; its figures cannot be compared without the chain");
  GLASS_TRY_STATUS(expect_as_in_chain());
  log_is_right_ = true;
  return {};
}

Status Verification::expect_as_in_chain() {
  const auto wrong = [&](int64_t step) {
    return fail(ErrorCode::kMismatch, fmt::format("step {} in {} is not as in the chain", step,
                                                  paths_.metrics().string()));
  };
  StepReader chained = chain_->steps();
  int64_t steps = 0, evaluations = 0, samples = 0;
  const auto visit = [&](const LogLine& line) -> Status {
    evaluations += std::holds_alternative<EvaluationMetric>(line) ? 1 : 0;
    samples += std::holds_alternative<SampleText>(line) ? 1 : 0;
    const auto* logged = std::get_if<StepMetric>(&line);
    if (logged == nullptr) return {};
    if (chained.at_end()) return wrong(logged->step);
    GLASS_TRY(const engine::StepRecord step, chained.next());
    ++steps;
    if (logged->step != step.step || logged->tokens != step.tokens ||
        !same(logged->loss, step.loss) || !same(logged->gradient_norm, step.gradient_norm) ||
        !same(logged->learning_rate, step.learning_rate) || !same_preference(*logged, step))
      return wrong(step.step);
    return {};
  };
  GLASS_TRY_STATUS(read_run_log(services_.files, paths_.metrics(), visit));
  GLASS_TRY_STATUS(read_run_log(services_.files, paths_.samples(), visit));
  if (!chained.at_end()) return wrong(steps + 1);
  detail_ = fmt::format("{} as in the chain, {}, {}", count_text(steps, "step"),
                        count_text(evaluations, "evaluation"), count_text(samples, "sample"));
  return {};
}

// What others say of the arithmetic; replay_run computes it here.
Status Verification::replay() {
  const std::string how =
      fmt::format("`{} replay {}`", services_.program, system::path_text(paths_.root));
  state_ = kAttested;
  detail_ = fmt::format("nobody has executed any of the {} again; {} does",
                        count_text(subject_.steps, "step"), how);
  if (!services_.files.exists(paths_.replays())) return {};
  GLASS_TRY(const std::vector<system::Entry> entries, services_.files.list(paths_.replays()));
  const crypto::Digest digest = run_digest(subject_);
  std::vector<std::string> errors;
  std::set<std::string> keys;
  for (const system::Entry& entry : entries) {
    const system::Path file = paths_.replays() / entry.name;
    covers(file);
    const auto statement = read_signed(services_.files, file);
    if (!statement)
      errors.push_back(statement.error().message);
    else if (const Status kind = record::expect_kind(*statement, kReplayKind, 1); !kind)
      errors.push_back(fmt::format("{}: {}", system::path_text(file), kind.error().message));
    else if (const Status about = expect_about(*statement, digest); !about)
      errors.push_back(fmt::format("{}: {}", system::path_text(file), about.error().message));
    else
      keys.insert(record::signers(*statement));
  }
  GLASS_TRY_STATUS(joined(errors));
  if (!keys.empty())
    detail_ = fmt::format("of some steps, in {} signed by {}; {} executes some here",
                          count_text(std::ssize(entries), "statement"), fmt::join(keys, ", "), how);
  return {};
}

Status Verification::views() {
  covers(prometheus_file(paths_));
  if (recipe_) covers(tensorboard_file(paths_, *recipe_));
  if (!recipe_ || !log_is_right_)
    return blocked("they cannot be made again without recipe and log");
  GLASS_TRY(const record::RunFacts facts, facts_of(*recipe_, paths_, &record_, services_.files));
  const auto gauges = [&](FunctionRef<Status(ByteView)> sink) {
    return sink(as_bytes(record::prometheus_text(facts)));
  };
  const auto events = [&](FunctionRef<Status(ByteView)> sink) {
    return write_events(paths_, services_.files, sink);
  };
  std::vector<std::string> errors;
  int64_t found = 0;
  const auto compare = [&](const system::Path& file, const auto& make) -> Status {
    if (!services_.files.exists(file)) return {};
    ++found;
    GLASS_TRY(const auto mapped, services_.files.map(file));
    Comparison comparison(mapped->bytes());
    GLASS_TRY_STATUS(make([&](ByteView piece) {
      comparison.add(piece);
      return Status();
    }));
    if (!comparison.equal())
      errors.push_back(fmt::format(
          "{} was changed: it is not what the log gives. Run the recipe again: it is written anew",
          system::path_text(file)));
    return {};
  };
  GLASS_TRY_STATUS(compare(prometheus_file(paths_), gauges));
  GLASS_TRY_STATUS(compare(tensorboard_file(paths_, *recipe_), events));
  detail_ = found == 0 ? "there are none"
                       : fmt::format("{} made again from the log", count_text(found, "file"));
  return joined(errors);
}

// The files that no check came to, by name: nobody shall take them for verified.
Status Verification::tell_files(EvidenceNode& run) {
  static constexpr std::string_view kNoEvidence[] = {".lock", "report.html", "stages.json"};
  GLASS_TRY(const std::vector<std::string> files,
            system::files_below(services_.files, paths_.root));
  std::vector<std::string> known, others;
  for (const std::string& file : files) {
    if (covered_.contains(file)) continue;
    const bool is_known = std::ranges::find(kNoEvidence, file) != std::end(kNoEvidence);
    (is_known ? known : others).push_back(file);
  }
  if (!known.empty())
    run.detail += fmt::format("; no evidence, and not checked: {}", fmt::join(known, ", "));
  if (!others.empty())
    run.parts.push_back(
        {kMissing, "other files", fmt::format("no check came to {}", fmt::join(others, ", ")), {}});
  return {};
}

Status joined(const std::vector<std::string>& errors) {
  if (errors.empty()) return {};
  return fail(ErrorCode::kMismatch, fmt::format("{}", fmt::join(errors, "; ")));
}

Result<Summary> verify_run(const system::Path& run, const Services& services) {
  const RunPaths paths{.root = run};
  const auto record = read_run_record(services.files, paths);
  if (!record && !services.files.exists(paths.record()))
    return tl::unexpected(record.error());  // there is nothing to verify yet
  services.progress.stage("verify", false);
  Summary summary;
  if (record) {
    summary = summarize(record->subject, paths, services.files);
    GLASS_TRY(summary.evidence, Verification(*record, paths, services).run());
  } else {
    summary.out = run;
    GLASS_TRY(EvidenceNode signature, finding("record", "", tl::unexpected(record.error())));
    summary.evidence = EvidenceNode{
        kBroken,
        "run",
        system::path_text(run),
        {std::move(signature),
         {kMissing, "all else", "without the record there is nothing to compare with", {}}}};
  }
  finish(summary, {"generate", "replay"});
  return summary;
}

}  // namespace glass::service
