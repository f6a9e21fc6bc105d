// Initial parameters: a pure function of the seed and of each parameter's place in the list.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {

// Normal ones: variate i of stream (place in the list), rounded to float, times the standard
// deviation in float. REQUIRES: the layout is that of the list, `out` has the layout.
void fill_initial_parameters(const std::vector<ParameterSpec>& parameters,
                             const ParameterLayout& layout, uint64_t seed, std::span<float> out,
                             Parallel& parallel);

}  // namespace glass::engine
