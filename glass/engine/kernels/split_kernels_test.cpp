// Sums that are cut at tree nodes among owners give the bits of the uncut: tensor, context and
// vocabulary parallelism.
#include "glass/engine/kernels/split_kernels.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"

namespace glass::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the kit of this test

void expect_no_trace(const KernelCases& cases, const std::vector<Split>& splits) {
  for (const KernelCase& test_case : cases) {
    SerialParallel serial;
    const Outputs expected = test_case.run(reference_kernels(), serial);
    for (const Split& split : splits) {
      const SplitKernels kernels(*available_kernels().front(), split);
      expect_equal_bits(test_case.run(kernels, serial), expected, "split, " + test_case.name);
    }
  }
}

TEST(SplitKernels, CuttingTheKOfProductsLeavesNoTrace) {
  expect_no_trace(gemm_cases(), {{.tensor = 2}, {.tensor = 3}, {.tensor = 4}});
}

TEST(SplitKernels, CuttingTheKeysOfAttentionLeavesNoTrace) {
  expect_no_trace(attention_cases(), {{.context = 2}, {.context = 3}, {.context = 4}});
}

TEST(SplitKernels, CuttingTheVocabularyOfTheLossLeavesNoTrace) {
  expect_no_trace(linear_cross_entropy_cases(),
                  {{.vocabulary = 1}, {.vocabulary = 2}, {.vocabulary = 3}, {.vocabulary = 4}});
}

TEST(SplitKernels, CuttingTheKOfTheProductsOfExpertsLeavesNoTrace) {
  expect_no_trace(experts_cases(), {{.tensor = 2}, {.tensor = 4}});
}

TEST(SplitKernels, AllCutsTogetherLeaveNoTrace) {
  expect_no_trace(linear_cross_entropy_cases(), {{.tensor = 2, .context = 2, .vocabulary = 2}});
}

// The tests above would see a cut at the wrong place: here is one, beside the tree's node.
TEST(SplitKernels, ACutBesideATreeNodeShows) {
  constexpr int64_t kLength = 3 * kSegment;
  const Floats a = random_floats(1, kLength);
  const Floats b = random_floats(2, kLength * 8);
  const auto product = [&](int64_t begin, int64_t end) {
    std::vector<float> c(8);
    SerialParallel serial;
    reference_kernels().gemm({.form = GemmArgs::Form::kNN,
                              .m = 1,
                              .n = 8,
                              .k = end - begin,
                              .a = a.data() + begin,
                              .a_stride = kLength,
                              .b = b.data() + begin * 8,
                              .b_stride = 8,
                              .c = c.data(),
                              .c_stride = 8},
                             {}, serial);
    return c;
  };
  const auto sum_of = [&](int64_t cut) {
    std::vector<float> sum = product(0, cut);
    const std::vector<float> right = product(cut, kLength);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += right[i];
    return sum;
  };
  EXPECT_EQ(sum_of(2 * kSegment), product(0, kLength));
  EXPECT_NE(sum_of(kSegment), product(0, kLength));
}

}  // namespace
}  // namespace glass::engine
