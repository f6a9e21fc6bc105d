#include "glass/institution/safety/trigger.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "glass/base/ascii.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_facts.h"
#include "glass/institution/safety/words.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

template <typename Enum, size_t N>
std::optional<Flops> place_of(const std::array<std::string_view, N>& words,
                              std::string_view value) {
  const auto at = value_of<Enum>(words, value);
  if (!at) return std::nullopt;
  return static_cast<Flops>(*at);
}

// A value as the number by which values of one kind compare.
std::optional<Flops> magnitude(TriggerKind kind, std::string_view value) {
  switch (kind) {
    case TriggerKind::kCompute:
    case TriggerKind::kDesignCompute: {
      const auto flops = parse_flops(value);
      return flops ? std::optional<Flops>(*flops) : std::nullopt;
    }
    case TriggerKind::kEvaluation: {
      const auto score = parse_count(value);
      return score ? std::optional<Flops>(static_cast<Flops>(*score)) : std::nullopt;
    }
    case TriggerKind::kDataClass: return place_of<DataClass>(kDataClassWords, value);
    case TriggerKind::kMethod:
    case TriggerKind::kBaseModel:
    case TriggerKind::kOfficer: return place_of<Level>(kLevelWords, value);
  }
  return std::nullopt;
}

}  // namespace

Level effective_level(const Trigger& trigger) {
  return std::min(trigger.level, trigger.set_aside.value_or(trigger.level));
}

void describe(settings::FieldVisitor& fields, SetAside& set_aside) {
  describe_word(fields, "kind", set_aside.kind, kTriggerKindWords, "which kind of trigger");
  fields.text("subject", set_aside.subject, "its method or domain; empty where the kind says all");
  fields.text("value", set_aside.value, "the value that it had; a higher one raises again");
  describe_word(fields, "level", set_aside.level, kLevelWords, "the level that it gave");
  describe_word(fields, "counts_as", set_aside.counts_as, kLevelWords,
                "the level that it counts as from then on");
}

bool covers(const SetAside& set_aside, const Trigger& trigger) {
  if (trigger.is_missing || set_aside.kind != trigger.kind ||
      set_aside.subject != trigger.subject || trigger.level > set_aside.level)
    return false;
  const auto at_most = magnitude(set_aside.kind, set_aside.value);
  const auto value = magnitude(trigger.kind, trigger.value);
  return at_most && value && *value <= *at_most;
}

}  // namespace glass::institution
