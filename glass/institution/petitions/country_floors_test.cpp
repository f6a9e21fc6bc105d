#include "glass/institution/petitions/country_floors.h"

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/petitions/country.h"

namespace glass::institution {
namespace {

FloorRule rule_of(std::vector<CountrySeats> countries) {
  FloorRule rule;
  rule.countries = std::move(countries);
  return rule;
}

TEST(CountryFloor, IsThatOfTheWorkedExample) {
  const FloorRule rule;
  EXPECT_EQ(country_floor(96, rule, 1'000'000), 69'120);
  EXPECT_EQ(country_floor(6, rule, 1'000'000), 4'320);
  EXPECT_EQ(country_floor(96, rule, 30'000), 2'073);  // of 2,073.6
  EXPECT_EQ(country_floor(6, rule, 30'000), 129);     // of 129.6
}

TEST(CountryFloor, OfTheLargestNumbersIsExact) {
  FloorRule rule;
  rule.factor = 1'000'000'000;
  rule.full_count = 1'000'000'007;
  // 999,999,999 * 10^18 / (10^9 + 7), by a program with whole numbers of any size
  EXPECT_EQ(country_floor(999'999'999, rule, 1'000'000'000), 999'999'992'000'000'055);
  rule.full_count = 1;
  EXPECT_EQ(country_floor(999'999'999, rule, 1'000'000'000), std::numeric_limits<int64_t>::max());
}

TEST(CountriesAbove, AreCountedFromTheFloorOn) {
  const FloorRule rule = rule_of({{"DE", 96}, {"LU", 6}, {"MT", 6}});
  const auto above = [&](const std::vector<CountryCount>& counts) {
    return countries_above(rule, 30'000, counts);
  };
  EXPECT_EQ(above({}), 0);
  EXPECT_EQ(above({{"DE", 2'072}, {"LU", 128}}), 0);
  EXPECT_EQ(above({{"DE", 2'073}, {"LU", 129}}), 2);
  EXPECT_EQ(above({{"LU", 100}, {"US", 50'000}, {"LU", 29}}), 1);
}

TEST(CountriesAbove, NobodyIsNeverEnough) {
  const FloorRule rule = rule_of({{"LU", 0}, {"MT", 6}});
  EXPECT_EQ(countries_above(rule, 1, std::vector<CountryCount>{{"LU", 0}, {"MT", 0}}), 0);
  EXPECT_EQ(countries_above(rule, 1, std::vector<CountryCount>{{"LU", 1}}), 1);
}

TEST(CountriesAbove, NeverBecomeFewerByAnotherSignature) {
  EXPECT_TRUE(rc::check("one more signature", [] {
    FloorRule rule;
    std::vector<CountryCount> counts;
    const auto size = *rc::gen::inRange<size_t>(1, 6);
    for (size_t i = 0; i < size; ++i) {
      const std::string code(kCountries[i]);
      rule.countries.push_back({code, *rc::gen::inRange<int64_t>(1, 97)});
      counts.push_back({code, *rc::gen::inRange<int64_t>(0, 3000)});
    }
    const auto threshold = *rc::gen::inRange<int64_t>(1, 40'000);
    const int64_t before = countries_above(rule, threshold, counts);
    ++counts[*rc::gen::inRange<size_t>(0, size)].count;
    const int64_t after = countries_above(rule, threshold, counts);
    RC_ASSERT((after == before || after == before + 1));
  }));
}

TEST(Country, IsOneOfTheList) {
  EXPECT_EQ(kCountryCount, 249U);
  EXPECT_EQ(std::set<std::string_view>(kCountries.begin(), kCountries.end()).size(), 249U);
  for (const char* code : {"AD", "DE", "FR", "US", "ZW"}) EXPECT_TRUE(is_country(code)) << code;
  for (const char* code : {"", "D", "de", "DEU", "XX", "EU", "UK"})
    EXPECT_FALSE(is_country(code)) << code;
}

}  // namespace
}  // namespace glass::institution
