// TRES minutes: computing time as a scheduler counts it, by trackable resource. A run of two
// accelerators that takes an hour uses 120 minutes of gres/gpu. Units are kept apart: nothing here
// turns one into another.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "glass/settings/fields.h"

namespace glass::institution {

enum class Tres : uint8_t { kCpu, kGpu, kNode, kEnergy };

// As the scheduler calls them.
inline constexpr std::array<std::string_view, 4> kTres = {"cpu", "gres/gpu", "node", "energy"};

struct TresMinutes {
  std::array<int64_t, kTres.size()> of = {};

  int64_t& operator[](Tres unit) { return of[static_cast<size_t>(unit)]; }

  int64_t operator[](Tres unit) const { return of[static_cast<size_t>(unit)]; }

  [[nodiscard]] bool is_zero() const { return of == decltype(of){}; }

  TresMinutes& operator+=(const TresMinutes& other) {
    for (size_t i = 0; i < of.size(); ++i) of[i] += other.of[i];
    return *this;
  }

  TresMinutes& operator-=(const TresMinutes& other) {
    for (size_t i = 0; i < of.size(); ++i) of[i] -= other.of[i];
    return *this;
  }

  friend TresMinutes operator+(TresMinutes a, const TresMinutes& b) { return a += b; }

  friend TresMinutes operator-(TresMinutes a, const TresMinutes& b) { return a -= b; }

  friend bool operator==(const TresMinutes&, const TresMinutes&) = default;
};

// A fraction of each unit, rounded down. REQUIRES: 0 <= numerator <= denominator, which is above 0;
// no minutes are negative.
TresMinutes part_of(const TresMinutes& minutes, int64_t numerator, int64_t denominator);

// The smaller of both, unit by unit.
TresMinutes least(const TresMinutes& a, const TresMinutes& b);

// One integer per unit, "<prefix>gpu_minutes", each 0 or more. `what` is what the minutes are, such
// as "minutes granted".
void describe_minutes(settings::FieldVisitor& fields, std::string_view prefix, TresMinutes& minutes,
                      std::string_view what);

}  // namespace glass::institution
