#include "glass/engine/graph/builder.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/graph/registry.h"
#include "glass/engine/tensor/dtype.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {

GraphBuilder::GraphBuilder(std::string name) {
  graph_.name_ = std::move(name);
}

GraphBuilder::GraphBuilder(Graph graph) : graph_(std::move(graph)) {}

GraphBuilder::Scope::Scope(GraphBuilder& builder, std::string_view prefix, std::optional<int> block)
    : builder_(builder), length_before_(builder.prefix_.size()), block_before_(builder.block_) {
  builder_.prefix_ += std::string(prefix) + ".";
  if (block) builder_.block_ = *block;
}

GraphBuilder::Scope::~Scope() {
  builder_.prefix_.resize(length_before_);
  builder_.block_ = block_before_;
}

GraphBuilder::Scope GraphBuilder::scope(std::string_view prefix, std::optional<int> block) {
  return {*this, prefix, block};
}

ValueId GraphBuilder::input(std::string_view name, DType dtype, Shape shape) {
  return add_value(prefix_ + std::string(name), dtype, std::move(shape), ValueKind::kInput);
}

ValueId GraphBuilder::parameter(std::string_view name, Shape shape) {
  return add_value(prefix_ + std::string(name), DType::kF32, std::move(shape),
                   ValueKind::kParameter);
}

ValueId GraphBuilder::add_value(std::string name, DType dtype, Shape shape, ValueKind kind) {
  if (failed()) return ValueId::kNone;
  if (const auto count = element_count(shape); !count || *count == 0) {
    const std::string why =
        count ? fmt::format("shape {} is empty", to_text(shape)) : count.error().message;
    fail(Error{.code = ErrorCode::kInvalidInput, .message = fmt::format("{}: {}", name, why)});
    return ValueId::kNone;
  }
  const auto id = static_cast<ValueId>(graph_.values_.size());
  if (!graph_.by_name_.emplace(name, id).second) {
    fail(Error{.code = ErrorCode::kInvalidInput,
               .message = fmt::format("two values are named '{}'; names must differ", name)});
    return ValueId::kNone;
  }
  graph_.values_.push_back({id, std::move(name), dtype, std::move(shape), kind});
  return id;
}

std::vector<ValueId> GraphBuilder::add_node(std::string_view op, std::string_view name,
                                            std::vector<ValueId> inputs, Attributes attributes) {
  const OpSpec* spec = find_op(op);
  GLASS_CHECK(spec != nullptr && inputs.size() <= spec->inputs.size());
  inputs.resize(spec->inputs.size(), ValueId::kNone);
  Node node{.op = std::string(op),
            .name = prefix_ + std::string(name),
            .inputs = std::move(inputs),
            .outputs = {},
            .attributes = std::move(attributes),
            .block = block_};
  add_outputs(node, 0);
  if (failed()) return std::vector<ValueId>(spec->outputs.size(), ValueId::kNone);
  graph_.nodes_.push_back(node);
  return std::move(node.outputs);
}

ValueId GraphBuilder::add_node_1(std::string_view op, std::string_view name,
                                 std::vector<ValueId> inputs, Attributes attributes) {
  return add_node(op, name, std::move(inputs), std::move(attributes))[0];
}

void GraphBuilder::add_outputs(Node& node, size_t already_there) {
  if (failed()) return;
  const OpSpec& spec = *find_op(node.op);
  const NodeTypes types(graph_, node);
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    GLASS_CHECK(node.has_input(i) || spec.inputs[i].ends_with('?'));
  }
  Result<std::vector<ValueType>> outputs = spec.infer(types);
  if (!outputs) return fail(std::move(outputs).error());
  for (size_t i = already_there; i < outputs->size(); ++i) {
    std::string name = node.name;
    if (!spec.outputs[i].empty()) name += "." + std::string(spec.outputs[i]);
    node.outputs.push_back(
        add_value(std::move(name), (*outputs)[i].dtype, std::move((*outputs)[i].shape),
                  spec.constant ? ValueKind::kConstant : ValueKind::kActivation));
  }
}

std::vector<ValueId> GraphBuilder::replace_node(size_t node, std::string_view op) {
  GLASS_CHECK(find_op(op) != nullptr);
  Node& replaced = graph_.nodes_[node];
  const size_t before = replaced.outputs.size();
  replaced.op = std::string(op);
  add_outputs(replaced, before);
  return {replaced.outputs.begin() + static_cast<std::ptrdiff_t>(before), replaced.outputs.end()};
}

void GraphBuilder::mark_output(ValueId id) {
  if (!failed()) graph_.values_[index(id)].kind = ValueKind::kOutput;
}

void GraphBuilder::mark_gradient(ValueId id) {
  if (!failed()) graph_.values_[index(id)].kind = ValueKind::kGradient;
}

void GraphBuilder::rename(ValueId id, std::string_view full_name) {
  if (failed()) return;
  Value& value = graph_.values_[index(id)];
  graph_.by_name_.erase(value.name);
  value.name = std::string(full_name);
  GLASS_CHECK(graph_.by_name_.emplace(value.name, id).second);
  const auto maker = std::ranges::find_if(
      graph_.nodes_, [&](const Node& node) { return node.outputs.front() == id; });
  if (maker != graph_.nodes_.end()) maker->name = value.name;
}

void GraphBuilder::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

Result<Graph> GraphBuilder::build() {
  if (error_) return tl::unexpected(*error_);
  return std::move(graph_);
}

}  // namespace glass::engine
