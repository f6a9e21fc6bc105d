// How fast a model writes: prompts and decoding, timed on request, so that a peer can take turns.
//
//   glass_generate_bench [--preset tiny|small|gpt2-124M] [--weights f32|f16|q8_0] [--threads 2]
//                        [--kernels NAME] [--operations]
//
// Reads lines "prompt N" and "decode N" and answers each with seconds: a prompt of N tokens and the
// first token after it, or N tokens after a prompt of one, each the most likely one. The model has
// the architecture of Llama and random weights. --operations tells, instead, where the time of a
// prompt of 512 and of 128 tokens goes.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/generate/generator.h"
#include "glass/engine/generate/pass.h"
#include "glass/engine/generate/weights.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/system/thread_pool.h"

namespace glass::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kContext = 1024;
constexpr int64_t kPrompt = 512, kDecoded = 128;

struct Options {
  std::string preset = "tiny";
  std::string weights = "f32";
  std::string kernels;
  int threads = 2;
  bool operations = false;
};

struct Preset {
  int64_t layers, heads, d_model, vocabulary;
};

const std::map<std::string, Preset> kPresets = {
    {"tiny", {4, 4, 256, 4096}},
    {"small", {6, 6, 384, 8192}},
    {"gpt2-124M", {12, 12, 768, 50257}},
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

Result<engine::DecoderConfig> config_of(const Options& options) {
  const Preset& preset = kPresets.at(options.preset);
  GLASS_TRY(const engine::ModelFamily* const family, engine::model_family("llama"));
  return family->from_options({.layers = preset.layers,
                               .d_model = preset.d_model,
                               .heads = preset.heads,
                               .kv_heads = preset.heads,
                               .d_ff = (8 * preset.d_model / 3 + 63) / 64 * 64,
                               .vocabulary = preset.vocabulary,
                               .context = kContext});
}

// Noise of the size of trained weights.
Result<std::map<std::string, std::vector<float>>> random_parameters(
    const engine::DecoderConfig& config) {
  GLASS_TRY(const auto specs, engine::parameters(config));
  std::map<std::string, std::vector<float>> values;
  uint32_t state = 1;
  for (const engine::ParameterSpec& spec : specs) {
    std::vector<float>& of_one = values[spec.name];
    of_one.resize(static_cast<size_t>(engine::element_count(spec.shape).value()));
    for (float& value : of_one) {
      state = state * 1664525 + 1013904223;
      value = (static_cast<float>(state >> 8) * 0x1p-24F - 0.5F) * 0.07F;
    }
  }
  return values;
}

std::vector<int32_t> some_tokens(int64_t count, int64_t vocabulary) {
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < count; ++i) tokens.push_back(static_cast<int32_t>(i * 7 % vocabulary));
  return tokens;
}

Result<double> seconds_for(engine::Generator& generator, const engine::DecoderConfig& config,
                           int64_t prompt_tokens, int64_t new_tokens) {
  const engine::Prompt prompt{.tokens = some_tokens(prompt_tokens, config.vocabulary)};
  const auto begin = Clock::now();
  if (const auto texts = generator.generate(std::span(&prompt, 1), {.temperature = 0}, new_tokens,
                                            -1, [](size_t, int32_t) -> Status { return {}; });
      !texts)
    return tl::unexpected(texts.error());
  return seconds_since(begin);
}

Status answer_requests(engine::Generator& generator, const engine::DecoderConfig& config) {
  char line[64];
  while (std::fgets(line, sizeof(line), stdin) != nullptr) {
    const bool prompt = std::strncmp(line, "prompt ", 7) == 0;
    const int64_t count = std::atoll(line + 7);
    GLASS_TRY(const double seconds,
              seconds_for(generator, config, prompt ? count : 1, prompt ? 1 : count));
    fmt::print("{:.9f}\n", seconds);
    std::fflush(stdout);
  }
  return {};
}

// Runs passes of `width` tokens and prints each operation's share of the time.
Status print_operations(const engine::DecoderConfig& config, const engine::DecoderWeights& weights,
                        int64_t width, int64_t passes, const engine::Kernels& kernels,
                        Parallel& parallel) {
  engine::KeyValueCache cache(config, 1, kContext);
  const engine::InferenceShape shape{
      .sequences = 1, .positions = width, .capacity = kContext, .rows_with_logits = 1};
  GLASS_TRY(const auto pass,
            engine::Pass::create(config, shape, weights, cache, kernels, parallel));
  const std::vector<int32_t> tokens = some_tokens(width, config.vocabulary);
  std::map<std::string, double> seconds;
  double total = 0;
  for (int round = 0; round < 4; ++round) {
    for (int64_t i = 0; i < passes; ++i) {
      auto last = Clock::now();
      const auto begin = last;
      pass->executor().after_each_node([&](size_t node) {
        const auto now = Clock::now();
        const auto& kind = pass->executor().plan().graph.nodes()[node].op;
        if (round > 0) seconds[kind] += std::chrono::duration<double>(now - last).count();
        last = now;
      });
      const engine::Piece piece{.tokens = tokens, .length = i * width};
      GLASS_TRY_STATUS(pass->run(std::span(&piece, 1)));
      if (round > 0) total += seconds_since(begin);
    }
  }
  fmt::print("{} passes of {}: {:.1f} tokens/s\n", passes, width,
             3 * static_cast<double>(passes * width) / total);
  std::vector<std::pair<double, std::string>> rows;
  for (const auto& [kind, spent] : seconds) rows.emplace_back(spent, kind);
  std::sort(rows.rbegin(), rows.rend());
  for (const auto& [spent, kind] : rows)
    fmt::print("  {:5.1f} %  {:8.1f} us  {}\n", 100 * spent / total,
               spent / (3.0 * static_cast<double>(passes)) * 1e6, kind);
  return {};
}

Status run(const Options& options) {
  const engine::Kernels* const kernels = engine::find_kernels(options.kernels);
  if (kernels == nullptr)
    return fail(ErrorCode::kInvalidInput, fmt::format("no kernels '{}' here", options.kernels));
  system::ThreadPool pool(options.threads);
  GLASS_TRY(const engine::DecoderConfig config, config_of(options));
  GLASS_TRY(const auto values, random_parameters(config));
  const engine::ParameterLookup parameters = [&](const std::string& name) {
    return std::span<const float>(values.at(name));
  };
  const engine::WeightFormat format = engine::weight_format(options.weights).value();
  if (options.operations) {
    GLASS_TRY(const auto weights,
              engine::DecoderWeights::create(config, parameters, format, *kernels, pool));
    GLASS_TRY_STATUS(print_operations(config, weights, kPrompt, 1, *kernels, pool));
    return print_operations(config, weights, 1, kDecoded, *kernels, pool);
  }
  GLASS_TRY(const auto generator,
            engine::Generator::create(config, parameters, {.weights = format}, *kernels, pool));
  return answer_requests(*generator, config);
}

}  // namespace
}  // namespace glass::bench

int main(int argc, char** argv) {
  glass::bench::Options options;
  CLI::App app("How fast a model writes");
  app.add_option("--preset", options.preset)
      ->check(CLI::IsMember(std::vector<std::string>{"tiny", "small", "gpt2-124M"}));
  app.add_option("--weights", options.weights)
      ->check(CLI::IsMember(std::vector<std::string>{"f32", "f16", "q8_0"}));
  app.add_option("--kernels", options.kernels, "a name; the fastest by default");
  app.add_option("--threads", options.threads)->check(CLI::Range(1, 1024));
  app.add_flag("--operations", options.operations);
  CLI11_PARSE(app, argc, argv);
  const glass::Status status = glass::bench::run(options);
  if (!status) fmt::print(stderr, "{}\n", status.error().message);
  return status ? 0 : glass::exit_code(status.error().code);
}
