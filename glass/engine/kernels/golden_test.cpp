// The bits of numerics class portable-1, of portable-1-bf16, and over stored weights, pinned: every
// compiler, architecture and implementation must give these digests. A change here is a new
// numerics class (docs/reference/numerics.md).
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"
#include "glass/engine/kernels/math.h"

namespace glass::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the kit of this test

struct Golden {
  std::string name;
  uint64_t digest;
};

const std::vector<Golden> kKernels = {
    {.name = "gemm NT 3x5x7 plain", .digest = 0xb2ff8ef298d4547c},
    {.name = "gemm NT 13x31x700 all", .digest = 0xcddc3780b12482ab},
    {.name = "gemm NN 5x3x1300 in place", .digest = 0x8391d5bb4c9c1976},
    {.name = "gemm TN 12x64x300 accumulate", .digest = 0x90e28f69f9065164},
    {.name = "gemm TN 7x9x513 underflow", .digest = 0xcd61d66797c017ac},
    {.name = "gemm packed NT 2x17x257 bias", .digest = 0x2fcf96ede559e809},
    {.name = "gemm f16 NT 3x67x600 all", .digest = 0x229b3bf8cba0b30f},
    {.name = "gemm f16 NT 13x31x700 bias", .digest = 0x609d018749ac793a},
    {.name = "gemm q8_0 NT 1x70x1030 all", .digest = 0x920eec2df9ca318c},
    {.name = "gemm q8_0 NT 13x31x700 bias", .digest = 0x2102b0b4e4531fc4},
    {.name = "gemm bf16 NT 3x67x600 all", .digest = 0x0456949b9204a247},
    {.name = "gemm NT 13x31x700 rounded", .digest = 0xf64577168b98bdb8},
    {.name = "gemm NN 5x3x1300 rounded", .digest = 0x58c7405f7b3756af},
    {.name = "rms_norm 300x33", .digest = 0x19ae1ad17bea327c},
    {.name = "rms_norm 2x1000", .digest = 0x0de7117503840320},
    {.name = "rms_norm 270x70 of 5 groups", .digest = 0x2548ac59b3594166},
    {.name = "layer_norm 515x20", .digest = 0xe85494626b95549a},
    {.name = "layer_norm 3x257 in place, without bias", .digest = 0xab299c5fc1b76e20},
    {.name = "rope rows 7 heads 3x22 rotary 14 interleaved", .digest = 0x3d89a0b0a66abd5c},
    {.name = "rope rows 5 heads 4x64 rotary 64 inverse", .digest = 0xb3c0891d8282ee25},
    {.name = "attention batch 2 queries 300 keys 300 heads 4/2x8 mask 1",
     .digest = 0x2bc343425f79b2d1},
    {.name = "attention batch 1 queries 70 keys 1030 heads 2/1x8 mask 0",
     .digest = 0x33d80147f078e620},
    {.name = "attention in parts batch 1 queries 520 keys 520 heads 3/1x4 mask 2",
     .digest = 0x049a9b2023422b04},
    {.name = "attention batch 2 queries 300 keys 300 heads 4/2x9 mask 1 cap 5",
     .digest = 0x39c29504b9aa3d9b},
    {.name = "attention in parts batch 1 queries 520 keys 520 heads 2/1x4 mask 2 cap 50",
     .digest = 0x2ae8f4a6dd96177f},
    {.name = "swiglu 4x250", .digest = 0xa4da170a283eb1e5},
    {.name = "geglu 4x250", .digest = 0xebd57911c8d1d8fe},
    {.name = "softcap 1001 scale 200", .digest = 0xea4b1c89bce44fa1},
    {.name = "gelu tanh 1001 scale 6", .digest = 0xb5c241d48c1b6460},
    {.name = "gelu erf 1001 scale 6", .digest = 0xa4b507bfc979baff},
    {.name = "embedding 257x33 of 20 with positions", .digest = 0xc98d88a35c2830a9},
    {.name = "embedding 257x33 of 20 with positions rounded", .digest = 0x9cbba3fdbe8f8900},
    {.name = "embedding q8_0 257x33 of 20", .digest = 0xb3dc22cd8855a95b},
    {.name = "route 7x17 over 2 of 4 experts of 9 normalized", .digest = 0xa6c32032e7832921},
    {.name = "route 9x260 over 8 of 300 experts of 5 normalized", .digest = 0xde2d56cb6ae49f93},
    {.name = "route 40x20 over 3 of 16 experts of 33", .digest = 0x777c3f44d8c361af},
    {.name = "grouped 1300x8 over 1 of 3 experts of 6", .digest = 0xfd4442af6a7d2220},
    {.name = "combine 9x260 over 8 of 300 experts of 5 normalized", .digest = 0x8a1f1ffdc1c00132},
    {.name = "linear_cross_entropy 17x20 of 1000 with gradients", .digest = 0x8c6d077a66276843},
    {.name = "linear_cross_entropy 300x8 of 70 with gradients", .digest = 0xa4f06ffca2c8149c},
    {.name = "linear_cross_entropy 270x12 of 300 cap 20 with gradients",
     .digest = 0x1f493070b4fb27eb},
    {.name = "affine 5000", .digest = 0x74211697022f15cd},
    {.name = "add, sum, sum_of_squares 5000 scale 1", .digest = 0x462e6c363c3fdcdf},
    {.name = "column_sum 600x130", .digest = 0xeb6787222e2a1d72},
    {.name = "adamw 5000", .digest = 0xadda01a9e92e473a},
    {.name = "lion, sgd 5000", .digest = 0x09271776ed05185a},
    {.name = "blend, momentum 5000", .digest = 0xf1b17270c41422e5},
    {.name = "dropout 5000 from 17179869178", .digest = 0x3c01301ae57ea9e4},
    {.name = "random_normal 20000", .digest = 0x36a9c7c6362a1cd5},
    {.name = "linear_cross_entropy 270x12 of 530 smoothed 0.1 z 0.0001 with gradients",
     .digest = 0x6dc7899593075d7f},
    {.name = "linear_cross_entropy 20x9 of 300 cap 20 smoothed 0.2 z 0.01 with gradients",
     .digest = 0x12437ede67120fc3},
    {.name = "linear_cross_entropy 270x9 of 600 rounded with gradients",
     .digest = 0xc083d50bb436db90},
    {.name = "storage 5000 scale 1", .digest = 0xb97e1b5056d80c5d},
};

KernelCases all_cases() {
  KernelCases all;
  for (const auto family :
       {gemm_cases, norm_cases, rope_cases, attention_cases, activation_cases, embedding_cases,
        experts_cases, linear_cross_entropy_cases, storage_cases, reduction_cases}) {
    for (KernelCase& test_case : family()) all.push_back(std::move(test_case));
  }
  return all;
}

TEST(Golden, EveryKernelGivesThePinnedBits) {
  std::map<std::string, KernelCase> cases;
  for (const KernelCase& test_case : all_cases()) cases.emplace(test_case.name, test_case);
  for (const Golden& golden : kKernels) {
    ASSERT_TRUE(cases.contains(golden.name)) << golden.name;
    for (const Kernels* kernels : available_kernels()) {
      SerialParallel serial;
      const uint64_t ours = digest(cases.at(golden.name).run(*kernels, serial));
      EXPECT_EQ(ours, golden.digest)
          << fmt::format("{} of {}: 0x{:016x}", golden.name, kernels->name(), ours);
    }
  }
}

using FloatFunction = float (*)(float);
using DoubleFunction = double (*)(double);

// Over floats of every exponent between the bits of `first` and `last`, both signs if wished.
Output sampled(FloatFunction f, float first, float last, bool both_signs) {
  std::vector<float> values;
  for (auto bits = std::bit_cast<uint32_t>(first); bits <= std::bit_cast<uint32_t>(last);
       bits += 20011) {
    values.push_back(f(std::bit_cast<float>(bits)));
    if (both_signs) values.push_back(f(-std::bit_cast<float>(bits)));
  }
  return {"", values};
}

Output sampled(DoubleFunction f, double first, double last, bool both_signs) {
  std::vector<float> halves;
  const auto add = [&](double value) {
    const auto bits = std::bit_cast<uint64_t>(value);
    halves.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    halves.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits >> 32)));
  };
  for (double x = first; x <= last; x *= 1.0123) {
    add(f(x));
    if (both_signs) add(f(-x));
  }
  return {"", halves};
}

TEST(Golden, EveryFunctionGivesThePinnedBits) {
  const auto expect = [](const char* name, const Output& output, uint64_t golden) {
    const uint64_t ours = digest({output});
    EXPECT_EQ(ours, golden) << fmt::format("{}: 0x{:016x}", name, ours);
  };
  expect("exp", sampled(&exp, 1e-30F, 110.0F, true), 0x1f5ad5fa6113c659);
  expect("log", sampled(&log, 1e-45F, 3e38F, false), 0xc53a3dc95e73bc61);
  expect("tanh", sampled(&tanh, 1e-45F, 3e38F, true), 0xd206b4f0e9eaa599);
  expect("erf", sampled(&erf, 1e-45F, 3e38F, true), 0xa61c98ec5a199d3d);
  expect("sin", sampled(&sin, 1e-45F, 1e5F, true), 0x35172667f3964029);
  expect("cos", sampled(&cos, 1e-45F, 1e5F, true), 0x0c8742d9b6f918e9);
  expect("exp of doubles", sampled(&exp, 1e-10, 700.0, true), 0x68db8b262896afe5);
  expect("log of doubles", sampled(&log, 1e-300, 1e300, false), 0xc8d38d4dd943c0f9);
  expect("sin of doubles", sampled(&sin, 1e-10, 1e6, true), 0x30345cb3bf7bfe61);
  expect("cos of doubles", sampled(&cos, 1e-10, 1e6, true), 0xf31bddbbc8d889dd);
}

}  // namespace
}  // namespace glass::engine
