// Routing: which experts a row goes to, and where their rows lie. The definition of the bits and
// the only implementation: next to the experts' products it costs nothing.
//
// Letters: N rows (tokens), E experts, K experts of a row, R = N K: all assignments. They lie
// grouped by expert, ascending, and within an expert by row, ascending.
#pragma once

#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

// p = softmax(logits). A row goes to the K experts with the largest logits, in descending order;
// of equals to the one that comes first. Their weights are their p, or with `normalize` those
// divided by their sum.
struct RouteArgs {
  const float* logits_NE;
  int64_t rows, experts, chosen;  // N, E, K
  bool normalize;
  float* probability_NE;
  float* weight_NK;
  int32_t* expert_NK;
  int32_t* token_R;   // whose row each place holds
  int32_t* place_NK;  // where each assignment lies
  int32_t* begin_E1;  // the places of expert e are begin[e] .. begin[e + 1]
};

void route(const RouteArgs& args, Parallel& parallel);

// The gradient of the logits, of the loss and of what balances the experts:
// balance * T * E * sum over e of f_e P_e, with T the number of targets of these rows, f_e the
// share of the rows that go to expert e (a constant) and P_e the mean of p_e over the rows.
struct RouteBackwardArgs {
  const float* dweight_NK;
  const float* probability_NE;
  const float* weight_NK;
  const int32_t* expert_NK;
  const int32_t* begin_E1;
  const int32_t* target_N;  // -1: none; null when balance is 0
  int64_t rows, experts, chosen;
  bool normalize;
  double balance;
  float* dlogits_NE;
};

void route_backward(const RouteBackwardArgs& args, Parallel& parallel);

}  // namespace glass::engine
