// Dropout: one word of Philox per element.
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"

namespace glass::engine {

void ReferenceKernels::dropout(const DropoutArgs& d, Parallel& parallel) const {
  parallel.split(d.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const uint64_t element = d.first + static_cast<uint64_t>(i);
      const PhiloxBlock words = random_block(d.seed, Purpose::kDropout, d.stream, element / 4);
      d.y[i] = words[element % 4] >= d.threshold ? d.x[i] * d.scale : 0.0F;
    }
  });
}

}  // namespace glass::engine
