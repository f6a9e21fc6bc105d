#include "glass/engine/formats/huggingface.h"

#include <string>
#include <utility>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/formats/slice_files.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/system/files.h"

namespace glass::engine {

Json huggingface_config(const ModelFamily& family, const DecoderConfig& config,
                        SpecialTokens special) {
  Json json = family.to_hugging_face(config);
  Json::Object& members = *json.if_object();
  members["bos_token_id"] = special.begin;
  members["eos_token_id"] = special.end;
  members["dtype"] = "float32";
  if (config.positions == DecoderConfig::Positions::kRope && !members.contains("rope_parameters")) {
    const auto scaling = members.find("rope_scaling");
    Json::Object rope = {{"rope_type", "default"}};
    if (scaling != members.end()) rope = *scaling->second.if_object();
    rope["rope_theta"] = config.rope_theta;
    if (config.rotary_dim != config.head_dim)
      rope["partial_rotary_factor"] = members.at("rotary_pct");
    members["rope_parameters"] = rope;
  }
  return json;
}

Status export_huggingface(system::Files& files, const system::Path& folder,
                          const ModelFamily& family, const DecoderConfig& config,
                          const TensorViews& tensors, SpecialTokens special) {
  const std::string text = to_pretty(huggingface_config(family, config, special));
  const Json generation =
      Json::Object{{"bos_token_id", special.begin}, {"eos_token_id", Json::Array{special.end}}};
  GLASS_TRY_STATUS(files.write_atomic(folder / "config.json", as_bytes(text)));
  GLASS_TRY_STATUS(
      files.write_atomic(folder / "generation_config.json", as_bytes(to_pretty(generation))));
  return write_slices(files, folder / "model.safetensors", family.weights(config), config, tensors);
}

Result<ModelFile> import_huggingface(system::Files& files, const system::Path& folder) {
  GLASS_TRY(const std::string text, files.read_text(folder / "config.json"));
  const auto json = parse_json(text);
  if (!json) return in_context((folder / "config.json").string(), json.error());
  GLASS_TRY(const ModelFamily* const family, hugging_face_family(*json));
  GLASS_TRY(const DecoderConfig config, family->from_hugging_face(*json));
  GLASS_TRY(const WeightFiles weights, WeightFiles::open(files, folder));
  // A number of two bytes becomes one of four.
  auto model = empty_model(config, 2 * weights.size_bytes());
  if (!model) return in_context(folder.string(), std::move(model).error());
  const Status read = read_slices(weights, family->weights(config), model->tensors);
  if (!read) return in_context(folder.string(), read.error());
  return model;
}

}  // namespace glass::engine
