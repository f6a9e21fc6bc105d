#include "glass/data/tokenizer/internal/json_rules.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::data {

Status check_object(const Json& value, std::string_view path, const std::vector<Rule>& rules) {
  const Json::Object* object = value.if_object();
  if (object == nullptr) return invalid_input(fmt::format("{} must be an object", path));
  for (const auto& [key, member] : *object) {
    if (std::ranges::find(rules, key, &Rule::key) == rules.end())
      return invalid_input(fmt::format("{}.{} is not understood", path, key));
  }
  for (const Rule& rule : rules) {
    const Json* member = value.find(rule.key);
    const Json actual = member == nullptr ? Json() : *member;
    if (rule.allowed.empty() || std::ranges::find(rule.allowed, actual) != rule.allowed.end())
      continue;
    std::string choices;
    for (const Json& choice : rule.allowed)
      choices += (choices.empty() ? "" : " or ") + to_canonical(choice);
    return invalid_input(fmt::format("{}.{} is {}; only {} is understood", path, rule.key,
                                     member == nullptr ? "absent" : to_canonical(actual), choices));
  }
  return {};
}

}  // namespace glass::data
