#include "glass/engine/graph/backward.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/graph/registry.h"

namespace glass::engine {
namespace {

constexpr std::string_view kGradient = ".gradient";
constexpr std::string_view kAgain = ".again";
constexpr std::string_view kLoaded = ".loaded";
constexpr std::string_view kStore = "store_bf16";

// Values that reach a block from outside it, or leave it, are kept when blocks are computed again.
bool crosses_blocks(const Graph& graph, ValueId id, int block) {
  return std::ranges::any_of(graph.nodes(), [&](const Node& node) {
    return node.block != block && std::ranges::count(node.inputs, id) > 0;
  });
}

}  // namespace

std::string_view name(Recompute recompute) {
  switch (recompute) {
    case Recompute::kNone: return "none";
    case Recompute::kLight: return "light";
    case Recompute::kBlocks: break;
  }
  return "blocks";
}

Result<Recompute> recompute_from_name(std::string_view text) {
  for (const Recompute recompute : {Recompute::kNone, Recompute::kLight, Recompute::kBlocks}) {
    if (text == name(recompute)) return recompute;
  }
  return fail(
      ErrorCode::kInvalidInput,
      fmt::format("recomputation '{}' is unknown; it is 'none', 'light' or 'blocks'", text));
}

BackwardPass::BackwardPass(const Graph& forward, Recompute recompute,
                           const FrozenParameters& frozen)
    : forward_(forward),
      recompute_(recompute),
      builder_(Graph(forward)),
      wants_(forward.values().size()),
      producer_(forward.values().size(), -1) {
  for (const Value* parameter : forward.values_of(ValueKind::kParameter))
    wants_[index(parameter->id)] = !frozen.contains(parameter->name);
  for (size_t i = 0; i < forward.nodes().size(); ++i) {
    const Node& node = forward.nodes()[i];
    const bool depends = std::ranges::any_of(
        node.inputs, [&](ValueId id) { return id != ValueId::kNone && wants_[index(id)]; });
    for (const ValueId output : node.outputs) {
      producer_[index(output)] = static_cast<int>(i);
      wants_[index(output)] = depends;
    }
    if (node.op == kStore)
      for (const ValueId rounded : {node.inputs[0], node.outputs[0]})
        stored_[rounded] = node.outputs[1];
  }
}

ValueId BackwardPass::gradient(ValueId output) const {
  const auto found = gradients_.find(output);
  return found == gradients_.end() ? ValueId::kNone : found->second;
}

bool BackwardPass::wants(ValueId input) const {
  return wants_[index(input)];
}

ValueId BackwardPass::saved(ValueId value) {
  const auto stored = stored_.find(value);
  if (stored == stored_.end()) return kept(value);
  const Node& store = forward_.nodes()[static_cast<size_t>(producer_[index(stored->second)])];
  if (is_again(store, stored->second)) return kept(store.outputs[0]);
  const auto [loaded, is_new] = loaded_.try_emplace(stored->second);
  if (is_new)
    loaded->second = builder_.add_node_1(
        "load_bf16", forward_.value(value).name + std::string(kLoaded), {kept(stored->second)});
  return loaded->second;
}

// The value itself, or computed again.
ValueId BackwardPass::kept(ValueId value) {
  const int producer = producer_[index(value)];
  if (producer < 0) return value;
  const Node& node = forward_.nodes()[static_cast<size_t>(producer)];
  if (!is_again(node, value)) return value;
  if (!computed_again_.contains(value)) {
    const std::vector<ValueId> again = compute_again(node);
    for (size_t i = 0; i < again.size(); ++i) computed_again_[node.outputs[i]] = again[i];
  }
  return computed_again_.at(value);
}

bool BackwardPass::is_again(const Node& node, ValueId value) const {
  switch (recompute_) {
    case Recompute::kNone: return false;
    case Recompute::kLight:  // statistics are small enough to be kept
      return is_light(node) && (node.op == kStore || value == node.outputs.front());
    case Recompute::kBlocks: break;
  }
  return node.block >= 0 && !crosses_blocks(forward_, value, node.block);
}

bool BackwardPass::is_light(const Node& node) const {
  if (node.op != kStore) return find_op(node.op)->light;
  const int producer = producer_[index(node.inputs[0])];
  return producer >= 0 && is_light(forward_.nodes()[static_cast<size_t>(producer)]);
}

// What a light node reads is kept, or loaded from where it was stored; a block is computed as it
// was the first time.
std::vector<ValueId> BackwardPass::compute_again(const Node& node) {
  const bool from_stored = recompute_ == Recompute::kLight && node.op != kStore;
  std::vector<ValueId> inputs;
  for (const ValueId input : node.inputs) {
    if (input == ValueId::kNone)
      inputs.push_back(input);
    else
      inputs.push_back(from_stored ? saved(input) : kept(input));
  }
  return builder_.add_node(node.op, node.name + std::string(kAgain), std::move(inputs),
                           node.attributes);
}

void BackwardPass::contribute(ValueId input, ValueId gradient) {
  if (!wants(input)) return;
  const ValueId so_far = take(input);
  if (so_far != ValueId::kNone) gradient = emit("add", input, {so_far, gradient})[0];
  gradients_[input] = gradient;
}

ValueId BackwardPass::take(ValueId input) {
  const auto found = gradients_.find(input);
  if (found == gradients_.end()) return ValueId::kNone;
  const ValueId so_far = found->second;
  gradients_.erase(found);
  return so_far;
}

std::vector<ValueId> BackwardPass::emit(std::string_view op, ValueId gradient_of,
                                        std::vector<ValueId> inputs, Attributes attributes) {
  const std::string base = forward_.value(gradient_of).name + std::string(kGradient);
  return builder_.add_node(op, free_name(base), std::move(inputs), std::move(attributes));
}

std::string BackwardPass::free_name(const std::string& base) const {
  std::string name = base;
  for (int i = 1; builder_.graph().find(name) != nullptr; ++i)
    name = fmt::format("{}.part{}", base, i);
  return name;
}

// The final gradient of a value takes the plain name; a contribution that bears it gives way. A
// gradient that passes on unchanged, as a residual's does, keeps the name of the first it was.
void BackwardPass::settle_name(ValueId value) {
  const ValueId final = gradient(value);
  if (final == ValueId::kNone || builder_.failed() || !settled_.insert(final).second) return;
  const std::string name = forward_.value(value).name + std::string(kGradient);
  if (builder_.graph().value(final).name == name) return;
  if (const Value* holder = builder_.graph().find(name))
    builder_.rename(holder->id, free_name(name));
  builder_.rename(final, name);
}

void BackwardPass::start(size_t loss_node) {
  const Node& node = forward_.nodes()[loss_node];
  const OpSpec& spec = *find_op(node.op);
  const OpSpec& all = *find_op(spec.with_gradients);
  const OpSpec& few = *find_op(spec.with_input_gradient);
  const bool few_are_enough = std::ranges::all_of(all.gradient_of, [&](int of) {
    return of < 0 || !wants(node.inputs[static_cast<size_t>(of)]) ||
           std::ranges::count(few.gradient_of, of) > 0;
  });
  const OpSpec& with_gradients = few_are_enough ? few : all;
  const std::vector<ValueId> made = builder_.replace_node(loss_node, with_gradients.name);
  for (size_t i = 0; i < made.size(); ++i) {
    const int of = with_gradients.gradient_of[node.outputs.size() + i];
    if (of >= 0) contribute(node.inputs[static_cast<size_t>(of)], made[i]);
  }
}

void BackwardPass::visit(const Node& node) {
  for (const ValueId output : node.outputs) settle_name(output);
  const bool reached =
      std::ranges::any_of(node.outputs, [&](ValueId id) { return gradient(id) != ValueId::kNone; });
  if (!reached) return;
  const OpSpec& spec = *find_op(node.op);
  if (spec.backward == nullptr)
    return builder_.fail({.code = ErrorCode::kInvalidInput,
                          .message = fmt::format("{} ({}) has no gradient, so a graph that holds "
                                                 "it cannot be trained",
                                                 node.name, node.op)});
  builder_.set_block(node.block);
  spec.backward(*this, node);
}

void BackwardPass::finish_parameters() {
  for (const Value* parameter : forward_.values_of(ValueKind::kParameter)) {
    if (!wants(parameter->id)) continue;
    const ValueId final = gradient(parameter->id);
    if (final == ValueId::kNone)
      return builder_.fail(
          {.code = ErrorCode::kInvalidInput,
           .message = fmt::format("parameter '{}' does not reach the loss, so it has no gradient",
                                  parameter->name)});
    if (settled_.contains(final))
      return builder_.fail(
          {.code = ErrorCode::kInvalidInput,
           .message = fmt::format("the gradient of parameter '{}' is also that of another value; "
                                  "a parameter must not be added to the stream as it is",
                                  parameter->name)});
    settle_name(parameter->id);
    builder_.mark_gradient(final);
  }
}

Result<Graph> BackwardPass::run(std::string_view loss) {
  const Value* value = forward_.find(loss);
  const int producer = value == nullptr ? -1 : producer_[index(value->id)];
  if (producer < 0)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("graph '{}' computes no value named '{}'", forward_.name(), loss));
  const Node& loss_node = forward_.nodes()[static_cast<size_t>(producer)];
  if (find_op(loss_node.op)->with_gradients.empty())
    return fail(ErrorCode::kInvalidInput,
                fmt::format("'{}' is made by {}, which is not a loss", loss, loss_node.op));
  start(static_cast<size_t>(producer));
  for (size_t i = static_cast<size_t>(producer); i-- > 0 && !builder_.failed();)
    visit(forward_.nodes()[i]);
  finish_parameters();
  return builder_.build();
}

Result<Graph> backward(const Graph& graph, std::string_view loss, Recompute recompute,
                       const FrozenParameters& frozen) {
  return BackwardPass(graph, recompute, frozen).run(loss);
}

}  // namespace glass::engine
