#include "glass/institution/petitions/petition_settings.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/institution/petitions/canonical_mail.h"
#include "glass/institution/petitions/country_floors.h"
#include "glass/institution/petitions/test_petitions.h"
#include "glass/settings/settings_file.h"

namespace glass::institution {
namespace {

std::string why_not(const PetitionSettings& settings) {
  const auto rules = petition_rules(settings);
  return rules ? "" : rules.error().message;
}

TEST(PetitionSettings, HaveTheDefaultsOfTheReference) {
  const PetitionRules rules = test_petition_rules();
  EXPECT_EQ(rules.open_ms, 183 * kTestDayMs);
  EXPECT_EQ(rules.moderation_ms, 14 * kTestDayMs);
  EXPECT_EQ(rules.sponsors_least, 5);
  EXPECT_EQ(rules.sponsors_most, 20);
  EXPECT_EQ(rules.small_count, 10);
  EXPECT_EQ(rules.floors.factor, 720);
  const PetitionSettings settings;
  EXPECT_EQ(settings.moderation_queue_notice, 500);
  EXPECT_EQ(settings.token_bits, 128);
  EXPECT_EQ(settings.token_hours, 72);
  EXPECT_EQ(settings.raw_days, 30);
}

TEST(PetitionSettings, AreReadFromACharter) {
  auto file = settings::SettingsFile::parse(
      "[petitions]\n"
      "open_days = 90\n"
      "[[petitions.threshold]]\n"
      "name = \"response\"\n"
      "count = 5000\n"
      "body = \"secretariat\"\n"
      "[[petitions.country]]\n"
      "code = \"LU\"\n"
      "seats = 6\n"
      "[[petitions.mail_domain]]\n"
      "domain = \"example.org\"\n"
      "aliases = [\"example.net\"]\n",
      "charter.toml");
  ASSERT_TRUE(file);
  PetitionSettings settings;
  file->read_section("petitions", settings);
  ASSERT_TRUE(file->finish()) << file->finish().error().message;
  const auto rules = petition_rules(settings);
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ(rules->open_ms, 90 * kTestDayMs);
  ASSERT_EQ(rules->thresholds.size(), 1U);
  EXPECT_EQ(rules->thresholds[0].count, 5000);
  EXPECT_EQ(rules->thresholds[0].answer_ms, 60 * kTestDayMs);
  EXPECT_EQ(rules->floors.countries, (std::vector<CountrySeats>{{"LU", 6}}));
  EXPECT_EQ(canonical_mail("A+b@example.net", settings.mail_domains).value(), "a@example.org");
}

TEST(PetitionSettings, WithoutAThresholdNobodyWouldAnswer) {
  EXPECT_NE(why_not(PetitionSettings()).find("nobody would ever have to answer"),
            std::string::npos);
}

TEST(PetitionSettings, ThatContradictThemselvesAreRefused) {
  const auto changed = [](auto change) {
    PetitionSettings settings = test_petition_settings();
    change(settings);
    return why_not(settings);
  };
  const auto has = [](const std::string& message, std::string_view part) {
    return message.find(part) != std::string::npos;
  };
  EXPECT_EQ(changed([](PetitionSettings&) {}), "");
  EXPECT_TRUE(has(changed([](auto& one) { one.thresholds[1].name = ""; }),
                  "petitions.threshold.1: name is empty"));
  EXPECT_TRUE(has(changed([](auto& one) { one.thresholds[0].body = ""; }),
                  "petitions.threshold.0: body is empty"));
  EXPECT_TRUE(has(changed([](auto& one) { one.thresholds[2].body = "board"; }),
                  "'hearing' stands above with another body"));
  EXPECT_TRUE(has(changed([](auto& one) { one.thresholds[2].answer_days = 1; }), "other days"));
  EXPECT_TRUE(
      has(changed([](auto& one) { one.countries[0].code = "EU"; }), "'EU' is no country's code"));
  EXPECT_TRUE(has(changed([](auto& one) { one.countries[1].code = "AT"; }), "'AT' stands twice"));
  EXPECT_TRUE(has(changed([](auto& one) { one.floor_countries = 9; }),
                  "needs 9 countries above their floor, and 8 have one"));
  EXPECT_TRUE(has(changed([](auto& one) { one.sponsors_most = 4; }), "sponsors_most is 4"));
  EXPECT_TRUE(has(changed([](auto& one) { one.trend_alert = 99; }), "trend_alert is 99"));
  EXPECT_TRUE(has(changed([](auto& one) { one.mail_domains.emplace_back(); }),
                  "mail_domain '' is no domain"));
}

}  // namespace
}  // namespace glass::institution
