// The soft cap of scores and logits, and its slope: shared by attention, loss and softcap.
#pragma once

#include "glass/engine/kernels/math.h"

namespace glass::engine {

// c tanh(x / c): x where it is small, never beyond c. A cap of 0 is none.
inline float capped(float x, float cap) {
  return cap == 0.0F ? x : tanh(x / cap) * cap;
}

// The derivative of capped(x) by x, from its value: 1 - tanh(x / c)^2. 0 at least, since a value
// divided by its cap is 1 at most.
float cap_slope(float value, float cap);

}  // namespace glass::engine
