#include "glass/engine/train/initial_parameters.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/engine/kernels/random_normal.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {
namespace {

constexpr int64_t kGrain = 4096;

void fill_normal(std::span<float> out, double std, uint64_t seed, uint64_t stream,
                 Parallel& parallel) {
  const auto scale = static_cast<float>(std);
  parallel.split(std::ssize(out), kGrain, [&](int64_t begin, int64_t end, int) {
    const std::span<float> part =
        out.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    fill_random_normal(part, seed, Purpose::kInitialWeights, stream, static_cast<uint64_t>(begin));
    for (float& value : part) value *= scale;
  });
}

}  // namespace

void fill_initial_parameters(const std::vector<ParameterSpec>& parameters,
                             const ParameterLayout& layout, uint64_t seed, std::span<float> out,
                             Parallel& parallel) {
  GLASS_CHECK(parameters.size() == layout.slots().size());
  for (size_t i = 0; i < parameters.size(); ++i) {
    const std::span<float> values = layout.slots()[i].of(out);
    const Init& init = parameters[i].init;
    switch (init.kind) {
      case Init::Kind::kNormal: fill_normal(values, init.std, seed, i, parallel); break;
      case Init::Kind::kOnes: std::ranges::fill(values, 1.0F); break;
      case Init::Kind::kZeros: std::ranges::fill(values, 0.0F); break;
    }
  }
}

}  // namespace glass::engine
