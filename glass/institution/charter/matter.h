// Matters: what a body can be asked to decide. A charter says by which body and rule.
#pragma once

#include <array>
#include <string_view>

namespace glass::institution {

inline constexpr std::array<std::string_view, 10> kMatters = {
    "charter",    // an amendment of the charter itself
    "award",      // computing time for a proposal
    "clearance",  // that a run may start, at its safety level
    "restart",    // that a stopped run goes on
    "lowering",   // that a run's level goes down a step
    "release",    // that a model is published
    "arrears",    // that a member behind with its contributions votes all the same
    "seat",       // who holds a seat
    "petition",   // the answer to a petition that reached its threshold
    "objection",  // an appeal against the decision on an objection
};

}  // namespace glass::institution
