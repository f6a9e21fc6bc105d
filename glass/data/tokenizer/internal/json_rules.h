// Strict reading of JSON objects: what is not understood is refused by its path in the file.
#pragma once

#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::data {

// A key of an object and the values it may have; null among them means it may be absent. A key
// without values may have any: its reader looks at it.
struct Rule {
  std::string_view key;
  std::vector<Json> allowed = {};
};

// Checks an object against its rules; a key without a rule is refused.
[[nodiscard]] Status check_object(const Json& value, std::string_view path,
                                  const std::vector<Rule>& rules);

}  // namespace glass::data
