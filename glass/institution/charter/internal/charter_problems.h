// What is wrong with a charter whose keys have all been read. The inside of charter.h.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/voting/vote.h"
#include "glass/settings/placed_problem.h"

namespace glass::institution {

// Names that stand twice or nowhere, texts that are no rule, rights that are nobody's or two
// people's, matters that nobody decides. Empty: the invariants 1 to 3 of charter.h hold.
settings::PlacedProblems contradictions(const CharterSettings& settings,
                                        const std::set<std::string, std::less<>>& acts);

// Decisions that nobody can ever take: invariant 4. REQUIRES: no contradictions.
settings::PlacedProblems dead_letters(const CharterSettings& settings);

// What a level demands for a matter of kLevelMatters.
const std::vector<ApprovalRule>& approvals_for(std::string_view matter, const LevelControls& level,
                                               const ReleasePath& path);

// REQUIRES: the body is one of the settings'.
std::vector<Voter> voters(const CharterSettings& settings, const BodySettings& body);

}  // namespace glass::institution
