// The proof that a plan is sound, from the graph alone: it trusts no lifetime that make_plan found.
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/layout.h"
#include "glass/engine/plan/plan.h"

namespace glass::engine {
namespace {

struct Extent {
  std::string what;
  size_t begin, end;
};

bool overlap(const Extent& a, const Extent& b) {
  return a.begin < b.end && b.begin < a.end;
}

class Checker {
 public:
  explicit Checker(const Plan& plan) : plan_(plan), reads_left_(plan.graph.values().size(), 0) {
    for (const Node& node : plan.graph.nodes()) {
      for (const ValueId input : node.inputs) {
        if (input != ValueId::kNone) ++reads_left_[index(input)];
      }
    }
    for (const Value& value : plan.graph.values()) {
      bool stays = value.kind != ValueKind::kActivation;
      for (const std::string& name : plan.options.keep) stays = stays || name == value.name;
      if (stays) ++reads_left_[index(value.id)];  // by the caller, after the run
      if (value.kind == ValueKind::kConstant) live_.push_back(value.id);
    }
  }

  [[nodiscard]] Status run() {
    for (size_t i = 0; i < plan_.graph.nodes().size(); ++i) {
      const Node& node = plan_.graph.nodes()[i];
      GLASS_TRY_STATUS(expect_apart(node, i));
      finish_reads(node);
      for (const ValueId output : node.outputs) {
        if (reads_left_[index(output)] > 0 &&
            plan_.graph.value(output).kind != ValueKind::kConstant)
          live_.push_back(output);
      }
      std::erase_if(live_, [&](ValueId id) { return reads_left_[index(id)] == 0; });
    }
    return {};
  }

 private:
  // What is needed while the node runs: everything live before it, its outputs, its scratch.
  [[nodiscard]] Status expect_apart(const Node& node, size_t at) const {
    std::vector<Extent> extents;
    for (const ValueId id : live_) {
      if (!replaced(node, id)) add(extents, id);
    }
    for (const ValueId id : node.outputs) {
      if (plan_.graph.value(id).kind != ValueKind::kConstant) add(extents, id);
    }
    if (const ScratchPlace& scratch = plan_.scratch[at]; scratch.bytes > 0)
      extents.push_back({"scratch", scratch.offset, scratch.offset + scratch.bytes});
    for (size_t i = 0; i < extents.size(); ++i) {
      if (extents[i].begin % kAlignment != 0 || extents[i].end > plan_.arena_bytes)
        return wrong(node, fmt::format("'{}' is misplaced", extents[i].what));
      for (size_t k = i + 1; k < extents.size(); ++k) {
        if (overlap(extents[i], extents[k]))
          return wrong(node,
                       fmt::format("'{}' and '{}' overlap", extents[i].what, extents[k].what));
      }
    }
    return {};
  }

  // Whether the node may overwrite this value, and nobody reads it later.
  [[nodiscard]] bool replaced(const Node& node, ValueId id) const {
    for (const InPlace& rule : find_launch(node.op)->in_place) {
      if (rule.input >= node.inputs.size() || rule.output >= node.outputs.size()) continue;
      if (node.inputs[rule.input] == id && reads_left_[index(id)] == 1 &&
          plan_.storage_of[index(id)] == plan_.storage_of[index(node.outputs[rule.output])])
        return true;
    }
    return false;
  }

  void add(std::vector<Extent>& extents, ValueId id) const {
    const Storage& storage = plan_.storage(id);
    if (storage.bound == ValueId::kNone)
      extents.push_back({plan_.graph.value(id).name, storage.offset,
                         storage.offset + plan_.graph.value(id).size_bytes()});
  }

  void finish_reads(const Node& node) {
    for (const ValueId input : node.inputs) {
      if (input != ValueId::kNone) --reads_left_[index(input)];
    }
  }

  [[nodiscard]] static Status wrong(const Node& node, const std::string& what) {
    return fail(ErrorCode::kMismatch,
                fmt::format("plan: at {} ({}), {}", node.name, node.op, what));
  }

  const Plan& plan_;
  std::vector<int> reads_left_;  // by value
  std::vector<ValueId> live_;
};

}  // namespace

Status check_plan(const Plan& plan) {
  return Checker(plan).run();
}

}  // namespace glass::engine
