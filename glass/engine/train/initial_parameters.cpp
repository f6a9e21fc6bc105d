#include "glass/engine/train/initial_parameters.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/engine/formats/model_file.h"
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

const TensorView* found(const TensorViews* start, const std::string& name) {
  if (start == nullptr) return nullptr;
  const auto tensor = start->find(name);
  return tensor == start->end() ? nullptr : &tensor->second;
}

}  // namespace

void fill_initial_parameters(const std::vector<ParameterSpec>& parameters,
                             const ParameterLayout& layout, const InitialParameters& initial,
                             std::span<float> out, Parallel& parallel) {
  size_t slot = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterSpec& spec = parameters[i];
    if (!spec.trained) continue;
    const std::span<float> values = layout.slots()[slot++].of(out);
    if (const TensorView* start = found(initial.start, spec.name)) {
      std::ranges::copy(start->values, values.begin());
      continue;
    }
    switch (spec.init.kind) {
      case Init::Kind::kNormal:
        fill_normal(values, spec.init.std, initial.seed, i, parallel);
        break;
      case Init::Kind::kOnes: std::ranges::fill(values, 1.0F); break;
      case Init::Kind::kZeros: std::ranges::fill(values, 0.0F); break;
    }
  }
  GLASS_CHECK(slot == layout.slots().size());
}

}  // namespace glass::engine
