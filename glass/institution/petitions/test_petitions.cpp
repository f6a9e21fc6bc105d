#include "glass/institution/petitions/test_petitions.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {

PetitionSettings test_petition_settings() {
  PetitionSettings settings;
  PetitionThresholdSettings& response = settings.thresholds.emplace_back();
  response.name = "response";
  response.body = "secretariat";
  for (const auto& [count, has_floor] : {std::pair(30'000, true), std::pair(100'000, false)}) {
    PetitionThresholdSettings& hearing = settings.thresholds.emplace_back();
    hearing.name = "hearing";
    hearing.body = "council";
    hearing.count = count;
    hearing.answer_days = 90;
    hearing.country_floor = has_floor;
  }
  for (const auto& [code, seats] :
       {std::pair("AT", 20), std::pair("BE", 22), std::pair("DE", 96), std::pair("EE", 7),
        std::pair("FR", 81), std::pair("LU", 6), std::pair("MT", 6), std::pair("PL", 53)}) {
    PetitionCountrySettings& country = settings.countries.emplace_back();
    country.code = code;
    country.seats = seats;
  }
  return settings;
}

PetitionRules test_petition_rules() {
  return petition_rules(test_petition_settings()).value();
}

std::string test_id(char digit) {
  return std::string(32, digit);
}

std::vector<std::string_view> TestPetition::must(const PetitionEvent& wanted) {
  std::vector<std::string_view> kinds;
  const auto events = decide(petition, rules, wanted, now_ms);
  EXPECT_TRUE(events) << events.error().message;
  if (!events) return kinds;
  for (const PetitionEvent& event : *events) {
    evolve(petition, event, now_ms);
    kinds.push_back(kind_of(event));
  }
  return kinds;
}

std::string TestPetition::refusal(const PetitionEvent& wanted) const {
  const auto events = decide(petition, rules, wanted, now_ms);
  EXPECT_FALSE(events) << kind_of(wanted) << " was let to happen";
  if (events) return "";
  EXPECT_EQ(events.error().code, ErrorCode::kRefused);
  EXPECT_TRUE(events.error().message.starts_with("petition ")) << events.error().message;
  return events.error().message;
}

void TestPetition::collect_sponsors() {
  must(PetitionDrafted{
      .petition = kTestPetition, .text = kTestCommitment, .creator = kTestCommitment});
  must(PetitionConfirmed{.petition = kTestPetition});
}

void TestPetition::moderate() {
  collect_sponsors();
  for (int64_t i = 1; i <= 5; ++i)
    must(PetitionSponsored{.petition = kTestPetition, .sponsors = i});
}

void TestPetition::open() {
  moderate();
  must(PetitionOpened{.petition = kTestPetition,
                      .by = "moderator/1",
                      .retention_from = "answer",
                      .closes_ms = now_ms + rules.open_ms});
}

PetitionCounted TestPetition::next_count(int64_t validated) const {
  PetitionCounted counted;
  counted.petition = kTestPetition;
  counted.root = kTestCommitment;
  counted.hour_ms = now_ms / kTestHourMs * kTestHourMs - kTestHourMs;
  counted.size = validated;
  counted.totals = petition.totals;
  counted.totals.validated = validated;
  counted.totals.invalidated = petition.invalidated;
  counted.countries = petition.countries;
  return counted;
}

void TestPetition::count(int64_t validated) {
  wait(kTestHourMs);
  must(next_count(validated));
}

}  // namespace glass::institution
