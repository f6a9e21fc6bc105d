#include "bench/step_profile.h"

#include <chrono>
#include <cstddef>
#include <set>
#include <string_view>

namespace glass::bench {
namespace {

using engine::Graph;
using engine::Node;
using engine::ValueId;

// Each number of the first input is multiplied with as many as the result has columns.
const std::set<std::string_view> kProducts = {
    "linear",         "linear_input_gradient",  "linear_weight_gradient",
    "grouped_linear", "grouped_input_gradient", "grouped_weight_gradient"};

double elements(const Graph& graph, ValueId id) {
  return static_cast<double>(graph.value(id).element_count());
}

double rows_of(const Graph& graph, ValueId id) {
  return static_cast<double>(graph.value(id).shape[0]);
}

double columns_of(const Graph& graph, ValueId id) {
  return static_cast<double>(graph.value(id).shape.back());
}

}  // namespace

double flops_of(const Graph& graph, const Node& node) {
  const std::string_view op = node.op;
  if (kProducts.contains(op))
    return 2 * elements(graph, node.inputs[0]) * columns_of(graph, node.outputs[0]);
  if (op.find("linear_cross_entropy") != std::string_view::npos) {
    const auto products = static_cast<double>(node.outputs.size());  // logits, dx, dweight
    return products * 2 * elements(graph, node.inputs[0]) * rows_of(graph, node.inputs[1]);
  }
  return 0;
}

double bytes_of(const Graph& graph, const Node& node) {
  std::set<ValueId> values(node.inputs.begin(), node.inputs.end());
  values.insert(node.outputs.begin(), node.outputs.end());
  values.erase(ValueId::kNone);
  double bytes = 0;
  for (const ValueId id : values) bytes += static_cast<double>(graph.value(id).size_bytes());
  return bytes;
}

StepProfile::StepProfile(engine::Executor& executor) : executor_(executor) {
  const Graph& graph = executor.plan().graph;
  for (const Node& node : graph.nodes())
    of_node_.push_back({.flops = flops_of(graph, node), .bytes = bytes_of(graph, node)});
  executor.after_each_node([this](size_t node) {
    const auto now = std::chrono::steady_clock::now();
    if (node == 0) last_ = {};  // what lies before a micro-batch is nobody's
    if (last_ != std::chrono::steady_clock::time_point()) {
      OperationCost& cost = costs_[executor_.plan().graph.nodes()[node].op];
      cost.seconds += std::chrono::duration<double>(now - last_).count();
      cost.flops += of_node_[node].flops;
      cost.bytes += of_node_[node].bytes;
    }
    last_ = now;
  });
}

StepProfile::~StepProfile() {
  executor_.after_each_node(nullptr);
}

}  // namespace glass::bench
