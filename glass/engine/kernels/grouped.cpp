#include "glass/engine/kernels/grouped.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/simd/gemm_merge.h"

namespace glass::engine {
namespace {

constexpr int64_t kCacheLine = 16;  // floats
constexpr size_t kMostSlots = 64;

GemmArgs product_of(const GroupedProductArgs& args, int64_t expert, int64_t begin, int64_t rows) {
  return {.form = args.form,
          .m = rows,
          .n = args.n,
          .k = args.k,
          .a = args.a + begin * args.k,
          .a_stride = args.k,
          .b = args.b + expert * args.n * args.k,
          .b_stride = args.form == GemmArgs::Form::kNT ? args.k : args.n,
          .c = args.c + begin * args.n,
          .c_stride = args.n,
          .round_b = args.round_b};
}

// The rows [begin, begin + rows) of one expert, of one segment of tokens.
GemmArgs leaf_of(const GroupedWeightGradientArgs& args, int64_t begin, int64_t rows, float* c,
                 bool accumulate) {
  return {.form = GemmArgs::Form::kTN,
          .m = args.m,
          .n = args.n,
          .k = rows,
          .a = args.dy + begin * args.m,
          .a_stride = args.m,
          .b = args.x + begin * args.n,
          .b_stride = args.n,
          .c = c,
          .c_stride = args.n,
          .accumulate = accumulate};
}

int64_t token_segments(const GroupedWeightGradientArgs& args) {
  return std::max<int64_t>(1, segment_count(args.tokens, kSegment));
}

// Of a matrix, in whole cache lines.
int64_t slot_floats(const GroupedWeightGradientArgs& args) {
  return segment_count(args.m * args.n, kCacheLine) * kCacheLine;
}

// The tree over segments of tokens for one expert. Slot 0 is the result; a slot is null while the
// node that would wait there has no rows.
class ExpertTree {
 public:
  ExpertTree(const Kernels& kernels, const GroupedWeightGradientArgs& args, float* result,
             float* others, Scratch scratch, Parallel& parallel)
      : kernels_(kernels), args_(args), scratch_(scratch), parallel_(parallel) {
    const int slots = slot_count(token_segments(args), 1);
    for (int s = 0; s < slots; ++s)
      memory_.at(static_cast<size_t>(s)) = s == 0 ? result : others + (s - 1) * slot_floats(args);
  }

  // The next segment; `rows` may be 0.
  void add_leaf(int64_t segment, int64_t begin, int64_t rows) {
    const Merge node = merge_of(segment, token_segments(args_), 1);
    const int target = node.slot - node.merges;
    int at = node.slot;
    bool present = rows > 0;
    if (present) {
      const bool right = node.merges > 0 && filled_.at(static_cast<size_t>(at - 1));
      if (right) --at;
      kernels_.gemm(leaf_of(args_, begin, rows, memory_.at(static_cast<size_t>(at)), right),
                    scratch_, parallel_);
    }
    for (; at > target; --at) present = merge(at, present);
    filled_.at(static_cast<size_t>(target)) = present;
  }

  // Where the sum lies, or null where there was no row.
  [[nodiscard]] const float* sum() const { return filled_[0] ? memory_[0] : nullptr; }

 private:
  // The node at slot `at` joins the one that waits below; returns whether their parent has rows.
  bool merge(int at, bool present) {
    const auto right = static_cast<size_t>(at), left = right - 1;
    if (!present) return filled_.at(left);
    if (filled_.at(left))
      kernels_.add({.a = memory_.at(left),
                    .b = memory_.at(right),
                    .out = memory_.at(left),
                    .count = args_.m * args_.n},
                   parallel_);
    else
      std::swap(memory_.at(left), memory_.at(right));
    return true;
  }

  const Kernels& kernels_;
  const GroupedWeightGradientArgs& args_;
  Scratch scratch_;
  Parallel& parallel_;
  std::array<float*, kMostSlots> memory_{};
  std::array<bool, kMostSlots> filled_{};
};

}  // namespace

size_t grouped_product_scratch(const Kernels& kernels, const GroupedProductArgs& args,
                               int workers) {
  size_t most = 0;
  GemmArgs product = product_of({.form = args.form, .n = args.n, .k = args.k}, 0, 0, 0);
  for (product.m = 1; product.m <= args.tokens; ++product.m)
    most = std::max(most, kernels.gemm_scratch(product, workers));
  return most;
}

void grouped_product(const Kernels& kernels, const GroupedProductArgs& args, Scratch scratch,
                     Parallel& parallel) {
  for (int64_t expert = 0; expert < args.experts; ++expert) {
    const int64_t begin = args.begin_E1[expert];
    const int64_t rows = args.begin_E1[expert + 1] - begin;
    GLASS_CHECK(rows <= args.tokens);
    if (rows > 0) kernels.gemm(product_of(args, expert, begin, rows), scratch, parallel);
  }
}

size_t grouped_weight_gradient_scratch(const Kernels& kernels,
                                       const GroupedWeightGradientArgs& args, int workers) {
  size_t most = 0;
  const GroupedWeightGradientArgs shape = {.m = args.m, .n = args.n};
  for (int64_t rows = 1; rows <= std::min(kSegment, args.tokens); ++rows) {
    for (const bool accumulate : {false, true})
      most = std::max(most,
                      kernels.gemm_scratch(leaf_of(shape, 0, rows, nullptr, accumulate), workers));
  }
  const int64_t waiting = (slot_count(token_segments(args), 1) - 1) * slot_floats(args);
  return static_cast<size_t>(waiting) * sizeof(float) + most;
}

void grouped_weight_gradient(const Kernels& kernels, const GroupedWeightGradientArgs& args,
                             Scratch scratch, Parallel& parallel) {
  const int64_t segments = token_segments(args), count = args.m * args.n;
  const int64_t waiting = (slot_count(segments, 1) - 1) * slot_floats(args);
  auto* others = reinterpret_cast<float*>(scratch.data());
  const Scratch rest = scratch.subspan(static_cast<size_t>(waiting) * sizeof(float));
  for (int64_t expert = 0; expert < args.experts; ++expert) {
    float* const result = args.dweight + expert * count;
    ExpertTree tree(kernels, args, result, others, rest, parallel);
    int64_t row = args.begin_E1[expert];
    for (int64_t segment = 0; segment < segments; ++segment) {
      const int64_t begin = row;
      while (row < args.begin_E1[expert + 1] && args.token_R[row] < (segment + 1) * kSegment) ++row;
      tree.add_leaf(segment, begin, row - begin);
    }
    if (tree.sum() == result) continue;
    parallel.split(count, kSegment, [&](int64_t begin, int64_t end, int /*worker*/) {
      if (tree.sum() == nullptr)
        std::fill(result + begin, result + end, 0.0F);
      else
        std::copy(tree.sum() + begin, tree.sum() + end, result + begin);
    });
  }
}

}  // namespace glass::engine
