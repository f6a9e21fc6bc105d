// ParameterGroups: which parameters learn faster or slower than the rest, and which decay.
//
// A parameter belongs to the first group that names it. Without one its learning rate is the
// schedule's, and it decays if it is a matrix.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {

enum class DecayRule { kMatrices, kAll, kNone };

// "matrices", "all", "none"
[[nodiscard]] Result<DecayRule> decay_rule_from_name(std::string_view text);

struct ParameterGroup {
  // Patterns of names, in which * stands for any number of characters: "blocks.*.mlp.*". Empty: any
  // name. A parameter is in the group if name and role are.
  std::vector<std::string> names = {};
  std::vector<ParameterRole> roles = {};  // empty: any role
  double learning_rate = 1;               // times the schedule's
  double weight_decay = 1;                // times the optimizer's
  DecayRule decay = DecayRule::kMatrices;
};

// What the groups come to for one parameter; both are factors.
struct ParameterFactors {
  double learning_rate = 1;
  double weight_decay = 0;

  friend bool operator==(const ParameterFactors&, const ParameterFactors&) = default;
};

// For each slot of the layout. kInvalidInput names a group whose factors are no numbers from 0, and
// one that no parameter belongs to.
[[nodiscard]] Result<std::vector<ParameterFactors>> factors_of(
    std::span<const ParameterGroup> groups, const ParameterLayout& layout);

}  // namespace glass::engine
