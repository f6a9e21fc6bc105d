#include "glass/engine/generate/generator.h"

#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/engine/generate/pass.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/engine/plan/executor.h"
#include "glass/engine/plan/plan.h"
#include "glass/system/thread_pool.h"

namespace glass::engine {
namespace {

struct Model {
  DecoderConfig config;
  std::map<std::string, std::vector<float>> values;

  [[nodiscard]] ParameterLookup lookup() const {
    return [this](const std::string& name) { return std::span<const float>(values.at(name)); };
  }
};

// Weights large enough that the logits differ clearly; the context spans several key segments.
Model some_model(std::string_view family) {
  Model model;
  const bool sparse = family == "mixtral" || family == "olmoe";
  model.config = (*model_family(family))
                     ->from_options({.layers = 2,
                                     .d_model = 32,
                                     .heads = 4,
                                     .kv_heads = family == "gpt2" || family == "neox" ? 4 : 2,
                                     .d_ff = 48,
                                     .vocabulary = 60,
                                     .context = 600,
                                     .window = family.starts_with("gemma") ? 290 : 0,
                                     .experts = sparse ? 5 : 0,
                                     .experts_per_token = sparse ? 2 : 0})
                     .value();
  uint64_t stream = 0;
  const std::vector<ParameterSpec> specs = parameters(model.config).value();
  for (const ParameterSpec& spec : specs) {
    std::vector<float>& values = model.values[spec.name];
    values.resize(static_cast<size_t>(element_count(spec.shape).value()));
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = random_unit(1, Purpose::kInitialWeights, stream, i) - 0.5F;
    ++stream;
  }
  return model;
}

std::vector<int32_t> some_tokens(size_t count) {
  std::vector<int32_t> tokens(count);
  for (size_t i = 0; i < count; ++i)
    tokens[i] = static_cast<int32_t>(random_below(2, Purpose::kSampling, 0, i, 60));
  return tokens;
}

std::vector<uint32_t> bits(std::span<const float> values) {
  std::vector<uint32_t> out;
  for (const float value : values) out.push_back(std::bit_cast<uint32_t>(value));
  return out;
}

// The logits as training computes them: the stream after the last norm, times the head, capped.
std::vector<float> training_logits(const Model& model, std::span<const int32_t> tokens,
                                   const Kernels& kernels, Parallel& parallel) {
  const auto rows = std::ssize(tokens);
  auto graph = build_loss_graph(model.config, {.sequences = 1, .positions = rows});
  auto plan =
      make_plan(std::move(*graph), kernels, {.keep = {"norm"}, .workers = parallel.workers()});
  auto executor = Executor::create(std::move(*plan), kernels, parallel);
  for (const auto& [name, values] : model.values)
    EXPECT_TRUE(executor->bind(name, std::span<const float>(values)));
  std::vector<int32_t> positions(tokens.size()), first_key(tokens.size()), targets(tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) positions[i] = static_cast<int32_t>(i);
  EXPECT_TRUE(executor->bind("tokens", tokens));
  EXPECT_TRUE(executor->bind("positions", std::span<const int32_t>(positions)));
  EXPECT_TRUE(executor->bind("first_key", std::span<const int32_t>(first_key)));
  EXPECT_TRUE(executor->bind("targets", std::span<const int32_t>(targets)));
  EXPECT_TRUE(executor->run());
  const std::span<const float> stream = executor->read("norm").value();
  std::vector<float> logits(tokens.size() * static_cast<size_t>(model.config.vocabulary));
  const auto head = model.values.find("head.weight");
  const GemmArgs product{
      .form = GemmArgs::Form::kNT,
      .m = rows,
      .n = model.config.vocabulary,
      .k = model.config.d_model,
      .a = stream.data(),
      .a_stride = model.config.d_model,
      .b = (head != model.values.end() ? head->second : model.values.at("embed.weight")).data(),
      .b_stride = model.config.d_model,
      .c = logits.data(),
      .c_stride = model.config.vocabulary};
  std::vector<std::byte> scratch(kernels.gemm_scratch(product, parallel.workers()) + 64);
  const auto address = reinterpret_cast<uintptr_t>(scratch.data());
  kernels.gemm(product, Scratch(scratch).subspan((64 - address % 64) % 64), parallel);
  if (model.config.logit_softcap != 0)
    kernels.softcap({.x = logits.data(),
                     .y = logits.data(),
                     .count = std::ssize(logits),
                     .cap = static_cast<float>(model.config.logit_softcap)},
                    parallel);
  return logits;
}

class GeneratorOf : public testing::TestWithParam<const char*> {};

TEST_P(GeneratorOf, LogitsHaveTheBitsOfTrainingHoweverThePromptIsCut) {
  const Model model = some_model(GetParam());
  const std::vector<int32_t> tokens = some_tokens(530);  // three key segments
  system::ThreadPool pool(2);
  for (const Kernels* kernels : available_kernels()) {
    const auto expected = bits(training_logits(model, tokens, *kernels, pool));
    // The reference is slow, and one cut shows what the fast twins show at every cut.
    const bool fastest = kernels == available_kernels().front();
    for (const int64_t piece :
         fastest ? std::vector<int64_t>{1, 7, 64, 530} : std::vector<int64_t>{106}) {
      const auto logits =
          sequence_logits(model.config, model.lookup(), tokens, piece, *kernels, pool);
      ASSERT_TRUE(logits) << logits.error().message;
      EXPECT_EQ(bits(*logits), expected) << kernels->name() << ", pieces of " << piece;
    }
  }
}

// What is stored is a float, so generating is what training would compute over those floats.
TEST_P(GeneratorOf, StoredWeightsGiveTheBitsOfTrainingOverRoundedOnes) {
  const Model model = some_model(GetParam());
  const std::vector<ParameterSpec> specs = parameters(model.config).value();
  const std::vector<int32_t> tokens = some_tokens(70);
  system::ThreadPool pool(2);
  for (const WeightFormat format : {WeightFormat::kF16, WeightFormat::kQ8_0}) {
    Model rounded = model;
    for (const ParameterSpec& spec : specs) {
      if (spec.shape.size() != 2 || spec.name == "position.weight") continue;
      std::vector<float>& values = rounded.values[spec.name];
      const auto width = static_cast<size_t>(spec.shape[1]);
      for (size_t row = 0; row < values.size(); row += width)
        round_row(format, std::span(values).subspan(row, width), values.data() + row);
    }
    const auto expected =
        bits(training_logits(rounded, tokens, *available_kernels().front(), pool));
    EXPECT_NE(expected, bits(training_logits(model, tokens, *available_kernels().front(), pool)));
    for (const Kernels* kernels : available_kernels()) {
      for (const int64_t piece : {1, 3, 70}) {
        const auto logits =
            sequence_logits(model.config, model.lookup(), tokens, piece, *kernels, pool, format);
        ASSERT_TRUE(logits) << logits.error().message;
        EXPECT_EQ(bits(*logits), expected) << kernels->name() << " " << name(format) << piece;
      }
    }
  }
}

TEST_P(GeneratorOf, TextDoesNotDependOnCompanyOrThreads) {
  const Model model = some_model(GetParam());
  std::vector<Prompt> prompts;
  for (const size_t length : {1U, 70U, 300U, 5U, 128U}) prompts.push_back({some_tokens(length), 4});
  const auto write = [&](std::span<const Prompt> chosen, int64_t at_once, int threads) {
    system::ThreadPool pool(threads);
    const auto generator = Generator::create(model.config, model.lookup(), {.sequences = at_once},
                                             *available_kernels().front(), pool);
    EXPECT_TRUE(generator) << generator.error().message;
    auto texts = (*generator)
                     ->generate(chosen, {.temperature = 1.5, .top_p = 0.9, .seed = 11}, 40, 59,
                                [](size_t, int32_t) -> Status { return {}; });
    EXPECT_TRUE(texts) << texts.error().message;
    return *texts;
  };
  const auto together = write(prompts, 3, 2);
  ASSERT_EQ(together.size(), prompts.size());
  for (size_t i = 0; i < prompts.size(); ++i)
    EXPECT_EQ(write(std::span(prompts).subspan(i, 1), 1, 1).front(), together[i]) << i;
  EXPECT_NE(together[0], together[1]);
}

INSTANTIATE_TEST_SUITE_P(Families, GeneratorOf,
                         testing::Values("gemma2", "gemma3", "gpt2", "llama", "mixtral", "neox",
                                         "olmo2", "olmoe", "qwen3"));

TEST(Generator, EndsAtTheEndTokenAndAtTheLastPosition) {
  const Model model = some_model("llama");
  SerialParallel serial;
  const auto generator = Generator::create(model.config, model.lookup(), {.capacity = 12},
                                           *available_kernels().front(), serial);
  ASSERT_TRUE(generator);
  const Prompt prompt{some_tokens(8)};
  const auto write = [&](int32_t end) {
    return (*generator)
        ->generate(std::span(&prompt, 1), {.temperature = 0}, 100, end,
                   [](size_t, int32_t) -> Status { return {}; })
        .value()
        .front();
  };
  const std::vector<int32_t> whole = write(-1);
  EXPECT_EQ(whole.size(), 4U);
  EXPECT_TRUE(write(whole.front()).empty());
}

TEST(Generator, AWeightThatTheFormatCannotHoldIsNamed) {
  Model model = some_model("llama");
  model.values["blocks.0.mlp.down.weight"][7] = 7e4F;
  SerialParallel serial;
  const auto create = [&](WeightFormat format) {
    return Generator::create(model.config, model.lookup(), {.weights = format},
                             *available_kernels().front(), serial);
  };
  EXPECT_TRUE(create(WeightFormat::kQ8_0));
  const auto generator = create(WeightFormat::kF16);
  ASSERT_FALSE(generator);
  EXPECT_EQ(
      generator.error().message,
      "parameter 'blocks.0.mlp.down.weight' holds a number that f16 cannot store; choose f32");
  model.values["norm.weight"].pop_back();
  EXPECT_EQ(create(WeightFormat::kF32).error().message,
            "parameter 'norm.weight' has shape [32], but 31 elements are given");
}

TEST(Generator, ImpossiblePromptsAreRefusedWithTheReason) {
  const Model model = some_model("llama");
  SerialParallel serial;
  const auto generator = Generator::create(model.config, model.lookup(), {.capacity = 12},
                                           *available_kernels().front(), serial);
  ASSERT_TRUE(generator);
  const auto refusal = [&](std::vector<int32_t> tokens) {
    const Prompt prompt{std::move(tokens)};
    return (*generator)
        ->generate(std::span(&prompt, 1), {}, 5, -1, [](size_t, int32_t) -> Status { return {}; })
        .error()
        .message;
  };
  EXPECT_EQ(refusal({}), "a prompt has no token");
  EXPECT_EQ(refusal({60}), "a prompt holds token 60; the model has 60");
  EXPECT_EQ(refusal(some_tokens(12)),
            "a prompt of 12 tokens leaves nothing of the 12 positions that the model has; shorten "
            "it");
}

}  // namespace
}  // namespace glass::engine
