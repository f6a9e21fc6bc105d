#include "glass/institution/petitions/country_floors.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include "glass/base/check.h"

namespace glass::institution {

int64_t country_floor(int64_t seats, const FloorRule& rule, int64_t threshold) {
  GLASS_CHECK(seats >= 0 && rule.factor >= 0 && threshold >= 0 && rule.full_count > 0);
  __extension__ using Wide = unsigned __int128;
  const Wide full = static_cast<Wide>(seats) * static_cast<Wide>(rule.factor);
  GLASS_CHECK(full <= std::numeric_limits<uint64_t>::max());
  const Wide scaled = full * static_cast<Wide>(threshold) / static_cast<Wide>(rule.full_count);
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
  return scaled > static_cast<Wide>(kLargest) ? kLargest : static_cast<int64_t>(scaled);
}

int64_t countries_above(const FloorRule& rule, int64_t threshold,
                        std::span<const CountryCount> counts) {
  return std::ranges::count_if(rule.countries, [&](const CountrySeats& one) {
    int64_t signatures = 0;
    for (const CountryCount& count : counts) {
      if (count.country == one.country) signatures += count.count;
    }
    return signatures >= std::max<int64_t>(1, country_floor(one.seats, rule, threshold));
  });
}

}  // namespace glass::institution
