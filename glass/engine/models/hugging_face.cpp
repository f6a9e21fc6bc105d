#include "glass/engine/models/hugging_face.h"

#include <cstdint>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::engine {
namespace {

bool absent(const Json& config, std::string_view key) {
  const Json* value = config.find(key);
  return value == nullptr || value->is_null();
}

}  // namespace

Result<int64_t> int_or(const Json& config, std::string_view key, int64_t otherwise) {
  if (absent(config, key)) return otherwise;
  return config.get_int(key);
}

Result<double> number_or(const Json& config, std::string_view key, double otherwise) {
  if (absent(config, key)) return otherwise;
  return config.get_number(key);
}

Result<double> number_unless_null(const Json& config, std::string_view key, double otherwise) {
  const Json* value = config.find(key);
  if (value == nullptr) return otherwise;
  return number_or(config, key, 0);
}

Result<bool> bool_or(const Json& config, std::string_view key, bool otherwise) {
  if (absent(config, key)) return otherwise;
  return config.get_bool(key);
}

Status expect_only(const Json& config, std::string_view key, const Json& supported) {
  if (absent(config, key) || *config.find(key) == supported) return {};
  return fail(ErrorCode::kInvalidInput,
              fmt::format("config.json: {} is {}; only {} is supported", key,
                          to_canonical(*config.find(key)), to_canonical(supported)));
}

}  // namespace glass::engine
