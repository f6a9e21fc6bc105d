// Reading a Hugging Face config.json: keys that may be absent or null, and keys whose only
// supported value is one.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::engine {

// The value of the key, or `otherwise` where it is absent or null.
[[nodiscard]] Result<int64_t> int_or(const Json& config, std::string_view key, int64_t otherwise);
[[nodiscard]] Result<double> number_or(const Json& config, std::string_view key, double otherwise);
// The same, but null is 0.
[[nodiscard]] Result<double> number_unless_null(const Json& config, std::string_view key,
                                                double otherwise);
[[nodiscard]] Result<bool> bool_or(const Json& config, std::string_view key, bool otherwise);

// Refuses any value but this one; an absent or null key passes.
[[nodiscard]] Status expect_only(const Json& config, std::string_view key, const Json& supported);

}  // namespace glass::engine
