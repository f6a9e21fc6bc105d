// The double mirror (tests only): evaluates the forward operations of a graph by their textbook
// formulas in double precision. Central differences of its loss are the gradients that ours must
// agree with, and its values those that the executor must.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "glass/engine/graph/graph.h"

namespace glass::engine::testing {

struct MirrorValues {
  std::map<std::string, std::vector<double>> floats;  // bound values, then everything computed
  std::map<std::string, std::vector<int32_t>> integers;
  double balance = 0;  // what balances experts: gradients are those of the loss and of this
};

void evaluate(const Graph& graph, MirrorValues& values);

}  // namespace glass::engine::testing
