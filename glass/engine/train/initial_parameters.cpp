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
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {
namespace {

const TensorView* found(const TensorViews* start, const std::string& name) {
  if (start == nullptr) return nullptr;
  const auto tensor = start->find(name);
  return tensor == start->end() ? nullptr : &tensor->second;
}

}  // namespace

void fill_initial_parameters(const std::vector<ParameterSpec>& parameters,
                             const ParameterLayout& layout, const InitialParameters& initial,
                             std::span<float> out, const Kernels& kernels, Parallel& parallel) {
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
        kernels.random_normal({.out = values.data(),
                               .count = std::ssize(values),
                               .seed = initial.seed,
                               .purpose = Purpose::kInitialWeights,
                               .stream = i,
                               .scale = static_cast<float>(spec.init.std)},
                              parallel);
        break;
      case Init::Kind::kOnes: std::ranges::fill(values, 1.0F); break;
      case Init::Kind::kZeros: std::ranges::fill(values, 0.0F); break;
    }
  }
  GLASS_CHECK(slot == layout.slots().size());
}

}  // namespace glass::engine
