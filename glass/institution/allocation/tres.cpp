#include "glass/institution/allocation/tres.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/core.h>

#include "glass/institution/allocation/largest_remainder.h"
#include "glass/institution/allocation/wide.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, kTres.size()> kKeys = {"cpu", "gpu", "node", "energy"};

}  // namespace

TresMinutes part_of(const TresMinutes& minutes, int64_t numerator, int64_t denominator) {
  TresMinutes part;
  for (size_t i = 0; i < part.of.size(); ++i)
    part.of[i] = static_cast<int64_t>(Wide(minutes.of[i]) * Wide(numerator) / Wide(denominator));
  return part;
}

TresMinutes least(const TresMinutes& a, const TresMinutes& b) {
  TresMinutes both;
  for (size_t i = 0; i < both.of.size(); ++i) both.of[i] = std::min(a.of[i], b.of[i]);
  return both;
}

void describe_minutes(settings::FieldVisitor& fields, std::string_view prefix, TresMinutes& minutes,
                      std::string_view what) {
  for (size_t i = 0; i < kKeys.size(); ++i)
    fields.integer(fmt::format("{}{}_minutes", prefix, kKeys[i]), minutes.of[i],
                   {.min = 0, .max = kMostMinutes}, fmt::format("{}, of {}", what, kTres[i]));
}

}  // namespace glass::institution
