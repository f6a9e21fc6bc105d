#include "glass/engine/formats/peft.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/formats/slice_files.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/engine/models/weight_slice.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"

namespace glass::engine {
namespace {

constexpr std::string_view kWeight = ".weight";

// An adapter's two matrices, by name.
using AdapterShapes = std::map<std::string, Shape, std::less<>>;

AdapterShapes adapter_shapes(const DecoderConfig& config) {
  AdapterShapes shapes;
  const std::vector<ParameterSpec> specs = parameters(config).value();
  for (const ParameterSpec& spec : specs) {
    if (spec.trained) shapes.emplace(spec.name, spec.shape);
  }
  return shapes;
}

// "model.layers.0.self_attn.q_proj.weight" -> "base_model.model.model.layers.0.self_attn.q_proj"
std::string layer_there(const WeightSlice& slice) {
  return "base_model.model." + slice.theirs.substr(0, slice.theirs.size() - kWeight.size());
}

// Whether the weight has an adapter; `layer` becomes our name of its layer.
bool is_adapted(const WeightSlice& slice, const AdapterShapes& shapes, std::string& layer) {
  if (!slice.ours.ends_with(kWeight)) return false;
  layer = slice.ours.substr(0, slice.ours.size() - kWeight.size());
  return shapes.contains(layer + ".adapter_a");
}

// Where the adapters lie there. As lora_A is written once for each of their layers, several slices
// may name one of our A.
std::vector<WeightSlice> adapter_slices(const ModelFamily& family, const DecoderConfig& config) {
  const AdapterShapes shapes = adapter_shapes(config);
  std::vector<WeightSlice> slices;
  std::set<std::string> with_a;
  std::string layer;
  for (WeightSlice slice : family.weights(without_adapters(config))) {
    if (!is_adapted(slice, shapes, layer)) continue;
    const std::string there = layer_there(slice);
    const Shape& a = shapes.at(layer + ".adapter_a");
    if (with_a.insert(there).second)
      slices.push_back({.theirs = there + ".lora_A.weight",
                        .ours = layer + ".adapter_a",
                        .rows = a[0],
                        .cols = a[1]});
    slice.theirs = there + ".lora_B.weight";
    slice.ours = layer + ".adapter_b";
    slice.cols = a[0];
    slice.transposed = false;
    slices.push_back(std::move(slice));
  }
  return slices;
}

Json adapter_config(const ModelFamily& family, const DecoderConfig& config, std::string_view base) {
  const AdapterShapes shapes = adapter_shapes(config);
  std::set<std::string> modules;
  bool transposed = false;
  std::string layer;
  for (const WeightSlice& slice : family.weights(without_adapters(config))) {
    if (!is_adapted(slice, shapes, layer)) continue;
    const std::string there = layer_there(slice);
    modules.insert(there.substr(there.rfind('.') + 1));
    transposed = transposed || slice.transposed;
  }
  return Json::Object{{"peft_type", "LORA"},
                      {"task_type", "CAUSAL_LM"},
                      {"base_model_name_or_path", base},
                      {"r", config.adapters.rank},
                      {"lora_alpha", config.adapters.alpha},
                      {"lora_dropout", 0},
                      {"bias", "none"},
                      {"fan_in_fan_out", transposed},
                      {"inference_mode", true},
                      {"target_modules", Json::Array(modules.begin(), modules.end())}};
}

}  // namespace

Status export_peft(system::Files& files, const system::Path& folder, const ModelFamily& family,
                   const DecoderConfig& config, const TensorViews& tensors, std::string_view base) {
  const std::string text = to_pretty(adapter_config(family, config, base));
  GLASS_TRY_STATUS(files.write_atomic(folder / "adapter_config.json", as_bytes(text)));
  return write_slices(files, folder / "adapter_model.safetensors", adapter_slices(family, config),
                      config, tensors);
}

Result<std::map<std::string, ModelTensor>> import_peft(system::Files& files,
                                                       const system::Path& folder,
                                                       const ModelFamily& family,
                                                       const DecoderConfig& config) {
  const system::Path path = folder / "adapter_model.safetensors";
  GLASS_TRY(const WeightFiles file, WeightFiles::open_one(files, path));
  std::map<std::string, ModelTensor> tensors;
  for (const auto& [name, shape] : adapter_shapes(config)) {
    GLASS_TRY(const int64_t count, element_count(shape));
    if (static_cast<uint64_t>(count) > file.size_bytes() / sizeof(float))
      return fail(ErrorCode::kCorruption,
                  fmt::format("{} is too small to hold {}", path.string(), name));
    tensors[name] = {.shape = shape, .values = std::vector<float>(static_cast<size_t>(count))};
  }
  std::map<std::string, std::vector<float>> first;  // of each A, as the first layer has it
  for (const WeightSlice& slice : adapter_slices(family, config)) {
    const Status read = read_slices(file, {slice}, tensors);
    if (!read) return in_context(path.string(), read.error());
    if (!slice.ours.ends_with(".adapter_a")) continue;
    const auto [known, is_new] = first.try_emplace(slice.ours, tensors.at(slice.ours).values);
    if (!is_new && known->second != tensors.at(slice.ours).values)
      return fail(ErrorCode::kCorruption,
                  fmt::format("{}: {} differs from the A of the layers it shares it with",
                              path.string(), slice.theirs));
  }
  return tensors;
}

}  // namespace glass::engine
