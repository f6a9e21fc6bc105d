// StepProfile: where the time of a training step goes, by kind of operation, and how much each kind
// computes and moves.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "glass/engine/graph/graph.h"
#include "glass/engine/plan/executor.h"

namespace glass::bench {

// Floating-point operations of linear layers, their gradients and the loss. 0 for everything else:
// its time is that of its memory, or depends on what is in a batch, as that of attention (measured
// by attention_bench) and of experts does.
double flops_of(const engine::Graph& graph, const engine::Node& node);

// What a node reads and writes, each value once.
double bytes_of(const engine::Graph& graph, const engine::Node& node);

struct OperationCost {
  double seconds = 0, flops = 0, bytes = 0;
};

class StepProfile {
 public:
  // Observes the executor for as long as it lives. The first node of a micro-batch is not counted,
  // since nobody tells when it began.
  explicit StepProfile(engine::Executor& executor);
  ~StepProfile();
  StepProfile(const StepProfile&) = delete;
  StepProfile& operator=(const StepProfile&) = delete;

  [[nodiscard]] const std::map<std::string, OperationCost>& costs() const { return costs_; }

 private:
  engine::Executor& executor_;
  std::vector<OperationCost> of_node_;  // without its time
  std::chrono::steady_clock::time_point last_;
  std::map<std::string, OperationCost> costs_;  // by op
};

}  // namespace glass::bench
