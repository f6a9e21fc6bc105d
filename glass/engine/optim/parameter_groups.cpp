#include "glass/engine/optim/parameter_groups.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {
namespace {

// Whether * can be filled so that the pattern becomes the name: back to the last * where not.
bool matches(std::string_view pattern, std::string_view name) {
  size_t p = 0, n = 0, star = std::string_view::npos, mark = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool holds(const ParameterGroup& group, const ParameterSlot& slot) {
  const bool named =
      group.names.empty() || std::ranges::any_of(group.names, [&](const std::string& pattern) {
        return matches(pattern, slot.name);
      });
  return named && (group.roles.empty() ||
                   std::ranges::find(group.roles, slot.traits.role) != group.roles.end());
}

ParameterFactors factors_in(const ParameterGroup& group, const ParameterSlot& slot) {
  const bool decays =
      group.decay == DecayRule::kAll || (group.decay == DecayRule::kMatrices && slot.decay);
  return {.learning_rate = group.learning_rate, .weight_decay = decays ? group.weight_decay : 0};
}

bool is_factor(double value) {
  return value >= 0 && value <= 1e6;
}

}  // namespace

Result<DecayRule> decay_rule_from_name(std::string_view text) {
  if (text == "matrices") return DecayRule::kMatrices;
  if (text == "all") return DecayRule::kAll;
  if (text == "none") return DecayRule::kNone;
  return fail(ErrorCode::kInvalidInput,
              fmt::format("what decays is '{}'; known are matrices, all and none", text));
}

Result<std::vector<ParameterFactors>> factors_of(std::span<const ParameterGroup> groups,
                                                 const ParameterLayout& layout) {
  std::vector<ParameterFactors> factors;
  std::vector<int64_t> members(groups.size());
  for (const ParameterSlot& slot : layout.slots()) {
    const auto group =
        std::ranges::find_if(groups, [&](const ParameterGroup& g) { return holds(g, slot); });
    if (group == groups.end()) {
      factors.push_back({.learning_rate = 1, .weight_decay = slot.decay ? 1.0 : 0.0});
      continue;
    }
    ++members[static_cast<size_t>(group - groups.begin())];
    factors.push_back(factors_in(*group, slot));
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    if (!is_factor(groups[i].learning_rate) || !is_factor(groups[i].weight_decay))
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("parameter group {}: its factors must be from 0 to 1e6", i));
    if (members[i] == 0)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("parameter group {} holds no parameter of this model that an earlier "
                              "one does not; names are such as {}",
                              i, layout.slots().empty() ? "" : layout.slots().front().name));
  }
  return factors;
}

}  // namespace glass::engine
