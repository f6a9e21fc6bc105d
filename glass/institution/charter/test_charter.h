// What the tests of this room and of those above it share: a charter in which one body decides
// every matter by one rule, and one role approves, stops and lowers at every level.
#pragma once

#include <string>
#include <string_view>

#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/charter/matter.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/release_path.h"

namespace glass::institution::test {

inline void let_decide_all(CharterSettings& settings, std::string_view body, std::string_view rule,
                           std::string_view role) {
  for (const std::string_view matter : kDecidedMatters) {
    if (matter != "award")
      settings.decisions.push_back(
          {.matter = std::string(matter), .body = std::string(body), .rule = std::string(rule)});
  }
  const ApprovalRule one{.roles = {std::string(role)}, .approvers = 1};
  for (const Level level : kLevels) {
    LevelControls controls{.level = level};
    controls.start = controls.restart = {one};
    controls.stop = {{.role = std::string(role)}};
    if (level != Level::kSl1) controls.lowering = {one};
    settings.levels.push_back(controls);
    ReleasePath path{.level = level, .is_possible = level != Level::kSl4};
    if (path.is_possible) path.approvals = {one};
    settings.release_paths.push_back(path);
  }
  settings.incident_clocks.session_body = body;
  settings.petitions.thresholds = {{.name = "response", .body = std::string(body)}};
}

}  // namespace glass::institution::test
