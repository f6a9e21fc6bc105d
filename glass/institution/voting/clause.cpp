#include "glass/institution/voting/clause.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/check.h"
#include "glass/base/result.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 4> kBases = {"all", "participating", "represented",
                                                    "voting"};
constexpr std::string_view kAtLeast = "at least ", kMoreThan = "more than ", kOf = " of ";

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<Clause> clause_of(std::string_view text) {
  Clause clause;
  clause.is_more_than = take(text, kMoreThan);
  if (!clause.is_more_than && !take(text, kAtLeast)) return std::nullopt;
  const size_t slash = text.find('/'), of = text.find(kOf);
  if (slash == std::string_view::npos || of == std::string_view::npos || slash > of)
    return std::nullopt;
  const auto numerator = parse_count(text.substr(0, slash));
  const auto denominator = parse_count(text.substr(slash + 1, of - slash - 1));
  const auto* base = std::ranges::find(kBases, text.substr(of + kOf.size()));
  if (!numerator || !denominator || base == kBases.end() || *denominator == 0 ||
      *denominator > kLargestDenominator || *numerator > *denominator)
    return std::nullopt;
  clause.numerator = *numerator;
  clause.denominator = *denominator;
  clause.base = static_cast<Base>(base - kBases.begin());
  return clause;
}

}  // namespace

bool holds(const Clause& clause, int64_t part, int64_t whole) {
  GLASS_DCHECK(part >= 0 && part <= whole && whole <= kLargestWeight);
  if (whole == 0) return false;
  const int64_t left = part * clause.denominator, right = whole * clause.numerator;
  return clause.is_more_than ? left > right : left >= right;
}

std::string to_text(const Clause& clause) {
  return fmt::format("{}{}/{}{}{}", clause.is_more_than ? kMoreThan : kAtLeast, clause.numerator,
                     clause.denominator, kOf, kBases[static_cast<size_t>(clause.base)]);
}

Result<Clause> parse_clause(std::string_view text) {
  if (const auto clause = clause_of(text)) return *clause;
  return invalid_input(
      fmt::format("'{}' is no share of votes; write it as 'at least 2/3 of all' or 'more than 1/2 "
                  "of voting', of all, participating, represented or voting, the denominator at "
                  "most {}",
                  text, kLargestDenominator));
}

}  // namespace glass::institution
