// replay_run: segments of a training, executed again and compared with the chain bit for bit.
//
// A segment starts at a checkpoint that is still there (or at the initial state), so that the state
// it starts from is itself under a digest of the chain.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/train/checkpoint.h"
#include "glass/engine/train/replay.h"
#include "glass/engine/train/step_record.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/evidence/replay_choice.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/service/log/statement_log.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_chain.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/run_summary.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/training_run.h"
#include "glass/service/use_cases.h"
#include "glass/system/random.h"

namespace glass::service {
namespace {

using record::EvidenceNode, record::EvidenceState;
using Segment = record::ReplaySegment;

// The chain, which may still grow.
Result<RunChain> read_chain(const RunOrigin& origin, const RunPaths& paths, system::Files& files) {
  auto chain =
      RunChain::read(files, paths.chain(), origin, record::TornLine::kTolerate,
                     [](const engine::StepRecord&, const crypto::Digest&) { return Status(); });
  if (!chain) return in_context(paths.chain().string(), std::move(chain).error());
  if (chain->end().step == 0)
    return fail(ErrorCode::kNotFound,
                fmt::format("{} has no step to replay yet", paths.chain().string()));
  return chain;
}

// Where a segment can begin: at the initial state and at every checkpoint, but not at the end.
Result<std::vector<int64_t>> starts(const RunPaths& paths, int64_t steps, system::Files& files) {
  GLASS_TRY(const std::vector<int64_t> checkpoints,
            engine::list_checkpoints(files, paths.checkpoints()));
  std::vector<int64_t> found = {0};
  for (const int64_t step : checkpoints) {
    if (step < steps) found.push_back(step);
  }
  return found;
}

uint64_t unpredictable_seed() {
  std::array<uint8_t, 8> bytes;
  system::fill_random(bytes);
  return load_little_endian<uint64_t>(bytes.data()) >> 11;  // exact as a JSON number
}

Result<std::vector<Segment>> choose(const ReplayChoice& choice, const Recipe& recipe,
                                    const std::vector<int64_t>& from, int64_t steps,
                                    uint64_t seed) {
  if (!choice.segment) {
    const int64_t count = choice.random.value_or(recipe.replay.segments);
    return record::draw_segments(from, count, recipe.replay.segment_steps, steps, seed);
  }
  const auto [begin, end] = *choice.segment;
  if (end > steps)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the run has {} steps; the segment {}..{} ends behind them", steps,
                            begin, end));
  const auto start = std::prev(std::ranges::upper_bound(from, begin));
  return std::vector<Segment>{{*start, end}};
}

class Replay {
 public:
  Replay(engine::Trainer& trainer, const RunChain& chain, const Services& services)
      : trainer_(trainer), chain_(chain), services_(services) {}

  // What came of one segment.
  [[nodiscard]] Result<EvidenceNode> run(const Segment& segment) {
    const std::string what = fmt::format("steps {}..{}", segment.begin, segment.end);
    const auto length = static_cast<size_t>(segment.end - segment.begin);
    StepReader steps = chain_.steps();
    steps.skip(segment.begin);
    std::vector<engine::StepRecord> expected;
    while (expected.size() < length) {
      GLASS_TRY(engine::StepRecord step, steps.next());
      expected.push_back(std::move(step));
    }
    const Status same =
        engine::replay_segment(trainer_, expected, [&](const engine::StepRecord& record) -> Status {
          if (services_.interrupted()) return fail(ErrorCode::kInterrupted, "replay was stopped");
          services_.progress.part(what, static_cast<uint64_t>(record.step - segment.begin), length);
          return {};
        });
    return finding(what,
                   fmt::format("{} executed again, every bit equal",
                               count_text(static_cast<int64_t>(length), "step")),
                   same);
  }

 private:
  engine::Trainer& trainer_;
  const RunChain& chain_;
  const Services& services_;
};

// The checkpoint that the choice of segments was drawn from.
struct Challenge {
  uint64_t seed;
  record::ProofFile proof;  // that the log named the record then
};

// Of a log that names the run already: who made the record could not know its later checkpoints.
Result<Challenge> challenge_of(StatementLog& log, const RunRecord& record, const RunPaths& paths) {
  GLASS_TRY_STATUS(log.open().map([](const auto&) {}));
  const auto index = log.index_of(record.statement);
  if (!index && index.error().code == ErrorCode::kNotFound)
    return invalid_input(fmt::format(
        "{0} does not name this run; `glass log append {0} --statements {1}` lets it, and its next "
        "checkpoint gives the challenge",
        log.place(), system::path_text(paths.record())));
  if (!index) return tl::unexpected(index.error());
  GLASS_TRY(record::ProofFile proof, log.prove(record.statement, *index));
  const std::string note = record::to_text(record::in_order(proof.checkpoint));
  return Challenge{.seed = record::challenge_seed(run_digest(record.subject), note),
                   .proof = std::move(proof)};
}

// What was executed here, and why it was that.
struct Executed {
  const std::vector<Segment>& segments;
  const std::vector<int64_t>& starts;
  uint64_t seed;
  int64_t length;
  bool drawn;
  const std::optional<Challenge>& challenge;
};

// The signed word that these segments were executed here, and how that ended.
record::Statement statement_of(const RunRecord& record, const Executed& executed,
                               const EvidenceNode& found) {
  Json::Array items;
  for (size_t i = 0; i < executed.segments.size(); ++i)
    items.emplace_back(Json::Object{{"begin", executed.segments[i].begin},
                                    {"end", executed.segments[i].end},
                                    {"equal", found.parts[i].state == EvidenceState::kVerified}});
  Json::Object predicate{{"seed", static_cast<int64_t>(executed.seed)},
                         {"segments", std::move(items)},
                         {"kernels", kernels().name()}};
  if (executed.drawn) {
    predicate.emplace("starts", Json::Array(executed.starts.begin(), executed.starts.end()));
    predicate.emplace("length", executed.length);
  }
  if (executed.challenge)
    predicate.emplace("challenge",
                      Json::Object{{"proof", record::to_text(executed.challenge->proof)}});
  return record::state(record::predicate_type(kReplayKind, 1),
                       {{std::string(kRunName), run_digest(record.subject)}}, std::move(predicate));
}

Status write_statement(const record::Statement& statement, const RunPaths& paths,
                       system::Files& files) {
  GLASS_TRY_STATUS(files.make_folders(paths.replays()));
  const std::string name = crypto::to_text(record::payload_digest(statement)).substr(7, 16);
  return files.write_atomic(paths.replays() / (name + ".json"),
                            as_bytes(record::to_text(statement)));
}

// How much was executed, and what that is worth.
std::string worth_of(int64_t executed_steps, int64_t steps, const Executed& executed) {
  std::string detail = fmt::format("{} of {} steps were executed again", count_text(executed_steps),
                                   count_text(steps));
  if (!executed.drawn || executed_steps == steps) return detail;
  const int64_t starts = std::ssize(executed.starts);
  detail += fmt::format(
      "; were a tenth of the {} that could be drawn forged, these would have met it with {:.0f} %",
      count_text(starts, "segment"),
      100 * record::caught_share(starts, std::ssize(executed.segments), 0.1));
  const int64_t out_of_reach =
      steps - record::steps_in(record::draw_segments(executed.starts, starts, executed.length,
                                                     steps, executed.seed));
  if (out_of_reach > 0)
    detail +=
        fmt::format("; {} in none, for want of checkpoints",
                    out_of_reach == 1 ? "1 step lies" : count_text(out_of_reach, "step") + " lie");
  return detail;
}

}  // namespace

Result<Summary> replay_run(const system::Path& run, const ReplayChoice& choice,
                           const Services& services) {
  GLASS_TRY(const Recipe recipe, recorded_recipe(services.files, RunPaths{.root = run}));
  GLASS_TRY(RunFolder folder, RunFolder::open(services.files, run, recipe));
  const RunPaths& paths = folder.paths();
  GLASS_TRY(const RunRecord record, read_run_record(services.files, paths));
  GLASS_TRY_STATUS(expect_in_place(record, paths, services.files));
  std::optional<Challenge> challenge;
  if (choice.challenge != nullptr) {
    GLASS_TRY(challenge, challenge_of(*choice.challenge, record, paths));
  }
  std::vector<system::Path> needed = {paths.corpus(), paths.tokenizer()};
  if (record.subject.origin.shards) needed.push_back(paths.shards());
  for (const system::Path& made : needed) {
    if (!services.files.exists(made))
      return fail(ErrorCode::kMismatch,
                  fmt::format("{} is gone; run the recipe again to have it made again, or restore "
                              "it from a copy",
                              made.string()));
  }
  GLASS_TRY(const PreparedData data, prepare_data(recipe, run, folder, services));
  GLASS_TRY(TrainingRun training, open_training(recipe, data, paths, services));
  GLASS_TRY(const RunChain chain, read_chain(record.subject.origin, paths, services.files));
  const int64_t step_count = chain.end().step;
  GLASS_TRY(const std::vector<int64_t> from, starts(paths, step_count, services.files));
  const uint64_t seed = challenge ? challenge->seed : choice.seed.value_or(unpredictable_seed());
  GLASS_TRY(const std::vector<Segment> segments, choose(choice, recipe, from, step_count, seed));
  services.progress.stage("replay", false);
  Summary summary = summarize(record.subject, paths, services.files);
  Replay replay(*training.trainer, chain, services);
  std::vector<Segment> executed;
  EvidenceNode found{EvidenceState::kVerified, "replay", "", {}};
  for (const Segment& segment : segments) {
    GLASS_TRY(EvidenceNode node, replay.run(segment));
    if (node.state == EvidenceState::kVerified) {
      ++summary.replayed_segments;
      executed.push_back(segment);
    }
    found.parts.push_back(std::move(node));
  }
  const Executed what{segments,        from,     seed, recipe.replay.segment_steps,
                      !choice.segment, challenge};
  record::Statement statement = statement_of(record, what, found);
  record::sign(statement, services.key);
  GLASS_TRY_STATUS(write_statement(statement, paths, services.files));
  if (challenge) GLASS_TRY_STATUS(choice.challenge->post(statement).map([](const auto&) {}));
  const int64_t executed_steps = record::steps_in(std::move(executed));
  found.detail = worth_of(executed_steps, step_count, what);
  if (executed_steps < step_count) found.state = EvidenceState::kAttested;
  settle(found);
  summary.evidence = std::move(found);
  finish(summary, {"generate", "verify"});
  return summary;
}

}  // namespace glass::service
