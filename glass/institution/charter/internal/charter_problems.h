// What is wrong with a charter whose keys have all been read. The inside of charter.h.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/voting/vote.h"

namespace glass::institution {

struct CharterProblem {
  std::string path;  // of the key, such as "decision.2.rule"
  std::string what;
};

// Names that stand twice or nowhere, texts that are no rule, rights that are nobody's or two
// people's, matters that nobody decides. Empty: the invariants 1 to 3 of charter.h hold.
std::vector<CharterProblem> contradictions(const CharterSettings& settings,
                                           const std::set<std::string, std::less<>>& acts);

// Decisions that nobody can ever take: invariant 4. REQUIRES: no contradictions.
std::vector<CharterProblem> dead_letters(const CharterSettings& settings);

// REQUIRES: the body is one of the settings'.
std::vector<Voter> voters(const CharterSettings& settings, const BodySettings& body);

}  // namespace glass::institution
