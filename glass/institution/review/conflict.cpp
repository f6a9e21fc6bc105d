#include "glass/institution/review/conflict.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace glass::institution {
namespace {

constexpr int64_t kStrictLevel = 3;  // from which on nationality and funder are real

template <typename Enum, size_t N>
std::optional<Enum> from_word(const std::array<std::string_view, N>& words, std::string_view word) {
  const auto* found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

ConflictEffect effect(ConflictSeverity severity, ConflictStatus status) {
  const bool is_potential = severity == ConflictSeverity::kPotential;
  switch (status) {
    case ConflictStatus::kDismissed: return ConflictEffect::kNone;
    case ConflictStatus::kPending:
    case ConflictStatus::kRecused: return ConflictEffect::kBlocked;
    case ConflictStatus::kDisclosed:
      return is_potential ? ConflictEffect::kDisclosed : ConflictEffect::kBlocked;
    case ConflictStatus::kWaived:
      return severity == ConflictSeverity::kReal ? ConflictEffect::kBlocked
                                                 : ConflictEffect::kDisclosed;
  }
  return ConflictEffect::kBlocked;
}

}  // namespace

std::string_view to_text(ConflictCode code) {
  return kConflictCodes[static_cast<size_t>(code)];
}

std::string_view to_text(ConflictSeverity severity) {
  return kConflictSeverities[static_cast<size_t>(severity)];
}

std::string_view to_text(ConflictStatus status) {
  return kConflictStatuses[static_cast<size_t>(status)];
}

std::optional<ConflictCode> conflict_code(std::string_view word) {
  return from_word<ConflictCode>(kConflictCodes, word);
}

std::optional<ConflictSeverity> conflict_severity(std::string_view word) {
  return from_word<ConflictSeverity>(kConflictSeverities, word);
}

std::optional<ConflictStatus> conflict_status(std::string_view word) {
  return from_word<ConflictStatus>(kConflictStatuses, word);
}

ConflictSeverity ordinary_severity(ConflictCode code) {
  if (code <= ConflictCode::kRelSupervisor) return ConflictSeverity::kReal;
  if (code <= ConflictCode::kCompet) return ConflictSeverity::kApparent;
  return ConflictSeverity::kPotential;
}

ConflictStatus first_status(ConflictSeverity severity, bool is_automated) {
  return is_automated && severity == ConflictSeverity::kPotential ? ConflictStatus::kDisclosed
                                                                  : ConflictStatus::kPending;
}

ConflictEffect effect_on_review(const Conflict& conflict) {
  return effect(conflict.severity, conflict.status);
}

ConflictEffect effect_on_vote(const Conflict& conflict, int64_t level, bool lowers) {
  const bool is_of_the_world =
      conflict.code == ConflictCode::kNatSame || conflict.code == ConflictCode::kFundSame;
  const bool is_strict = level >= kStrictLevel || lowers;
  return effect(is_of_the_world && is_strict ? ConflictSeverity::kReal : conflict.severity,
                conflict.status);
}

}  // namespace glass::institution
