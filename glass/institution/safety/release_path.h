// ReleasePath: what a model of a level goes through until anybody may have it, and what becomes of
// it if that does not happen. As a charter writes it:
//
//   [[release_path]]
//   level = "SL-2"
//   notice_days = 14
//   [[release_path.approvals]]      approval_rule.h
//
// `default_release_paths()` is what a charter without [[release_path]] gets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level.h"
#include "glass/settings/fields.h"
#include "glass/settings/placed_problem.h"

namespace glass::institution {

struct ReleasePath {
  Level level = Level::kSl1;
  bool is_possible = true;  // else the level has to be lowered first
  std::vector<ApprovalRule> approvals = {};
  int64_t notice_days = 0;        // that the public knows before
  int64_t consultation_days = 0;  // that it is asked for
  // First evaluators, then an interface for vetted people for so many days, then the weights.
  int64_t access_days_min = 0, access_days_max = 0;
  bool external_evaluators = false;
  bool model_report = false;
  int64_t signatures = 1;  // with the release key's shares, at least

  int64_t decide_months = 0;    // not released by then: publish or destroy; 0: no limit
  int64_t review_months = 0;    // and looked at again every so many; 0: not
  std::string decided_by = "";  // the body that does
  bool destroyed_by_default = false;
};

void describe(settings::FieldVisitor& fields, ReleasePath& path);

std::vector<ReleasePath> default_release_paths();

// What does not hold of these, by the path of its key below "release_path": each level stands once,
// in ascending order; what is possible has approvals, what is not has none; SL-4 is not possible;
// days and bodies fit.
settings::PlacedProblems problems_of(std::span<const ReleasePath> paths);

// REQUIRES: the paths are sound.
const ReleasePath& release_path_of(std::span<const ReleasePath> paths, Level level);

}  // namespace glass::institution
