// DecoderWeights: the parameters of a decoder as generation reads them.
//
// Matrices that are multiplied, and the table of the embedding, are packed once, in the format that
// was asked for; every other parameter is kept as it is. The memory the parameters came from is not
// needed afterwards.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/plan/executor.h"
#include "glass/system/large_memory.h"

namespace glass::engine {

// The parameters by the decoder's names; empty for a name the model lacks.
using ParameterLookup = std::function<std::span<const float>(const std::string& name)>;

class DecoderWeights {
 public:
  // kInvalidInput names a parameter of another size than the configuration's, or one that the
  // format cannot hold; kRefused when the memory cannot be had.
  [[nodiscard]] static Result<DecoderWeights> create(const DecoderConfig& config,
                                                     const ParameterLookup& parameters,
                                                     WeightFormat format, const Kernels& kernels,
                                                     Parallel& parallel);

  // Binds all of them. REQUIRES: the executor's plan is of the same configuration and kernels.
  [[nodiscard]] Status bind_to(Executor& executor) const;

  // Read by every pass over one token, but for the rows of tables.
  [[nodiscard]] size_t bytes() const { return memory_.span().size(); }

 private:
  struct Parameter {
    std::string name;
    std::span<const float> plain;
    PackedMatrix packed;  // instead, where packed.data is not null
  };

  system::LargeMemory memory_;
  std::vector<Parameter> parameters_;
};

}  // namespace glass::engine
