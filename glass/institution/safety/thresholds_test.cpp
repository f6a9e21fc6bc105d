#include "glass/institution/safety/thresholds.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/level.h"
#include "glass/settings/json_fields.h"
#include "glass/settings/settings_file.h"

namespace glass::institution {
namespace {

std::string refusal_of(const ThresholdSettings& settings) {
  const auto read = safety_thresholds(settings);
  return read ? "" : read.error().message;
}

TEST(Thresholds, OfACharterThatNamesNoneAreThoseOfTheHeader) {
  EXPECT_TRUE(safety_thresholds({}).value() == SafetyThresholds());
}

TEST(Thresholds, AreReachedExactly) {
  const auto level = [](const char* compute) {
    return level_by_compute({}, parse_flops(compute).value());
  };
  EXPECT_EQ(level("0"), Level::kSl1);
  EXPECT_EQ(level("9.99e22"), Level::kSl1);
  EXPECT_EQ(level("99999999999999999999999"), Level::kSl1);
  EXPECT_EQ(level("1e23"), Level::kSl2);
  EXPECT_EQ(level("3333333333333333333333333"), Level::kSl2);
  EXPECT_EQ(level("3333333333333333333333334"), Level::kSl3);
  EXPECT_EQ(level("9.99e25"), Level::kSl3);
  EXPECT_EQ(level("1e26"), Level::kSl4);
  EXPECT_EQ(level("340282366920938463463374607431768211455"), Level::kSl4);
}

TEST(Thresholds, OfDesignModelsAreReachedExactly) {
  const auto level = [](const char* compute) {
    return level_by_design_compute({}, parse_flops(compute).value());
  };
  EXPECT_EQ(level("0"), Level::kSl2);
  EXPECT_EQ(level("9.9e21"), Level::kSl2);
  EXPECT_EQ(level("1e22"), Level::kSl3);
  EXPECT_EQ(level("1e23"), Level::kSl4);
}

TEST(Thresholds, OfACharterMoveTheBorders) {
  auto file = settings::SettingsFile::parse("[safety]\ncompute_sl2 = \"2e22\"\n", "charter.toml");
  ASSERT_TRUE(file);
  ThresholdSettings settings;
  file->read_section("safety", settings);
  ASSERT_TRUE(file->finish());
  const SafetyThresholds read = safety_thresholds(settings).value();
  EXPECT_EQ(level_by_compute(read, 2 * ten_to(22) - 1), Level::kSl1);
  EXPECT_EQ(level_by_compute(read, 2 * ten_to(22)), Level::kSl2);
  EXPECT_EQ(to_text(read.compute_sl3), "1e25/3");
}

TEST(Thresholds, ThatAreWrongAreToldAtOnceByTheirKeys) {
  const std::string told = refusal_of({.compute_sl2 = "about 1e23",
                                       .compute_sl3 = "0",
                                       .compute_sl4 = "1e26/0",
                                       .design_sl3 = "1e22",
                                       .design_sl4 = "3e22/3"});
  EXPECT_NE(told.find("threshold compute_sl2: 'about 1e23' is no count"), std::string::npos);
  EXPECT_NE(told.find("threshold compute_sl3: 0 is reached by everything"), std::string::npos);
  EXPECT_NE(told.find("threshold compute_sl4: '1e26/0' is no fraction"), std::string::npos);
  EXPECT_NE(told.find("threshold design_sl4: 3e22/3 has to be above design_sl3, which is 1e22"),
            std::string::npos);
  EXPECT_EQ(refusal_of({.design_sl4 = "10000000000000000000001"}), "");
  EXPECT_NE(refusal_of({.compute_sl4 = "1e25/3"}), "");
}

TEST(Thresholds, AreTheirOwnJson) {
  ThresholdSettings settings{.compute_sl2 = "5e22"};
  settings::JsonWriter writer;
  describe(writer, settings);
  std::vector<std::string> problems;
  settings::JsonReader reader(std::move(writer).take(), "safety", problems);
  ThresholdSettings again;
  describe(reader, again);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(again.compute_sl2, "5e22");
  EXPECT_EQ(again.compute_sl3, "1e25/3");
}

}  // namespace
}  // namespace glass::institution
