// However a product is cut, its bits are those of the reference.
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"
#include "glass/engine/kernels/simd/gemm_merge.h"
#include "glass/engine/kernels/simd/gemm_plan.h"
#include "glass/engine/kernels/simd/gemm_run.h"
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the kit of this test
using Form = GemmArgs::Form;

struct Shape {
  int64_t m, n, k;
  int64_t a_pad = 3;  // columns of A beyond its own
  bool accumulate = false;
};

struct Operands {
  GemmArgs args;
  Floats a, b, c;

  Operands(Form form, const Shape& s)
      : a(random_floats(
            1, (form == Form::kTN ? s.k : s.m) * ((form == Form::kTN ? s.m : s.k) + s.a_pad))),
        b(random_floats(2, s.n * s.k)),
        c(random_floats(3, s.m * s.n)) {
    args = {.form = form, .m = s.m, .n = s.n, .k = s.k};
    args.a = a.data();
    args.a_stride = (form == Form::kTN ? s.m : s.k) + s.a_pad;
    args.b = b.data();
    args.b_stride = form == Form::kNT ? s.k : s.n;
    args.c = c.data();
    args.c_stride = s.n;
    args.accumulate = s.accumulate;
  }
};

Outputs product_of_reference(Form form, const Shape& shape) {
  Operands operands(form, shape);
  SerialParallel serial;
  ScratchSpace scratch(reference_kernels().gemm_scratch(operands.args, 1));
  reference_kernels().gemm(operands.args, scratch.span(), serial);
  return {{"c", operands.c.span()}};
}

Outputs product_cut_by(const GemmLimits& limits, Form form, const Shape& shape, int workers) {
  Operands operands(form, shape);
  ThreadsParallel parallel(workers);
  const GemmTarget& target = gemm_target();
  const GemmPlan plan = plan_gemm(operands.args, target, workers, false, limits);
  ScratchSpace scratch(plan.scratch_bytes(workers));
  auto* floats = reinterpret_cast<float*>(scratch.span().data());
  GemmRun(operands.args, plan, target, {}, floats).run(parallel);
  return {{"c", operands.c.span()}};
}

// Cuts so small that a small product has every kind of piece.
const std::vector<GemmLimits> kTinyLimits = {
    {},
    {.chunk_floats = 16'000, .min_chunk_cols = 16},                             // chunks of columns
    {.chunk_floats = 20'000, .min_chunk_cols = 32, .node_segments = 1},         // phases of k
    {.chunk_floats = 20'000, .min_chunk_cols = 32, .shared_slot_floats = 800},  // groups of rows
    {.narrow_from_floats = 1, .narrow_chunk_floats = 50'000, .narrow_max_block_panels = 5},
    {.block_floats = 1, .min_block_panels = 1, .whole_node_segments = 1, .node_segments = 1},
    {.block_floats = 1, .min_block_panels = 2, .whole_node_segments = 2, .node_segments = 2},
};

class GemmCuts : public ::testing::Test {
 protected:
  void SetUp() override {
    if (simd_kernels() == nullptr) GTEST_SKIP() << "this machine has none of our vector sets";
  }
};

TEST_F(GemmCuts, DoNotShowInTheBits) {
  const std::vector<Shape> shapes = {{37, 70, 600},
                                     {37, 70, 1700, 3, true},
                                     {26, 90, 2600},
                                     {13, 33, 1024, 0},  // rows a whole number of pages apart
                                     {100, 5, 300}};
  for (const Shape& shape : shapes) {
    for (const Form form : {Form::kNT, Form::kNN, Form::kTN}) {
      const Outputs expected = product_of_reference(form, shape);
      for (size_t i = 0; i < kTinyLimits.size(); ++i) {
        for (const int workers : {1, 3}) {
          expect_equal_bits(product_cut_by(kTinyLimits[i], form, shape, workers), expected,
                            fmt::format("{}x{}x{} form {} limits {} workers {}", shape.m, shape.n,
                                        shape.k, static_cast<int>(form), i, workers));
        }
      }
    }
  }
}

TEST_F(GemmCuts, OfLargeProductsDoNotShow) {
  for (const Shape& shape : {Shape{9, 1100, 1030}, Shape{7, 600, 2600}, Shape{8, 40, 5000},
                             Shape{7, 510, 4200}}) {  // nodes of eight segments
    for (const Form form : {Form::kNT, Form::kNN, Form::kTN}) {
      expect_equal_bits(product_cut_by({}, form, shape, 2), product_of_reference(form, shape),
                        fmt::format("{}x{}x{}", shape.m, shape.n, shape.k));
    }
  }
}

TEST_F(GemmCuts, OfTheRowsOfALossDoNotShow) {
  constexpr int64_t kRows = 1100, kCols = 9, kVocabulary = 300;
  std::vector<int32_t> target = random_indices(4, kRows, kVocabulary);
  target[700] = -1;
  const Floats x = random_floats(5, kRows * kCols);
  const Floats weight = random_floats(6, kVocabulary * kCols);
  const auto loss_with = [&](const Kernels& kernels, int workers) {
    Floats loss(kRows), dx(kRows * kCols), dweight(kVocabulary * kCols);
    const LinearCrossEntropyArgs args{.x_NC = x.data(),
                                      .weight_VC = weight.data(),
                                      .target_N = target.data(),
                                      .loss_N = loss.data(),
                                      .dx_NC = dx.data(),
                                      .dweight_VC = dweight.data(),
                                      .rows = kRows,
                                      .cols = kCols,
                                      .vocabulary = kVocabulary};
    ThreadsParallel parallel(workers);
    ScratchSpace scratch(kernels.linear_cross_entropy_scratch(args, workers));
    kernels.linear_cross_entropy(args, scratch.span(), parallel);
    return Outputs{{"loss", loss.span()}, {"dx", dx.span()}, {"dweight", dweight.span()}};
  };
  const Outputs expected = loss_with(reference_kernels(), 2);
  for (const int workers : {1, 3})
    expect_equal_bits(loss_with(*simd_kernels(), workers), expected, "loss of 1100 rows");
}

TEST(Merge, TellsTheScheduleOfTheTree) {
  for (int64_t leaves = 1; leaves < 40; ++leaves) {
    const HalvingTree tree(leaves);
    for (int64_t leaf = 0; leaf < leaves; ++leaf) {
      const TreeStep& step = tree.steps()[static_cast<size_t>(leaf)];
      const Merge merge = merge_of(leaf, leaves, 1);
      const int merges = step.merges + (step.add ? 1 : 0);
      EXPECT_EQ(merge.merges, merges) << leaf << " of " << leaves;
      EXPECT_EQ(merge.slot - merge.merges, step.slot - step.merges) << leaf << " of " << leaves;
      EXPECT_LT(merge.slot - merge.merges, slot_count(leaves, 1)) << leaf << " of " << leaves;
    }
  }
}

TEST(Merge, FindsTheNodesOfACut) {
  for (int64_t leaves = 1; leaves < 40; ++leaves) {
    for (int64_t limit = 1; limit < 6; ++limit) {
      for (const auto& [begin, end] : tree_nodes(leaves, limit)) {
        for (int64_t leaf = begin; leaf < end; ++leaf) {
          const Merge node = merge_of(leaf, leaves, limit);
          EXPECT_EQ(node.begin, begin);
          EXPECT_EQ(node.end, end);
          EXPECT_LT(node.slot - node.merges, slot_count(leaves, limit));
        }
      }
    }
  }
}

}  // namespace
}  // namespace glass::engine
