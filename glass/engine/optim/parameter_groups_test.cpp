#include "glass/engine/optim/parameter_groups.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {
namespace {

ParameterLayout small_model() {
  ParameterLayout layout;
  layout.add("embed.weight", {7, 4}, true, {.role = ParameterRole::kEmbedding});
  layout.add("blocks.0.norm1.weight", {4}, false, {.role = ParameterRole::kNorm});
  layout.add("blocks.0.attn.qkv.weight", {12, 4}, true, {.role = ParameterRole::kMatrix});
  layout.add("blocks.0.attn.qkv.bias", {12}, false, {.role = ParameterRole::kBias});
  layout.add("blocks.10.mlp.up.weight", {8, 4}, true, {.role = ParameterRole::kMatrix});
  return layout;
}

using Factors = std::vector<ParameterFactors>;

Factors factors(const std::vector<ParameterGroup>& groups) {
  const auto found = factors_of(groups, small_model());
  EXPECT_TRUE(found) << found.error().message;
  return found ? *found : Factors();
}

std::string refusal(const std::vector<ParameterGroup>& groups) {
  const auto found = factors_of(groups, small_model());
  return found ? "none" : found.error().message;
}

TEST(ParameterGroups, WithoutOneMatricesDecayAtTheSchedulesRate) {
  EXPECT_EQ(factors({}), (Factors{{1, 1}, {1, 0}, {1, 1}, {1, 0}, {1, 1}}));
}

TEST(ParameterGroups, AreFoundByNameAndRoleAndTheFirstOneDecides) {
  EXPECT_EQ(factors({{.names = {"*.mlp.*"}, .learning_rate = 3, .weight_decay = 0.5},
                     {.roles = {ParameterRole::kMatrix, ParameterRole::kNorm},
                      .learning_rate = 2,
                      .decay = DecayRule::kAll},
                     {.names = {"embed.weight", "*.bias"}, .decay = DecayRule::kNone}}),
            (Factors{{1, 0}, {2, 1}, {2, 1}, {1, 0}, {3, 0.5}}));
  EXPECT_EQ(factors({{.names = {"blocks.*"}, .roles = {ParameterRole::kBias}, .learning_rate = 0}}),
            (Factors{{1, 1}, {1, 0}, {1, 1}, {0, 0}, {1, 1}}));
}

TEST(ParameterGroups, AStarStandsForAnyNumberOfCharacters) {
  const auto held = [](const std::string& pattern) {
    std::string marks;
    const auto found = factors_of(
        std::vector<ParameterGroup>{{.names = {pattern}, .learning_rate = 2}}, small_model());
    if (!found) return std::string("none");
    for (const ParameterFactors& f : *found) marks += f.learning_rate == 2 ? 'x' : '.';
    return marks;
  };
  EXPECT_EQ(held("*"), "xxxxx");
  EXPECT_EQ(held("blocks.1*"), "....x");
  EXPECT_EQ(held("*.weight"), "xxx.x");
  EXPECT_EQ(held("blocks.*.qkv.*"), "..xx.");
  EXPECT_EQ(held("*0*qkv*ight"), "..x..");
  EXPECT_EQ(held("embed.weight**"), "x....");
  EXPECT_EQ(held("embed.weigh"), "none");
  EXPECT_EQ(held(""), "none");
}

TEST(ParameterGroups, OneThatHoldsNothingIsRefused) {
  EXPECT_EQ(refusal({{.names = {"head.*"}}}),
            "parameter group 0 holds no parameter of this model that an earlier one does not; "
            "names are such as embed.weight");
  EXPECT_NE(refusal({{}, {.names = {"embed.weight"}}}), "none");
  EXPECT_NE(refusal({{.learning_rate = -1}}), "none");
  EXPECT_NE(refusal({{.weight_decay = std::numeric_limits<double>::quiet_NaN()}}), "none");
}

TEST(ParameterGroups, NamesAreReadBack) {
  EXPECT_EQ(decay_rule_from_name("all").value(), DecayRule::kAll);
  EXPECT_FALSE(decay_rule_from_name("some"));
  for (const ParameterRole role :
       {ParameterRole::kEmbedding, ParameterRole::kHead, ParameterRole::kMatrix,
        ParameterRole::kNorm, ParameterRole::kBias})
    EXPECT_EQ(parameter_role_from_name(name(role)).value(), role);
  EXPECT_FALSE(parameter_role_from_name("matrices"));
}

}  // namespace
}  // namespace glass::engine
