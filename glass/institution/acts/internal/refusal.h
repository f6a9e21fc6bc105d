// The one form of every refusal of this room.
#pragma once

#include <string>
#include <utility>

#include "glass/base/result.h"

namespace glass::institution {

[[nodiscard]] inline tl::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::kRefused, std::move(message));
}

}  // namespace glass::institution
