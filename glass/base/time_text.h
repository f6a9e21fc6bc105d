// Time text: an instant as people and logs read it, RFC 3339 in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glass {

// "2026-08-14T09:12:03.250Z", always with three decimals, so that text sorts as time does.
// REQUIRES: the year is 0 to 9999.
std::string time_text(int64_t unix_ms);

// "2026-11-26", a day that there is.
bool is_date(std::string_view text);

// The first second of such a day in UTC, since 1970; nothing if it is none.
std::optional<int64_t> first_second_of(std::string_view date);

// The day in UTC. REQUIRES: the year is 0 to 9999.
std::string date_text(int64_t unix_seconds);

}  // namespace glass
