// Executor: runs a plan, again and again, in one arena.
//
//   auto executor = Executor::create(std::move(plan), kernels, parallel);
//   executor->bind("embed.weight", weights);  ...  bind_mutable("embed.weight.gradient", gradient);
//   executor->bind("tokens", tokens);         ...
//   executor->run();
//   executor->read("loss");
//
// Nothing is allocated while it runs. Constants are computed before the first run. The bits depend
// on the graph and on what is bound, not on the kernels' implementation, the workers or the plan.
// Not thread-safe; `Parallel` is the threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/plan/arena.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/plan.h"

namespace glass::engine {

class Executor {
 public:
  // Allocates the arena, unless it may share one. kRefused when the memory cannot be had.
  // REQUIRES: the plan was made for these kernels; parallel.workers() <= plan.options.workers; an
  // arena has room for the plan; kernels and parallel outlive the executor.
  [[nodiscard]] static Result<Executor> create(Plan plan, const Kernels& kernels,
                                               Parallel& parallel,
                                               std::shared_ptr<Arena> arena = nullptr);

  // Lends the memory of an input, parameter or gradient until it is bound anew. What the graph
  // writes (gradients, caches) needs bind_mutable. Refuses an unknown name, another element type
  // or another number of elements.
  [[nodiscard]] Status bind(std::string_view name, std::span<const float> values);
  [[nodiscard]] Status bind(std::string_view name, std::span<const int32_t> values);
  [[nodiscard]] Status bind_mutable(std::string_view name, std::span<float> values);
  // The weight of linear layers and the table of embeddings, packed: faster, and as its format
  // rounds it. Nodes that do not take it so need the plain form besides.
  [[nodiscard]] static bool takes_packed(const Node& node, size_t input);
  [[nodiscard]] Status bind_packed(std::string_view name, const PackedMatrix& weight);

  // kInvalidInput when something is not bound; else what may_go_on said, if it said no.
  [[nodiscard]] Status run();

  // An output or kept value, as of the last run; it is lost when another executor runs in the same
  // arena.
  [[nodiscard]] Result<std::span<const float>> read(std::string_view name) const;

  // Calls `visit` whenever the value has been computed; it may write to it, and what follows
  // computes with that.
  using Visit = std::function<void(std::span<float>)>;
  [[nodiscard]] Status observe(std::string_view name, Visit visit);

  // Asked before each node; an error ends the run, whose values are worth nothing then.
  void ask_before_each_node(std::function<Status()> may_go_on) {
    may_go_on_ = std::move(may_go_on);
  }

  // Calls `visit` after each node, for profiles and tests.
  void after_each_node(std::function<void(size_t node)> visit) { after_node_ = std::move(visit); }

  [[nodiscard]] const Plan& plan() const { return plan_; }

  [[nodiscard]] const std::shared_ptr<Arena>& arena() const { return arena_; }

 private:
  struct Observation {
    const Operand* operand;
    size_t floats;
    Visit call;
  };

  struct Step {
    Launch launch;
    std::vector<const Operand*> inputs, outputs;
    Scratch scratch;
    std::vector<Observation> visits;
    bool constant = false;
  };

  Executor(Plan plan, const Kernels& kernels, Parallel& parallel);
  void prepare();
  [[nodiscard]] Result<const Value*> bindable(std::string_view name, DType dtype,
                                              size_t count) const;
  void bind_memory(const Value& value, const void* memory);
  [[nodiscard]] Status expect_bound() const;
  void run_step(const Step& step) const;

  Plan plan_;
  const Kernels* kernels_;
  Parallel* parallel_;
  std::shared_ptr<Arena> arena_;
  int arena_member_ = 0;
  std::vector<Operand> operands_;  // by value
  std::vector<Step> steps_;        // by node
  std::function<void(size_t)> after_node_;
  std::function<Status()> may_go_on_;
  bool complete_ = false;  // everything is bound
};

}  // namespace glass::engine
