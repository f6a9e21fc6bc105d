#include "glass/engine/formats/gguf_config.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/models/gguf_names.h"

namespace glass::engine {
namespace {

constexpr std::string_view kOwnNames = "glassworks.";
constexpr std::string_view kWayOut = "the Hugging Face folder of the model can say it";

// Llama 3.1's scaling, which files give as kGgufRopeFactors alone; ours say what they come from.
constexpr std::string_view kRopeFactor = "glassworks.rope.factor";
constexpr std::string_view kRopeLow = "glassworks.rope.low_frequency";
constexpr std::string_view kRopeHigh = "glassworks.rope.high_frequency";
constexpr std::string_view kRopeContext = "glassworks.rope.original_context";
constexpr double kReleasedLow = 1, kReleasedHigh = 4;  // of every released model
constexpr int64_t kReleasedContext = 8192;
// Converters compute the factors in binary32: a frequency is off by some units of 2^-24 for each
// of the 13 its exponent is multiplied with, and a factor by four times as many.
constexpr double kFactorTolerance = 1e-4;

std::string full_name(const GgufNames& names, std::string_view key) {
  if (key.starts_with(kOwnNames)) return std::string(key);
  return fmt::format("{}.{}", names.architecture, key);
}

bool has_key(const GgufKeys& keys, std::string_view key) {
  return keys.find(key) != keys.end();
}

// The number of the fewest digits that rounds to this float: what people wrote, 1e-5 and not
// 9.99999974738e-6.
double as_written(float value) {
  char text[32];
  const auto written = std::to_chars(std::begin(text), std::end(text), value);
  double shortest = 0;
  std::from_chars(text, written.ptr, shortest);
  return shortest;
}

Result<double> number_as_written(const GgufKeys& keys, std::string_view key) {
  GLASS_TRY(const double value, gguf_number(keys, key));
  if (!std::isfinite(value)) return invalid_input(fmt::format("the key {} is not finite", key));
  return keys.find(key)->second.type == GgufType::kFloat32 ? as_written(static_cast<float>(value))
                                                           : value;
}

Result<Json> value_of_key(const GgufKeys& keys, std::string_view name, GgufKey::Kind kind) {
  if (kind == GgufKey::Kind::kNumber) {
    GLASS_TRY(const double value, number_as_written(keys, name));
    return Json(value);
  }
  GLASS_TRY(const int64_t value, gguf_integer(keys, name));
  if (value < 0 || value > INT32_MAX)
    return invalid_input(fmt::format("the key {} is {}, which no model has", name, value));
  return Json(value);
}

bool is_scaled(const DecoderConfig& config, RopeScaling::Kind kind) {
  return config.rope_scaling.kind == kind;
}

// As in launches of rope (plan/ops/position.cpp).
double rope_factor(double frequency, const RopeScaling& scaling) {
  constexpr double kTwoPi = 6.283185307179586;
  const double turns = static_cast<double>(scaling.context) * frequency / kTwoPi;
  if (turns < scaling.low_frequency) return scaling.factor;
  if (turns > scaling.high_frequency) return 1;
  const double share =
      (turns - scaling.low_frequency) / (scaling.high_frequency - scaling.low_frequency);
  return 1 / ((1 - share) / scaling.factor + share);
}

// What stands in config.json for the factors.
Result<Json> scaling_from_factors(const GgufKeys& keys, std::span<const float> factors) {
  const auto number = [&](std::string_view key, double otherwise) -> Result<double> {
    if (!has_key(keys, key)) return otherwise;
    return number_as_written(keys, key);
  };
  GLASS_TRY(const double factor, number(kRopeFactor, as_written(std::ranges::max(factors))));
  GLASS_TRY(const double low, number(kRopeLow, kReleasedLow));
  GLASS_TRY(const double high, number(kRopeHigh, kReleasedHigh));
  int64_t context = kReleasedContext;
  if (has_key(keys, kRopeContext)) {
    GLASS_TRY(context, gguf_integer(keys, kRopeContext));
  }
  return Json(Json::Object{{"rope_type", "llama3"},
                           {"factor", factor},
                           {"low_freq_factor", low},
                           {"high_freq_factor", high},
                           {"original_max_position_embeddings", context}});
}

Status add_scaling(const GgufNames& names, const GgufKeys& keys, const GgufFacts& facts,
                   Json::Object& config) {
  const std::string type = full_name(names, "rope.scaling.type");
  const std::string factor = full_name(names, "rope.scaling.factor");
  const bool plain = std::ranges::all_of(facts.rope_factors, [](float f) { return f == 1; });
  // Factors of 1 say nothing, unless ours say where they come from.
  if (!facts.rope_factors.empty() && (!plain || has_key(keys, kRopeFactor))) {
    if (has_key(keys, factor))
      return invalid_input(
          fmt::format("{} and the tensor '{}' both scale positions", factor, kGgufRopeFactors));
    GLASS_TRY(config["rope_scaling"], scaling_from_factors(keys, facts.rope_factors));
    return {};
  }
  std::string kind = has_key(keys, factor) ? "linear" : "none";
  if (has_key(keys, type)) {
    GLASS_TRY(kind, gguf_text(keys, type));
  }
  if (kind == "none" && !has_key(keys, factor)) return {};
  if (kind != "linear")
    return invalid_input(fmt::format(
        "{} is '{}'; supported are 'linear' and, without a factor, 'none'", type, kind));
  GLASS_TRY(const double value, number_as_written(keys, factor));
  config["rope_scaling"] = Json::Object{{"rope_type", "linear"}, {"factor", value}};
  return {};
}

// Whatever begins with the architecture's name speaks of the model and must be understood.
Status expect_known(const GgufNames& names, const GgufKeys& keys) {
  std::set<std::string, std::less<>> known = {full_name(names, "rope.scaling.type"),
                                              full_name(names, "rope.scaling.factor")};
  for (const GgufKey& key : names.keys) known.insert(full_name(names, key.key));
  const std::string prefix = full_name(names, "");
  for (const auto& [name, value] : keys) {
    if (name.starts_with(prefix) && known.find(name) == known.end())
      return invalid_input(fmt::format("the key {} is not understood", name));
  }
  return {};
}

Result<Json::Object> as_config_json(const GgufNames& names, const GgufKeys& keys,
                                    const GgufFacts& facts) {
  Json::Object config;
  for (const GgufKey& key : names.keys) {
    const std::string name = full_name(names, key.key);
    if (!has_key(keys, name) && !key.required) continue;
    GLASS_TRY(const Json value, value_of_key(keys, name, key.kind));
    const auto [at, is_new] = config.emplace(key.hugging_face, value);
    if (!is_new && at->second != value)
      return invalid_input(fmt::format("the key {} is {}, and {} before", name, to_canonical(value),
                                       to_canonical(at->second)));
  }
  const auto size = config.emplace("vocab_size", facts.vocabulary).first;
  if (size->second != Json(facts.vocabulary))
    return invalid_input(fmt::format("the key {} is {}, but the embedding has {} rows",
                                     full_name(names, "vocab_size"), to_canonical(size->second),
                                     facts.vocabulary));
  config["tie_word_embeddings"] = facts.tied_embeddings;
  if (names.imply != nullptr) names.imply(config);
  return config;
}

bool has_experts(const GgufNames& names) {
  return std::ranges::any_of(names.keys,
                             [](const GgufKey& key) { return key.key == "expert_count"; });
}

// The first field in which the two differ, as "field (this, not that)".
std::string difference(const DecoderConfig& wanted, const DecoderConfig& read) {
  const Json ours = to_json(wanted), theirs = to_json(read);
  for (const auto& [field, value] : *ours.if_object()) {
    const Json& other = *theirs.find(field);
    if (other != value)
      return fmt::format("{} is {}, which it reads as {}", field, to_canonical(value),
                         to_canonical(other));
  }
  return "";
}

tl::unexpected<Error> cannot_say(const ModelFamily& family, std::string_view what) {
  return invalid_input(
      fmt::format("this {} model cannot be written as GGUF, architecture '{}': {}; {}", family.name,
                  family.gguf->architecture, what, kWayOut));
}

Result<GgufKeys> write_keys(const ModelFamily& family, const DecoderConfig& config) {
  const GgufNames& names = *family.gguf;
  GgufKeys keys;
  keys[std::string(kGgufArchitecture)] = GgufValue::text(std::string(names.architecture));
  const Json json = family.to_hugging_face(config);
  for (const GgufKey& key : names.keys) {
    const Json* value = json.find(key.hugging_face);
    if (value == nullptr || value->is_null()) continue;
    GgufValue& out = keys[full_name(names, key.key)];
    if (key.kind == GgufKey::Kind::kInteger) {
      GLASS_TRY(const int64_t integer, json.get_int(key.hugging_face));
      out = GgufValue::integer(GgufType::kUint32, integer);
    } else {
      GLASS_TRY(const double number, json.get_number(key.hugging_face));
      out = GgufValue::number(static_cast<float>(number));
    }
  }
  const RopeScaling& scaling = config.rope_scaling;
  const auto number = [](double value) { return GgufValue::number(static_cast<float>(value)); };
  if (is_scaled(config, RopeScaling::Kind::kLinear)) {
    keys[full_name(names, "rope.scaling.type")] = GgufValue::text("linear");
    keys[full_name(names, "rope.scaling.factor")] = number(scaling.factor);
  } else if (is_scaled(config, RopeScaling::Kind::kLlama3)) {
    keys[std::string(kRopeFactor)] = number(scaling.factor);
    keys[std::string(kRopeLow)] = number(scaling.low_frequency);
    keys[std::string(kRopeHigh)] = number(scaling.high_frequency);
    keys[std::string(kRopeContext)] = GgufValue::integer(GgufType::kUint32, scaling.context);
  }
  return keys;
}

}  // namespace

Result<const ModelFamily*> gguf_family(const GgufKeys& keys) {
  GLASS_TRY(const std::string architecture, gguf_text(keys, kGgufArchitecture));
  const std::string count = architecture + ".expert_count";
  int64_t experts = 0;
  if (has_key(keys, count)) {
    GLASS_TRY(experts, gguf_integer(keys, count));
  }
  std::set<std::string_view> known;
  for (const ModelFamily& family : model_families()) {
    if (!family.gguf) continue;
    known.insert(family.gguf->architecture);
    if (family.gguf->architecture == architecture && has_experts(*family.gguf) == (experts > 0))
      return &family;
  }
  if (known.contains(architecture))
    return invalid_input(
        fmt::format("{} is {}, which no '{}' model has", count, experts, architecture));
  std::string names;
  for (const std::string_view name : known)
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", name);
  return invalid_input(fmt::format("{} is '{}', which is not supported; known are {}",
                                   kGgufArchitecture, architecture, names));
}

Result<DecoderConfig> config_from_gguf(const ModelFamily& family, const GgufKeys& keys,
                                       const GgufFacts& facts) {
  const GgufNames& names = *family.gguf;
  GLASS_TRY_STATUS(expect_known(names, keys));
  GLASS_TRY(Json::Object json, as_config_json(names, keys, facts));
  GLASS_TRY_STATUS(add_scaling(names, keys, facts, json));
  auto config = family.from_hugging_face(json);
  if (!config) return in_context("its keys, in the words of a config.json", config.error());
  const std::vector<float> factors = gguf_rope_factors(*config);
  if (factors.empty()) return config;
  const auto near = [](float a, float b) {
    return std::abs(static_cast<double>(a) / static_cast<double>(b) - 1) <= kFactorTolerance;
  };
  if (!std::ranges::equal(facts.rope_factors, factors, near))
    return invalid_input(fmt::format(
        "the tensor '{}' is not that of Llama 3.1's scaling by {} of a context of {}; other "
        "scalings are not supported",
        kGgufRopeFactors, config->rope_scaling.factor, config->rope_scaling.context));
  return config;
}

Result<GgufKeys> gguf_keys(const ModelFamily& family, const DecoderConfig& config) {
  if (!family.gguf)
    return invalid_input(fmt::format(
        "{} models cannot be written as GGUF, which does not tell their kinds apart; {}",
        family.name, kWayOut));
  const GgufNames& names = *family.gguf;
  if (is_scaled(config, RopeScaling::Kind::kLlama3) && !names.has_rope_factors)
    return cannot_say(family, "rope_scaling is llama3, which it does not honour");
  if (names.fits != nullptr) {
    const Status fits = names.fits(config);
    if (!fits) return cannot_say(family, fits.error().message);
  }
  GLASS_TRY(GgufKeys keys, write_keys(family, config));
  GLASS_TRY(const ModelFamily* reader, gguf_family(keys));
  const auto read = config_from_gguf(*reader, keys,
                                     {.vocabulary = config.vocabulary,
                                      .tied_embeddings = config.tied_embeddings,
                                      .rope_factors = gguf_rope_factors(config)});
  if (!read) return cannot_say(family, read.error().message);
  DecoderConfig wanted = config;
  wanted.rope_interleaved = false;
  if (*read != wanted) return cannot_say(family, difference(wanted, *read));
  return keys;
}

std::vector<float> gguf_rope_factors(const DecoderConfig& config) {
  std::vector<float> factors;
  if (!is_scaled(config, RopeScaling::Kind::kLlama3)) return factors;
  const double log_theta = engine::log(config.rope_theta);
  const int64_t pairs = config.rotary_dim / 2;
  for (int64_t i = 0; i < pairs; ++i) {
    const double exponent = -static_cast<double>(i) / static_cast<double>(pairs);
    factors.push_back(
        static_cast<float>(rope_factor(engine::exp(exponent * log_theta), config.rope_scaling)));
  }
  return factors;
}

}  // namespace glass::engine
