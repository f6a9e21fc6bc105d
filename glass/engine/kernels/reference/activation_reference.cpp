// SwiGLU, GELU, GeGLU and the soft cap, element by element.
#include <cmath>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/math_constants.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/reference/softcap.h"

namespace glass::engine {

float cap_slope(float value, float cap) {
  if (cap == 0.0F) return 1.0F;
  const float t = value / cap;
  return std::fma(-t, t, 1.0F);
}

namespace {

using namespace constants;  // NOLINT(google-build-using-namespace): named after their formulas

float sigmoid(float x) {
  return 1.0F / (1.0F + exp(-x));
}

float gelu_tanh(float x) {
  const float square = x * x;
  const float u = (kGeluTanhScale * x) * std::fma(kGeluTanhCubic, square, 1.0F);
  return (0.5F * x) * (1.0F + tanh(u));
}

float gelu_tanh_slope(float x) {
  const float square = x * x;
  const float u = (kGeluTanhScale * x) * std::fma(kGeluTanhCubic, square, 1.0F);
  const float t = tanh(u);
  const float d = std::fma(-t, t, 1.0F);
  const float du = kGeluTanhScale * std::fma(kGeluTanhSlope, square, 1.0F);
  return std::fma(0.5F * x, d * du, 0.5F * (1.0F + t));
}

float gelu_erf(float x) {
  return (0.5F * x) * (1.0F + erf(x * kSqrtHalf));
}

float gelu_erf_slope(float x) {
  const float square = x * x;
  const float density = exp(-0.5F * square) * kInvSqrt2Pi;
  return std::fma(x, density, 0.5F * (1.0F + erf(x * kSqrtHalf)));
}

}  // namespace

void ReferenceKernels::swiglu(const SwigluArgs& s, Parallel& parallel) const {
  parallel.split(s.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* gate = s.gate_up_N2F + i * 2 * s.cols;
      const float* up = gate + s.cols;
      for (int64_t c = 0; c < s.cols; ++c) {
        const float silu = gate[c] * sigmoid(gate[c]);
        s.h_NF[i * s.cols + c] = silu * up[c];
      }
    }
  });
}

void ReferenceKernels::swiglu_backward(const SwigluBackwardArgs& s, Parallel& parallel) const {
  parallel.split(s.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* gate = s.gate_up_N2F + i * 2 * s.cols;
      float* dgate = s.dgate_up_N2F + i * 2 * s.cols;
      for (int64_t c = 0; c < s.cols; ++c) {
        const float g = gate[c];
        const float up = gate[c + s.cols];
        const float dh = s.dh_NF[i * s.cols + c];
        const float sig = sigmoid(g);
        const float silu = g * sig;
        dgate[c] = (dh * up) * (sig * std::fma(g, 1.0F - sig, 1.0F));
        dgate[c + s.cols] = dh * silu;
      }
    }
  });
}

void ReferenceKernels::geglu(const GegluArgs& g, Parallel& parallel) const {
  parallel.split(g.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* gate = g.gate_up_N2F + i * 2 * g.cols;
      for (int64_t c = 0; c < g.cols; ++c)
        g.h_NF[i * g.cols + c] = gelu_tanh(gate[c]) * gate[c + g.cols];
    }
  });
}

void ReferenceKernels::geglu_backward(const GegluBackwardArgs& g, Parallel& parallel) const {
  parallel.split(g.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* gate = g.gate_up_N2F + i * 2 * g.cols;
      float* dgate = g.dgate_up_N2F + i * 2 * g.cols;
      for (int64_t c = 0; c < g.cols; ++c) {
        const float x = gate[c];
        const float up = gate[c + g.cols];
        const float dh = g.dh_NF[i * g.cols + c];
        dgate[c] = (dh * up) * gelu_tanh_slope(x);
        dgate[c + g.cols] = dh * gelu_tanh(x);
      }
    }
  });
}

void ReferenceKernels::softcap(const SoftcapArgs& s, Parallel& parallel) const {
  parallel.split(s.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) s.y[i] = capped(s.x[i], s.cap);
  });
}

void ReferenceKernels::gelu(const GeluArgs& g, Parallel& parallel) const {
  parallel.split(g.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i)
      g.y[i] = g.kind == Gelu::kTanh ? gelu_tanh(g.x[i]) : gelu_erf(g.x[i]);
  });
}

void ReferenceKernels::gelu_backward(const GeluBackwardArgs& g, Parallel& parallel) const {
  parallel.split(g.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float slope = g.kind == Gelu::kTanh ? gelu_tanh_slope(g.x[i]) : gelu_erf_slope(g.x[i]);
      g.dx[i] = g.dy[i] * slope;
    }
  });
}

}  // namespace glass::engine
