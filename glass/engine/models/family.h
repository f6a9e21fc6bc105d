// Model families: from the few numbers of a recipe, or the config.json of a released model, to the
// configuration of the decoder. One folder per family; this table finds them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/weight_slice.h"

namespace glass::engine {

// What a recipe says about its model.
struct ModelOptions {
  int64_t layers = 0;
  int64_t d_model = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t d_ff = 0;
  int64_t vocabulary = 0;
  int64_t context = 0;
  double norm_epsilon = 1e-5;
  double rope_theta = 10000.0;
  bool tied_embeddings = true;
  int64_t window = 0;             // 0: what the family's paper has, often none
  int64_t experts = 0;            // in a block; 0 in families without experts
  int64_t experts_per_token = 0;  // likewise
  double expert_balance = 0;      // coefficient of the loss that balances them
};

// kInvalidInput where experts are asked for, which the model of this name has not; and where there
// are none, although it is made of them.
[[nodiscard]] Status expect_dense(const ModelOptions& options, std::string_view name);
[[nodiscard]] Status expect_experts(const ModelOptions& options, std::string_view name);

// kInvalidInput where a window is asked for, which the model of this name has not.
[[nodiscard]] Status expect_no_window(const ModelOptions& options, std::string_view name);

// d_model / heads. kInvalidInput where they do not divide.
[[nodiscard]] Result<int64_t> head_dim_of(const ModelOptions& options);

// kInvalidInput where key heads are shared, which the model of this name cannot.
[[nodiscard]] Status expect_ungrouped(const ModelOptions& options, std::string_view name);

struct ModelFamily {
  std::string_view name;          // "llama", as recipes say
  std::string_view model_type;    // "model_type" of config.json
  std::string_view architecture;  // "architectures" of config.json
  // Valid configurations, or kInvalidInput naming the option or key.
  Result<DecoderConfig> (*from_options)(const ModelOptions&);
  Result<DecoderConfig> (*from_hugging_face)(const Json& config);
  // REQUIRES: the configuration is one that the family can express (made by one of the above).
  Json (*to_hugging_face)(const DecoderConfig&);
  // Where its released weights lie. REQUIRES: as above.
  std::vector<WeightSlice> (*weights)(const DecoderConfig&);
  // What GGUF calls all that; nothing where it cannot tell such models apart.
  std::optional<GgufNames> gguf = std::nullopt;
};

std::span<const ModelFamily> model_families();

// kInvalidInput lists the families there are.
[[nodiscard]] Result<const ModelFamily*> model_family(std::string_view name);

// The family of a config.json, by its model_type.
[[nodiscard]] Result<const ModelFamily*> hugging_face_family(const Json& config);

}  // namespace glass::engine
