// BorderBook: the borders of evaluations that are in force, and those that were proposed.
//
//   borders.proposed, by somebody of the safety board --vote on the act--> borders.set
//
// What always holds: in each domain an alert stands below its critical border; what is in force was
// proposed as a whole, and voted on as a whole.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/safety/evaluation.h"

namespace glass::institution {

struct BorderBook {
  std::map<std::string, std::vector<DomainBorders>, std::less<>> proposed;  // by digest of the act
  std::vector<DomainBorders> in_force;
};

// kRefused names the domain whose borders are not sound.
[[nodiscard]] Status expect_possible(const BorderBook& book, const BordersProposed& event);

// REQUIRES: the event was possible. `act_digest` is that of the act it comes from.
void evolve(BorderBook& book, const BorderEvent& event, std::string_view act_digest);

// Scores beside the borders in force.
std::vector<Evaluation> evaluations(const BorderBook& book, const std::vector<DomainScore>& scores);

}  // namespace glass::institution
