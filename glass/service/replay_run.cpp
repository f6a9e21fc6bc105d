// replay_run: segments of a training, executed again and compared with the chain bit for bit.
//
// A segment starts at a checkpoint that is still there (or at the initial state), so that the state
// it starts from is itself under a digest of the chain.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/philox.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/train/checkpoint.h"
#include "glass/engine/train/replay.h"
#include "glass/engine/train/step_record.h"
#include "glass/record/documents/facts.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recipe/recipe.h"
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

struct Segment {
  int64_t begin, end;  // steps begin + 1 .. end are executed
};

Result<std::vector<engine::StepRecord>> read_steps(const RunOrigin& origin, const RunPaths& paths,
                                                   system::Files& files) {
  GLASS_TRY(const std::string text, files.read_text(paths.chain()));
  std::vector<engine::StepRecord> steps;
  const auto end = record::read_step_chain(text, genesis(origin), record::TornLine::kTolerate,
                                           [&](const record::ChainLink& link) -> Status {
                                             GLASS_TRY(engine::StepRecord step,
                                                       engine::step_record_from_json(link.record));
                                             steps.push_back(std::move(step));
                                             return {};
                                           });
  if (!end) return in_context(paths.chain().string(), end.error());
  if (steps.empty())
    return fail(ErrorCode::kNotFound,
                fmt::format("{} has no step to replay yet", paths.chain().string()));
  return steps;
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

// Different starts as long as there are enough, drawn from the seed.
std::vector<Segment> draw(std::vector<int64_t> from, int64_t count, int64_t length, int64_t steps,
                          uint64_t seed) {
  std::vector<Segment> segments;
  const auto wanted = std::min<size_t>(static_cast<size_t>(count), from.size());
  for (uint64_t i = 0; i < wanted; ++i) {
    const uint64_t rest = from.size() - i;
    std::swap(from[i], from[i + random_below(seed, Purpose::kReplayChoice, 0, i, rest)]);
    segments.push_back({from[i], std::min(from[i] + length, steps)});
  }
  return segments;
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
    return draw(from, count, recipe.replay.segment_steps, steps, seed);
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
  Replay(engine::Trainer& trainer, std::vector<engine::StepRecord> steps, const Services& services)
      : trainer_(trainer), steps_(std::move(steps)), services_(services) {}

  // What came of one segment.
  [[nodiscard]] Result<record::CheckFact> run(const Segment& segment) {
    const std::string what = fmt::format("replay {}..{}", segment.begin, segment.end);
    const std::span<const engine::StepRecord> expected(steps_);
    const auto length = static_cast<size_t>(segment.end - segment.begin);
    const Status same = engine::replay_segment(
        trainer_, expected.subspan(static_cast<size_t>(segment.begin), length),
        [&](const engine::StepRecord& record) -> Status {
          if (services_.interrupted()) return fail(ErrorCode::kInterrupted, "replay was stopped");
          services_.progress.part(what, static_cast<uint64_t>(record.step - segment.begin), length);
          return {};
        });
    return check_fact(what,
                      fmt::format("{} executed again, every bit equal",
                                  count_text(static_cast<int64_t>(length), "step")),
                      same);
  }

 private:
  engine::Trainer& trainer_;
  std::vector<engine::StepRecord> steps_;
  const Services& services_;
};

// The signed word that these segments were executed here, and how that ended.
Status write_statement(const crypto::Digest& run, const std::vector<Segment>& segments,
                       const Summary& summary, uint64_t seed, const RunPaths& paths,
                       const Services& services) {
  Json::Array items;
  for (size_t i = 0; i < segments.size(); ++i)
    items.emplace_back(
        Json::Object{{"begin", segments[i].begin},
                     {"end", segments[i].end},
                     {"equal", summary.checks[i].verdict == record::Verdict::kVerified}});
  Json::Object predicate{{"seed", static_cast<int64_t>(seed)},
                         {"segments", std::move(items)},
                         {"kernels", kernels().name()}};
  record::Statement statement = record::state(record::predicate_type(kReplayKind, 1),
                                              {{std::string(kRunName), run}}, std::move(predicate));
  record::sign(statement, services.key);
  const std::string text = record::to_text(statement);
  GLASS_TRY_STATUS(services.files.make_folders(paths.replays()));
  const std::string name = crypto::to_text(record::payload_digest(statement)).substr(7, 16);
  return services.files.write_atomic(paths.replays() / (name + ".json"), as_bytes(text));
}

}  // namespace

Result<Summary> replay_run(const system::Path& run, const ReplayChoice& choice,
                           const Services& services) {
  GLASS_TRY(const Recipe recipe, recorded_recipe(services.files, RunPaths{.root = run}));
  GLASS_TRY(RunFolder folder, RunFolder::open(services.files, run, recipe));
  const RunPaths& paths = folder.paths();
  GLASS_TRY(const RunRecord record, read_run_record(services.files, paths));
  GLASS_TRY_STATUS(expect_in_place(record, paths, services.files));
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
  GLASS_TRY(std::vector<engine::StepRecord> steps,
            read_steps(record.subject.origin, paths, services.files));
  const auto step_count = static_cast<int64_t>(steps.size());
  GLASS_TRY(const std::vector<int64_t> from, starts(paths, step_count, services.files));
  const uint64_t seed = choice.seed.value_or(unpredictable_seed());
  GLASS_TRY(const std::vector<Segment> segments, choose(choice, recipe, from, step_count, seed));
  services.progress.stage("replay", false);
  Summary summary = summarize(record.subject, paths, services.files);
  Replay replay(*training.trainer, std::move(steps), services);
  int64_t executed = 0;
  for (const Segment& segment : segments) {
    GLASS_TRY(record::CheckFact fact, replay.run(segment));
    if (fact.verdict == record::Verdict::kVerified) {
      ++summary.replayed_segments;
      executed += segment.end - segment.begin;
    }
    summary.checks.push_back(std::move(fact));
  }
  GLASS_TRY_STATUS(
      write_statement(run_digest(record.subject), segments, summary, seed, paths, services));
  if (executed < step_count)
    summary.checks.push_back({record::Verdict::kNotChecked, "rest",
                              fmt::format("{} of {} steps were executed again",
                                          count_text(executed), count_text(step_count))});
  finish(summary, {"generate", "verify"});
  return summary;
}

}  // namespace glass::service
