// What the test kernels/symbols must refuse: a libm function and an fma in a place that has none.
#include <cmath>

namespace glass::engine {

float symbols_canary(float x) {
  return std::exp(x) + std::fma(x, x, 1.0F);
}

}  // namespace glass::engine
