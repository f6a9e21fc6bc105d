// The cases of the activations: SwiGLU, GeGLU, GELU and the soft cap.
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"

namespace glass::engine::testing {
namespace {

struct GatedShape {
  int64_t rows, cols;
  float scale = 1.0F;
};

Outputs run_swiglu(const Kernels& kernels, Parallel& parallel, GatedShape s, bool in_place) {
  const int64_t count = s.rows * s.cols;
  Floats gate_up = random_floats(1, 2 * count, s.scale);
  const Floats dh = random_floats(2, count);
  Floats h(count), dgate_up(2 * count);
  kernels.swiglu({.gate_up_N2F = gate_up.data(), .h_NF = h.data(), .rows = s.rows, .cols = s.cols},
                 parallel);
  Floats& gradient = in_place ? gate_up : dgate_up;
  kernels.swiglu_backward({.gate_up_N2F = gate_up.data(),
                           .dh_NF = dh.data(),
                           .dgate_up_N2F = gradient.data(),
                           .rows = s.rows,
                           .cols = s.cols},
                          parallel);
  return {{"h", h.span()}, {"dgate_up", gradient.span()}};
}

Outputs run_geglu(const Kernels& kernels, Parallel& parallel, GatedShape s, bool in_place) {
  const int64_t count = s.rows * s.cols;
  Floats gate_up = random_floats(1, 2 * count, s.scale);
  const Floats dh = random_floats(2, count);
  Floats h(count), dgate_up(2 * count);
  kernels.geglu({.gate_up_N2F = gate_up.data(), .h_NF = h.data(), .rows = s.rows, .cols = s.cols},
                parallel);
  Floats& gradient = in_place ? gate_up : dgate_up;
  kernels.geglu_backward({.gate_up_N2F = gate_up.data(),
                          .dh_NF = dh.data(),
                          .dgate_up_N2F = gradient.data(),
                          .rows = s.rows,
                          .cols = s.cols},
                         parallel);
  return {{"h", h.span()}, {"dgate_up", gradient.span()}};
}

Outputs run_softcap(const Kernels& kernels, Parallel& parallel, int64_t count, float scale,
                    bool in_place) {
  const Floats x = random_floats(1, count, scale);
  Floats y = in_place ? x : Floats(count);
  kernels.softcap(
      {.x = in_place ? y.data() : x.data(), .y = y.data(), .count = count, .cap = 30.0F}, parallel);
  return {{"y", y.span()}};
}

// Where the results go: elsewhere, or over x and over dy.
Outputs run_gelu(const Kernels& kernels, Parallel& parallel, Gelu kind, int64_t count, float scale,
                 bool in_place) {
  const Floats x = random_floats(1, count, scale);
  Floats dy = random_floats(2, count);
  Floats y = in_place ? x : Floats(count);
  Floats dx(count);
  kernels.gelu({.kind = kind, .x = in_place ? y.data() : x.data(), .y = y.data(), .count = count},
               parallel);
  Floats& gradient = in_place ? dy : dx;
  kernels.gelu_backward(
      {.kind = kind, .x = x.data(), .dy = dy.data(), .dx = gradient.data(), .count = count},
      parallel);
  return {{"y", y.span()}, {"dx", gradient.span()}};
}

}  // namespace

KernelCases activation_cases() {
  KernelCases cases;
  for (const GatedShape& s : std::vector<GatedShape>{{.rows = 1, .cols = 1},
                                                     {.rows = 3, .cols = 5},
                                                     {.rows = 7, .cols = 16},
                                                     {.rows = 2, .cols = 33, .scale = 30.0F},
                                                     {.rows = 300, .cols = 70},
                                                     {.rows = 4, .cols = 250, .scale = 120.0F}}) {
    for (const bool in_place : {false, true}) {
      cases.push_back({fmt::format("swiglu {}x{}{}", s.rows, s.cols, in_place ? " in place" : ""),
                       [=](const Kernels& kernels, Parallel& parallel) {
                         return run_swiglu(kernels, parallel, s, in_place);
                       }});
      cases.push_back({fmt::format("geglu {}x{}{}", s.rows, s.cols, in_place ? " in place" : ""),
                       [=](const Kernels& kernels, Parallel& parallel) {
                         return run_geglu(kernels, parallel, s, in_place);
                       }});
    }
  }
  for (const float scale : {1e-30F, 1.0F, 200.0F}) {
    for (const int64_t count : {1, 16, 1001}) {
      cases.push_back({fmt::format("softcap {} scale {}", count, scale),
                       [=](const Kernels& kernels, Parallel& parallel) {
                         return run_softcap(kernels, parallel, count, scale, count == 16);
                       }});
    }
  }
  for (const Gelu kind : {Gelu::kTanh, Gelu::kErf}) {
    for (const float scale : {1e-30F, 1.0F, 6.0F, 40.0F}) {
      for (const int64_t count : {1, 16, 1001, 20'003}) {
        const bool in_place = count == 16;
        cases.push_back(
            {fmt::format("gelu {} {} scale {}", kind == Gelu::kTanh ? "tanh" : "erf", count, scale),
             [=](const Kernels& kernels, Parallel& parallel) {
               return run_gelu(kernels, parallel, kind, count, scale, in_place);
             }});
      }
    }
  }
  return cases;
}

}  // namespace glass::engine::testing
