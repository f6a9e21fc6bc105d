#include "glass/institution/safety/evaluation.h"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/safety/words.h"

namespace glass::institution {
namespace {

bool is_score(const std::optional<int64_t>& number) {
  return !number || (*number >= 0 && *number <= kLargestScore);
}

}  // namespace

Status expect_sound(std::span<const Evaluation> evaluations) {
  std::set<EvalDomain> seen;
  for (const Evaluation& one : evaluations) {
    const auto wrong = [&](std::string_view what) {
      return invalid_input(
          fmt::format("evaluation of {}: {}", word_of(kEvalDomainWords, one.domain), what));
    };
    if (!seen.insert(one.domain).second) return wrong("it stands twice; give the last one");
    const ReferenceScore reference = one.reference.value_or(ReferenceScore{});
    if (!is_score(one.score) || !is_score(one.alert) || !is_score(one.critical) ||
        !is_score(one.safe_reference) || !is_score(reference.score) ||
        !is_score(reference.standard_error))
      return wrong(fmt::format("scores are whole numbers from 0 to {}", kLargestScore));
    if (one.alert && one.critical && *one.alert >= *one.critical)
      return wrong("the alert has to be below the critical border, by the domain's margin");
  }
  return {};
}

const Evaluation* find(std::span<const Evaluation> evaluations, EvalDomain domain) {
  const Evaluation* found = nullptr;
  for (const Evaluation& one : evaluations) {
    if (one.domain != domain) continue;
    if (found != nullptr) return nullptr;
    found = &one;
  }
  return found;
}

std::optional<bool> is_below_alert(const Evaluation& evaluation) {
  if (!evaluation.score) return std::nullopt;
  if (evaluation.safe_reference && *evaluation.score <= *evaluation.safe_reference) return true;
  if (!evaluation.alert) return std::nullopt;
  return *evaluation.score < *evaluation.alert;
}

std::optional<bool> is_clear_of_alert(const Evaluation& evaluation) {
  if (!evaluation.score) return std::nullopt;
  if (evaluation.safe_reference && *evaluation.score <= *evaluation.safe_reference) return true;
  if (!evaluation.alert || !evaluation.critical || *evaluation.alert >= *evaluation.critical)
    return std::nullopt;
  const int64_t margin = *evaluation.critical - *evaluation.alert;
  return *evaluation.score < *evaluation.alert - margin;
}

}  // namespace glass::institution
