// Clause: which share of which members has to be in favour, as a charter says it:
//
//   at least 2/3 of all          17 of 25 do, 16 do not
//   more than 1/2 of voting      10 of 19 do, 10 of 20 do not
//
// Shares are fractions of whole numbers, compared by cross-multiplication: no rounding, no floating
// point, so that whoever counts again finds the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/result.h"

namespace glass::institution {

// Of whom a share is taken. An abstention is one of the votes where the rule says that it counts
// against.
enum class Base {
  kAll,            // the members of the body
  kParticipating,  // those that take part in the programme
  kRepresented,    // those that may vote and are there: who votes yes, votes no, or abstains
  kVoting,         // those that vote yes or no
};

// Limits that keep every product of this room within 64 bits.
inline constexpr int64_t kLargestDenominator = 1'000'000;
inline constexpr int64_t kLargestWeight = 1'000'000'000'000;  // of all members together

struct Clause {
  bool is_more_than = false;               // else at least
  int64_t numerator = 0, denominator = 1;  // 0 <= numerator <= denominator
  Base base = Base::kAll;

  friend bool operator==(const Clause&, const Clause&) = default;
};

// Whether `part` of `whole` is enough. Of nobody nothing is enough.
bool holds(const Clause& clause, int64_t part, int64_t whole);

std::string to_text(const Clause& clause);

// kInvalidInput says what a clause looks like.
[[nodiscard]] Result<Clause> parse_clause(std::string_view text);

}  // namespace glass::institution
