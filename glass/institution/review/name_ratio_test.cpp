#include "glass/institution/review/name_ratio.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace glass::institution {
namespace {

NameRatio ratio_of(std::string_view a, std::string_view b) {
  return name_ratio(folded_name(a), folded_name(b));
}

TEST(NameRatio, FoldsAccentsCaseAndTheOrderOfWords) {
  EXPECT_EQ(folded_name("Ångström, Anders J."), U"anders angstrom j");
  EXPECT_EQ(folded_name("  Anders   J. ÅNGSTRÖM "), U"anders angstrom j");
  EXPECT_EQ(folded_name("Łukasz Żółć"), U"lukasz zolc");
  EXPECT_EQ(folded_name("Þóra Æsa Großmann"), U"aesa grossmann thora");
  EXPECT_EQ(folded_name("Siobhán O’Brien-O'Neill"), U"obrien oneill siobhan");
  EXPECT_EQ(folded_name("Jose\xCC\x81"), U"jose");  // an accent of its own
  EXPECT_EQ(folded_name("ΕΛΕΝΗ Жан"), U"ελενη жан");
  EXPECT_EQ(folded_name("a\xFF"
                        "b"),
            U"a b");
  EXPECT_EQ(folded_name(std::string(500, 'x')).size(), 200U);
}

TEST(NameRatio, IsTwiceTheCommonLettersOutOfAll) {
  EXPECT_EQ(ratio_of("Marie Curie", "Curie, Marie"), (NameRatio{22, 22}));
  EXPECT_EQ(ratio_of("Jon Smith", "John Smith"), (NameRatio{18, 19}));
  EXPECT_EQ(ratio_of("J. Smith", "John Smith"), (NameRatio{14, 17}));
  EXPECT_EQ(ratio_of("abc", "xyz"), (NameRatio{0, 6}));
}

TEST(NameRatio, IsComparedAsAWholeNumber) {
  EXPECT_TRUE((NameRatio{17, 20}.is_at_least(85)));
  EXPECT_FALSE((NameRatio{16'999, 20'000}.is_at_least(85)));
  EXPECT_FALSE(ratio_of("", "...").is_at_least(0));
}

TEST(NameRatio, OfAnyTwoNamesIsTheSameBothWaysAndOneOfItself) {
  EXPECT_TRUE(rc::check("ratios", [] {
    const std::string letters = "ab -";
    const auto any_name = [&] {
      return *rc::gen::container<std::string>(rc::gen::elementOf(letters));
    };
    const std::string a = any_name(), b = any_name();
    const NameRatio ratio = ratio_of(a, b);
    RC_ASSERT(ratio == ratio_of(b, a));
    RC_ASSERT(ratio.part <= ratio.whole);
    RC_ASSERT((ratio.part == ratio.whole) == (folded_name(a) == folded_name(b)));
    RC_ASSERT(ratio_of(a + " z", "z " + a).is_at_least(100));
  }));
}

}  // namespace
}  // namespace glass::institution
