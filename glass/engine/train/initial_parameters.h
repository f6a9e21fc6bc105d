// Initial parameters: a pure function of the seed, of each parameter's place in the list and of the
// model that a training starts from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {

struct InitialParameters {
  uint64_t seed = 1;
  const TensorViews* start = nullptr;  // a parameter found here begins as it is there; may be null
};

// Of the parameters that are trained. Random ones are variate i of stream (place in the list),
// rounded to float, times the standard deviation in float. REQUIRES: the layout is that of the
// list, `out` has the layout, and shapes are those of the start.
void fill_initial_parameters(const std::vector<ParameterSpec>& parameters,
                             const ParameterLayout& layout, const InitialParameters& initial,
                             std::span<float> out, const Kernels& kernels, Parallel& parallel);

}  // namespace glass::engine
