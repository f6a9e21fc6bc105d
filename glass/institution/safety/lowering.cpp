#include "glass/institution/safety/lowering.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/institution/safety/assessment.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/internal/spans.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/trigger.h"
#include "glass/institution/safety/words.h"

namespace glass::institution {
namespace {

bool is_one_step(Level from, Level to) {
  return level_number(from) == level_number(to) + 1;
}

class CheckingLowering {
 public:
  CheckingLowering(const LoweringFacts& facts, const LevelControls& controls, int64_t at_ms)
      : facts_(facts), controls_(controls), at_ms_(at_ms) {}

  std::vector<LoweringLack> run() {
    if (!is_one_step(facts_.from, facts_.to))
      add(LoweringNeed::kOneStep,
          fmt::format("a level is lowered one step at a time: {} to {} is none",
                      to_text(facts_.from), to_text(facts_.to)));
    check_quiet_time();
    check_evaluations();
    if (controls_.external_report && facts_.has_external_report != true)
      add(LoweringNeed::kExternalReport, "an independent report from outside is needed");
    if (facts_.open_incidents != 0)
      add(LoweringNeed::kNoIncident,
          facts_.open_incidents
              ? fmt::format("{} open; resolve each", count_text(*facts_.open_incidents, "incident"))
              : "whether an incident is open is not known");
    if (facts_.is_emergency != false)
      add(LoweringNeed::kNoEmergency, facts_.is_emergency
                                          ? "nobody lowers a level during an emergency"
                                          : "whether there is an emergency is not known");
    check_objections();
    return std::move(lacks_);
  }

 private:
  void add(LoweringNeed need, std::string sentence) {
    lacks_.push_back({need, std::move(sentence)});
  }

  [[nodiscard]] bool has_passed(int64_t days, std::optional<int64_t> since_ms) const {
    return since_ms && at_ms_ - *since_ms >= days * kDayMs;
  }

  void check_quiet_time() {
    if (has_passed(controls_.quiet_days, facts_.last_trigger_at_ms)) return;
    add(LoweringNeed::kQuietTime,
        fmt::format("{} without a trigger are needed", count_text(controls_.quiet_days, "day")));
  }

  void check_evaluations() {
    if (facts_.are_on_final_weights != true)
      add(LoweringNeed::kEvaluations, "the evaluations have to be on the final weights");
    if (facts_.are_with_elicitation != true)
      add(LoweringNeed::kEvaluations, "the evaluations have to include elicitation");
    for (size_t i = 0; i < kEvalDomainWords.size(); ++i) {
      const Evaluation* one = find(facts_.evaluations, static_cast<EvalDomain>(i));
      const auto is_clear = one == nullptr ? std::nullopt : is_clear_of_alert(*one);
      if (is_clear == true) continue;
      add(LoweringNeed::kEvaluations,
          fmt::format("{} {}", kEvalDomainWords[i],
                      is_clear ? "is neither below its alert by the margin nor at most as high as "
                                 "a safe reference"
                               : "has no score, or no borders to compare it with"));
    }
  }

  void check_objections() {
    if (!has_passed(controls_.objection_days, facts_.objections_from_ms))
      add(LoweringNeed::kObjections, fmt::format("objections have to be taken for {}",
                                                 count_text(controls_.objection_days, "day")));
    if (facts_.open_objections != 0)
      add(LoweringNeed::kObjections,
          facts_.open_objections
              ? fmt::format("{} not answered", count_text(*facts_.open_objections, "objection"))
              : "whether an objection is open is not known");
  }

  const LoweringFacts& facts_;
  const LevelControls& controls_;
  int64_t at_ms_;
  std::vector<LoweringLack> lacks_;
};

}  // namespace

std::vector<LoweringLack> lacking_for_lowering(const LoweringFacts& facts,
                                               const LevelControls& controls, int64_t at_ms) {
  GLASS_CHECK(controls.level == facts.from);
  return CheckingLowering(facts, controls, at_ms).run();
}

Status expect_may_lower(const LoweringFacts& facts, const LevelControls& controls, int64_t at_ms) {
  std::vector<std::string> sentences;
  for (LoweringLack& lack : lacking_for_lowering(facts, controls, at_ms))
    sentences.push_back(std::move(lack.sentence));
  if (sentences.empty()) return {};
  return fail(ErrorCode::kRefused,
              fmt::format("{} cannot be lowered to {} yet: {}", to_text(facts.from),
                          to_text(facts.to), fmt::join(sentences, "; ")));
}

Result<std::vector<SetAside>> set_aside_for(const Assessment& assessment, Level to) {
  if (!is_one_step(assessment.level, to))
    return fail(ErrorCode::kRefused,
                fmt::format("a level is lowered one step at a time: {} to {} is none",
                            to_text(assessment.level), to_text(to)));
  std::vector<SetAside> set_aside;
  for (const Trigger& one : assessment.triggers) {
    if (effective_level(one) <= to) continue;
    if (one.is_missing)
      return fail(ErrorCode::kRefused,
                  fmt::format("{} {}: what is missing cannot be set aside; hand it in",
                              word_of(kTriggerKindWords, one.kind), one.because));
    set_aside.push_back({.kind = one.kind,
                         .subject = one.subject,
                         .value = one.value,
                         .level = one.level,
                         .counts_as = to});
  }
  return set_aside;
}

bool is_matched_by_download(const std::vector<Evaluation>& own,
                            const std::vector<Evaluation>& download) {
  for (size_t i = 0; i < kEvalDomainWords.size(); ++i) {
    const Evaluation* ours = find(own, static_cast<EvalDomain>(i));
    const Evaluation* theirs = find(download, static_cast<EvalDomain>(i));
    if (ours == nullptr || theirs == nullptr || !ours->score || !theirs->score) return false;
    if (*theirs->score < *ours->score) return false;
  }
  return true;
}

}  // namespace glass::institution
