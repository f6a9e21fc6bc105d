// Lowering: how a run or model comes down a level, one step at a time.
//
// Compute never shrinks and a method stays what it is, so the highest trigger alone would raise the
// run again at once. A lowering decision therefore names the triggers that it sets aside, with
// their values; only a new trigger or a higher value raises again (trigger.h). What is missing
// cannot be set aside: the evidence has to be handed in.
//
//   from         quiet     objections   external report
//   SL-2          7 days   14 days
//   SL-3         30 days   30 days      yes
//   SL-4         90 days   30 days      yes
//
// The numbers are the charter's (level_controls.h), and who decides is, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/safety/assessment.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/trigger.h"

namespace glass::institution {

// What is known when a lowering is asked for. What is not there is missing evidence.
struct LoweringFacts {
  Level from = Level::kSl2, to = Level::kSl1;
  std::optional<int64_t> last_trigger_at_ms = {};  // of those that gave the level
  std::vector<Evaluation> evaluations = {};        // the full suite
  std::optional<bool> are_on_final_weights = {};
  std::optional<bool> are_with_elicitation = {};  // fine-tuned to bring out what is hidden
  std::optional<bool> has_external_report = {};
  std::optional<int64_t> open_incidents = {};
  std::optional<bool> is_emergency = {};
  std::optional<int64_t> objections_from_ms = {};  // since when they are taken
  std::optional<int64_t> open_objections = {};     // not answered
};

enum class LoweringNeed : uint8_t {
  kOneStep,
  kQuietTime,
  kEvaluations,
  kExternalReport,
  kNoIncident,
  kNoEmergency,
  kObjections,
};

struct LoweringLack {
  LoweringNeed need = LoweringNeed::kOneStep;
  std::string sentence = "";

  friend bool operator==(const LoweringLack&, const LoweringLack&) = default;
};

// Everything that is missing before the lowering may be decided; nothing if it may be.
// REQUIRES: `controls` are those of facts.from.
std::vector<LoweringLack> lacking_for_lowering(const LoweringFacts& facts,
                                               const LevelControls& controls, int64_t at_ms);

// kRefused tells all of it at once. REQUIRES: the same.
[[nodiscard]] Status expect_may_lower(const LoweringFacts& facts, const LevelControls& controls,
                                      int64_t at_ms);

// What the decision has to set aside so that the level becomes `to`. kRefused names missing
// evidence that stands in the way, and a level that is not one step below.
[[nodiscard]] Result<std::vector<SetAside>> set_aside_for(const Assessment& assessment, Level to);

// Whether a model that anybody can download scores at least as high in every domain: then the
// controls of security may be those of SL-2; the release gate stays. Missing scores are no.
bool is_matched_by_download(const std::vector<Evaluation>& own,
                            const std::vector<Evaluation>& download);

}  // namespace glass::institution
