// Plan: where every value of a graph lies in memory, decided before anything runs.
//
// Definitions
//   storage   a piece of memory that one value has, or several in turn when an operation works in
//             place. It is bound (parameters, inputs, gradients: memory of the caller) or lies in
//             the arena at a fixed offset.
//   live      from the node that makes the first value of a storage to the last node that reads
//             one of its values. Outputs and kept values are live to the end, constants always.
//   scratch   what a kernel needs besides its arguments, while its node runs.
//
// Invariants, which check_plan() proves for a given plan:
//   1. Two storages of the arena that are live at the same node do not overlap, nor does the
//      scratch of a node overlap a storage that is live at it.
//   2. A node writes into the storage of an input only where its kernel allows it and no later node
//      reads that input.
//   3. Every offset is a multiple of 64 bytes and everything ends before arena_bytes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/plan/memory_report.h"

namespace glass::engine {

struct PlanOptions {
  std::vector<std::string> keep;  // names of values to be read after a run
  int workers = 1;                // at most so many will compute
};

struct Storage {
  size_t bytes = 0;
  size_t offset = 0;               // in the arena
  int first = 0, last = 0;         // live at the nodes first..last
  ValueId bound = ValueId::kNone;  // the bound value it is, else it lies in the arena
};

struct ScratchPlace {
  size_t offset = 0, bytes = 0;
};

struct Plan {
  Graph graph;
  PlanOptions options;
  std::vector<Storage> storages;
  std::vector<size_t> storage_of;     // by value
  std::vector<ScratchPlace> scratch;  // by node
  size_t arena_bytes = 0;
  MemoryReport memory;

  [[nodiscard]] const Storage& storage(ValueId id) const { return storages[storage_of[index(id)]]; }
};

// kInvalidInput if a name to keep does not exist or is not computed by the graph. The plan fits the
// given kernels only: others may need other scratch.
[[nodiscard]] Result<Plan> make_plan(Graph graph, const Kernels& kernels, PlanOptions options = {});

// kMismatch names the first two values that get into each other's way.
[[nodiscard]] Status check_plan(const Plan& plan);

}  // namespace glass::engine
