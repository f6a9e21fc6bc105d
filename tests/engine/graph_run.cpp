#include "tests/engine/graph_run.h"

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/philox.h"

namespace glass::engine::testing {
namespace {

constexpr auto kPurpose = Purpose::kInitialWeights;

// A stream of random numbers for a name (FNV-1a).
uint64_t stream_of(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3U;
  return hash;
}

// Whether it is the factor of a norm; one that counts from 1 is not.
bool is_factor(const Graph& graph, const std::string& parameter) {
  constexpr std::string_view kWeight = ".weight";
  if (parameter.find("norm") == std::string::npos || !parameter.ends_with(kWeight)) return false;
  const std::string norm = parameter.substr(0, parameter.size() - kWeight.size());
  return graph.find(norm + ".gamma") == nullptr;
}

}  // namespace

GraphRun::GraphRun(Graph graph, const RunOptions& options)
    : pool_(std::make_unique<system::ThreadPool>(options.workers)) {
  Plan plan =
      make_plan(std::move(graph), *options.kernels, {options.keep, options.workers}).value();
  executor_ = std::make_unique<Executor>(
      Executor::create(std::move(plan), *options.kernels, *pool_).value());
  for (const Value& value : this->graph().values()) {
    const auto count = static_cast<size_t>(value.element_count());
    if (value.kind == ValueKind::kInput && value.dtype == DType::kI32) {
      auto& memory = integers_[value.name] = std::vector<int32_t>(count);
      GLASS_CHECK(executor_->bind(value.name, std::span<const int32_t>(memory)));
    } else if (value.kind == ValueKind::kInput || value.kind == ValueKind::kParameter ||
               value.kind == ValueKind::kGradient) {
      auto& memory = floats_[value.name] = std::vector<float>(count);
      GLASS_CHECK(executor_->bind_mutable(value.name, memory));
    }
  }
}

std::vector<float>& GraphRun::floats(std::string_view name) {
  return floats_.find(name)->second;
}

std::vector<int32_t>& GraphRun::integers(std::string_view name) {
  return integers_.find(name)->second;
}

void GraphRun::run() {
  GLASS_CHECK(executor_->run());
}

std::vector<float> GraphRun::value(std::string_view name) {
  if (const auto bound = floats_.find(name); bound != floats_.end()) return bound->second;
  const auto read = executor_->read(name).value();
  return {read.begin(), read.end()};
}

std::map<std::string, std::vector<float>> GraphRun::gradients() const {
  std::map<std::string, std::vector<float>> gradients;
  for (const Value* value : executor_->plan().graph.values_of(ValueKind::kGradient))
    gradients[value->name] = floats_.find(value->name)->second;
  return gradients;
}

void fill_parameters(GraphRun& run, uint64_t seed) {
  SerialParallel serial;
  for (const Value* parameter : run.graph().values_of(ValueKind::kParameter)) {
    auto& values = run.floats(parameter->name);
    find_kernels("")->random_normal({.out = values.data(),
                                     .count = std::ssize(values),
                                     .seed = seed,
                                     .purpose = kPurpose,
                                     .stream = stream_of(parameter->name),
                                     .scale = 1},
                                    serial);
    const float middle = is_factor(run.graph(), parameter->name) ? 1.0F : 0.0F;
    for (float& value : values) value = middle + 0.3F * value;
  }
}

void fill_batch(GraphRun& run, const DecoderConfig& config, BatchShape shape,
                const std::vector<int64_t>& document_lengths, uint64_t seed) {
  const auto random_token = [&](uint64_t stream, int64_t row) {
    return static_cast<int32_t>(random_below(seed, kPurpose, stream, static_cast<uint64_t>(row),
                                             static_cast<uint64_t>(config.vocabulary)));
  };
  for (int64_t s = 0; s < shape.sequences; ++s) {
    int64_t document = 0, begin = 0;
    for (int64_t t = 0; t < shape.positions; ++t) {
      const auto lengths = static_cast<int64_t>(document_lengths.size());
      if (document < lengths && t - begin == document_lengths[static_cast<size_t>(document)]) {
        begin = t;
        ++document;
      }
      const int64_t row = s * shape.positions + t;
      const auto at = static_cast<size_t>(row);
      run.integers("tokens")[at] = random_token(1, row);
      run.integers("positions")[at] = static_cast<int32_t>(t - begin);
      run.integers("first_key")[at] = static_cast<int32_t>(begin);
      run.integers("targets")[at] = t + 1 == shape.positions ? -1 : random_token(2, row);
    }
  }
}

DecoderConfig tiny_llama() {
  return {.d_model = 12,
          .n_layers = 2,
          .n_heads = 4,
          .n_kv_heads = 2,
          .head_dim = 6,
          .d_ff = 14,
          .vocabulary = 23,
          .context = 16,
          .rotary_dim = 6};
}

DecoderConfig tiny_gpt2() {
  return {.d_model = 12,
          .n_layers = 2,
          .n_heads = 3,
          .n_kv_heads = 3,
          .head_dim = 4,
          .d_ff = 48,
          .vocabulary = 23,
          .context = 16,
          .norm = nn::NormKind::kLayer,
          .norm_bias = true,
          .positions = DecoderConfig::Positions::kLearned,
          .qkv_bias = true,
          .out_bias = true,
          .mlp = nn::MlpKind::kGeluTanh,
          .mlp_bias = true};
}

std::ostream& operator<<(std::ostream& out, const SmallDecoder& decoder) {
  return out << decoder.name;
}

std::vector<SmallDecoder> small_decoders() {
  DecoderConfig variants = tiny_llama();
  variants.rope_interleaved = true;
  variants.rotary_dim = 4;  // the last two of each head stay
  variants.tied_embeddings = false;
  variants.qkv_bias = variants.out_bias = variants.mlp_bias = true;

  DecoderConfig normed_heads = tiny_llama();
  normed_heads.qk_norm = nn::QkNorm::kHeads;
  normed_heads.qkv_bias = true;
  normed_heads.window = 2;

  DecoderConfig normed_after = tiny_llama();
  normed_after.qk_norm = nn::QkNorm::kWhole;
  normed_after.norm_place = DecoderConfig::NormPlace::kAfter;

  DecoderConfig erf = tiny_gpt2();
  erf.mlp = nn::MlpKind::kGeluErf;
  erf.norm_bias = false;
  erf.tied_embeddings = false;

  DecoderConfig parallel = tiny_gpt2();
  parallel.parallel = true;
  parallel.positions = DecoderConfig::Positions::kRope;
  parallel.head_dim = 8;
  parallel.rotary_dim = 6;
  parallel.rope_theta = 100;
  parallel.rope_scaling = {.kind = RopeScaling::Kind::kLlama3,  // one frequency of each kind
                           .factor = 8,
                           .low_frequency = 0.2,
                           .high_frequency = 1,
                           .context = 16};

  DecoderConfig experts = tiny_llama();  // OLMoE
  experts.qk_norm = nn::QkNorm::kWhole;
  experts.d_ff = 10;
  experts.n_experts = 5;
  experts.experts_per_token = 3;
  experts.expert_balance = 0.1;

  DecoderConfig normalized = experts;  // Mixtral, with what it could have besides
  normalized.experts_per_token = 2;
  normalized.normalize_experts = true;
  normalized.expert_balance = 0;
  normalized.norm_place = DecoderConfig::NormPlace::kAfter;

  DecoderConfig capped = tiny_llama();  // Gemma 2 and 3 in one
  capped.n_layers = 3;
  capped.norm_plus_one = true;
  capped.norm_place = DecoderConfig::NormPlace::kBoth;
  capped.qk_norm = nn::QkNorm::kHeads;
  capped.score_width = 9;
  capped.attention_softcap = 2;
  capped.logit_softcap = 3;
  capped.window = 4;
  capped.window_period = 2;
  capped.window_rope_theta = 20;
  capped.rope_scaling = {.kind = RopeScaling::Kind::kLinear, .factor = 8};
  capped.mlp = nn::MlpKind::kGeglu;
  capped.scaled_embeddings = true;

  DecoderConfig adapted = tiny_gpt2();
  adapted.mlp = nn::MlpKind::kSwiglu;
  adapted.adapters = {.rank = 3, .alpha = 4, .qkv = true, .out = true, .up = true, .down = true};
  return {{"Adapted", adapted},
          {"Llama", tiny_llama()},
          {"LlamaVariants", variants},
          {"NormedHeads", normed_heads},
          {"NormedAfter", normed_after},
          {"Gpt2", tiny_gpt2()},
          {"Gpt2Erf", erf},
          {"ParallelBranches", parallel},
          {"Capped", capped},
          {"Experts", experts},
          {"NormalizedExperts", normalized}};
}

}  // namespace glass::engine::testing
