// SafetyThresholds: from which compute on a model stands at which level. A charter may set them;
// what it does not name stays as here.
//
//   [safety]
//   compute_sl2 = "1e23"
//   compute_sl3 = "1e25/3"      three times the compute reaches 1e25
//   compute_sl4 = "1e26"
//   design_sl3 = "1e22"         models that design biological sequences or chemistry
//   design_sl4 = "1e23"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/level.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// As it is written.
struct ThresholdSettings {
  std::string compute_sl2 = "1e23", compute_sl3 = "1e25/3", compute_sl4 = "1e26";
  std::string design_sl3 = "1e22", design_sl4 = "1e23";
};

void describe(settings::FieldVisitor& fields, ThresholdSettings& thresholds);

// A count of FLOP or a fraction of one. It is reached when `denominator` times the compute is at
// least the numerator.
struct FlopBorder {
  Flops numerator = 0;
  int64_t denominator = 1;

  friend bool operator==(const FlopBorder&, const FlopBorder&) = default;
};

bool is_reached(const FlopBorder& border, Flops compute);
std::string to_text(const FlopBorder& border);

// kInvalidInput says what a border looks like.
[[nodiscard]] Result<FlopBorder> parse_flop_border(std::string_view text);

struct SafetyThresholds {
  FlopBorder compute_sl2 = {ten_to(23)};
  FlopBorder compute_sl3 = {ten_to(25), 3};
  FlopBorder compute_sl4 = {ten_to(26)};
  FlopBorder design_sl3 = {ten_to(22)};
  FlopBorder design_sl4 = {ten_to(23)};

  friend bool operator==(const SafetyThresholds&, const SafetyThresholds&) = default;
};

// kInvalidInput names every key that cannot be read, is zero, or is not above the one before it.
[[nodiscard]] Result<SafetyThresholds> safety_thresholds(const ThresholdSettings& settings);

Level level_by_compute(const SafetyThresholds& thresholds, Flops compute);

// Of a model that designs biological sequences or chemistry: at least SL-2.
Level level_by_design_compute(const SafetyThresholds& thresholds, Flops compute);

}  // namespace glass::institution
