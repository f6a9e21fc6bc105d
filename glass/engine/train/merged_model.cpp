#include "glass/engine/train/merged_model.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/optim/float_buffer.h"

namespace glass::engine {
namespace {

// weight + b (scale a)
void add_product(const TensorView& a, const TensorView& b, float scale, ModelTensor& weight,
                 const Kernels& kernels, Parallel& parallel) {
  std::vector<float> scaled(a.values.begin(), a.values.end());
  for (float& value : scaled) value *= scale;
  const GemmArgs args{.form = GemmArgs::Form::kNN,
                      .m = b.shape[0],
                      .n = a.shape[1],
                      .k = a.shape[0],
                      .a = b.values.data(),
                      .a_stride = b.shape[1],
                      .b = scaled.data(),
                      .b_stride = a.shape[1],
                      .c = weight.values.data(),
                      .c_stride = a.shape[1],
                      .residual = weight.values.data()};
  const size_t scratch_bytes = kernels.gemm_scratch(args, parallel.workers());
  FloatBuffer scratch(static_cast<int64_t>((scratch_bytes + sizeof(float) - 1) / sizeof(float)));
  kernels.gemm(args, std::as_writable_bytes(scratch.span()), parallel);
}

}  // namespace

Result<ModelFile> merge_adapters(const DecoderConfig& config, const TensorViews& tensors,
                                 const Kernels& kernels, Parallel& parallel) {
  constexpr std::string_view kSuffix = ".weight";
  ModelFile merged{.config = without_adapters(config), .tensors = {}};
  const auto scale =
      static_cast<float>(config.adapters.alpha / static_cast<double>(config.adapters.rank));
  GLASS_TRY(const std::vector<ParameterSpec> specs, parameters(merged.config));
  for (const ParameterSpec& spec : specs) {
    const TensorView& from = tensors.at(spec.name);
    ModelTensor& weight = merged.tensors[spec.name];
    weight = {.shape = spec.shape, .values = {from.values.begin(), from.values.end()}};
    if (!spec.name.ends_with(kSuffix)) continue;
    const std::string layer = spec.name.substr(0, spec.name.size() - kSuffix.size());
    const auto a = tensors.find(layer + ".adapter_a");
    if (a == tensors.end()) continue;
    add_product(a->second, tensors.at(layer + ".adapter_b"), scale, weight, kernels, parallel);
  }
  return merged;
}

}  // namespace glass::engine
