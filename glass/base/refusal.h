// Refusal: an error by which rights, rules, budget or memory forbid something (result.h, kRefused).
#pragma once

#include <string>
#include <utility>

#include "glass/base/result.h"

namespace glass {

[[nodiscard]] inline tl::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::kRefused, std::move(message));
}

}  // namespace glass
