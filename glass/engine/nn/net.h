// Net: a graph under construction together with the parameters its layers have asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/graph/builder.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine::nn {

// How a parameter begins.
struct Init {
  enum class Kind { kNormal, kOnes, kZeros };
  Kind kind = Kind::kNormal;
  double std = 0;  // kNormal: mean 0 and this standard deviation

  static Init normal(double std) { return {.kind = Kind::kNormal, .std = std}; }

  static Init ones() { return {.kind = Kind::kOnes}; }

  static Init zeros() { return {.kind = Kind::kZeros}; }

  friend bool operator==(const Init&, const Init&) = default;
};

struct ParameterSpec {
  std::string name;
  Shape shape;
  Init init;
  bool decay = false;   // weight decay applies: matrices yes, norms and biases no
  bool trained = true;  // false: it stays what it was, and has no gradient

  friend bool operator==(const ParameterSpec&, const ParameterSpec&) = default;
};

// LoRA (Hu et al. 2021, arXiv:2106.09685): to the product of a layer with its weight W, which stays
// as it is, (alpha / rank) B A x is added, and A and B are trained. A begins normal with the
// standard deviation 1 / sqrt(its inputs), B with zeros.
struct Adapters {
  int64_t rank = 0;  // 0: there are none, and everything is trained
  double alpha = 0;
  // The layers that have one: the fused q, k, v; attention's output; gate and up, or up; down.
  bool qkv = false, out = false, up = false, down = false;

  friend bool operator==(const Adapters&, const Adapters&) = default;
};

class Net {
 public:
  explicit Net(std::string name, const Adapters& adapters = {})
      : graph_(std::move(name)), adapters_(adapters) {}

  [[nodiscard]] const Adapters& adapters() const { return adapters_; }

  [[nodiscard]] GraphBuilder& graph() { return graph_; }

  [[nodiscard]] GraphBuilder::Scope scope(std::string_view prefix,
                                          std::optional<int> block = std::nullopt) {
    return graph_.scope(prefix, block);
  }

  // Matrices decay, vectors do not. Where there are adapters it is not trained.
  ValueId parameter(std::string_view name, Shape shape, Init init);
  ValueId adapter_parameter(std::string_view name, Shape shape, Init init);

  // In the order in which they were asked for.
  [[nodiscard]] const std::vector<ParameterSpec>& parameters() const { return parameters_; }

  // The number of columns of a value; 0 once an error is waiting in the graph.
  [[nodiscard]] int64_t width(ValueId id) const;

 private:
  ValueId add_parameter(std::string_view name, Shape shape, Init init, bool trained);

  GraphBuilder graph_;
  Adapters adapters_;
  std::vector<ParameterSpec> parameters_;
};

}  // namespace glass::engine::nn
