#include "glass/engine/plan/executor.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/graph/registry.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/plan.h"

namespace glass::engine {
namespace {

tl::unexpected<Error> wrong(std::string_view name, std::string_view why) {
  return fail(ErrorCode::kInvalidInput, fmt::format("'{}' {}", name, why));
}

bool comes_from_outside(ValueKind kind) {
  return kind == ValueKind::kInput || kind == ValueKind::kParameter || kind == ValueKind::kGradient;
}

// The graph writes a gradient, and an input that a node updates in place.
bool is_written(const Plan& plan, const Value& value) {
  if (value.kind == ValueKind::kGradient) return true;
  size_t in_its_storage = 0;
  for (const size_t storage : plan.storage_of)
    in_its_storage += storage == plan.storage_of[index(value.id)] ? 1 : 0;
  return in_its_storage > 1;
}

// What is read and observed is a span of floats.
Status expect_floats(const Value& value) {
  if (value.dtype == DType::kF32) return {};
  return wrong(value.name, fmt::format("holds elements of type {}, not F32", name(value.dtype)));
}

}  // namespace

Executor::Executor(Plan plan, const Kernels& kernels, Parallel& parallel)
    : plan_(std::move(plan)), kernels_(&kernels), parallel_(&parallel) {}

Result<Executor> Executor::create(Plan plan, const Kernels& kernels, Parallel& parallel,
                                  std::shared_ptr<Arena> arena) {
  GLASS_CHECK(parallel.workers() <= plan.options.workers);
  if (arena == nullptr) {
    auto own = Arena::allocate(plan.arena_bytes);
    if (!own) return in_context(fmt::format("plan of '{}'", plan.graph.name()), own.error());
    arena = *std::move(own);
  }
  GLASS_CHECK(arena->span().size() >= plan.arena_bytes);
  Executor executor(std::move(plan), kernels, parallel);
  executor.arena_member_ = arena->join();
  executor.arena_ = std::move(arena);
  executor.prepare();
  return executor;
}

void Executor::prepare() {
  const Graph& graph = plan_.graph;
  operands_.resize(graph.values().size());
  for (const Value& value : graph.values()) {
    const Storage& storage = plan_.storage(value.id);
    if (storage.bound == ValueId::kNone)
      operands_[index(value.id)].data = arena_->span().data() + storage.offset;
  }
  const auto operand = [&](ValueId id) {
    return id == ValueId::kNone ? nullptr : &operands_[index(id)];
  };
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    Step step{.launch = find_launch(node.op)->prepare(graph, node),
              .inputs = {},
              .outputs = {},
              .scratch = arena_->span().subspan(plan_.scratch[i].offset, plan_.scratch[i].bytes),
              .visits = {}};
    for (const ValueId input : node.inputs) step.inputs.push_back(operand(input));
    for (const ValueId output : node.outputs) step.outputs.push_back(operand(output));
    step.constant = find_op(node.op)->constant;
    steps_.push_back(std::move(step));
  }
}

Result<const Value*> Executor::bindable(std::string_view name, DType dtype, size_t count) const {
  const Value* value = plan_.graph.find(name);
  if (value == nullptr || !comes_from_outside(value->kind))
    return wrong(name, fmt::format("cannot be bound: graph '{}' has no input, parameter or "
                                   "gradient of that name",
                                   plan_.graph.name()));
  if (value->dtype != dtype)
    return wrong(name, fmt::format("has elements of type {}, not {}", engine::name(value->dtype),
                                   engine::name(dtype)));
  if (static_cast<size_t>(value->element_count()) != count)
    return wrong(
        name, fmt::format("has shape {}, but {} elements are given", to_text(value->shape), count));
  return value;
}

void Executor::bind_memory(const Value& value, const void* memory) {
  const size_t storage = plan_.storage_of[index(value.id)];
  for (size_t i = 0; i < operands_.size(); ++i) {
    // Whether it may be written is checked by the callers of this function.
    if (plan_.storage_of[i] == storage) operands_[i].data = const_cast<void*>(memory);
  }
  complete_ = false;
}

Status Executor::bind(std::string_view name, std::span<const float> values) {
  GLASS_TRY(const Value* value, bindable(name, DType::kF32, values.size()));
  if (is_written(plan_, *value))
    return wrong(name, "is written by the graph, so its memory must be given by bind_mutable");
  bind_memory(*value, values.data());
  return {};
}

Status Executor::bind(std::string_view name, std::span<const int32_t> values) {
  GLASS_TRY(const Value* value, bindable(name, DType::kI32, values.size()));
  bind_memory(*value, values.data());
  return {};
}

Status Executor::bind_mutable(std::string_view name, std::span<float> values) {
  GLASS_TRY(const Value* value, bindable(name, DType::kF32, values.size()));
  bind_memory(*value, values.data());
  return {};
}

bool Executor::takes_packed(const Node& node, size_t input) {
  return input == 1 && (node.op == "linear" || node.op == "embedding");
}

Status Executor::bind_packed(std::string_view name, const PackedMatrix& weight) {
  const auto count = static_cast<size_t>(weight.n * weight.k);
  GLASS_TRY(const Value* value, bindable(name, DType::kF32, count));
  if (value->shape != Shape{weight.n, weight.k})
    return wrong(name, fmt::format("has shape {}, but the packed matrix is [{}, {}]",
                                   to_text(value->shape), weight.n, weight.k));
  operands_[index(value->id)].packed = weight;
  complete_ = false;
  return {};
}

// The weight of a linear layer and the table of an embedding may be bound in packed form only.
Status Executor::expect_bound() const {
  for (const Node& node : plan_.graph.nodes()) {
    for (size_t i = 0; i < node.inputs.size() + node.outputs.size(); ++i) {
      const ValueId id =
          i < node.inputs.size() ? node.inputs[i] : node.outputs[i - node.inputs.size()];
      if (id == ValueId::kNone || operands_[index(id)].data != nullptr) continue;
      if (takes_packed(node, i) && operands_[index(id)].packed.data != nullptr) continue;
      const Value& value = plan_.graph.value(plan_.storage(id).bound);
      return wrong(value.name, fmt::format("is not bound; {} needs it", node.name));
    }
  }
  return {};
}

Status Executor::run() {
  if (!complete_) GLASS_TRY_STATUS(expect_bound());
  complete_ = true;
  if (arena_->take(arena_member_)) {
    for (const Step& step : steps_) {
      if (step.constant) run_step(step);
    }
  }
  for (size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    if (may_go_on_) GLASS_TRY_STATUS(may_go_on_());
    if (!step.constant) run_step(step);
    for (const auto& [operand, floats, visit] : step.visits)
      visit({static_cast<float*>(operand->data), floats});
    if (after_node_) after_node_(i);
  }
  return {};
}

void Executor::run_step(const Step& step) const {
  step.launch({.inputs = step.inputs,
               .outputs = step.outputs,
               .scratch = step.scratch,
               .kernels = *kernels_,
               .parallel = *parallel_});
}

Result<std::span<const float>> Executor::read(std::string_view name) const {
  const Value* value = plan_.graph.find(name);
  const auto& keep = plan_.options.keep;
  if (value != nullptr) GLASS_TRY_STATUS(expect_floats(*value));
  const bool kept = std::ranges::find(keep, name) != keep.end();
  if (value == nullptr || !(kept || value->kind == ValueKind::kOutput))
    return wrong(name, "cannot be read: it is no output, and the plan was not asked to keep it");
  return std::span(static_cast<const float*>(operands_[index(value->id)].data),
                   static_cast<size_t>(value->element_count()));
}

Status Executor::observe(std::string_view name, Visit visit) {
  const Value* value = plan_.graph.find(name);
  if (value != nullptr) GLASS_TRY_STATUS(expect_floats(*value));
  for (size_t i = 0; value != nullptr && i < steps_.size(); ++i) {
    if (std::ranges::count(plan_.graph.nodes()[i].outputs, value->id) == 0) continue;
    steps_[i].visits.push_back({.operand = &operands_[index(value->id)],
                                .floats = static_cast<size_t>(value->element_count()),
                                .call = std::move(visit)});
    return {};
  }
  return wrong(name, fmt::format("cannot be observed: graph '{}' computes no value of that name",
                                 plan_.graph.name()));
}

}  // namespace glass::engine
