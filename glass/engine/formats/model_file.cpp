#include "glass/engine/formats/model_file.h"

#include <cstdint>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {
namespace {

tl::unexpected<Error> too_small() {
  return fail(ErrorCode::kCorruption, "the file is too small for the sizes it states");
}

}  // namespace

Result<ModelFile> empty_model(const DecoderConfig& config, uint64_t stored_bytes) {
  // Each layer has at least two norms of d_model floats; asked in double before any list is made.
  const double least =
      8.0 * static_cast<double>(config.n_layers) * static_cast<double>(config.d_model);
  if (least > static_cast<double>(stored_bytes)) return too_small();
  GLASS_TRY(const std::vector<ParameterSpec> specs, parameters(config));
  ModelFile model{.config = config, .tensors = {}};
  uint64_t left = stored_bytes / sizeof(float);
  for (const ParameterSpec& spec : specs) {
    GLASS_TRY(const int64_t count, element_count(spec.shape));
    if (static_cast<uint64_t>(count) > left) return too_small();
    left -= static_cast<uint64_t>(count);
    model.tensors[spec.name] = {.shape = spec.shape,
                                .values = std::vector<float>(static_cast<size_t>(count))};
  }
  return model;
}

TensorViews views(const std::map<std::string, ModelTensor>& tensors) {
  TensorViews result;
  for (const auto& [name, tensor] : tensors)
    result.emplace(name, TensorView{.shape = tensor.shape, .values = tensor.values});
  return result;
}

TensorViews views(const ModelFile& model) {
  return views(model.tensors);
}

}  // namespace glass::engine
