// StepRecord: what a step leaves in the run's chain. Nothing of time or machine is in it, so that a
// replay anywhere gives the same record, bit for bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::engine {

enum class Cause { kNonFinite, kLossSpike };

enum class Action {
  kRecord,    // the update is made all the same
  kSkipStep,  // no update
  kRollBack,  // no update, and the state becomes that of the last checkpoint again
  kStop,      // no update, and no further step
};

// "non_finite", "loss_spike"; "record", "skip_step", "roll_back", "stop"
std::string_view name(Cause cause);
std::string_view name(Action action);
[[nodiscard]] Result<Action> action_from_name(std::string_view text);

struct StepEvent {
  Cause cause = Cause::kNonFinite;
  Action action = Action::kStop;
  int64_t back_to = 0;  // kRollBack: the step whose checkpoint it is

  friend bool operator==(const StepEvent&, const StepEvent&) = default;
};

// Of a step over pairs of answers.
struct PreferenceFigures {
  int64_t preferred = 0;  // pairs of which the chosen answer has gained more than the rejected one
  float margin = 0;       // beta times by how much, on average: of the rewards of DPO

  friend bool operator==(const PreferenceFigures&, const PreferenceFigures&) = default;
};

struct StepRecord {
  int64_t step = 0;  // from 1
  float loss = 0;    // nats per target
  float gradient_norm = 0;
  float learning_rate = 0;
  int64_t tokens = 0;  // targets of this step
  crypto::Digest batch;
  std::optional<PreferenceFigures> preference = {};
  std::optional<StepEvent> event = {};
  // After the step; where a checkpoint is due.
  std::optional<crypto::Digest> parameters = {};
  std::optional<crypto::Digest> optimizer = {};
  std::optional<crypto::Digest> average = {};  // of the parameters; where there is one
};

// The members of the chain's record, without "step" and "prev", which the chain adds. A float is
// {"bits":"40a3d70a","value":5.12}; its value is null where it is not finite.
Json::Object to_json(const StepRecord& record);

// kCorruption names the member that is missing or of another form. Reads a chain's record.
[[nodiscard]] Result<StepRecord> step_record_from_json(const Json& json);

// Every bit is the same, else kMismatch names the step and the first member that differs, in the
// order in which they come about: data, learning rate, loss, preferences (where the expected record
// has them), gradient, event, state.
[[nodiscard]] Status expect_equal(const StepRecord& expected, const StepRecord& actual);

}  // namespace glass::engine
