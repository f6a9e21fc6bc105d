#include "glass/institution/safety/assessment.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_facts.h"
#include "glass/institution/safety/thresholds.h"
#include "glass/institution/safety/trigger.h"
#include "glass/institution/safety/words.h"

namespace glass::institution {
namespace {

// A score or a border that is not there rules no alert out.
bool may_be_alert(const Evaluation& one) {
  if (!one.score) return true;
  if (one.critical && *one.score >= *one.critical) return true;
  return !one.alert || *one.score >= *one.alert;
}

Flops own_compute(const LevelFacts& facts) {
  return std::max(facts.own_planned, facts.own_spent);
}

class Assessing {
 public:
  Assessing(const LevelFacts& facts, const SafetyThresholds& thresholds,
            std::span<const SetAside> set_aside)
      : facts_(facts), thresholds_(thresholds), set_aside_(set_aside) {}

  Result<Assessment> run() {
    GLASS_TRY_STATUS(expect_sound(facts_.evaluations));
    if (facts_.data_class == DataClass::kD4)
      return fail(ErrorCode::kRefused,
                  "data of class D4 is unlawful and has no safety level: the run is refused. Take "
                  "it out of the manifest, and report it");
    const Flops base = facts_.base ? facts_.base->compute.value_or(0) : 0;
    GLASS_TRY(result_.compute, cumulative_compute(own_compute(facts_), base, facts_.synthetic));
    add_compute(base);
    add_data_class();
    for (const Method method : facts_.methods)
      add({.kind = TriggerKind::kMethod,
           .subject = std::string(word_of(kMethodWords, method)),
           .value = to_text(level_of(method)),
           .level = level_of(method)});
    for (const Evaluation& one : facts_.evaluations) add_evaluation(one);
    add_base_level();
    if (facts_.raised_to)
      add({.kind = TriggerKind::kOfficer,
           .value = to_text(*facts_.raised_to),
           .level = *facts_.raised_to,
           .because = "raised by a safety officer"});
    add_what_is_missing();
    return std::move(result_);
  }

 private:
  void add(Trigger trigger) {
    for (const SetAside& one : set_aside_) {
      if (covers(one, trigger))
        trigger.set_aside = std::min(one.counts_as, trigger.set_aside.value_or(one.counts_as));
    }
    result_.level = std::max(result_.level, effective_level(trigger));
    if (!trigger.is_missing) known_ = std::max(known_, effective_level(trigger));
    result_.triggers.push_back(std::move(trigger));
  }

  void add_missing(TriggerKind kind, std::string_view subject, Level level, std::string because) {
    add({.kind = kind,
         .subject = std::string(subject),
         .level = level,
         .because = std::move(because),
         .is_missing = true});
  }

  void add_compute(Flops base) {
    const std::string sum =
        fmt::format("own {} + base {} + synthetic {} FLOP", flops_text(own_compute(facts_)),
                    flops_text(base), flops_text(facts_.synthetic));
    const std::string value = flops_text(result_.compute);
    add({.kind = TriggerKind::kCompute,
         .value = value,
         .level = level_by_compute(thresholds_, result_.compute),
         .because = sum});
    if (facts_.methods.contains(Method::kBiologyOrChemistry))
      add({.kind = TriggerKind::kDesignCompute,
           .value = value,
           .level = level_by_design_compute(thresholds_, result_.compute),
           .because = sum});
  }

  [[nodiscard]] bool may_have_alert() const {
    return std::ranges::any_of(facts_.evaluations, may_be_alert);
  }

  void add_data_class() {
    if (!facts_.data_class) return;
    const DataClass highest = *facts_.data_class;
    const bool has_alert = highest == DataClass::kD3 && may_have_alert();
    const Level level = has_alert                   ? Level::kSl4
                        : highest == DataClass::kD3 ? Level::kSl3
                        : highest == DataClass::kD0 ? Level::kSl1
                                                    : Level::kSl2;
    add({.kind = TriggerKind::kDataClass,
         .value = std::string(word_of(kDataClassWords, highest)),
         .level = level,
         .because =
             has_alert ? "with an alert that an evaluation gave or could not rule out" : ""});
  }

  // The first border from above that the score reaches, or whose absence it runs into.
  void add_evaluation(const Evaluation& one) {
    if (!one.score) return;
    const auto at = [&](Level level, std::string because, bool is_missing = false) {
      add({.kind = TriggerKind::kEvaluation,
           .subject = std::string(word_of(kEvalDomainWords, one.domain)),
           .value = fmt::format("{}", *one.score),
           .level = level,
           .because = std::move(because),
           .is_missing = is_missing});
    };
    if (one.critical && *one.score >= *one.critical)
      return at(Level::kSl4, fmt::format("critical from {}", *one.critical));
    if (one.alert && *one.score >= *one.alert) {
      if (!one.critical) return at(Level::kSl4, "the critical border is missing", true);
      return at(Level::kSl3, fmt::format("alert from {}", *one.alert));
    }
    if (!one.alert) return at(Level::kSl3, "the alert is missing", true);
    if (!one.reference) return at(Level::kSl2, "the reference is missing", true);
    const int64_t borne = one.reference->score + one.reference->standard_error;
    at(*one.score > borne ? Level::kSl2 : Level::kSl1,
       fmt::format("reference {} + standard error {}", one.reference->score,
                   one.reference->standard_error));
  }

  void add_base_level() {
    if (!facts_.base || facts_.base->is_released || !facts_.base->level) return;
    add({.kind = TriggerKind::kBaseModel,
         .value = to_text(*facts_.base->level),
         .level = *facts_.base->level,
         .because = "the base model is not released"});
  }

  // What decides between the level of all that is known and the next.
  void add_what_is_missing() {
    const Level next = next_level(known_);
    if (facts_.base && !facts_.base->compute)
      add_missing(TriggerKind::kCompute, "base", next, "the base model's compute is missing");
    if (!facts_.data_class)
      add_missing(TriggerKind::kDataClass, "", may_have_alert() ? Level::kSl4 : Level::kSl3,
                  "the class of the data is missing");
    if (facts_.methods.empty())
      add_missing(TriggerKind::kMethod, "", next, "modality and method are missing");
    for (const Evaluation& one : facts_.evaluations) {
      if (!one.score)
        add_missing(TriggerKind::kEvaluation, word_of(kEvalDomainWords, one.domain), next,
                    "the evaluation is due and missing");
    }
    if (facts_.base && !facts_.base->is_released && !facts_.base->level)
      add_missing(TriggerKind::kBaseModel, "", std::max(next, Level::kSl3),
                  "the base model is not released, and its level is missing");
  }

  const LevelFacts& facts_;
  const SafetyThresholds& thresholds_;
  std::span<const SetAside> set_aside_;
  Level known_ = Level::kSl1;  // by what is not missing
  Assessment result_;
};

}  // namespace

Result<Assessment> assess(const LevelFacts& facts, const SafetyThresholds& thresholds,
                          std::span<const SetAside> set_aside) {
  return Assessing(facts, thresholds, set_aside).run();
}

}  // namespace glass::institution
