#include "glass/institution/safety/thresholds.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/level.h"
#include "glass/settings/fields.h"
#include "glass/settings/problems.h"

namespace glass::institution {
namespace {

constexpr int64_t kLargestBorderDenominator = 1000;

// The smallest compute that reaches a border. Comparing with it needs no product that could be
// larger than 128 bits.
Flops least_reaching(const FlopBorder& border) {
  const auto denominator = static_cast<Flops>(border.denominator);
  return border.numerator / denominator + (border.numerator % denominator == 0 ? 0 : 1);
}

class ReadingThresholds {
 public:
  // Reads the border of a key, which has to be above the one `below` it.
  FlopBorder read(std::string_view key, std::string_view text, const FlopBorder* below = nullptr,
                  std::string_view below_key = "") {
    auto border = parse_flop_border(text);
    if (!border) {
      problems_.push_back(fmt::format("threshold {}: {}", key, border.error().message));
      return {};
    }
    if (border->numerator == 0)
      problems_.push_back(fmt::format("threshold {}: 0 is reached by everything", key));
    else if (below != nullptr && least_reaching(*border) <= least_reaching(*below))
      problems_.push_back(fmt::format("threshold {}: {} has to be above {}, which is {}", key, text,
                                      below_key, to_text(*below)));
    return *border;
  }

  [[nodiscard]] Status finish() const { return settings::refuse(problems_); }

 private:
  settings::Problems problems_;
};

}  // namespace

void describe(settings::FieldVisitor& fields, ThresholdSettings& thresholds) {
  fields.text("compute_sl2", thresholds.compute_sl2,
              "FLOP of own training, base model and synthetic data from which on a model is SL-2");
  fields.text("compute_sl3", thresholds.compute_sl3,
              "the same for SL-3; a fraction such as '1e25/3' is exact");
  fields.text("compute_sl4", thresholds.compute_sl4, "the same for SL-4");
  fields.text("design_sl3", thresholds.design_sl3,
              "FLOP from which on a model of biological sequences or chemistry is SL-3; below, it "
              "is SL-2");
  fields.text("design_sl4", thresholds.design_sl4, "the same for SL-4");
}

bool is_reached(const FlopBorder& border, Flops compute) {
  return compute >= least_reaching(border);
}

std::string to_text(const FlopBorder& border) {
  std::string text = flops_text(border.numerator);
  if (border.denominator != 1) text += fmt::format("/{}", border.denominator);
  return text;
}

Result<FlopBorder> parse_flop_border(std::string_view text) {
  const size_t slash = text.find('/');
  GLASS_TRY(const Flops numerator, parse_flops(text.substr(0, slash)));
  if (slash == std::string_view::npos) return FlopBorder{.numerator = numerator, .denominator = 1};
  const auto denominator = parse_count(text.substr(slash + 1));
  if (!denominator || *denominator == 0 || *denominator > kLargestBorderDenominator)
    return invalid_input(
        fmt::format("'{}' is no fraction of a count of FLOP; write it as '1e25/3', "
                    "the denominator 1 to {}",
                    text, kLargestBorderDenominator));
  return FlopBorder{.numerator = numerator, .denominator = *denominator};
}

Result<SafetyThresholds> safety_thresholds(const ThresholdSettings& settings) {
  ReadingThresholds reading;
  SafetyThresholds read;
  read.compute_sl2 = reading.read("compute_sl2", settings.compute_sl2);
  read.compute_sl3 =
      reading.read("compute_sl3", settings.compute_sl3, &read.compute_sl2, "compute_sl2");
  read.compute_sl4 =
      reading.read("compute_sl4", settings.compute_sl4, &read.compute_sl3, "compute_sl3");
  read.design_sl3 = reading.read("design_sl3", settings.design_sl3);
  read.design_sl4 = reading.read("design_sl4", settings.design_sl4, &read.design_sl3, "design_sl3");
  GLASS_TRY_STATUS(reading.finish());
  return read;
}

Level level_by_compute(const SafetyThresholds& thresholds, Flops compute) {
  if (is_reached(thresholds.compute_sl4, compute)) return Level::kSl4;
  if (is_reached(thresholds.compute_sl3, compute)) return Level::kSl3;
  return is_reached(thresholds.compute_sl2, compute) ? Level::kSl2 : Level::kSl1;
}

Level level_by_design_compute(const SafetyThresholds& thresholds, Flops compute) {
  if (is_reached(thresholds.design_sl4, compute)) return Level::kSl4;
  return is_reached(thresholds.design_sl3, compute) ? Level::kSl3 : Level::kSl2;
}

}  // namespace glass::institution
