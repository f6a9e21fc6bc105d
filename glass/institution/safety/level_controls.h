// LevelControls: what a level demands while a run lives: who lets it start, who may stop it, who
// lets it go on, how often it is evaluated, and what lowers its level. As a charter writes it:
//
//   [[level]]
//   level = "SL-2"
//   evaluate_from = "1e22"
//   ...
//   [[level.start]]      approval_rule.h
//   [[level.restart]]    likewise
//   [[level.lowering]]   likewise, for leaving this level
//   [[level.stop]]       stops.h
//
// What always holds of four sound levels:
//
//   1. each of the four is there once, in ascending order;
//   2. whoever may stop a run at one level may at every higher one, and no more of them are needed;
//   3. every start, restart and lowering needs at least one approval or vote; but SL-1,
//      which is the lowest, has no lowering.
//
// `default_levels()` is what a charter without [[level]] gets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/stops.h"
#include "glass/settings/fields.h"
#include "glass/settings/placed_problem.h"

namespace glass::institution {

struct LevelControls {
  Level level = Level::kSl1;
  std::string about = "";

  std::vector<ApprovalRule> start = {};  // all of them are needed, here and below
  std::string start_notice_body = "";    // told so many days before the start
  int64_t start_notice_days = 0;

  std::vector<StopRight> stop = {};  // each of them is enough
  std::vector<ApprovalRule> restart = {};
  std::vector<HaltNotice> halt_notice = {};
  int64_t halt_public_hours = 0;  // until the public is told of a halt; 0: it is not
  int64_t grace_minutes = 0;      // log, keys or evaluations out of reach for longer: a halt

  std::string evaluate_from = "", evaluate_factor = "";  // milestones.h; empty: at the release only
  bool evaluate_stage_ends = false;
  int64_t overdue_percent = 5;  // of the planned steps

  std::vector<ApprovalRule> lowering = {};
  int64_t quiet_days = 0;      // since the last trigger
  int64_t objection_days = 0;  // that objections are taken for
  bool external_report = false;
  bool recuse_nationals = false;  // of the applicant's country, from the decision
};

void describe(settings::FieldVisitor& fields, LevelControls& controls);

std::vector<LevelControls> default_levels();

// Every way in which the above does not hold, by the path of its key below "level".
settings::PlacedProblems problems_of(std::span<const LevelControls> levels);

// REQUIRES: the levels are sound.
const LevelControls& controls_of(std::span<const LevelControls> levels, Level level);

}  // namespace glass::institution
