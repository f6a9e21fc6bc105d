#include "glass/institution/voting/clause.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace glass::institution {
namespace {

Clause clause(const std::string& text) {
  return parse_clause(text).value();
}

TEST(Clause, IsReadAsItIsWritten) {
  for (const char* text : {"at least 2/3 of all", "more than 1/2 of voting",
                           "at least 55/100 of participating", "at least 1/1 of represented"})
    EXPECT_EQ(to_text(clause(text)), text);
}

TEST(Clause, OfAnotherFormIsRefusedWithTheForm) {
  for (const char* text :
       {"", "2/3 of all", "at least 2/3", "at least 2/3 of everyone", "at least 2/0 of all",
        "at least 4/3 of all", "at least 02/3 of all", "at least -1/2 of all",
        "at least 1/1000001 of all", "at least 0.5 of all", "more than  1/2 of all",
        "at least 2/3 of all "}) {
    const auto read = parse_clause(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find("write it as 'at least 2/3 of all'"), std::string::npos);
  }
}

// The smallest number in favour that is enough, by the tables of the bodies that vote so.
TEST(Clause, NeedsWhatTheTreatiesSay) {
  const auto fewest = [](const std::string& text, int64_t whole) {
    int64_t part = 0;
    while (!holds(clause(text), part, whole)) ++part;
    return part;
  };
  EXPECT_EQ(fewest("at least 2/3 of all", 25), 17);
  EXPECT_EQ(fewest("at least 55/100 of all", 27), 15);
  EXPECT_EQ(fewest("at least 72/100 of all", 27), 20);
  EXPECT_EQ(fewest("at least 55/100 of all", 9), 5);
  EXPECT_EQ(fewest("at least 3/4 of all", 9), 7);
  EXPECT_EQ(fewest("at least 2/3 of all", 7), 5);
  EXPECT_EQ(fewest("more than 1/2 of all", 20), 11);
}

TEST(Clause, OfNobodyNothingIsEnough) {
  EXPECT_FALSE(holds(clause("at least 0/1 of all"), 0, 0));
  EXPECT_TRUE(holds(clause("at least 0/1 of all"), 0, 5));
}

TEST(Clause, TheLargestSumsAreComparedExactly) {
  const Clause just{false, kLargestDenominator - 1, kLargestDenominator, Base::kAll};
  EXPECT_TRUE(holds(just, kLargestWeight - kLargestWeight / kLargestDenominator, kLargestWeight));
  EXPECT_FALSE(
      holds(just, kLargestWeight - kLargestWeight / kLargestDenominator - 1, kLargestWeight));
}

TEST(Clause, AnyOneIsItsText) {
  EXPECT_TRUE(rc::check("a clause is read from its own text", [] {
    Clause any;
    any.is_more_than = *rc::gen::arbitrary<bool>();
    any.denominator = *rc::gen::inRange<int64_t>(1, kLargestDenominator + 1);
    any.numerator = *rc::gen::inRange<int64_t>(0, any.denominator + 1);
    any.base = static_cast<Base>(*rc::gen::inRange(0, 4));
    RC_ASSERT(parse_clause(to_text(any)).value() == any);
  }));
}

}  // namespace
}  // namespace glass::institution
