// Matters: what a body can be asked to decide. A charter says by which body and rule: in a
// [[decision]], or for what safety levels demand, in its [[level]] or [[release_path]].
#pragma once

#include <array>
#include <string_view>

namespace glass::institution {

inline constexpr std::array<std::string_view, 7> kDecidedMatters = {
    "charter",    // an amendment of the charter itself
    "award",      // computing time for a proposal
    "borders",    // from which score on a model counts as dangerous
    "arrears",    // that a member behind with its contributions votes all the same
    "seat",       // who holds a seat
    "petition",   // the answer to a petition that reached its threshold
    "objection",  // an appeal against the decision on an objection
};

inline constexpr std::array<std::string_view, 4> kLevelMatters = {
    "clearance",  // that a run may start, at its safety level
    "restart",    // that a stopped run goes on
    "lowering",   // that a run's level goes down a step
    "release",    // that a model is published
};

inline constexpr std::array<std::string_view, 11> kMatters = {
    "charter",   "award",     "borders", "arrears",  "seat",   "petition",
    "objection", "clearance", "restart", "lowering", "release"};

}  // namespace glass::institution
