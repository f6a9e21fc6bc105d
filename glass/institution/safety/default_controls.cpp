// The controls and release paths of a charter that names none: the four levels as a table.
#include <cstdint>
#include <string>
#include <vector>

#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/safety/stops.h"

namespace glass::institution {
namespace {

ApprovalRule vote_of(const char* body, const char* rule, int64_t days) {
  return {.body = body, .rule = rule, .days = days};
}

ApprovalRule one_reviewer() {
  return {.roles = {"technical-officer"}, .approvers = 1, .outside_team = true};
}

ApprovalRule two_persons() {
  return {.roles = {"technical-officer", "safety-officer"},
          .approvers = 2,
          .institutions = 2,
          .with_role = "safety-officer"};
}

ApprovalRule same_two_persons() {
  ApprovalRule rule = two_persons();
  rule.same_as_start = true;
  return rule;
}

// At least two thirds with at least five votes from at least three countries.
ApprovalRule board(int64_t days) {
  return vote_of("safety-board", "board-two-thirds", days);
}

ApprovalRule council(int64_t days) {
  return vote_of("council", "two-thirds-of-all", days);
}

ApprovalRule officers(const char* role, int64_t approvers) {
  return {.roles = {role}, .approvers = approvers};
}

LevelControls open_bench() {
  return {.level = Level::kSl1,
          .about = "open bench",
          .start = {one_reviewer()},
          .stop = {{"applicant", 1}, {"operator", 1}},
          .restart = {one_reviewer()},
          .grace_minutes = 1440};
}

LevelControls controlled() {
  return {.level = Level::kSl2,
          .about = "controlled",
          .start = {two_persons()},
          .stop = {{"applicant", 1}, {"operator", 1}, {"safety-officer", 1}},
          .restart = {same_two_persons()},
          .grace_minutes = 60,
          .evaluate_from = "1e22",
          .evaluate_factor = "4",
          .evaluate_stage_ends = true,
          .lowering = {two_persons()},
          .quiet_days = 7,
          .objection_days = 14};
}

LevelControls contained() {
  return {.level = Level::kSl3,
          .about = "contained",
          .start = {board(10)},
          .start_notice_body = "council",
          .start_notice_days = 10,
          .stop = {{"applicant", 1},
                   {"operator", 1},
                   {"safety-officer", 1},
                   {"safety-board", 1},
                   {"council", 2}},
          .restart = {board(5)},
          .halt_notice = {{"safety-board", 1}},
          .halt_public_hours = 24,
          .grace_minutes = 15,
          .evaluate_from = "1e22",
          .evaluate_factor = "2",
          .evaluate_stage_ends = true,
          .lowering = {board(30)},
          .quiet_days = 30,
          .objection_days = 30,
          .external_report = true,
          .recuse_nationals = true};
}

LevelControls sealed() {
  LevelControls controls = contained();
  controls.level = Level::kSl4;
  controls.about = "sealed";
  controls.start = {vote_of("safety-board", "all-but-one", 20), council(20)};
  controls.start_notice_body = "";
  controls.start_notice_days = 0;
  controls.stop.back() = {"council", 1};
  controls.restart = {council(10)};
  controls.halt_notice.push_back({"council", 1});
  controls.grace_minutes = 0;
  controls.evaluate_factor = "5/4";
  controls.lowering = {council(30)};
  controls.quiet_days = 90;
  return controls;
}

}  // namespace

std::vector<LevelControls> default_levels() {
  return {open_bench(), controlled(), contained(), sealed()};
}

std::vector<ReleasePath> default_release_paths() {
  return {{.level = Level::kSl1, .approvals = {officers("release-manager", 1)}},
          {.level = Level::kSl2,
           .approvals = {officers("release-manager", 1), officers("safety-officer", 2)},
           .notice_days = 14,
           .signatures = 2,
           .decide_months = 12,
           .decided_by = "safety-board"},
          {.level = Level::kSl3,
           .approvals = {vote_of("safety-board", "board-three-quarters", 30),
                         vote_of("council", "qualified-majority", 30)},
           .consultation_days = 30,
           .access_days_min = 30,
           .access_days_max = 90,
           .external_evaluators = true,
           .model_report = true,
           .signatures = 3,
           .decide_months = 12,
           .review_months = 6,
           .decided_by = "safety-board"},
          {.level = Level::kSl4,
           .is_possible = false,
           .review_months = 6,
           .decided_by = "council",
           .destroyed_by_default = true}};
}

}  // namespace glass::institution
