// Evaluation: what was measured in one domain of risk, and the borders that the safety board set
// for it before. A score says how capable the model is of harm: more is worse.
//
//   ... reference + standard error ... alert ... critical ...
//         SL-1              |   SL-2   |  SL-3  |   SL-4
//
// Scores are whole numbers, in whatever unit the board chose for the domain (such as millionths).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "glass/base/result.h"

namespace glass::institution {

enum class EvalDomain : uint8_t {
  kCbrn,  // chemical, biological, radiological, nuclear
  kCyberOffence,
  kLossOfControl,
  kHarmfulManipulation,
  kIllegalContent,
};

inline constexpr std::array<std::string_view, 5> kEvalDomainWords = {
    "cbrn", "cyber-offence", "loss-of-control", "harmful-manipulation", "illegal-content"};

inline constexpr int64_t kLargestScore = 1'000'000'000'000;

// Of the best released open model.
struct ReferenceScore {
  int64_t score = 0, standard_error = 0;
};

// What is not there is missing evidence, not a zero.
struct Evaluation {
  EvalDomain domain = EvalDomain::kCbrn;
  std::optional<int64_t> score = {};
  std::optional<ReferenceScore> reference = {};
  std::optional<int64_t> alert = {}, critical = {};
  std::optional<int64_t> safe_reference = {};  // score of a model that is known to be safe
};

// kInvalidInput: a domain stands twice, a number is negative or above kLargestScore, or an alert is
// not below its critical border.
[[nodiscard]] Status expect_sound(std::span<const Evaluation> evaluations);

// Nothing if `domain` is not among them, or stands there twice: which one counts is not known then.
const Evaluation* find(std::span<const Evaluation> evaluations, EvalDomain domain);

// Whether the score is at most that of a safe reference, or below the alert. Nothing if evidence is
// missing.
std::optional<bool> is_below_alert(const Evaluation& evaluation);

// The same with the domain's margin, critical minus alert, once more between score and alert: what
// a level may be lowered on.
std::optional<bool> is_clear_of_alert(const Evaluation& evaluation);

}  // namespace glass::institution
