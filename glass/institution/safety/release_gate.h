// ReleaseGate: the ten points that all have to hold before anybody gets the weights. A function of
// facts, so that a stranger comes to the same; what is not known is missing, and missing is no.
//
//    1 level             SL-3 or below, now
//    2 chain             proposal, vote, data seals, code, run log, checkpoints, evaluations
//    3 replay            random segments, bit for bit, by a second operator
//    4 data rights       licences, a fresh opt-out list, no unlawful data, personal data filtered
//    5 evaluations       of the final weights, with elicitation, below every alert
//    6 documents         no mandatory field is empty
//    7 incidents         none is open
//    8 decision          for the level now, with its quorum, no recused vote counted
//    9 objections        their time is over, each is answered
//   10 signature         by enough holders of the release key, in the log before a byte is served
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/level.h"

namespace glass::institution {

// Links of the chain from proposal to weights, in the order of kChainLinks.
inline constexpr std::array<std::string_view, 7> kChainLinks = {
    "proposal", "vote", "data seals", "code digest", "run log", "checkpoints", "evaluations"};

struct ReleaseFacts {
  std::optional<Level> level = {};
  std::array<std::optional<bool>, kChainLinks.size()> is_verified = {};

  std::optional<int64_t> segments = {};            // of the run
  std::optional<int64_t> replayed_segments = {};   // different ones, drawn at random
  std::optional<int64_t> differing_segments = {};  // of these, not equal bit for bit
  std::optional<bool> by_second_operator = {};

  std::optional<int64_t> rows_without_licence = {};
  std::optional<int64_t> opt_outs_at_ms = {}, sealed_at_ms = {};
  std::optional<bool> hash_scan_is_clean = {}, classifier_scan_is_clean = {};  // of class D4
  std::optional<bool> has_personal_data_report = {};

  std::optional<bool> are_on_final_weights = {}, are_with_elicitation = {};
  std::vector<Evaluation> evaluations = {};

  std::optional<int64_t> empty_fields = {};  // mandatory ones of the AI Act's documents
  std::optional<int64_t> open_incidents = {};

  std::optional<Level> decided_for = {};
  std::optional<bool> has_quorum = {};
  std::optional<int64_t> recused_votes = {};  // counted all the same

  std::optional<int64_t> objections_until_ms = {}, open_objections = {};

  std::optional<int64_t> signatures = {};         // valid ones
  std::optional<int64_t> needed_signatures = {};  // release_path.h
  std::optional<int64_t> logged_at_ms = {};
  std::optional<int64_t> served_at_ms = {};  // the first byte; none: not served yet
};

enum class GateState : uint8_t { kHolds, kDoesNotHold, kMissing };

struct GatePoint {
  int64_t number = 0;
  std::string_view name = "";
  GateState state = GateState::kMissing;
  std::string sentence = "";  // what was found, and the way out where it does not hold
};

inline constexpr size_t kGatePoints = 10;
inline constexpr int64_t kMostOptOutDays = 30;  // from the list of opt-outs to the seal

// One random segment per 1,000, and at least three. Where a run has fewer than three, the gate
// wants all of them.
int64_t needed_replays(int64_t segments);

// In the order above. A point that fails for one reason and lacks evidence for another does not
// hold.
std::array<GatePoint, kGatePoints> release_gate(const ReleaseFacts& facts, int64_t at_ms);

// kRefused tells every point that does not hold or is missing.
[[nodiscard]] Status expect_open(const std::array<GatePoint, kGatePoints>& points);

}  // namespace glass::institution
