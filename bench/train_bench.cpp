// A whole training step against the machine's peak of fused multiply-adds, in one process.
//
//   glass_train_bench [--preset tiny|small|gpt2-124M] [--arch llama|gpt2|mixtral] [--threads 2]
//                     [--steps 10] [--sequences N] [--micro-batches 1]
//                     [--recompute light] [--numerics portable-1-bf16] [--operations] [--json]
//
// Model and batch are those of the peer's presets (a tied decoder, AdamW, clipping). Before each
// step the peak is measured, and a share (MFU) is that of two neighbours; the median, lowest and
// highest are printed, so that a noisy machine shows. Operations are counted by the formula of
// engine/models/decoder, attention as full. start_seconds: from the start of the program to that of
// the first step (plan, memory, initial parameters). peak_memory_bytes is that of the steps,
// used_bytes what the training took with its first checkpoint, as the plan counts it: without the
// program itself. hashing_share is what the digests of a checkpoint every hundred steps add to a
// step. --operations prints each kind's share of the time, and how fast it computes and moves.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bench/fma_peak.h"
#include "bench/measure.h"
#include "bench/memory_speed.h"
#include "bench/step_profile.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/fma_burst.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/engine/train/synthetic_batches.h"
#include "glass/engine/train/trainer.h"
#include "glass/engine/train/training_plan.h"
#include "glass/system/files.h"
#include "glass/system/machine.h"
#include "glass/system/temporary_folder.h"
#include "glass/system/thread_pool.h"

namespace glass::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kStepsPerCheckpoint = 100;
constexpr int64_t kWarmUpSteps = 2;
constexpr double kGoal = 0.83;                         // of the peak (MFU)
constexpr int64_t kExperts = 8, kExpertsPerToken = 2;  // of mixtral, as released
constexpr double kExpertBalance = 0.02;

struct Options {
  std::string preset = "tiny";
  std::string arch = "llama";
  std::string kernels;
  int threads = 2;
  int64_t steps = 10;
  int64_t sequences = 0;  // of a step; 0: the preset's
  int64_t micro_batches = 1;
  std::string recompute = "none";
  std::string numerics = "portable-1";
  bool operations = false;
  bool json = false;
};

struct Preset {
  int64_t layers, heads, d_model, context, vocabulary, batch;
};

const std::map<std::string, Preset> kPresets = {
    {"tiny", {4, 4, 256, 256, 4096, 16}},
    {"small", {6, 6, 384, 512, 8192, 8}},
    {"gpt2-124M", {12, 12, 768, 512, 50257, 4}},
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Of all threads of this process: a share of it is honest also where others use the cores.
double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Speed {
  double wall = 0;       // seconds
  double processor = 0;  // seconds of all threads
};

template <typename Call>
Speed speed_of(const Call& call) {
  const double processor = processor_seconds();
  const auto begin = Clock::now();
  call();
  return {.wall = seconds_since(begin), .processor = processor_seconds() - processor};
}

// Two experts of a token are together as wide as the other families' layer.
int64_t ff_width(const std::string& arch, int64_t d_model) {
  if (arch == "gpt2") return 4 * d_model;
  const int64_t gated = (8 * d_model / 3 + 63) / 64 * 64;
  return arch == "mixtral" ? gated / kExpertsPerToken : gated;
}

Result<engine::TrainingSettings> settings_of(const Options& options) {
  const Preset& preset = kPresets.at(options.preset);
  GLASS_TRY(const engine::ModelFamily* const family, engine::model_family(options.arch));
  engine::TrainingSettings settings;
  GLASS_TRY(
      settings.model,
      family->from_options({.layers = preset.layers,
                            .d_model = preset.d_model,
                            .heads = preset.heads,
                            .kv_heads = preset.heads,
                            .d_ff = ff_width(options.arch, preset.d_model),
                            .vocabulary = preset.vocabulary,
                            .context = preset.context,
                            .experts = options.arch == "mixtral" ? kExperts : 0,
                            .experts_per_token = options.arch == "mixtral" ? kExpertsPerToken : 0,
                            .expert_balance = options.arch == "mixtral" ? kExpertBalance : 0}));
  const int64_t sequences = options.sequences == 0 ? preset.batch : options.sequences;
  settings.micro_batch = {.sequences = sequences / options.micro_batches,
                          .positions = preset.context};
  settings.micro_batches = options.micro_batches;
  GLASS_TRY(settings.recompute, engine::recompute_from_name(options.recompute));
  GLASS_TRY(settings.numerics, engine::numerics_from_name(options.numerics));
  settings.schedule = {.kind = engine::ScheduleKind::kConstant, .peak = 6e-4, .steps = 1 << 20};
  settings.checkpoint_every = kWarmUpSteps + options.steps + 1;
  return settings;
}

// One line for each kind of operation, those that take longest first.
void print_profile(const Options& options, const StepProfile& profile, double step_seconds,
                   Parallel& parallel) {
  std::vector<double> peaks, memories;
  for (int i = 0; i < 5; ++i) {
    peaks.push_back(fma_peak_gflops(parallel));
    memories.push_back(memory_gigabytes_per_second(parallel));
  }
  const double peak = median(peaks), memory = median(memories);
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [op, cost] : profile.costs()) order.emplace_back(cost.seconds, op);
  std::sort(order.rbegin(), order.rend());
  double rest = step_seconds;
  for (const auto& [seconds, op] : order) {
    rest -= seconds;
    const OperationCost& cost = profile.costs().at(op);
    const Json line = Json::Object{{"name", fmt::format("operation {} {} {} {}t", options.preset,
                                                        options.arch, op, options.threads)},
                                   {"share", seconds / step_seconds},
                                   {"gflops", cost.flops / seconds / 1e9},
                                   {"gigabytes_per_second", cost.bytes / seconds / 1e9},
                                   {"flops_per_byte", cost.flops / cost.bytes},
                                   {"peak_gflops", peak},
                                   {"peak_gigabytes_per_second", memory}};
    if (options.json)
      fmt::print("{}\n", to_canonical(line));
    else
      fmt::print("  {:5.1f} %  {:7.1f} GFLOP/s  {:6.1f} GB/s  {}\n", 100 * seconds / step_seconds,
                 cost.flops / seconds / 1e9, cost.bytes / seconds / 1e9, op);
  }
  if (!options.json)
    fmt::print("  {:5.1f} %  (optimizer, norm, batch)\n", 100 * rest / step_seconds);
}

struct Measured {
  std::vector<double> step_seconds, peaks, shares, processor_shares;
};

Measured measure(engine::Trainer& trainer, const Options& options, double step_flops,
                 Parallel& parallel) {
  Measured measured;
  for (int64_t i = 0; i < options.steps; ++i) {
    int64_t operations = 0;
    const Speed burst = speed_of([&] {
      parallel.run([&](int worker) {
        const int64_t done = engine::fma_burst(400'000'000);
        if (worker == 0) operations = done * parallel.workers();
      });
    });
    const Speed step = speed_of([&] {
      if (!trainer.step()) std::exit(1);
    });
    const double peak = static_cast<double>(operations) / burst.wall;
    measured.peaks.push_back(peak / 1e9);
    measured.step_seconds.push_back(step.wall);
    measured.shares.push_back(step_flops / step.wall / peak);
    measured.processor_shares.push_back(step_flops / step.processor * burst.processor /
                                        static_cast<double>(operations));
  }
  return measured;
}

// The parameters' digest three times over: each of the two moments is as large.
double checkpoint_hashing_seconds(engine::Trainer& trainer) {
  std::vector<double> seconds;
  for (int i = 0; i < 5; ++i)
    seconds.push_back(3 * speed_of([&] { static_cast<void>(trainer.parameter_digest()); }).wall);
  return median(seconds);
}

struct Memory {
  int64_t before = 0;      // the program itself
  int64_t steps = 0;       // the peak of the steps
  int64_t checkpoint = 0;  // the peak with a checkpoint
};

int64_t peak_bytes() {
  return static_cast<int64_t>(system::peak_memory_bytes());
}

Json summary(const Options& options, engine::Trainer& trainer, const Measured& measured,
             double start_seconds, const Memory& memory) {
  const engine::TrainingSettings& settings = trainer.plan().settings;
  const int64_t tokens =
      settings.micro_batches * settings.micro_batch.sequences * settings.micro_batch.positions;
  const auto [low, high] = std::minmax_element(measured.shares.begin(), measured.shares.end());
  const double seconds = median(measured.step_seconds);
  return Json::Object{
      {"name",
       fmt::format("train {} {} {}t vs fma peak", options.preset, options.arch, options.threads)},
      {"unit", "GFLOP/s"},
      {"ours_median", median(measured.shares) * median(measured.peaks)},
      {"peer_median", median(measured.peaks)},
      {"ratio_median", median(measured.shares)},
      {"ratio_min", *low},
      {"ratio_max", *high},
      {"goal", kGoal},
      {"start_seconds", start_seconds},
      {"parameters", trainer.plan().layout.parameter_count()},
      {"step_ms", seconds * 1e3},
      {"step_ms_min", std::ranges::min(measured.step_seconds) * 1e3},
      {"tokens_per_second", static_cast<double>(tokens) / seconds},
      {"ratio_processor_time", median(measured.processor_shares)},
      {"hashing_share", checkpoint_hashing_seconds(trainer) / (kStepsPerCheckpoint * seconds)},
      {"planned_bytes", trainer.plan().memory.total()},
      {"peak_memory_bytes", memory.steps},
      {"used_bytes", memory.checkpoint - memory.before}};
}

Status run(const Options& options) {
  const auto begin = Clock::now();
  Memory memory{.before = peak_bytes()};
  const engine::Kernels* const kernels = engine::find_kernels(options.kernels);
  if (kernels == nullptr)
    return fail(ErrorCode::kInvalidInput, fmt::format("no kernels '{}' here", options.kernels));
  system::ThreadPool pool(options.threads);
  GLASS_TRY(const engine::TrainingSettings settings, settings_of(options));
  GLASS_TRY(engine::TrainingPlan plan, engine::plan_training(settings, *kernels, options.threads));
  const system::TemporaryFolder folder;
  GLASS_TRY(const auto trainer,
            engine::Trainer::create(
                std::move(plan),
                engine::synthetic_batches(settings.micro_batch, settings.model.vocabulary, 1),
                {.kernels = *kernels,
                 .parallel = pool,
                 .files = system::posix_files(),
                 .checkpoints = folder.path() / "checkpoints"}));
  trainer->initialize();
  GLASS_TRY(const double token_flops,
            engine::training_flops_per_token(settings.model, settings.micro_batch.positions));
  const auto tokens = static_cast<double>(settings.micro_batches * settings.micro_batch.sequences *
                                          settings.micro_batch.positions);
  const double start_seconds = seconds_since(begin);
  for (int64_t i = 0; i < kWarmUpSteps; ++i) GLASS_TRY_STATUS(trainer->step());
  const Measured measured = measure(*trainer, options, token_flops * tokens, pool);
  memory.steps = peak_bytes();
  GLASS_TRY_STATUS(trainer->step());  // a checkpoint is due
  memory.checkpoint = peak_bytes();
  const Json json = summary(options, *trainer, measured, start_seconds, memory);
  fmt::print("{}\n", options.json ? to_canonical(json) : to_pretty(json));
  if (!options.operations) return {};
  StepProfile profile(trainer->executor());
  double seconds = 0;
  for (int64_t i = 0; i < options.steps; ++i) {
    seconds += speed_of([&] {
                 if (!trainer->step()) std::exit(1);
               }).wall;
  }
  print_profile(options, profile, seconds, pool);
  return {};
}

}  // namespace
}  // namespace glass::bench

int main(int argc, char** argv) {
  glass::bench::Options options;
  CLI::App app("A training step against the machine's peak");
  app.add_option("--preset", options.preset)
      ->check(CLI::IsMember(std::vector<std::string>{"tiny", "small", "gpt2-124M"}));
  app.add_option("--arch", options.arch)
      ->check(CLI::IsMember(std::vector<std::string>{"llama", "gpt2", "mixtral"}));
  app.add_option("--kernels", options.kernels, "a name; the fastest by default");
  app.add_option("--threads", options.threads)->check(CLI::Range(1, 1024));
  app.add_option("--steps", options.steps)->check(CLI::Range(1, 100000));
  app.add_option("--sequences", options.sequences)->check(CLI::Range(1, 4096));
  app.add_option("--micro-batches", options.micro_batches)->check(CLI::Range(1, 16));
  app.add_option("--recompute", options.recompute, "none, light, blocks");
  app.add_option("--numerics", options.numerics, "portable-1, portable-1-bf16");
  app.add_flag("--operations", options.operations);
  app.add_flag("--json", options.json);
  CLI11_PARSE(app, argc, argv);
  const glass::Status status = glass::bench::run(options);
  if (!status) fmt::print(stderr, "{}\n", status.error().message);
  return status ? 0 : glass::exit_code(status.error().code);
}
