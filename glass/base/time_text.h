// Time text: an instant as people and logs read it, RFC 3339 in UTC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glass {

// "2026-08-14T09:12:03.250Z", always with three decimals, so that text sorts as time does.
// REQUIRES: the year is 0 to 9999.
std::string time_text(int64_t unix_ms);

// "2026-11-26", a day that there is.
bool is_date(std::string_view text);

}  // namespace glass
