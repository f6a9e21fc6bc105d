// The last linear layer fused with softmax cross entropy, a node of the tree over rows at a time.
//
// Per node: logits, losses and the gradients by the logits in place, then two products: dx of these
// rows, and this node's part of dweight. Parts wait for their siblings as the tree says; the part
// of a right sibling is added to the waiting left one by the product itself.
#include <algorithm>
#include <limits>

#include "glass/base/check.h"
#include "glass/engine/kernels/reference/loss_terms.h"
#include "glass/engine/kernels/simd/gemm_merge.h"
#include "glass/engine/kernels/simd/gemm_plan.h"
#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/linear_cross_entropy.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/linear_cross_entropy-inl.h"

#if HWY_ONCE

namespace glass::engine {

HWY_EXPORT(loss_of_rows);

namespace {

using Args = LinearCrossEntropyArgs;

constexpr int64_t kRowGrain = 16;  // at least the lanes of a vector
constexpr int64_t kCacheLine = 16;
constexpr int64_t kSmallFloats = int64_t{1} << 22;  // not worth saving more memory than this

struct LossPlan {
  int64_t node_segments = 0;  // rows of logits held at once, in segments
  int64_t node_rows = 0;
  int64_t stride = 0;    // of the logits
  int weight_slots = 0;  // waiting parts of dweight besides dweight itself

  [[nodiscard]] int64_t floats(const Args& args) const {
    return node_rows * stride + weight_slots * round_up(args.vocabulary * args.cols, kCacheLine);
  }
};

LossPlan plan_with(const Args& args, int64_t node_segments) {
  const int64_t segments = std::max<int64_t>(1, segment_count(args.rows, kSegment));
  LossPlan plan;
  plan.node_segments = node_segments;
  plan.node_rows = std::min(args.rows, std::min(segments, node_segments) * kSegment);
  plan.stride = round_up(args.vocabulary, kCacheLine) + kCacheLine;
  if (args.dweight_VC != nullptr) plan.weight_slots = slot_count(segments, node_segments) - 1;
  return plan;
}

// Many rows at once make long products, few make little memory: the most rows whose memory is
// within a quarter of the least possible, or small. Never all rows, if there are several segments.
LossPlan plan_loss(const Args& args) {
  const int64_t segments = std::max<int64_t>(1, segment_count(args.rows, kSegment));
  int64_t least = std::numeric_limits<int64_t>::max();
  for (int64_t n = left_leaves(segments);; n = left_leaves(n)) {
    least = std::min(least, plan_with(args, n).floats(args));
    if (n <= 1) break;
  }
  for (int64_t n = left_leaves(segments);; n = left_leaves(n)) {
    const LossPlan plan = plan_with(args, n);
    if (n <= 1 || plan.floats(args) <= std::max(kSmallFloats, least + least / 4)) return plan;
  }
}

// The three products for `rows` rows from `row` on.
GemmArgs logits_product(const Args& args, const LossPlan& plan, int64_t row, int64_t rows,
                        float* logits) {
  GemmArgs product{.form = GemmArgs::Form::kNT, .m = rows, .n = args.vocabulary, .k = args.cols};
  product.a = args.x_NC + row * args.cols;
  product.a_stride = args.cols;
  product.b = args.weight_VC;
  product.b_stride = args.cols;
  product.c = logits;
  product.c_stride = plan.stride;
  product.round_b = args.round_weight;
  return product;
}

GemmArgs dx_product(const Args& args, const LossPlan& plan, int64_t row, int64_t rows,
                    const float* dlogits) {
  GemmArgs product{.form = GemmArgs::Form::kNN, .m = rows, .n = args.cols, .k = args.vocabulary};
  product.a = dlogits;
  product.a_stride = plan.stride;
  product.b = args.weight_VC;
  product.b_stride = args.cols;
  product.c = args.dx_NC + row * args.cols;
  product.c_stride = args.cols;
  product.round_b = args.round_weight;
  return product;
}

GemmArgs dweight_product(const Args& args, const LossPlan& plan, int64_t row, int64_t rows,
                         const float* dlogits, float* dweight) {
  GemmArgs product{.form = GemmArgs::Form::kTN, .m = args.vocabulary, .n = args.cols, .k = rows};
  product.a = dlogits;
  product.a_stride = plan.stride;
  product.b = args.x_NC + row * args.cols;
  product.b_stride = args.cols;
  product.c = dweight;
  product.c_stride = args.cols;
  return product;
}

size_t products_scratch(const Kernels& kernels, const Args& args, const LossPlan& plan,
                        int workers) {
  size_t most = 0;
  const int64_t remainder = args.rows % kSegment;
  // Nodes differ in rows; the plan of fewer rows may want more for a worker.
  for (int64_t rows = plan.node_rows; rows > 0; rows -= kSegment) {
    for (const int64_t count : {rows, rows - kSegment + remainder}) {
      if (count <= 0 || count > plan.node_rows) continue;
      most = std::max(most,
                      kernels.gemm_scratch(logits_product(args, plan, 0, count, nullptr), workers));
      if (args.dx_NC == nullptr) continue;
      most =
          std::max(most, kernels.gemm_scratch(dx_product(args, plan, 0, count, nullptr), workers));
      if (args.dweight_VC == nullptr) continue;
      GemmArgs dweight = dweight_product(args, plan, 0, count, nullptr, nullptr);
      most = std::max(most, kernels.gemm_scratch(dweight, workers));
      dweight.accumulate = true;
      most = std::max(most, kernels.gemm_scratch(dweight, workers));
    }
  }
  return most;
}

}  // namespace

size_t SimdKernels::linear_cross_entropy_scratch(const Args& args, int workers) const {
  const LossPlan plan = plan_loss(args);
  const auto floats = static_cast<size_t>(round_up(plan.floats(args), kCacheLine));
  return floats * sizeof(float) + products_scratch(*this, args, plan, workers);
}

void SimdKernels::linear_cross_entropy(const Args& args, Scratch scratch,
                                       Parallel& parallel) const {
  GLASS_CHECK(scratch.size() >= linear_cross_entropy_scratch(args, parallel.workers()));
  const LossPlan plan = plan_loss(args);
  auto* logits = reinterpret_cast<float*>(scratch.data());
  const int64_t weight_floats = round_up(args.vocabulary * args.cols, kCacheLine);
  const auto part_of_dweight = [&](int slot) {
    return slot == 0 ? args.dweight_VC
                     : logits + plan.node_rows * plan.stride + (slot - 1) * weight_floats;
  };
  const Scratch rest =
      scratch.subspan(static_cast<size_t>(round_up(plan.floats(args), kCacheLine)) * sizeof(float));
  const int64_t segments = segment_count(args.rows, kSegment);
  for (int64_t segment = 0; segment < segments;) {
    const Merge node = merge_of(segment, segments, plan.node_segments);
    const int64_t row = node.begin * kSegment;
    const int64_t rows = std::min(args.rows, node.end * kSegment) - row;
    gemm(logits_product(args, plan, row, rows, logits), rest, parallel);
    const LossRows loss{
        .logits = logits,
        .stride = plan.stride,
        .vocabulary = args.vocabulary,
        .target = args.target_N + row,
        .loss = args.loss_N + row,
        .gradients = args.dx_NC != nullptr,
        .softcap = args.softcap,
        .row_weight = args.row_weight_N == nullptr ? nullptr : args.row_weight_N + row,
        .terms = loss_terms(args)};
    parallel.split(rows, kRowGrain, [&](int64_t begin, int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(loss_of_rows)(loss, begin, end);
    });
    segment = node.end;
    if (args.dx_NC == nullptr) continue;
    gemm(dx_product(args, plan, row, rows, logits), rest, parallel);
    if (args.dweight_VC == nullptr) continue;
    const int first = node.slot - std::min(node.merges, 1);
    GemmArgs dweight = dweight_product(args, plan, row, rows, logits, part_of_dweight(first));
    dweight.accumulate = node.merges > 0;
    gemm(dweight, rest, parallel);
    for (int slot = first; slot > node.slot - node.merges; --slot) {
      float* left = part_of_dweight(slot - 1);
      add({.a = left,
           .b = part_of_dweight(slot),
           .out = left,
           .count = args.vocabulary * args.cols},
          parallel);
    }
  }
}

}  // namespace glass::engine

#endif
