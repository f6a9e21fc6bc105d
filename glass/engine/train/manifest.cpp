#include "glass/engine/train/manifest.h"

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/train/training_state.h"

namespace glass::engine {
namespace {

constexpr std::string_view kKind = "glass-checkpoint";
constexpr int64_t kVersion = 1;

Json tensors_json(const TensorDigests& digests) {
  return Json::Object{{"digest", to_text(total(digests))}, {"tensors", to_json(digests)}};
}

Json losses_json(const std::vector<float>& losses) {
  Json::Array bits;
  for (const float loss : losses) bits.emplace_back(int64_t{std::bit_cast<uint32_t>(loss)});
  return bits;
}

Json::Object to_json(const Manifest& manifest) {
  const Progress& progress = manifest.progress;
  Json::Object json = {{"kind", kKind},
                       {"version", kVersion},
                       {"numerics", name(manifest.numerics)},
                       {"model", to_json(manifest.model)},
                       {"step", progress.step},
                       {"updates", progress.updates},
                       {"events_in_a_row", progress.events_in_a_row},
                       {"recent_losses", losses_json(progress.recent_losses)},
                       {"loader", Json::Object{{"next_step", progress.step}}},
                       {"chain_head", to_text(manifest.chain_head)},
                       {"parameters", tensors_json(manifest.digests.parameters)},
                       {"optimizer", tensors_json(manifest.digests.optimizer)}};
  if (!manifest.digests.average.empty()) json["average"] = tensors_json(manifest.digests.average);
  if (progress.roll_backs > 0) json["roll_backs"] = progress.roll_backs;
  return json;
}

Result<TensorDigests> read_tensors(const Json& manifest, std::string_view key) {
  GLASS_TRY(const Json::Object* const group, manifest.get_object(key));
  const auto tensors = group->find("tensors");
  if (tensors == group->end() || tensors->second.if_object() == nullptr)
    return fail(ErrorCode::kCorruption, fmt::format("'{}' has no tensors", key));
  TensorDigests digests;
  for (const auto& [name, value] : *tensors->second.if_object()) {
    if (value.if_string() == nullptr)
      return fail(ErrorCode::kCorruption, fmt::format("tensor '{}' has no digest", name));
    GLASS_TRY(const crypto::Digest digest, crypto::digest_from_text(*value.if_string()));
    digests.emplace(name, digest);
  }
  return digests;
}

Result<std::vector<float>> read_losses(const Json& manifest) {
  GLASS_TRY(const Json::Array* const list, manifest.get_array("recent_losses"));
  std::vector<float> losses;
  for (const Json& item : *list) {
    const int64_t* const bits = item.if_int();
    if (bits == nullptr || *bits < 0 || *bits > int64_t{UINT32_MAX})
      return fail(ErrorCode::kCorruption, "'recent_losses' holds something that is no float");
    losses.push_back(std::bit_cast<float>(static_cast<uint32_t>(*bits)));
  }
  if (std::ssize(losses) > kRecentLosses)
    return fail(ErrorCode::kCorruption, "'recent_losses' is too long");
  return losses;
}

Result<Manifest> from_json(const Json& json) {
  GLASS_TRY(const std::string kind, json.get_string("kind"));
  GLASS_TRY(const int64_t version, json.get_int("version"));
  if (kind != kKind || version != kVersion)
    return fail(ErrorCode::kInvalidInput, fmt::format("it is a {} of version {}, expected {} {}",
                                                      kind, version, kKind, kVersion));
  const Json* const model = json.find("model");
  if (model == nullptr) return fail(ErrorCode::kCorruption, "'model' is missing");
  Manifest manifest;
  GLASS_TRY(const std::string numerics, json.get_string("numerics"));
  GLASS_TRY(manifest.numerics, numerics_from_name(numerics));
  GLASS_TRY(manifest.model, decoder_config_from_json(*model));
  GLASS_TRY(manifest.progress.step, json.get_int("step"));
  GLASS_TRY(manifest.progress.updates, json.get_int("updates"));
  GLASS_TRY(manifest.progress.events_in_a_row, json.get_int("events_in_a_row"));
  if (json.find("roll_backs") != nullptr) {
    GLASS_TRY(manifest.progress.roll_backs, json.get_int("roll_backs"));
  }
  GLASS_TRY(manifest.progress.recent_losses, read_losses(json));
  GLASS_TRY(const std::string head, json.get_string("chain_head"));
  GLASS_TRY(manifest.chain_head, crypto::digest_from_text(head));
  GLASS_TRY(manifest.digests.parameters, read_tensors(json, "parameters"));
  GLASS_TRY(manifest.digests.optimizer, read_tensors(json, "optimizer"));
  if (json.find("average") != nullptr) {
    GLASS_TRY(manifest.digests.average, read_tensors(json, "average"));
  }
  const Progress& progress = manifest.progress;
  if (progress.updates < 0 || progress.updates > progress.step)
    return fail(ErrorCode::kCorruption, "'updates' is not between 0 and 'step'");
  return manifest;
}

// Whether it is what some program wrote, of this version or another.
bool is_intact(const Json& json, std::string_view text) {
  if (json.if_object() == nullptr || to_canonical(json) != text) return false;
  Json::Object others = *json.if_object();
  const auto digest = json.get_string("digest");
  others.erase("digest");
  return digest && *digest == to_text(crypto::sha256(to_canonical(others)));
}

}  // namespace

std::string manifest_text(const Manifest& manifest) {
  Json::Object json = to_json(manifest);
  json["digest"] = to_text(crypto::sha256(to_canonical(json)));
  return to_canonical(json);
}

Result<Manifest> parse_manifest(std::string_view text) {
  const auto corrupt = [](std::string_view why) {
    return fail(ErrorCode::kCorruption, fmt::format("not a checkpoint's manifest: {}", why));
  };
  const auto json = parse_json(text);
  if (!json) return corrupt(json.error().message);
  if (!is_intact(*json, text)) return corrupt("its digest does not fit its content");
  auto manifest = from_json(*json);
  if (!manifest && manifest.error().code == ErrorCode::kInvalidInput)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}; go on with the version of glass that wrote it, or give another "
                            "folder",
                            manifest.error().message));
  if (!manifest) return corrupt(manifest.error().message);
  // One value has one text: what this program would not have written is not accepted.
  if (manifest_text(*manifest) != text) return corrupt("it holds more than a manifest does");
  return manifest;
}

}  // namespace glass::engine
