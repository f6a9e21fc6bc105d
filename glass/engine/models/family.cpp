#include "glass/engine/models/family.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gemma/gemma.h"
#include "glass/engine/models/gpt2/gpt2.h"
#include "glass/engine/models/llama/llama.h"
#include "glass/engine/models/mistral/mistral.h"
#include "glass/engine/models/mixtral/mixtral.h"
#include "glass/engine/models/neox/neox.h"
#include "glass/engine/models/olmo2/olmo2.h"
#include "glass/engine/models/olmoe/olmoe.h"
#include "glass/engine/models/qwen2/qwen2.h"
#include "glass/engine/models/qwen3/qwen3.h"
#include "glass/engine/models/qwen3_moe/qwen3_moe.h"

namespace glass::engine {
namespace {

std::string known(std::string_view ModelFamily::*field) {
  std::string names;
  for (const ModelFamily& family : model_families())
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", family.*field);
  return names;
}

}  // namespace

Result<int64_t> head_dim_of(const ModelOptions& options) {
  if (options.heads < 1 || options.d_model % options.heads != 0)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("d_model ({}) must be a multiple of the number of heads ({})",
                            options.d_model, options.heads));
  return options.d_model / options.heads;
}

Status expect_no_window(const ModelOptions& options, std::string_view name) {
  if (options.window == 0) return {};
  return fail(ErrorCode::kInvalidInput,
              fmt::format("{} has no sliding window: window ({}) must be 0; the families 'gemma2', "
                          "'gemma3' and 'mistral' have one",
                          name, options.window));
}

Status expect_dense(const ModelOptions& options, std::string_view name) {
  if (options.experts == 0 && options.experts_per_token == 0) return {};
  return fail(ErrorCode::kInvalidInput,
              fmt::format("{} has no experts: experts ({}) and experts_per_token ({}) must be 0; "
                          "the families 'mixtral', 'olmoe' and 'qwen3_moe' have some",
                          name, options.experts, options.experts_per_token));
}

Status expect_experts(const ModelOptions& options, std::string_view name) {
  if (options.experts >= 1 && options.experts_per_token >= 1 &&
      options.experts_per_token <= options.experts)
    return {};
  return fail(ErrorCode::kInvalidInput,
              fmt::format("{} is a mixture of experts: experts ({}) must be at least 1, and "
                          "experts_per_token ({}) between 1 and experts",
                          name, options.experts, options.experts_per_token));
}

Status expect_ungrouped(const ModelOptions& options, std::string_view name) {
  if (options.kv_heads == options.heads) return {};
  return fail(ErrorCode::kInvalidInput,
              fmt::format("{} has as many key heads as query heads: kv_heads ({}) must equal heads "
                          "({}); the family 'llama' can share key heads",
                          name, options.kv_heads, options.heads));
}

std::span<const ModelFamily> model_families() {
  static const std::array families = {gemma2_family(), gemma3_family(),  gpt2_family(),
                                      llama_family(),  mistral_family(), mixtral_family(),
                                      neox_family(),   olmo2_family(),   olmoe_family(),
                                      qwen2_family(),  qwen3_family(),   qwen3_moe_family()};
  return families;
}

Result<const ModelFamily*> model_family(std::string_view name) {
  for (const ModelFamily& family : model_families()) {
    if (family.name == name) return &family;
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("model family '{}' is unknown; there are {}",
                                                    name, known(&ModelFamily::name)));
}

Result<const ModelFamily*> hugging_face_family(const Json& config) {
  GLASS_TRY(const std::string model_type, config.get_string("model_type"));
  for (const ModelFamily& family : model_families()) {
    if (family.model_type == model_type) return &family;
  }
  return fail(ErrorCode::kInvalidInput,
              fmt::format("model_type '{}' is not supported; known are {}", model_type,
                          known(&ModelFamily::model_type)));
}

}  // namespace glass::engine
