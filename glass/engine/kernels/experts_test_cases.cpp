// The cases of experts: routing, their products, and what they give together.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/grouped.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"
#include "glass/engine/kernels/routing.h"

namespace glass::engine::testing {
namespace {

struct ExpertsShape {
  int64_t rows, experts, chosen, cols, width;
  bool normalize = false;
  float scale = 1.0F;  // of the logits: large ones leave experts without rows

  [[nodiscard]] std::string name() const {
    return fmt::format("{}x{} over {} of {} experts of {}{}", rows, cols, chosen, experts, width,
                       normalize ? " normalized" : "");
  }
};

// Integers as floats, so that they can be compared like the rest.
Floats as_floats(const std::vector<int32_t>& values) {
  Floats out(std::ssize(values));
  std::ranges::copy(values, out.data());
  return out;
}

struct Routed {
  Floats probability, weight;
  std::vector<int32_t> expert, token, place, begin;
};

// Several logits of a row are equal.
Routed run_route(const ExpertsShape& s, Parallel& parallel) {
  Floats logits = random_floats(1, s.rows * s.experts, s.scale);
  for (int64_t i = 0; i < s.rows * s.experts; i += 3) logits.data()[i] = 0.125F * s.scale;
  const auto assignments = static_cast<size_t>(s.rows * s.chosen);
  Routed out{.probability = Floats(s.rows * s.experts),
             .weight = Floats(s.rows * s.chosen),
             .expert = std::vector<int32_t>(assignments),
             .token = std::vector<int32_t>(assignments),
             .place = std::vector<int32_t>(assignments),
             .begin = std::vector<int32_t>(static_cast<size_t>(s.experts) + 1)};
  route({.logits_NE = logits.data(),
         .rows = s.rows,
         .experts = s.experts,
         .chosen = s.chosen,
         .normalize = s.normalize,
         .probability_NE = out.probability.data(),
         .weight_NK = out.weight.data(),
         .expert_NK = out.expert.data(),
         .token_R = out.token.data(),
         .place_NK = out.place.data(),
         .begin_E1 = out.begin.data()},
        parallel);
  return out;
}

Outputs run_routing(Parallel& parallel, const ExpertsShape& s) {
  const Routed routed = run_route(s, parallel);
  const Floats dweight = random_floats(2, s.rows * s.chosen);
  std::vector<int32_t> target = random_indices(3, s.rows, 9);
  for (int32_t& t : target) --t;  // some are -1
  Floats dlogits(s.rows * s.experts);
  route_backward({.dweight_NK = dweight.data(),
                  .probability_NE = routed.probability.data(),
                  .weight_NK = routed.weight.data(),
                  .expert_NK = routed.expert.data(),
                  .begin_E1 = routed.begin.data(),
                  .target_N = target.data(),
                  .rows = s.rows,
                  .experts = s.experts,
                  .chosen = s.chosen,
                  .normalize = s.normalize,
                  .balance = 0.3,
                  .dlogits_NE = dlogits.data()},
                 parallel);
  return {{"probability", routed.probability.span()},
          {"weight", routed.weight.span()},
          {"place", as_floats(routed.place).span()},
          {"begin", as_floats(routed.begin).span()},
          {"dlogits", dlogits.span()}};
}

Outputs run_products(const Kernels& kernels, Parallel& parallel, const ExpertsShape& s) {
  const Routed routed = run_route(s, parallel);
  const int64_t places = s.rows * s.chosen;
  const Floats x = random_floats(4, places * s.cols);
  const Floats weight = random_floats(5, s.experts * s.width * s.cols);
  const Floats dy = random_floats(6, places * s.width);
  Floats y(places * s.width), dx(places * s.cols), dweight(s.experts * s.width * s.cols, 77.0F);
  GroupedProductArgs product = {.form = GemmArgs::Form::kNT,
                                .rows = places,
                                .experts = s.experts,
                                .n = s.width,
                                .k = s.cols,
                                .tokens = s.rows,
                                .a = x.data(),
                                .b = weight.data(),
                                .c = y.data(),
                                .begin_E1 = routed.begin.data()};
  ScratchSpace forward(grouped_product_scratch(kernels, product, parallel.workers()));
  grouped_product(kernels, product, forward.span(), parallel);
  product.form = GemmArgs::Form::kNN;
  product.n = s.cols;
  product.k = s.width;
  product.a = dy.data();
  product.c = dx.data();
  ScratchSpace back(grouped_product_scratch(kernels, product, parallel.workers()));
  grouped_product(kernels, product, back.span(), parallel);
  const GroupedWeightGradientArgs gradient = {.rows = places,
                                              .experts = s.experts,
                                              .m = s.width,
                                              .n = s.cols,
                                              .tokens = s.rows,
                                              .dy = dy.data(),
                                              .x = x.data(),
                                              .dweight = dweight.data(),
                                              .token_R = routed.token.data(),
                                              .begin_E1 = routed.begin.data()};
  ScratchSpace more(grouped_weight_gradient_scratch(kernels, gradient, parallel.workers()));
  grouped_weight_gradient(kernels, gradient, more.span(), parallel);
  return {{"y", y.span()}, {"dx", dx.span()}, {"dweight", dweight.span()}};
}

Outputs run_combine(const Kernels& kernels, Parallel& parallel, const ExpertsShape& s,
                    bool in_place) {
  const Routed routed = run_route(s, parallel);
  Floats y = random_floats(7, s.rows * s.chosen * s.cols);
  const Floats dout = random_floats(8, s.rows * s.cols);
  Floats sum(s.rows * s.cols), out = random_floats(9, s.rows * s.cols);
  CombineArgs args = {.y_RC = y.data(),
                      .place_NK = routed.place.data(),
                      .weight_NK = nullptr,
                      .residual_NC = nullptr,
                      .out_NC = sum.data(),
                      .rows = s.rows,
                      .chosen = s.chosen,
                      .cols = s.cols};
  kernels.combine(args, parallel);
  args.weight_NK = routed.weight.data();
  args.residual_NC = args.out_NC = out.data();
  kernels.combine(args, parallel);
  Floats dy(s.rows * s.chosen * s.cols), dweight(s.rows * s.chosen);
  Floats& gradient = in_place ? y : dy;
  kernels.combine_backward({.dout_NC = dout.data(),
                            .y_RC = y.data(),
                            .place_NK = routed.place.data(),
                            .weight_NK = routed.weight.data(),
                            .dy_RC = gradient.data(),
                            .dweight_NK = dweight.data(),
                            .rows = s.rows,
                            .chosen = s.chosen,
                            .cols = s.cols},
                           parallel);
  return {{"sum", sum.span()},
          {"weighted", out.span()},
          {"dy", gradient.span()},
          {"dweight", dweight.span()}};
}

}  // namespace

KernelCases experts_cases() {
  KernelCases cases;
  for (const ExpertsShape& s : std::vector<ExpertsShape>{
           {.rows = 1, .experts = 1, .chosen = 1, .cols = 3, .width = 2},
           {.rows = 7, .experts = 4, .chosen = 2, .cols = 17, .width = 9, .normalize = true},
           {.rows = 40, .experts = 16, .chosen = 3, .cols = 20, .width = 33, .scale = 30.0F},
           {.rows = 270, .experts = 5, .chosen = 2, .cols = 12, .width = 40, .normalize = true},
           {.rows = 1300, .experts = 3, .chosen = 1, .cols = 8, .width = 6, .scale = 4.0F},
           {.rows = 530, .experts = 3, .chosen = 2, .cols = 270, .width = 200},
           {.rows = 9, .experts = 300, .chosen = 8, .cols = 260, .width = 5, .normalize = true}}) {
    cases.push_back({"route " + s.name(), [=](const Kernels& /*kernels*/, Parallel& parallel) {
                       return run_routing(parallel, s);
                     }});
    cases.push_back({"grouped " + s.name(), [=](const Kernels& kernels, Parallel& parallel) {
                       return run_products(kernels, parallel, s);
                     }});
    for (const bool in_place : {false, true})
      cases.push_back({fmt::format("combine {}{}", s.name(), in_place ? " in place" : ""),
                       [=](const Kernels& kernels, Parallel& parallel) {
                         return run_combine(kernels, parallel, s, in_place);
                       }});
  }
  return cases;
}

}  // namespace glass::engine::testing
