// The updates of AdamW, Lion and SGD, and the steps of Muon, element by element.
#include <cmath>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"

namespace glass::engine {

void ReferenceKernels::adamw(const AdamWArgs& a, Parallel& parallel) const {
  const float decay = a.learning_rate * a.weight_decay;
  const float fresh1 = 1.0F - a.beta1;
  const float fresh2 = 1.0F - a.beta2;
  parallel.split(a.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float g = a.gradient[i] * a.gradient_scale;
      const float m = std::fma(a.beta1, a.m[i], fresh1 * g);
      const float v = std::fma(a.beta2, a.v[i], (fresh2 * g) * g);
      const float step = (m * a.correction1) / (std::sqrt(v * a.correction2) + a.epsilon);
      const float decayed = std::fma(-decay, a.parameter[i], a.parameter[i]);
      a.parameter[i] = std::fma(-a.learning_rate, step, decayed);
      a.m[i] = m;
      a.v[i] = v;
    }
  });
}

void ReferenceKernels::lion(const LionArgs& a, Parallel& parallel) const {
  const float decay = a.learning_rate * a.weight_decay;
  const float fresh1 = 1.0F - a.beta1;
  const float fresh2 = 1.0F - a.beta2;
  parallel.split(a.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float g = a.gradient[i] * a.gradient_scale;
      const float blend = std::fma(a.beta1, a.m[i], fresh1 * g);
      const float sign = blend > 0 ? 1.0F : blend < 0 ? -1.0F : 0.0F;
      const float decayed = std::fma(-decay, a.parameter[i], a.parameter[i]);
      a.parameter[i] = std::fma(-a.learning_rate, sign, decayed);
      a.m[i] = std::fma(a.beta2, a.m[i], fresh2 * g);
    }
  });
}

void ReferenceKernels::sgd(const SgdArgs& a, Parallel& parallel) const {
  const float decay = a.learning_rate * a.weight_decay;
  parallel.split(a.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float m = std::fma(a.momentum, a.m[i], a.gradient[i] * a.gradient_scale);
      const float decayed = std::fma(-decay, a.parameter[i], a.parameter[i]);
      a.parameter[i] = std::fma(-a.learning_rate, m, decayed);
      a.m[i] = m;
    }
  });
}

void ReferenceKernels::blend(const BlendArgs& a, Parallel& parallel) const {
  parallel.split(a.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) a.out[i] = std::fma(a.alpha, a.a[i], a.beta * a.b[i]);
  });
}

void ReferenceKernels::momentum(const MomentumArgs& a, Parallel& parallel) const {
  parallel.split(a.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float g = a.gradient[i] * a.gradient_scale;
      a.m[i] = std::fma(a.momentum, a.m[i], g);
      a.out[i] = a.nesterov ? std::fma(a.momentum, a.m[i], g) : a.m[i];
    }
  });
}

}  // namespace glass::engine
