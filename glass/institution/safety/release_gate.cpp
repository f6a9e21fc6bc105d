#include "glass/institution/safety/release_gate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/internal/spans.h"
#include "glass/institution/safety/level.h"

namespace glass::institution {
namespace {

constexpr int64_t kSegmentsPerReplay = 1000, kFewestReplays = 3;

// A point, from all that was looked at for it.
class MakingPoint {
 public:
  MakingPoint(int64_t number, std::string_view name) : number_(number), name_(name) {}

  // `demand` is told where `holds` is false or not known.
  MakingPoint& need(std::optional<bool> holds, std::string demand) {
    if (!holds)
      missing_.push_back(std::move(demand));
    else if (!*holds)
      failed_.push_back(std::move(demand));
    return *this;
  }

  // A number that has to be zero.
  MakingPoint& need_none(std::optional<int64_t> number, std::string_view demand) {
    return need(number ? std::optional(*number == 0) : std::nullopt,
                number ? fmt::format("{} (there are {})", demand, *number) : std::string(demand));
  }

  GatePoint finish(std::string_view when_it_holds) {
    GatePoint point{.number = number_, .name = name_, .state = GateState::kHolds};
    if (!failed_.empty()) {
      point.state = GateState::kDoesNotHold;
      point.sentence = fmt::format("does not hold: {}", fmt::join(failed_, "; "));
      if (!missing_.empty())
        point.sentence += fmt::format("; not known: {}", fmt::join(missing_, "; "));
    } else if (!missing_.empty()) {
      point.state = GateState::kMissing;
      point.sentence = fmt::format("not known: {}", fmt::join(missing_, "; "));
    } else {
      point.sentence = std::string(when_it_holds);
    }
    return point;
  }

 private:
  int64_t number_;
  std::string_view name_;
  std::vector<std::string> failed_, missing_;
};

// Whether `compare` holds of two things; nothing if one of them is not there.
template <typename T, typename Compare>
std::optional<bool> both(const std::optional<T>& one, const std::optional<T>& other,
                         Compare compare) {
  if (!one || !other) return std::nullopt;
  return compare(*one, *other);
}

GatePoint level_point(const ReleaseFacts& facts) {
  MakingPoint point(1, "level");
  point.need(facts.level ? std::optional(*facts.level != Level::kSl4) : std::nullopt,
             "the level is SL-3 or below; a sealed model has to be lowered first");
  return point.finish(facts.level ? fmt::format("the level is {}", to_text(*facts.level)) : "");
}

GatePoint chain_point(const ReleaseFacts& facts) {
  MakingPoint point(2, "chain");
  for (size_t i = 0; i < kChainLinks.size(); ++i)
    point.need(facts.is_verified[i], fmt::format("{} verified", kChainLinks[i]));
  return point.finish("every link of the chain is there and verified");
}

GatePoint replay_point(const ReleaseFacts& facts) {
  MakingPoint point(3, "replay");
  const int64_t segments = facts.segments.value_or(0);
  const int64_t needed = std::min(needed_replays(segments), segments);
  const int64_t replayed = facts.replayed_segments.value_or(0);
  point.need(facts.segments ? std::optional(segments > 0) : std::nullopt, "the run has segments");
  if (facts.segments)
    point.need(facts.replayed_segments ? std::optional(replayed >= needed) : std::nullopt,
               fmt::format("{} of {} replayed (there are {})", needed,
                           count_text(segments, "segment"), replayed));
  point.need_none(facts.differing_segments, "no replayed segment differs");
  point.need(facts.by_second_operator, "a second operator replayed them");
  return point.finish(fmt::format("{} of {} replayed by a second operator, all equal", replayed,
                                  count_text(segments, "segment")));
}

GatePoint data_point(const ReleaseFacts& facts) {
  MakingPoint point(4, "data rights");
  point.need_none(facts.rows_without_licence, "no row without a licence");
  point.need(
      both(facts.opt_outs_at_ms, facts.sealed_at_ms,
           [](int64_t taken_ms, int64_t sealed_ms) {
             return taken_ms <= sealed_ms && sealed_ms - taken_ms <= kMostOptOutDays * kDayMs;
           }),
      fmt::format("opt-outs taken at most {} days before the data was sealed", kMostOptOutDays));
  point.need(facts.hash_scan_is_clean, "a clean scan for unlawful data by lists of hashes");
  point.need(facts.classifier_scan_is_clean, "a clean scan for unlawful data by a classifier");
  point.need(facts.has_personal_data_report, "a report of the filter for personal data");
  return point.finish("every row has a licence, and the scans and reports are there");
}

GatePoint evaluation_point(const ReleaseFacts& facts) {
  MakingPoint point(5, "evaluations");
  point.need(facts.are_on_final_weights, "evaluations of the final weights");
  point.need(facts.are_with_elicitation, "elicitation by fine-tuning");
  for (size_t i = 0; i < kEvalDomainWords.size(); ++i) {
    const Evaluation* one = find(facts.evaluations, static_cast<EvalDomain>(i));
    point.need(one == nullptr ? std::nullopt : is_below_alert(*one),
               fmt::format("{} below its alert or at most as high as a safe reference",
                           kEvalDomainWords[i]));
  }
  return point.finish("every domain is below its alert or at most as high as a safe reference");
}

GatePoint decision_point(const ReleaseFacts& facts) {
  MakingPoint point(8, "decision");
  point.need(
      both(facts.decided_for, facts.level, [](Level one, Level other) { return one == other; }),
      "a decision for the level that the model has now");
  point.need(facts.has_quorum, "the quorum of that level");
  point.need_none(facts.recused_votes, "no vote of a recused member counted");
  return point.finish("it was decided for this level, with its quorum");
}

GatePoint objection_point(const ReleaseFacts& facts, int64_t at_ms) {
  MakingPoint point(9, "objections");
  point.need(
      facts.objections_until_ms ? std::optional(at_ms >= *facts.objections_until_ms) : std::nullopt,
      "the time for objections is over");
  point.need_none(facts.open_objections, "every objection answered");
  return point.finish("the time for objections is over, and each is answered");
}

GatePoint signature_point(const ReleaseFacts& facts, int64_t at_ms) {
  MakingPoint point(10, "signature");
  point.need(both(facts.signatures, facts.needed_signatures,
                  [](int64_t there, int64_t needed) { return needed > 0 && there >= needed; }),
             "enough signatures with the release key");
  // While no byte is served, the next may be, now.
  const int64_t before_ms = facts.served_at_ms.value_or(at_ms + 1);
  point.need(facts.logged_at_ms ? std::optional(*facts.logged_at_ms < before_ms) : std::nullopt,
             "an entry in the log before any byte is served");
  return point.finish("it is signed, and was in the log before any byte was served");
}

}  // namespace

int64_t needed_replays(int64_t segments) {
  const int64_t by_thousands =
      segments / kSegmentsPerReplay + (segments % kSegmentsPerReplay == 0 ? 0 : 1);
  return std::max(kFewestReplays, by_thousands);
}

std::array<GatePoint, kGatePoints> release_gate(const ReleaseFacts& facts, int64_t at_ms) {
  return {level_point(facts),
          chain_point(facts),
          replay_point(facts),
          data_point(facts),
          evaluation_point(facts),
          MakingPoint(6, "documents")
              .need_none(facts.empty_fields, "no mandatory field is empty")
              .finish("no mandatory field of the documents is empty"),
          MakingPoint(7, "incidents")
              .need_none(facts.open_incidents, "no incident is open")
              .finish("no incident is open"),
          decision_point(facts),
          objection_point(facts, at_ms),
          signature_point(facts, at_ms)};
}

Status expect_open(const std::array<GatePoint, kGatePoints>& points) {
  std::vector<std::string> shut;
  for (const GatePoint& one : points) {
    if (one.state != GateState::kHolds)
      shut.push_back(fmt::format("{} {}: {}", one.number, one.name, one.sentence));
  }
  if (shut.empty()) return {};
  return fail(ErrorCode::kRefused,
              fmt::format("the release gate is shut. {}", fmt::join(shut, ". ")));
}

}  // namespace glass::institution
