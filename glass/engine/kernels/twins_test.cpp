// Every implementation gives the bits of the reference, whatever the number of workers.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
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

TEST(Twins, Experts) {
  expect_twins(experts_cases());
}

TEST(Twins, LinearCrossEntropy) {
  expect_twins(linear_cross_entropy_cases());
}

TEST(Twins, Storage) {
  expect_twins(storage_cases());
}

TEST(Twins, Reductions) {
  expect_twins(reduction_cases());
}

bool has_nan(const Floats& floats) {
  return std::ranges::any_of(floats.span(), [](float x) { return std::isnan(x); });
}

// Where NaN goes is not specified, but none may vanish: loss and gradient norm must show it.
TEST(Twins, NanInTheWeightsOfTheLossShowsInItsGradients) {
  for (const Kernels* kernels : available_kernels()) {
    const Floats x = random_floats(1, 4 * 8);
    Floats weight = random_floats(2, 300 * 8);
    weight.data()[299 * 8 + 3] = std::numeric_limits<float>::quiet_NaN();
    const std::vector<int32_t> target = {0, 1, 2, 3};  // none of them the spoilt row
    Floats loss(4), dx(4 * 8), dweight(300 * 8);
    const LinearCrossEntropyArgs args{.x_NC = x.data(),
                                      .weight_VC = weight.data(),
                                      .target_N = target.data(),
                                      .loss_N = loss.data(),
                                      .dx_NC = dx.data(),
                                      .dweight_VC = dweight.data(),
                                      .rows = 4,
                                      .cols = 8,
                                      .vocabulary = 300};
    SerialParallel serial;
    ScratchSpace scratch(kernels->linear_cross_entropy_scratch(args, 1));
    kernels->linear_cross_entropy(args, scratch.span(), serial);
    EXPECT_TRUE(has_nan(dx)) << kernels->name();
    EXPECT_TRUE(has_nan(loss)) << kernels->name();
  }
}

TEST(Twins, NanInAnActivationIsHandedOn) {
  for (const Kernels* kernels : available_kernels()) {
    Floats x = random_floats(1, 40);
    x.data()[5] = std::numeric_limits<float>::quiet_NaN();
    SerialParallel serial;
    for (const Gelu kind : {Gelu::kTanh, Gelu::kErf}) {
      Floats y(40);
      kernels->gelu({.kind = kind, .x = x.data(), .y = y.data(), .count = 40}, serial);
      EXPECT_TRUE(std::isnan(y.data()[5])) << kernels->name();
    }
    Floats h(20);
    kernels->swiglu({.gate_up_N2F = x.data(), .h_NF = h.data(), .rows = 1, .cols = 20}, serial);
    EXPECT_TRUE(std::isnan(h.data()[5])) << kernels->name();
    kernels->geglu({.gate_up_N2F = x.data(), .h_NF = h.data(), .rows = 1, .cols = 20}, serial);
    EXPECT_TRUE(std::isnan(h.data()[5])) << kernels->name();
    Floats capped(40);
    kernels->softcap({.x = x.data(), .y = capped.data(), .count = 40, .cap = 30}, serial);
    EXPECT_TRUE(std::isnan(capped.data()[5])) << kernels->name();
  }
}

}  // namespace
}  // namespace glass::engine
