// Country floors: whether a petition is carried by enough countries, and not by one large one.
//
// A country is above its floor if it has at least
//
//   seats x factor x threshold / full_count      signatures, rounded down, and at least one.
//
// So 96 seats and a factor of 720 make 69,120 of a million, and 2,073 of thirty thousand.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace glass::institution {

struct CountrySeats {
  std::string country;
  int64_t seats = 0;

  friend bool operator==(const CountrySeats&, const CountrySeats&) = default;
};

struct FloorRule {
  int64_t factor = 720;            // such as the number of all seats
  int64_t full_count = 1'000'000;  // the threshold that the factor belongs to
  int64_t least_countries = 7;     // that have to be above
  std::vector<CountrySeats> countries;
};

struct CountryCount {
  std::string country;
  int64_t count = 0;
};

// What does not fit is the largest number, which nobody reaches. REQUIRES: seats, factor and
// threshold are at least 0, full_count at least 1, seats x factor below 2^64.
int64_t country_floor(int64_t seats, const FloorRule& rule, int64_t threshold);

// How many of the rule's countries have their floor. A country that it does not list has none, and
// does not count; one that stands twice in `counts` has the sum.
int64_t countries_above(const FloorRule& rule, int64_t threshold,
                        std::span<const CountryCount> counts);

}  // namespace glass::institution
