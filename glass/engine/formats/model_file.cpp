#include "glass/engine/formats/model_file.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {
namespace {

// No product of two or three sizes leaves int64, and no count of layers exhausts memory.
constexpr int64_t kMaxSize = int64_t{1} << 24;
constexpr int64_t kMaxLayers = 4096;

Status check_positive(const ModelSizes& sizes) {
  struct Named {
    std::string_view name;
    int64_t value;
  };

  const std::array all = {
      Named{"layers", sizes.layers},         Named{"d_model", sizes.channels},
      Named{"heads", sizes.heads},           Named{"key-value heads", sizes.kv_heads},
      Named{"head_dim", sizes.head_dim},     Named{"d_ff", sizes.hidden},
      Named{"vocabulary", sizes.vocabulary}, Named{"positions", sizes.positions}};
  for (const Named& size : all) {
    if (size.value < 1 || size.value > kMaxSize)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("the model's {} of {} is not between 1 and {}", size.name, size.value,
                              kMaxSize));
  }
  if (sizes.layers > kMaxLayers)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the model's {} layers are more than {}", sizes.layers, kMaxLayers));
  return {};
}

class ShapeList {
 public:
  explicit ShapeList(bool with_bias) : with_bias_(with_bias) {}

  void add(std::string name, Shape shape) { shapes_.emplace(std::move(name), std::move(shape)); }

  // A weight of the layer `name` and, in families that have them, its bias.
  void add_layer(const std::string& name, Shape weight) {
    if (with_bias_) add(name + ".bias", {weight[0]});
    add(name + ".weight", std::move(weight));
  }

  [[nodiscard]] std::map<std::string, Shape> take() { return std::move(shapes_); }

 private:
  bool with_bias_;
  std::map<std::string, Shape> shapes_;
};

}  // namespace

Status check(const ModelSizes& sizes) {
  if (sizes.family != "llama" && sizes.family != "gpt2")
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("model family '{}' is not known; known are llama and gpt2", sizes.family));
  GLASS_TRY_STATUS(check_positive(sizes));
  if (sizes.head_dim % 2 != 0)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the model's head_dim of {} is odd", sizes.head_dim));
  if (sizes.heads % sizes.kv_heads != 0)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the model's {} heads are not a multiple of its {} key-value heads",
                            sizes.heads, sizes.kv_heads));
  if (sizes.family != "gpt2") return {};
  if (sizes.heads != sizes.kv_heads || sizes.heads * sizes.head_dim != sizes.channels ||
      !sizes.tied)
    return fail(ErrorCode::kInvalidInput,
                "a gpt2 model has as many key-value heads as heads, heads x head_dim = d_model, "
                "and its output head is its embedding");
  return {};
}

TensorViews views(const ModelFile& model) {
  TensorViews result;
  for (const auto& [name, tensor] : model.tensors)
    result.emplace(name, TensorView{.shape = tensor.shape, .values = tensor.values});
  return result;
}

std::map<std::string, Shape> fused_shapes(const ModelSizes& sizes) {
  GLASS_CHECK(check(sizes).has_value());
  const bool gpt2 = sizes.family == "gpt2";
  const int64_t c = sizes.channels;
  ShapeList list(gpt2);
  list.add("embed.weight", {sizes.vocabulary, c});
  if (gpt2) list.add("position.weight", {sizes.positions, c});
  if (!sizes.tied) list.add("head.weight", {sizes.vocabulary, c});
  list.add_layer("norm", {c});
  for (int64_t layer = 0; layer < sizes.layers; ++layer) {
    const std::string block = fmt::format("blocks.{}.", layer);
    list.add_layer(block + "norm1", {c});
    list.add_layer(block + "attn.qkv", {(sizes.heads + 2 * sizes.kv_heads) * sizes.head_dim, c});
    list.add_layer(block + "attn.out", {c, sizes.heads * sizes.head_dim});
    list.add_layer(block + "norm2", {c});
    if (gpt2)
      list.add_layer(block + "mlp.up", {sizes.hidden, c});
    else
      list.add_layer(block + "mlp.gate_up", {2 * sizes.hidden, c});
    list.add_layer(block + "mlp.down", {c, sizes.hidden});
  }
  return list.take();
}

}  // namespace glass::engine
