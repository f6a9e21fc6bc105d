// The names of the SPDX licence and exception lists.
#pragma once

#include <string_view>

namespace glass::data {

// The id as SPDX spells it, or empty if the list does not have it. Case is ignored. Deprecated ids
// (GPL-2.0, GPL-2.0+ ...) are not in the list; spdx.h rewrites them.
std::string_view known_licence(std::string_view id);
std::string_view known_exception(std::string_view id);

}  // namespace glass::data
