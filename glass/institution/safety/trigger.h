// Trigger: one fact about a run, its value as text, and the level that follows from it.
//
// A level that was lowered stays lowered because the decision set its triggers aside: each with the
// value that it had. A trigger counts as set aside only while it is the same one, with no higher
// value and no higher level; a new trigger, or a higher value, raises again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "glass/institution/safety/level.h"
#include "glass/settings/fields.h"

namespace glass::institution {

//   kind             subject   value
//   compute                    FLOP of own training, base model and synthetic data
//   design-compute             the same, of a model of biology or chemistry
//   data-class                 D0 to D3
//   method           method    its level
//   evaluation       domain    score
//   base-model                 its own level
//   officer                    the level that a safety officer raised to
enum class TriggerKind : uint8_t {
  kCompute,
  kDesignCompute,
  kDataClass,
  kMethod,
  kEvaluation,
  kBaseModel,
  kOfficer,
};

inline constexpr std::array<std::string_view, 7> kTriggerKindWords = {
    "compute", "design-compute", "data-class", "method", "evaluation", "base-model", "officer"};

struct Trigger {
  TriggerKind kind = TriggerKind::kCompute;
  std::string subject = "", value = "";
  Level level = Level::kSl1;
  std::string because = "";             // in words, for who reads the assessment
  bool is_missing = false;              // evidence that is not there counts
  std::optional<Level> set_aside = {};  // what it counts as instead of its level

  friend bool operator==(const Trigger&, const Trigger&) = default;
};

// What a trigger counts as.
Level effective_level(const Trigger& trigger);

// As a lowering decision names it.
struct SetAside {
  TriggerKind kind = TriggerKind::kCompute;
  std::string subject = "", value = "";
  Level level = Level::kSl1;      // what it gave
  Level counts_as = Level::kSl1;  // what it counts as from then on

  friend bool operator==(const SetAside&, const SetAside&) = default;
};

void describe(settings::FieldVisitor& fields, SetAside& set_aside);

// Missing evidence is covered by nothing.
bool covers(const SetAside& set_aside, const Trigger& trigger);

}  // namespace glass::institution
