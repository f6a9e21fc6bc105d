// Every implementation gives the bits of the reference, whatever the number of workers.
#include <string>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"

namespace glass::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the kit of this test

void expect_twins(const KernelCases& cases) {
  for (const KernelCase& test_case : cases) {
    SerialParallel serial;
    const Outputs expected = test_case.run(reference_kernels(), serial);
    for (const Kernels* kernels : available_kernels()) {
      for (const int workers : {1, 2, 3}) {
        if (kernels == &reference_kernels() && workers != 3) continue;
        ThreadsParallel parallel(workers);
        expect_equal_bits(test_case.run(*kernels, parallel), expected,
                          std::string(kernels->name()) + " with " + std::to_string(workers) +
                              " workers, " + test_case.name);
      }
    }
  }
}

TEST(Twins, Gemm) {
  expect_twins(gemm_cases());
}

TEST(Twins, Norms) {
  expect_twins(norm_cases());
}

TEST(Twins, Rope) {
  expect_twins(rope_cases());
}

TEST(Twins, Attention) {
  expect_twins(attention_cases());
}

TEST(Twins, Activations) {
  expect_twins(activation_cases());
}

TEST(Twins, Embedding) {
  expect_twins(embedding_cases());
}

TEST(Twins, LinearCrossEntropy) {
  expect_twins(linear_cross_entropy_cases());
}

TEST(Twins, Reductions) {
  expect_twins(reduction_cases());
}

}  // namespace
}  // namespace glass::engine
