#include "glass/engine/train/step_record.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::engine {
namespace {

constexpr std::array kCauses = {Cause::kNonFinite, Cause::kLossSpike};
constexpr std::array kActions = {Action::kRecord, Action::kSkipStep, Action::kRollBack,
                                 Action::kStop};

std::string bits_text(float value) {
  return fmt::format("{:08x}", std::bit_cast<uint32_t>(value));
}

Json float_json(float value) {
  const Json decimal = std::isfinite(value) ? Json(static_cast<double>(value)) : Json(nullptr);
  return Json::Object{{"bits", bits_text(value)}, {"value", decimal}};
}

tl::unexpected<Error> malformed(std::string_view key, std::string_view why) {
  return fail(ErrorCode::kCorruption, fmt::format("step record: '{}' {}", key, why));
}

Result<float> read_float(const Json& json, std::string_view key) {
  const Json* const member = json.find(key);
  const Json* const bits = member == nullptr ? nullptr : member->find("bits");
  const auto bytes = bits == nullptr || bits->if_string() == nullptr
                         ? fail(ErrorCode::kCorruption, "")
                         : from_hex(*bits->if_string());
  if (!bytes || bytes->size() != 4) return malformed(key, "has no bits of a float");
  uint32_t word = 0;
  for (const uint8_t byte : *bytes) word = word << 8 | byte;
  const auto value = std::bit_cast<float>(word);
  if (*member != float_json(value)) return malformed(key, "has a value that is not its bits");
  return value;
}

Result<std::optional<crypto::Digest>> read_digest(const Json& json, std::string_view key) {
  const Json* const member = json.find(key);
  if (member == nullptr) return std::optional<crypto::Digest>();
  if (member->if_string() == nullptr) return malformed(key, "is no digest");
  const auto digest = crypto::digest_from_text(*member->if_string());
  if (!digest) return malformed(key, "is no digest");
  return std::optional(*digest);
}

Result<std::optional<StepEvent>> read_event(const Json& json) {
  const Json* const member = json.find("event");
  if (member == nullptr) return std::optional<StepEvent>();
  GLASS_TRY(const std::string cause, member->get_string("cause"));
  GLASS_TRY(const std::string action, member->get_string("action"));
  StepEvent event;
  const auto* const found =
      std::ranges::find_if(kCauses, [&](Cause c) { return cause == name(c); });
  if (found == kCauses.end()) return malformed("event", "has an unknown cause");
  event.cause = *found;
  GLASS_TRY(event.action, action_from_name(action));
  if (event.action == Action::kRollBack) {
    GLASS_TRY(event.back_to, member->get_int("back_to"));
  }
  return std::optional(event);
}

Result<std::optional<PreferenceFigures>> read_preference(const Json& json) {
  const Json* const member = json.find("preference");
  if (member == nullptr) return std::optional<PreferenceFigures>();
  PreferenceFigures figures;
  GLASS_TRY(figures.preferred, member->get_int("preferred"));
  GLASS_TRY(figures.margin, read_float(*member, "margin"));
  return std::optional(figures);
}

std::string preference_text(const std::optional<PreferenceFigures>& figures) {
  if (!figures) return "none";
  return fmt::format("{} preferred, margin {} (bits {})", figures->preferred, figures->margin,
                     bits_text(figures->margin));
}

std::string event_text(const std::optional<StepEvent>& event) {
  if (!event) return "none";
  return fmt::format("{}: {} {}", name(event->cause), name(event->action), event->back_to);
}

std::string digest_text(const std::optional<crypto::Digest>& digest) {
  return digest ? to_text(*digest) : "none";
}

// The first pair of texts that differs.
class Comparison {
 public:
  explicit Comparison(int64_t step) : step_(step) {}

  Comparison& same(std::string_view what, const std::string& expected, const std::string& actual) {
    if (status_ && expected != actual)
      status_ = fail(ErrorCode::kMismatch, fmt::format("step {}: {} is {}, the record says {}",
                                                       step_, what, actual, expected));
    return *this;
  }

  Comparison& same(std::string_view what, float expected, float actual) {
    const auto text = [](float value) {
      return fmt::format("{} (bits {})", value, bits_text(value));
    };
    return same(what, text(expected), text(actual));
  }

  [[nodiscard]] Status status() const { return status_; }

 private:
  int64_t step_;
  Status status_;
};

}  // namespace

std::string_view name(Cause cause) {
  switch (cause) {
    case Cause::kNonFinite: return "non_finite";
    case Cause::kLossSpike: return "loss_spike";
  }
  return "";
}

std::string_view name(Action action) {
  switch (action) {
    case Action::kRecord: return "record";
    case Action::kSkipStep: return "skip_step";
    case Action::kRollBack: return "roll_back";
    case Action::kStop: return "stop";
  }
  return "";
}

Result<Action> action_from_name(std::string_view text) {
  for (const Action action : kActions) {
    if (text == name(action)) return action;
  }
  return fail(ErrorCode::kInvalidInput,
              fmt::format("action '{}' is not known; known are record, skip_step, roll_back and "
                          "stop",
                          text));
}

Json::Object to_json(const StepRecord& record) {
  Json::Object json = {{"loss", float_json(record.loss)},
                       {"gradient_norm", float_json(record.gradient_norm)},
                       {"learning_rate", float_json(record.learning_rate)},
                       {"tokens", record.tokens},
                       {"batch", to_text(record.batch)}};
  if (record.preference)
    json["preference"] = Json::Object{{"preferred", record.preference->preferred},
                                      {"margin", float_json(record.preference->margin)}};
  if (record.event) {
    Json::Object event = {{"cause", name(record.event->cause)},
                          {"action", name(record.event->action)}};
    if (record.event->action == Action::kRollBack) event["back_to"] = record.event->back_to;
    json["event"] = event;
  }
  if (record.parameters) json["parameters"] = to_text(*record.parameters);
  if (record.optimizer) json["optimizer"] = to_text(*record.optimizer);
  if (record.average) json["average"] = to_text(*record.average);
  return json;
}

Result<StepRecord> step_record_from_json(const Json& json) {
  StepRecord record;
  GLASS_TRY(record.step, json.get_int("step"));
  GLASS_TRY(record.loss, read_float(json, "loss"));
  GLASS_TRY(record.gradient_norm, read_float(json, "gradient_norm"));
  GLASS_TRY(record.learning_rate, read_float(json, "learning_rate"));
  GLASS_TRY(record.tokens, json.get_int("tokens"));
  GLASS_TRY(const auto batch, read_digest(json, "batch"));
  if (!batch) return malformed("batch", "is missing");
  record.batch = *batch;
  GLASS_TRY(record.preference, read_preference(json));
  GLASS_TRY(record.event, read_event(json));
  GLASS_TRY(record.parameters, read_digest(json, "parameters"));
  GLASS_TRY(record.optimizer, read_digest(json, "optimizer"));
  GLASS_TRY(record.average, read_digest(json, "average"));
  return record;
}

Status expect_equal(const StepRecord& expected, const StepRecord& actual) {
  return Comparison(expected.step)
      .same("the step", std::to_string(expected.step), std::to_string(actual.step))
      .same("the batch", to_text(expected.batch), to_text(actual.batch))
      .same("the number of tokens", std::to_string(expected.tokens), std::to_string(actual.tokens))
      .same("the learning rate", expected.learning_rate, actual.learning_rate)
      .same("the loss", expected.loss, actual.loss)
      .same("what is preferred", preference_text(expected.preference),
            preference_text(expected.preference ? actual.preference : std::nullopt))
      .same("the gradient norm", expected.gradient_norm, actual.gradient_norm)
      .same("the event", event_text(expected.event), event_text(actual.event))
      .same("the digest of the parameters", digest_text(expected.parameters),
            digest_text(actual.parameters))
      .same("the digest of the optimizer's state", digest_text(expected.optimizer),
            digest_text(actual.optimizer))
      .same("the digest of the average", digest_text(expected.average), digest_text(actual.average))
      .status();
}

}  // namespace glass::engine
