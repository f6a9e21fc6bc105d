// Grouped products: the rows of each expert times that expert's matrix, made of the products of any
// kernels. Letters as in routing.h; M and K widths.
//
// A row's bits are those of a product of this row alone. The gradient of a matrix is a sum over
// rows cut by the rows' tokens, as everywhere: so it can be handed over at nodes of the tree over
// tokens, whichever experts the other rows go to.
#pragma once

#include <cstddef>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

// For the rows r of expert e: kNT c = a B_eᵀ, B_e [n,k]; kNN c = a B_e, B_e [k,n].
struct GroupedProductArgs {
  GemmArgs::Form form = GemmArgs::Form::kNT;  // not kTN
  int64_t rows = 0, experts = 0, n = 0, k = 0;
  int64_t tokens = 0;        // no expert has more rows
  const float* a = nullptr;  // [rows, k]
  const float* b = nullptr;  // [experts, n k]
  float* c = nullptr;        // [rows, n]
  const int32_t* begin_E1 = nullptr;
  bool round_b = false;  // the numbers of B are the nearest ones of bfloat16
};

[[nodiscard]] size_t grouped_product_scratch(const Kernels& kernels, const GroupedProductArgs& args,
                                             int workers);
void grouped_product(const Kernels& kernels, const GroupedProductArgs& args, Scratch scratch,
                     Parallel& parallel);

// dB_e [m,n] = sum over the rows r of expert e of dy_rᵀ x_r: one chain for each segment of tokens
// that has such rows, in the halving tree over all segments of tokens, in which a node without rows
// leaves its sibling as it is. Without any row dB_e is +0.
struct GroupedWeightGradientArgs {
  int64_t rows = 0, experts = 0, m = 0, n = 0;
  int64_t tokens = 0;
  const float* dy = nullptr;  // [rows, m]
  const float* x = nullptr;   // [rows, n]
  float* dweight = nullptr;   // [experts, m, n], overwritten
  const int32_t* token_R = nullptr;
  const int32_t* begin_E1 = nullptr;
};

[[nodiscard]] size_t grouped_weight_gradient_scratch(const Kernels& kernels,
                                                     const GroupedWeightGradientArgs& args,
                                                     int workers);
void grouped_weight_gradient(const Kernels& kernels, const GroupedWeightGradientArgs& args,
                             Scratch scratch, Parallel& parallel);

}  // namespace glass::engine
