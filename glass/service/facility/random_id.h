// Random ids: what proposals, runs, people and all else without a name in the charter is called by.
#pragma once

#include <string>

namespace glass::service {

// 32 hexadecimal digits that nobody can predict.
std::string random_id();

}  // namespace glass::service
