// verify_run: everything about a run that can be recomputed without training.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/record/documents/facts.h"
#include "glass/record/documents/metrics.h"
#include "glass/record/evidence/statement.h"
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
namespace {

// A float32 of the chain, as the log writes it.
bool same(double logged, float chained) {
  return std::isfinite(chained) ? logged == static_cast<double>(chained) : !std::isfinite(logged);
}

bool same_preference(const StepMetric& logged, const engine::StepRecord& step) {
  if (!step.preference) return !logged.preferred && !logged.margin;
  return logged.preferred == preferred_share(step) && logged.margin &&
         same(*logged.margin, step.preference->margin);
}

Status expect_bytes(const system::Path& file, ByteView expected, system::Files& files) {
  GLASS_TRY(const auto mapped, files.map(file));
  if (std::ranges::equal(mapped->bytes(), expected)) return {};
  return fail(ErrorCode::kMismatch,
              fmt::format("{} was changed: it is not what the log gives. Run the recipe again: it "
                          "is written anew",
                          system::path_text(file)));
}

}  // namespace

Verification::Verification(const RunRecord& record, const RunPaths& paths, const Services& services)
    : record_(record), subject_(record.subject), paths_(paths), services_(services) {}

Result<std::vector<record::CheckFact>> Verification::run() {
  struct Step {
    std::string_view what;
    Status (Verification::*check)();
  };

  static constexpr Step kSteps[] = {
      {"signature", &Verification::signature},
      {"recipe", &Verification::recipe},
      {"start", &Verification::start},
      {"corpus", &Verification::corpus},
      {"tokenizer", &Verification::tokenizer},
      {"shards", &Verification::shards},
      {"examples", &Verification::examples},
      {"graph", &Verification::graph},
      {"chain", &Verification::chain},
      {"batches", &Verification::batches},
      {"checkpoints", &Verification::checkpoints},
      {"model", &Verification::model},
      {"held-out text", &Verification::held_out},
      {"log", &Verification::log},
      {"replays", &Verification::replays},
      {"views", &Verification::views},
  };
  uint64_t done = 0;
  for (const Step& step : kSteps) {
    if (step.check == &Verification::start && !subject_.origin.start) continue;
    if (step.check == &Verification::shards && !subject_.origin.shards) continue;
    if (step.check == &Verification::examples && !subject_.origin.examples) continue;
    if (services_.interrupted()) return fail(ErrorCode::kInterrupted, "verification was stopped");
    services_.progress.part(step.what, done++, std::size(kSteps));
    detail_.clear();
    blocked_.clear();
    const Status found = (this->*step.check)();
    GLASS_TRY(record::CheckFact fact, check_fact(step.what, detail_, found));
    if (found && !blocked_.empty())
      fact = {record::Verdict::kNotChecked, std::string(step.what), blocked_};
    checks_.push_back(std::move(fact));
  }
  GLASS_TRY_STATUS(add_unchecked());
  return std::move(checks_);
}

Status Verification::blocked(std::string why) {
  blocked_ = std::move(why);
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
  return {};
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
  if (steps_.empty())
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
  size_t steps = 0;
  int64_t evaluations = 0, samples = 0;
  const auto visit = [&](const LogLine& line) -> Status {
    evaluations += std::holds_alternative<EvaluationMetric>(line) ? 1 : 0;
    samples += std::holds_alternative<SampleText>(line) ? 1 : 0;
    const auto* logged = std::get_if<StepMetric>(&line);
    if (logged == nullptr) return {};
    if (steps == steps_.size()) return wrong(logged->step);
    const engine::StepRecord& step = steps_[steps++];
    if (logged->step != step.step || logged->tokens != step.tokens ||
        !same(logged->loss, step.loss) || !same(logged->gradient_norm, step.gradient_norm) ||
        !same(logged->learning_rate, step.learning_rate) || !same_preference(*logged, step))
      return wrong(step.step);
    return {};
  };
  GLASS_TRY_STATUS(read_run_log(services_.files, paths_.metrics(), visit));
  GLASS_TRY_STATUS(read_run_log(services_.files, paths_.samples(), visit));
  if (steps != steps_.size()) return wrong(static_cast<int64_t>(steps) + 1);
  detail_ =
      fmt::format("{} as in the chain, {}, {}", count_text(static_cast<int64_t>(steps), "step"),
                  count_text(evaluations, "evaluation"), count_text(samples, "sample"));
  return {};
}

Status Verification::replays() {
  if (!services_.files.exists(paths_.replays()))
    return blocked("nobody has replayed a part of this run yet");
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
  detail_ = fmt::format("{}, signed by {}", count_text(std::ssize(entries), "statement"),
                        fmt::join(keys, ", "));
  return {};
}

Status Verification::views() {
  if (!recipe_ || !log_is_right_)
    return blocked("they cannot be made again without recipe and log");
  GLASS_TRY(const record::RunFacts facts, facts_of(*recipe_, paths_, &record_, services_.files));
  const std::string gauges = record::prometheus_text(facts);
  Bytes events;
  GLASS_TRY_STATUS(write_events(paths_, services_.files, [&](ByteView bytes) {
    events.insert(events.end(), bytes.begin(), bytes.end());
    return Status();
  }));
  std::vector<std::string> errors;
  int64_t found = 0;
  for (const auto& [file, expected] :
       {std::pair{prometheus_file(paths_), ByteView(as_bytes(gauges))},
        std::pair{tensorboard_file(paths_, *recipe_), ByteView(events)}}) {
    if (!services_.files.exists(file)) continue;
    covers(file);
    ++found;
    if (const Status equal = expect_bytes(file, expected, services_.files); !equal)
      errors.push_back(equal.error().message);
  }
  if (found == 0) return blocked("there are none");
  detail_ = fmt::format("{} made again from the log", count_text(found, "file"));
  return joined(errors);
}

// What no check came to, by name: nobody shall take it for verified.
Status Verification::add_unchecked() {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kNoEvidence = {{
      {".lock", "who worked here last"},
      {"report.html", "a page made of the rest"},
      {"stages.json", "which stages are finished"},
  }};
  const auto tell = [&](std::string what, std::string why) {
    checks_.push_back({record::Verdict::kNotChecked, std::move(what), std::move(why)});
  };
  tell("training",
       fmt::format("the arithmetic of the {}: {} replay {}", count_text(subject_.steps, "step"),
                   services_.program, paths_.root.string()));
  GLASS_TRY(const std::vector<std::string> files,
            system::files_below(services_.files, paths_.root));
  std::vector<std::string> known, others;
  for (const std::string& file : files) {
    if (covered_.contains(file)) continue;
    const auto entry = std::ranges::find(kNoEvidence, file, [](const auto& e) { return e.first; });
    if (entry == kNoEvidence.end())
      others.push_back(file);
    else
      known.push_back(fmt::format("{} ({})", entry->first, entry->second));
  }
  if (!known.empty()) tell("no evidence", fmt::format("{}", fmt::join(known, ", ")));
  if (!others.empty()) tell("other files", fmt::format("{}", fmt::join(others, ", ")));
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
    GLASS_TRY(summary.checks, Verification(*record, paths, services).run());
  } else {
    summary.out = run;
    GLASS_TRY(record::CheckFact fact, check_fact("signature", "", tl::unexpected(record.error())));
    summary.checks = {std::move(fact),
                      {record::Verdict::kNotChecked, "all else",
                       "without the record there is nothing to compare with"}};
  }
  finish(summary, {"generate", "replay"});
  return summary;
}

}  // namespace glass::service
