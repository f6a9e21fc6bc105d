// LossRows: rows of logits whose loss is wanted; what linear_cross_entropy.cpp hands to the
// vectors.
#pragma once

#include <cstdint>

#include "glass/engine/kernels/reference/loss_terms.h"

namespace glass::engine {

struct LossRows {
  float* logits;  // [rows, stride]; with `gradients` they become the loss's gradients by them
  int64_t stride;
  int64_t vocabulary;
  const int32_t* target;  // -1: masked
  float* loss;
  bool gradients;
  float softcap;            // 0: none
  const float* row_weight;  // null: all 1
  LossTerms terms;
};

}  // namespace glass::engine
