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
  bool decay = false;  // weight decay applies: matrices yes, norms and biases no

  friend bool operator==(const ParameterSpec&, const ParameterSpec&) = default;
};

class Net {
 public:
  explicit Net(std::string name) : graph_(std::move(name)) {}

  [[nodiscard]] GraphBuilder& graph() { return graph_; }

  [[nodiscard]] GraphBuilder::Scope scope(std::string_view prefix,
                                          std::optional<int> block = std::nullopt) {
    return graph_.scope(prefix, block);
  }

  // Matrices decay, vectors do not.
  ValueId parameter(std::string_view name, Shape shape, Init init);

  // In the order in which they were asked for.
  [[nodiscard]] const std::vector<ParameterSpec>& parameters() const { return parameters_; }

  // The number of columns of a value; 0 once an error is waiting in the graph.
  [[nodiscard]] int64_t width(ValueId id) const;

 private:
  GraphBuilder graph_;
  std::vector<ParameterSpec> parameters_;
};

}  // namespace glass::engine::nn
