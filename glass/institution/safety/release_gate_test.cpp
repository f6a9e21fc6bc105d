#include "glass/institution/safety/release_gate.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/internal/spans.h"
#include "glass/institution/safety/level.h"

namespace glass::institution {
namespace {

constexpr int64_t kReleaseMs = 1'800'000'000'000;

// Of a model that everything is there for.
ReleaseFacts releasable() {
  ReleaseFacts facts{.level = Level::kSl3,
                     .segments = 2500,
                     .replayed_segments = 3,
                     .differing_segments = 0,
                     .by_second_operator = true,
                     .rows_without_licence = 0,
                     .opt_outs_at_ms = kReleaseMs - 130 * kDayMs,
                     .sealed_at_ms = kReleaseMs - 100 * kDayMs,
                     .hash_scan_is_clean = true,
                     .classifier_scan_is_clean = true,
                     .has_personal_data_report = true,
                     .are_on_final_weights = true,
                     .are_with_elicitation = true,
                     .empty_fields = 0,
                     .open_incidents = 0,
                     .decided_for = Level::kSl3,
                     .has_quorum = true,
                     .recused_votes = 0,
                     .objections_until_ms = kReleaseMs,
                     .open_objections = 0,
                     .signatures = 3,
                     .needed_signatures = 3,
                     .logged_at_ms = kReleaseMs};
  facts.is_verified.fill(true);
  for (size_t i = 0; i < kEvalDomainWords.size(); ++i)
    facts.evaluations.push_back(
        {.domain = static_cast<EvalDomain>(i), .score = 699, .alert = 700, .critical = 900});
  return facts;
}

using Change = std::function<void(ReleaseFacts&)>;
using Shut = std::vector<std::pair<int64_t, GateState>>;

// The points that are not as `releasable` has them, after a change.
Shut shut_by(const Change& change, int64_t at_ms = kReleaseMs) {
  ReleaseFacts facts = releasable();
  change(facts);
  Shut shut;
  for (const GatePoint& one : release_gate(facts, at_ms)) {
    if (one.state != GateState::kHolds) shut.emplace_back(one.number, one.state);
  }
  return shut;
}

TEST(ReleaseGate, IsOpenWhenAllTenPointsHold) {
  EXPECT_EQ(shut_by([](ReleaseFacts&) {}), Shut{});
  EXPECT_TRUE(expect_open(release_gate(releasable(), kReleaseMs)));
}

TEST(ReleaseGate, IsShutByWhatDoesNotHold) {
  const auto number = [](const Change& change) {
    const Shut shut = shut_by(change);
    EXPECT_EQ(shut.size(), 1U);
    if (shut.size() != 1) return int64_t{0};
    EXPECT_EQ(shut[0].second, GateState::kDoesNotHold);
    return shut[0].first;
  };
  EXPECT_EQ(number([](ReleaseFacts& f) { f.level = f.decided_for = Level::kSl4; }), 1);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.is_verified[4] = false; }), 2);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.replayed_segments = 2; }), 3);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.differing_segments = 1; }), 3);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.by_second_operator = false; }), 3);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.segments = 0; }), 3);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.rows_without_licence = 1; }), 4);
  EXPECT_EQ(number([](ReleaseFacts& f) { *f.opt_outs_at_ms -= 1; }), 4);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.opt_outs_at_ms = *f.sealed_at_ms + 1; }), 4);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.hash_scan_is_clean = false; }), 4);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.classifier_scan_is_clean = false; }), 4);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.has_personal_data_report = false; }), 4);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.are_on_final_weights = false; }), 5);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.are_with_elicitation = false; }), 5);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.evaluations[3].score = 700; }), 5);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.empty_fields = 1; }), 6);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.open_incidents = 1; }), 7);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.decided_for = Level::kSl2; }), 8);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.has_quorum = false; }), 8);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.recused_votes = 1; }), 8);
  EXPECT_EQ(number([](ReleaseFacts& f) { *f.objections_until_ms += 1; }), 9);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.open_objections = 1; }), 9);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.signatures = 2; }), 10);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.needed_signatures = 0; }), 10);
  EXPECT_EQ(number([](ReleaseFacts& f) { f.served_at_ms = f.logged_at_ms; }), 10);
  EXPECT_EQ(number([](ReleaseFacts& f) { *f.logged_at_ms += 1; }), 10);
}

TEST(ReleaseGate, OfAModelAtItsAlertNeedsASafeReference) {
  const auto shut = [](std::optional<int64_t> safe_reference) {
    return shut_by([&](ReleaseFacts& f) {
      f.evaluations[0].score = 750;
      f.evaluations[0].safe_reference = safe_reference;
    });
  };
  EXPECT_EQ(shut(std::nullopt), (Shut{{5, GateState::kDoesNotHold}}));
  EXPECT_EQ(shut(749), (Shut{{5, GateState::kDoesNotHold}}));
  EXPECT_EQ(shut(750), Shut{});
}

TEST(ReleaseGate, OfWhichNothingIsKnownIsMissingAtEveryPoint) {
  int64_t number = 0;
  for (const GatePoint& one : release_gate({}, kReleaseMs)) {
    EXPECT_EQ(one.number, ++number);
    EXPECT_EQ(one.state, GateState::kMissing) << one.name;
    EXPECT_TRUE(one.sentence.starts_with("not known: ")) << one.sentence;
  }
  EXPECT_EQ(number, 10);
}

TEST(ReleaseGate, ReadsNoPieceOfMissingEvidenceAsHolding) {
  const std::vector<std::pair<int64_t, Change>> losses = {
      {2, [](ReleaseFacts& f) { f.is_verified[0].reset(); }},
      {3, [](ReleaseFacts& f) { f.segments.reset(); }},
      {3, [](ReleaseFacts& f) { f.replayed_segments.reset(); }},
      {3, [](ReleaseFacts& f) { f.differing_segments.reset(); }},
      {3, [](ReleaseFacts& f) { f.by_second_operator.reset(); }},
      {4, [](ReleaseFacts& f) { f.rows_without_licence.reset(); }},
      {4, [](ReleaseFacts& f) { f.opt_outs_at_ms.reset(); }},
      {4, [](ReleaseFacts& f) { f.sealed_at_ms.reset(); }},
      {4, [](ReleaseFacts& f) { f.hash_scan_is_clean.reset(); }},
      {4, [](ReleaseFacts& f) { f.classifier_scan_is_clean.reset(); }},
      {4, [](ReleaseFacts& f) { f.has_personal_data_report.reset(); }},
      {5, [](ReleaseFacts& f) { f.are_on_final_weights.reset(); }},
      {5, [](ReleaseFacts& f) { f.are_with_elicitation.reset(); }},
      {5, [](ReleaseFacts& f) { f.evaluations.pop_back(); }},
      {5, [](ReleaseFacts& f) { f.evaluations[1].alert.reset(); }},
      {5, [](ReleaseFacts& f) { f.evaluations.push_back(f.evaluations[0]); }},
      {6, [](ReleaseFacts& f) { f.empty_fields.reset(); }},
      {7, [](ReleaseFacts& f) { f.open_incidents.reset(); }},
      {8, [](ReleaseFacts& f) { f.decided_for.reset(); }},
      {8, [](ReleaseFacts& f) { f.has_quorum.reset(); }},
      {8, [](ReleaseFacts& f) { f.recused_votes.reset(); }},
      {9, [](ReleaseFacts& f) { f.objections_until_ms.reset(); }},
      {9, [](ReleaseFacts& f) { f.open_objections.reset(); }},
      {10, [](ReleaseFacts& f) { f.signatures.reset(); }},
      {10, [](ReleaseFacts& f) { f.needed_signatures.reset(); }},
      {10, [](ReleaseFacts& f) { f.logged_at_ms.reset(); }},
  };
  for (const auto& [number, loss] : losses)
    EXPECT_EQ(shut_by(loss), (Shut{{number, GateState::kMissing}})) << number;
  EXPECT_EQ(shut_by([](ReleaseFacts& f) { f.level.reset(); }),
            (Shut{{1, GateState::kMissing}, {8, GateState::kMissing}}));
}

TEST(ReleaseGate, TellsEveryPointThatShutsIt) {
  ReleaseFacts facts = releasable();
  facts.open_incidents = 2;
  facts.open_objections = std::nullopt;
  facts.is_verified[0] = false;
  facts.is_verified[1] = std::nullopt;
  const Status shut = expect_open(release_gate(facts, kReleaseMs));
  ASSERT_FALSE(shut);
  EXPECT_EQ(shut.error().code, ErrorCode::kRefused);
  EXPECT_EQ(shut.error().message,
            "the release gate is shut. 2 chain: does not hold: proposal verified; not known: vote "
            "verified. 7 incidents: does not hold: no incident is open (there are 2). 9 "
            "objections: not known: every objection answered");
}

TEST(Replays, AreOneInAThousandAndAtLeastThree) {
  EXPECT_EQ(needed_replays(1), 3);
  EXPECT_EQ(needed_replays(2500), 3);
  EXPECT_EQ(needed_replays(3000), 3);
  EXPECT_EQ(needed_replays(3001), 4);
  EXPECT_EQ(needed_replays(12'001), 13);
  EXPECT_EQ(needed_replays(12'000), 12);
}

TEST(Replays, OfAShortRunAreAllOfIt) {
  const auto shut = [](int64_t replayed) {
    return shut_by([&](ReleaseFacts& f) {
      f.segments = 2;
      f.replayed_segments = replayed;
    });
  };
  EXPECT_EQ(shut(1), (Shut{{3, GateState::kDoesNotHold}}));
  EXPECT_EQ(shut(2), Shut{});
}

}  // namespace
}  // namespace glass::institution
