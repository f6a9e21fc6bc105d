#include "glass/engine/graph/bf16_storage.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/builder.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/graph/ops/storage.h"
#include "glass/engine/graph/registry.h"

namespace glass::engine {
namespace {

constexpr size_t kMatrixDimensions = 2;  // at least

class Bf16Storage {
 public:
  explicit Bf16Storage(const Graph& from)
      : from_(from),
        to_(from.name()),
        saved_(from.values().size()),
        in_stream_(from.values().size()),
        maker_(from.values().size(), nullptr),
        now_(from.values().size(), ValueId::kNone) {
    for (const Node& node : from.nodes()) look_at(node);
  }

  // Values and nodes are made anew in the order in which they were made.
  [[nodiscard]] Result<Graph> run() {
    for (const Value& value : from_.values()) {
      const Node* maker = maker_[index(value.id)];
      if (maker == nullptr)
        now_[index(value.id)] = value.kind == ValueKind::kInput
                                    ? to_.input(value.name, value.dtype, value.shape)
                                    : to_.parameter(value.name, value.shape);
      else if (maker->outputs.front() == value.id)
        copy(*maker);
    }
    return to_.build();
  }

 private:
  void look_at(const Node& node) {
    const OpSpec& spec = *find_op(node.op);
    for (const ValueId output : node.outputs) maker_[index(output)] = &node;
    for (const size_t i : spec.saved_inputs) saved_[index(node.inputs[i])] = true;
    for (const size_t i : spec.saved_outputs) saved_[index(node.outputs[i])] = true;
    const bool continues = std::ranges::any_of(spec.stream_inputs, [&](size_t i) {
      return node.has_input(i) && in_stream_[index(node.inputs[i])];
    });
    if (continues || spec.begins_stream) in_stream_[index(node.outputs.front())] = true;
  }

  [[nodiscard]] bool reads_matrix(const Node& node) const {
    return std::ranges::any_of(find_op(node.op)->matrix_inputs, [&](size_t i) {
      if (!node.has_input(i)) return false;
      const Value& value = from_.value(node.inputs[i]);
      return value.kind == ValueKind::kParameter && value.shape.size() >= kMatrixDimensions;
    });
  }

  [[nodiscard]] bool is_stored(const Value& value) const {
    return value.kind == ValueKind::kActivation && value.dtype == DType::kF32 &&
           saved_[index(value.id)] && !in_stream_[index(value.id)];
  }

  void copy(const Node& node) {
    std::vector<ValueId> inputs;
    for (const ValueId input : node.inputs)
      inputs.push_back(input == ValueId::kNone ? input : now_[index(input)]);
    Attributes attributes = node.attributes;
    if (reads_matrix(node)) take_matrices_as_bf16(attributes);
    to_.set_block(node.block);
    const std::vector<ValueId> made =
        to_.add_node(node.op, node.name, std::move(inputs), std::move(attributes));
    for (size_t i = 0; i < made.size(); ++i) {
      const Value& value = from_.value(node.outputs[i]);
      now_[index(value.id)] = is_stored(value)
                                  ? to_.add_node_1("store_bf16", value.name + ".rounded", {made[i]})
                                  : made[i];
      if (value.kind == ValueKind::kOutput) to_.mark_output(made[i]);
    }
  }

  const Graph& from_;
  GraphBuilder to_;
  std::vector<bool> saved_, in_stream_;  // by value
  std::vector<const Node*> maker_;       // null: it comes from outside
  std::vector<ValueId> now_;             // what stands for the value from here on
};

}  // namespace

Result<Graph> store_in_bf16(const Graph& graph) {
  return Bf16Storage(graph).run();
}

}  // namespace glass::engine
