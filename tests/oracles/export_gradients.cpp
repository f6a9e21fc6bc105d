// export_gradients CASE FILE: one training step of a small model, written as safetensors for
// torch_gradients.py: inputs and parameters as bound, `loss`, and every `W.gradient`; the
// configuration as metadata.
#include <cstdint>
#include <iostream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/system/files.h"
#include "tests/engine/graph_run.h"

namespace glass::engine::testing {
namespace {

struct Case {
  DecoderConfig config;
  BatchShape shape;
  std::vector<int64_t> documents;
};

DecoderConfig with_long_rows(DecoderConfig config) {
  config.d_model = 72;
  config.d_ff = 290;
  config.vocabulary = 530;
  config.context = 300;
  return config;
}

DecoderConfig untied_erf(DecoderConfig config) {
  config.mlp = nn::MlpKind::kGeluErf;
  config.tied_embeddings = false;
  return config;
}

// Pythia
DecoderConfig parallel(DecoderConfig config) {
  config.parallel = true;
  config.positions = DecoderConfig::Positions::kRope;
  config.head_dim = 8;
  config.rotary_dim = 2;
  config.tied_embeddings = false;
  config.mlp = nn::MlpKind::kGeluErf;
  return config;
}

// Llama 3.1; with these numbers the three frequencies are of the three kinds.
DecoderConfig scaled(DecoderConfig config) {
  config.rope_theta = 100;
  config.rope_scaling = {.kind = RopeScaling::Kind::kLlama3,
                         .factor = 8,
                         .low_frequency = 0.2,
                         .high_frequency = 1,
                         .context = 16};
  return config;
}

// Mistral
DecoderConfig windowed(DecoderConfig config) {
  config.window = 40;
  return config;
}

// Qwen 2 has biases, Qwen 3 norms of heads; no model has both.
DecoderConfig normed_heads(DecoderConfig config) {
  config.qkv_bias = true;
  config.qk_norm = nn::QkNorm::kHeads;
  return config;
}

// OLMo 2
DecoderConfig normed_after(DecoderConfig config) {
  config.qk_norm = nn::QkNorm::kWhole;
  config.norm_place = DecoderConfig::NormPlace::kAfter;
  return config;
}

// Gemma 2
DecoderConfig capped(DecoderConfig config) {
  config.n_layers = 3;
  config.norm_plus_one = true;
  config.norm_place = DecoderConfig::NormPlace::kBoth;
  config.score_width = 9;
  config.attention_softcap = 2;
  config.logit_softcap = 3;
  config.window = 5;
  config.window_period = 2;
  config.mlp = nn::MlpKind::kGeglu;
  config.scaled_embeddings = true;
  return config;
}

// Gemma 3
DecoderConfig near_and_far(DecoderConfig config) {
  config = capped(config);
  config.attention_softcap = config.logit_softcap = 0;
  config.qk_norm = nn::QkNorm::kHeads;
  config.window_period = 3;
  config.window_rope_theta = 20;
  config.rope_scaling = {.kind = RopeScaling::Kind::kLinear, .factor = 8};
  return config;
}

// OLMoE
DecoderConfig experts(DecoderConfig config) {
  config.qk_norm = nn::QkNorm::kWhole;
  config.n_experts = 7;
  config.experts_per_token = 3;
  config.expert_balance = 0.1;
  return config;
}

// Mixtral
DecoderConfig normalized_experts(DecoderConfig config) {
  config.n_experts = 4;
  config.experts_per_token = 2;
  config.normalize_experts = true;
  config.expert_balance = 0.02;
  return config;
}

std::map<std::string, Case, std::less<>> cases() {
  return {{"llama", {tiny_llama(), {2, 16}, {5, 3}}},
          {"llama-long", {with_long_rows(tiny_llama()), {2, 300}, {100, 170}}},
          {"llama-scaled", {scaled(tiny_llama()), {2, 16}, {7}}},
          {"llama-window-long", {windowed(with_long_rows(tiny_llama())), {2, 300}, {100, 170}}},
          {"llama-normed-heads", {normed_heads(tiny_llama()), {2, 16}, {5, 3}}},
          {"llama-normed-heads-long", {normed_heads(with_long_rows(tiny_llama())), {2, 300}, {9}}},
          {"llama-normed-after", {normed_after(tiny_llama()), {2, 16}, {5, 3}}},
          {"llama-capped", {capped(tiny_llama()), {2, 16}, {7}}},
          {"llama-capped-long", {capped(with_long_rows(tiny_llama())), {2, 300}, {100, 170}}},
          {"llama-near-and-far", {near_and_far(tiny_llama()), {2, 16}, {7}}},
          {"experts", {experts(tiny_llama()), {2, 16}, {7}}},
          {"experts-normalized", {normalized_experts(tiny_llama()), {2, 16}, {7}}},
          {"experts-normalized-long",
           {normalized_experts(with_long_rows(tiny_llama())), {2, 300}, {100, 170}}},
          {"gpt2-parallel", {parallel(tiny_gpt2()), {2, 16}, {5, 3}}},
          {"gpt2", {tiny_gpt2(), {2, 16}, {7}}},
          {"gpt2-untied-erf", {untied_erf(tiny_gpt2()), {1, 16}, {}}},
          {"gpt2-long", {with_long_rows(tiny_gpt2()), {2, 300}, {290}}}};
}

template <typename T>
TensorToWrite tensor_of(const Value& value, const std::vector<T>& values) {
  return {.name = value.name,
          .dtype = value.dtype,
          .shape = value.shape,
          .bytes = as_bytes(std::span<const T>(values))};
}

Status write(const Case& which, const std::string& path) {
  GLASS_TRY(Graph graph, build_training_graph(which.config, which.shape));
  GraphRun run(std::move(graph), {.kernels = available_kernels().front()});
  fill_parameters(run, 1);
  for (const Value* value : run.graph().values_of(ValueKind::kParameter)) {
    if (value->shape.size() < 2 || which.config.d_model < 50) continue;
    for (float& weight : run.floats(value->name)) weight *= 0.3F;  // wide rows: keep sums tame
  }
  fill_batch(run, which.config, which.shape, which.documents, 2);
  run.run();

  std::vector<TensorToWrite> tensors;
  const std::vector<float> loss = run.value("loss");
  for (const Value& value : run.graph().values()) {
    if (value.kind == ValueKind::kInput)
      tensors.push_back(tensor_of(value, run.integers(value.name)));
    if (value.kind == ValueKind::kParameter || value.kind == ValueKind::kGradient)
      tensors.push_back(tensor_of(value, run.floats(value.name)));
    if (value.name == "loss") tensors.push_back(tensor_of(value, loss));
  }
  GLASS_TRY(const auto file, system::posix_files().create(path));
  GLASS_TRY_STATUS(write_safetensors(*file, std::move(tensors),
                                     {{"config", to_canonical(to_json(which.config))}}));
  return file->close();
}

}  // namespace

int export_gradients(std::string_view name, const std::string& path) {
  const auto all = cases();
  const auto found = all.find(name);
  if (found == all.end()) {
    for (const auto& [known, which] : all) std::cout << known << '\n';
    return 0;
  }
  if (const Status status = write(found->second, path); !status) {
    std::cerr << status.error().message << '\n';
    return 1;
  }
  return 0;
}

}  // namespace glass::engine::testing

// With one argument it lists the cases.
int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 2;
  return glass::engine::testing::export_gradients(argc == 3 ? argv[1] : "", argv[argc - 1]);
}
