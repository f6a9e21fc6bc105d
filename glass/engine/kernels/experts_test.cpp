// Experts: which rows go where, and products whose bits are those of plain loops.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/grouped.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"
#include "glass/engine/kernels/routing.h"
#include "glass/engine/kernels/tree.h"

namespace glass::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the kit of this test

struct Routing {
  std::vector<float> probability, weight;
  std::vector<int32_t> expert, token, place, begin;
};

Routing routed(const std::vector<float>& logits, int64_t experts, int64_t chosen, bool normalize) {
  const auto rows = std::ssize(logits) / experts;
  const auto assignments = static_cast<size_t>(rows * chosen);
  Routing out{.probability = std::vector<float>(logits.size()),
              .weight = std::vector<float>(assignments),
              .expert = std::vector<int32_t>(assignments),
              .token = std::vector<int32_t>(assignments),
              .place = std::vector<int32_t>(assignments),
              .begin = std::vector<int32_t>(static_cast<size_t>(experts) + 1)};
  SerialParallel serial;
  route({.logits_NE = logits.data(),
         .rows = rows,
         .experts = experts,
         .chosen = chosen,
         .normalize = normalize,
         .probability_NE = out.probability.data(),
         .weight_NK = out.weight.data(),
         .expert_NK = out.expert.data(),
         .token_R = out.token.data(),
         .place_NK = out.place.data(),
         .begin_E1 = out.begin.data()},
        serial);
  return out;
}

TEST(Routing, ChoosesTheLargestAndOfEqualsTheFirst) {
  const Routing r = routed({1, 3, 3, 2,  //
                            0, 0, 0, 0,  //
                            -1, -2, 5, 5},
                           4, 2, false);
  EXPECT_EQ(r.expert, (std::vector<int32_t>{1, 2, 0, 1, 2, 3}));
  // Grouped by expert, within an expert by row: expert 0 has row 1, expert 1 rows 0 and 1, ...
  EXPECT_EQ(r.begin, (std::vector<int32_t>{0, 1, 3, 5, 6}));
  EXPECT_EQ(r.token, (std::vector<int32_t>{1, 0, 1, 0, 2, 2}));
  EXPECT_EQ(r.place, (std::vector<int32_t>{1, 3, 0, 2, 4, 5}));
}

TEST(Routing, WeighsByTheSoftmaxOfAllOrOfTheChosen) {
  const std::vector<float> logits = {0, 1, 2};
  const double all = 1 + std::exp(1.0) + std::exp(2.0);
  const Routing plain = routed(logits, 3, 2, false), normalized = routed(logits, 3, 2, true);
  EXPECT_NEAR(plain.weight[0], std::exp(2.0) / all, 1e-7);
  EXPECT_NEAR(plain.weight[1], std::exp(1.0) / all, 1e-7);
  EXPECT_NEAR(normalized.weight[0], 1 / (1 + std::exp(-1.0)), 1e-7);
  EXPECT_EQ(normalized.weight[0] + normalized.weight[1], 1);
}

TEST(Routing, OfNoNumbersStillNamesDifferentExperts) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Routing r = routed({nan, nan, nan, 1, nan, 2}, 3, 3, true);
  for (size_t row = 0; row < 2; ++row) {
    const auto of_row = std::span(r.expert).subspan(3 * row, 3);
    std::vector<int32_t> experts(of_row.begin(), of_row.end());
    std::ranges::sort(experts);
    EXPECT_EQ(experts, (std::vector<int32_t>{0, 1, 2}));
  }
}

// What the gradient of the logits is the gradient of, for given gradients of the weights.
double objective(const std::vector<double>& logits, const Routing& r, int64_t experts,
                 int64_t chosen, bool normalize, const std::vector<float>& dweight, double targets,
                 double balance) {
  const auto rows = static_cast<double>(logits.size()) / static_cast<double>(experts);
  double total = 0;
  for (size_t i = 0; i < logits.size() / static_cast<size_t>(experts); ++i) {
    const double* z = logits.data() + i * static_cast<size_t>(experts);
    double all = 0, of_chosen = 0;
    for (int64_t e = 0; e < experts; ++e) all += std::exp(z[e]);
    const int32_t* expert = r.expert.data() + i * static_cast<size_t>(chosen);
    for (int64_t k = 0; k < chosen; ++k) of_chosen += std::exp(z[expert[k]]);
    for (int64_t k = 0; k < chosen; ++k)
      total +=
          static_cast<double>(dweight[i * static_cast<size_t>(chosen) + static_cast<size_t>(k)]) *
          std::exp(z[expert[k]]) / (normalize ? of_chosen : all);
    for (int64_t e = 0; e < experts; ++e) {
      const auto at = static_cast<size_t>(e);
      const double share = static_cast<double>(r.begin[at + 1] - r.begin[at]) / rows;
      total +=
          balance * targets * static_cast<double>(experts) * share * std::exp(z[e]) / all / rows;
    }
  }
  return total;
}

TEST(Routing, HasTheGradientsOfDifferences) {
  constexpr int64_t kRows = 6, kExperts = 5, kChosen = 2;
  const Floats source = random_floats(1, kRows * kExperts, 2.0F);
  const std::vector<float> logits(source.data(), source.data() + kRows * kExperts);
  const Floats other = random_floats(2, kRows * kChosen);
  const std::vector<float> dweight(other.data(), other.data() + kRows * kChosen);
  const std::vector<int32_t> target = {0, -1, 3, 3, -1, 1};
  for (const bool normalize : {false, true}) {
    const Routing r = routed(logits, kExperts, kChosen, normalize);
    std::vector<float> ours(logits.size());
    SerialParallel serial;
    route_backward({.dweight_NK = dweight.data(),
                    .probability_NE = r.probability.data(),
                    .weight_NK = r.weight.data(),
                    .expert_NK = r.expert.data(),
                    .begin_E1 = r.begin.data(),
                    .target_N = target.data(),
                    .rows = kRows,
                    .experts = kExperts,
                    .chosen = kChosen,
                    .normalize = normalize,
                    .balance = 0.7,
                    .dlogits_NE = ours.data()},
                   serial);
    std::vector<double> at(logits.begin(), logits.end());
    for (size_t i = 0; i < at.size(); ++i) {
      const auto moved = [&](double step) {
        std::vector<double> z = at;
        z[i] += step;
        return objective(z, r, kExperts, kChosen, normalize, dweight, 4, 0.7);
      };
      EXPECT_NEAR(ours[i], (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-6) << i;
    }
  }
}

// A leaf of the tree over segments of tokens: the chain over its rows, or nothing.
struct Leaf {
  bool present;
  float sum;
};

// The definition, in plain loops: one element of one expert's matrix.
float weight_gradient(const Routing& r, const std::vector<float>& dy, const std::vector<float>& x,
                      int64_t expert, int64_t row, int64_t col, int64_t m, int64_t n,
                      int64_t tokens) {
  const auto leaf = [&](int64_t segment) {
    Leaf found{.present = false, .sum = 0.0F};
    for (int64_t p = r.begin[static_cast<size_t>(expert)];
         p < r.begin[static_cast<size_t>(expert) + 1]; ++p) {
      if (r.token[static_cast<size_t>(p)] / kSegment != segment) continue;
      found.present = true;
      found.sum = std::fma(dy[static_cast<size_t>(p * m + row)],
                           x[static_cast<size_t>(p * n + col)], found.sum);
    }
    return found;
  };
  const auto combine = [](Leaf left, Leaf right) {
    if (!left.present) return right;
    if (!right.present) return left;
    return Leaf{.present = true, .sum = left.sum + right.sum};
  };
  return fold_tree(0, segment_count(tokens, kSegment), leaf, combine).sum;
}

// Expert e has rows in those segments of tokens whose bits are set in e: every way in which nodes
// of the tree can be empty.
void expect_tree_over_segments(int64_t tokens) {
  constexpr int64_t kExperts = 32, kM = 3, kN = 5;
  std::vector<float> logits(static_cast<size_t>(tokens * kExperts));
  for (int64_t i = 0, expert = 0; i < tokens; ++i) {
    do expert = (expert + 1) % kExperts;
    while ((expert >> i / kSegment & 1) == 0);
    logits[static_cast<size_t>(i * kExperts + expert)] = 1;
  }
  const Routing r = routed(logits, kExperts, 1, false);
  const Floats dys = random_floats(1, tokens * kM), xs = random_floats(2, tokens * kN);
  const std::vector<float> dy(dys.data(), dys.data() + tokens * kM);
  const std::vector<float> x(xs.data(), xs.data() + tokens * kN);
  for (const Kernels* kernels : available_kernels()) {
    std::vector<float> ours(kExperts * kM * kN, 77.0F);
    const GroupedWeightGradientArgs args = {.rows = tokens,
                                            .experts = kExperts,
                                            .m = kM,
                                            .n = kN,
                                            .tokens = tokens,
                                            .dy = dy.data(),
                                            .x = x.data(),
                                            .dweight = ours.data(),
                                            .token_R = r.token.data(),
                                            .begin_E1 = r.begin.data()};
    ThreadsParallel parallel(2);
    ScratchSpace scratch(grouped_weight_gradient_scratch(*kernels, args, 2));
    grouped_weight_gradient(*kernels, args, scratch.span(), parallel);
    for (int64_t i = 0; i < std::ssize(ours); ++i)
      EXPECT_EQ(ours[static_cast<size_t>(i)],
                weight_gradient(r, dy, x, i / (kM * kN), i / kN % kM, i % kN, kM, kN, tokens))
          << kernels->name() << " " << i;
  }
}

TEST(Grouped, GradientOfAMatrixIsATreeOverSegmentsOfTokens) {
  expect_tree_over_segments(1100);
}

TEST(Grouped, GradientOfAMatrixIsAFullTreeOverSegmentsOfTokens) {
  expect_tree_over_segments(1024);
}

// The bits of a row's product do not depend on the other rows of its expert.
void expect_rows_of_their_own(bool round_b) {
  constexpr int64_t kRows = 60, kExperts = 3, kN = 17, kK = 300;
  const Floats x = random_floats(1, kRows * kK), weight = random_floats(2, kExperts * kN * kK);
  const std::vector<int32_t> begin = {0, 1, 1, kRows};
  for (const Kernels* kernels : available_kernels()) {
    Floats y(kRows * kN), alone(kN);
    const GroupedProductArgs args = {.form = GemmArgs::Form::kNT,
                                     .rows = kRows,
                                     .experts = kExperts,
                                     .n = kN,
                                     .k = kK,
                                     .tokens = kRows,
                                     .a = x.data(),
                                     .b = weight.data(),
                                     .c = y.data(),
                                     .begin_E1 = begin.data(),
                                     .round_b = round_b};
    SerialParallel serial;
    ScratchSpace scratch(grouped_product_scratch(*kernels, args, 1));
    grouped_product(*kernels, args, scratch.span(), serial);
    for (int64_t row = 0; row < kRows; ++row) {
      const int64_t expert = row == 0 ? 0 : 2;
      const GemmArgs one = {.m = 1,
                            .n = kN,
                            .k = kK,
                            .a = x.data() + row * kK,
                            .a_stride = kK,
                            .b = weight.data() + expert * kN * kK,
                            .b_stride = kK,
                            .c = alone.data(),
                            .c_stride = kN,
                            .round_b = round_b};
      ScratchSpace room(kernels->gemm_scratch(one, 1));
      kernels->gemm(one, room.span(), serial);
      EXPECT_TRUE(std::equal(alone.data(), alone.data() + kN, y.data() + row * kN)) << row;
    }
  }
}

TEST(Grouped, RowsAreThoseOfProductsOfTheirOwn) {
  expect_rows_of_their_own(false);
}

TEST(Grouped, RowsAreThoseOfProductsOfTheirOwnWithRoundedMatrices) {
  expect_rows_of_their_own(true);
}

}  // namespace
}  // namespace glass::engine
