#include "glass/engine/plan/plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/layout.h"

namespace glass::engine {
namespace {

bool is_bound(ValueKind kind) {
  return kind == ValueKind::kInput || kind == ValueKind::kParameter || kind == ValueKind::kGradient;
}

// The nodes at which each value is live: from the one that makes it to the last that reads it.
struct Lifetimes {
  std::vector<int> first, last;  // by value
};

Lifetimes find_lifetimes(const Graph& graph, const std::vector<std::string>& keep) {
  const size_t count = graph.values().size();
  const int end = static_cast<int>(graph.nodes().size()) - 1;
  Lifetimes lives{.first = std::vector<int>(count, 0), .last = std::vector<int>(count, 0)};
  for (int i = 0; i <= end; ++i) {
    const Node& node = graph.nodes()[static_cast<size_t>(i)];
    for (const ValueId output : node.outputs)
      lives.first[index(output)] = lives.last[index(output)] = i;
    for (const ValueId input : node.inputs) {
      if (input != ValueId::kNone) lives.last[index(input)] = i;
    }
  }
  for (const Value& value : graph.values()) {
    if (value.kind == ValueKind::kConstant) lives.first[index(value.id)] = 0;
    const bool kept = std::ranges::find(keep, value.name) != keep.end();
    if (kept || (value.kind != ValueKind::kActivation)) lives.last[index(value.id)] = end;
  }
  return lives;
}

Status expect_plannable(const Graph& graph, const PlanOptions& options) {
  if (graph.nodes().empty())
    return fail(ErrorCode::kInvalidInput, fmt::format("graph '{}' computes nothing", graph.name()));
  for (const Node& node : graph.nodes()) {
    if (find_launch(node.op) == nullptr)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("no kernel computes '{}', the op of {}", node.op, node.name));
  }
  for (const std::string& name : options.keep) {
    const Value* value = graph.find(name);
    if (value == nullptr || is_bound(value->kind))
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("'{}' cannot be kept: graph '{}' computes no value of that name",
                              name, graph.name()));
  }
  return {};
}

// Gives every value a storage, reusing that of an input where the kernel may work in place.
class StorageAssigner {
 public:
  StorageAssigner(Plan& plan, const Lifetimes& lives) : plan_(plan), lives_(lives) {}

  [[nodiscard]] Status run() {
    plan_.storage_of.resize(plan_.graph.values().size());
    for (const Value& value : plan_.graph.values()) {
      if (value.kind == ValueKind::kInput || value.kind == ValueKind::kParameter) add(value);
    }
    for (size_t i = 0; i < plan_.graph.nodes().size(); ++i) {
      const Node& node = plan_.graph.nodes()[i];
      taken_.clear();
      for (size_t output = 0; output < node.outputs.size(); ++output)
        GLASS_TRY_STATUS(assign(static_cast<int>(i), node, output));
    }
    return {};
  }

 private:
  void add(const Value& value) {
    const bool bound = is_bound(value.kind);
    plan_.storage_of[index(value.id)] = plan_.storages.size();
    plan_.storages.push_back({.bytes = value.size_bytes(),
                              .offset = 0,
                              .first = lives_.first[index(value.id)],
                              .last = lives_.last[index(value.id)],
                              .bound = bound ? value.id : ValueId::kNone});
  }

  [[nodiscard]] Status assign(int at, const Node& node, size_t output) {
    const Value& value = plan_.graph.value(node.outputs[output]);
    for (const InPlace& rule : find_launch(node.op)->in_place) {
      if (rule.output != output || !node.has_input(rule.input)) continue;
      const Value& input = plan_.graph.value(node.inputs[rule.input]);
      if (rule.required && lives_.last[index(input.id)] > at && input.kind != ValueKind::kInput)
        return fail(
            ErrorCode::kInvalidInput,
            fmt::format("{} ({}) updates '{}' in place, but a later node reads it as it was",
                        node.name, node.op, input.name));
      if (rule.required || may_take(at, node, input, value)) {
        take(input, value);
        return {};
      }
    }
    add(value);
    return {};
  }

  [[nodiscard]] bool may_take(int at, const Node& node, const Value& input,
                              const Value& output) const {
    const size_t storage = plan_.storage_of[index(input.id)];
    return plan_.storages[storage].bound == ValueId::kNone && plan_.storages[storage].last == at &&
           input.kind != ValueKind::kConstant && input.size_bytes() == output.size_bytes() &&
           std::ranges::count(node.inputs, input.id) == 1 &&
           std::ranges::find(taken_, storage) == taken_.end();
  }

  void take(const Value& input, const Value& output) {
    const size_t at = plan_.storage_of[index(input.id)];
    plan_.storage_of[index(output.id)] = at;
    Storage& storage = plan_.storages[at];
    storage.last = std::max(storage.last, lives_.last[index(output.id)]);
    if (is_bound(output.kind)) storage.bound = output.id;
    taken_.push_back(at);
  }

  Plan& plan_;
  const Lifetimes& lives_;
  std::vector<size_t> taken_;  // by earlier outputs of the same node
};

void place(Plan& plan) {
  std::vector<Piece> pieces;
  std::vector<size_t*> offsets;
  for (Storage& storage : plan.storages) {
    if (storage.bound != ValueId::kNone) continue;
    pieces.push_back({.bytes = storage.bytes, .first = storage.first, .last = storage.last});
    offsets.push_back(&storage.offset);
  }
  plan.memory.activations_peak = static_cast<int64_t>(live_peak(pieces));
  for (size_t i = 0; i < plan.scratch.size(); ++i) {
    if (plan.scratch[i].bytes == 0) continue;
    const int at = static_cast<int>(i);
    pieces.push_back({.bytes = plan.scratch[i].bytes, .first = at, .last = at});
    offsets.push_back(&plan.scratch[i].offset);
  }
  const Layout layout = lay_out(pieces);
  for (size_t i = 0; i < offsets.size(); ++i) *offsets[i] = layout.offsets[i];
  plan.arena_bytes = layout.bytes;
}

void report_memory(Plan& plan) {
  for (const Value& value : plan.graph.values()) {
    const auto bytes = static_cast<int64_t>(value.size_bytes());
    if (value.kind == ValueKind::kParameter) plan.memory.parameters += bytes;
    if (value.kind == ValueKind::kGradient) plan.memory.gradients += bytes;
    if (value.kind == ValueKind::kInput) plan.memory.inputs += bytes;
  }
  plan.memory.arena = static_cast<int64_t>(plan.arena_bytes);
  for (const ScratchPlace& scratch : plan.scratch)
    plan.memory.scratch_peak =
        std::max(plan.memory.scratch_peak, static_cast<int64_t>(scratch.bytes));
}

}  // namespace

Result<Plan> make_plan(Graph graph, const Kernels& kernels, PlanOptions options) {
  GLASS_TRY_STATUS(expect_plannable(graph, options));
  GLASS_CHECK(options.workers >= 1);
  Plan plan;
  plan.graph = std::move(graph);
  plan.options = std::move(options);
  const Lifetimes lives = find_lifetimes(plan.graph, plan.options.keep);
  GLASS_TRY_STATUS(StorageAssigner(plan, lives).run());
  for (const Node& node : plan.graph.nodes()) {
    const auto scratch = find_launch(node.op)->scratch;
    const size_t bytes =
        scratch == nullptr ? 0 : scratch(plan.graph, node, kernels, plan.options.workers);
    plan.scratch.push_back({.offset = 0, .bytes = bytes});
  }
  place(plan);
  report_memory(plan);
  return plan;
}

}  // namespace glass::engine
