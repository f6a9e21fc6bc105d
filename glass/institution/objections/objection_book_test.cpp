#include "glass/institution/objections/objection_book.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/result.h"
#include "glass/institution/objections/objection_events.h"

namespace glass::institution {
namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1000;
constexpr int64_t kDays = 14;

// A book in which events happen if they may.
class Book {
 public:
  // Empty, or why not.
  std::string happen(const ObjectionEvent& event, int64_t at_ms = 0) {
    const Status possible = expect_possible(book, event, at_ms);
    if (!possible) return possible.error().message;
    evolve(book, event, "s", "act", kDays, at_ms);
    return "";
  }

  std::string file(const std::string& id = "o") {
    return happen(ObjectionFiled{.objection = id,
                                 .claimant = "c",
                                 .ground = "copyright",
                                 .claim = "w",
                                 .items = {"i1", "i2"},
                                 .data = {"m"}});
  }

  std::string decide(const std::string& outcome, std::vector<std::string> items,
                     int64_t at_ms = 0) {
    return happen(ObjectionDecided{.objection = "o",
                                   .outcome = outcome,
                                   .reasons = "r",
                                   .items = items,
                                   .data = items.empty() ? std::vector<std::string>{}
                                                         : std::vector<std::string>{"m"}},
                  at_ms);
  }

  ObjectionBook book;
};

TEST(ObjectionBook, ExcludesWhatIsUpheld) {
  Book test;
  ASSERT_EQ(test.file(), "");
  EXPECT_FALSE(test.book.excluding_item("i1"));
  EXPECT_EQ(test.decide("partly", {"i3"}), "objection o is not about document i3");
  EXPECT_EQ(
      test.decide("upheld", {}),
      "an objection that is upheld says which documents may no longer be used, and one that is "
      "rejected none");
  ASSERT_EQ(test.decide("partly", {"i1"}), "");
  EXPECT_EQ(test.book.excluding_item("i1"), "o");
  EXPECT_FALSE(test.book.excluding_item("i2"));
  EXPECT_EQ(test.book.excluding_data("m"), "o");
  EXPECT_EQ(test.decide("rejected", {}), "objection o is decided and cannot be decided now");
  EXPECT_FALSE(test.book.next_due_ms());
}

TEST(ObjectionBook, TakesSilenceForNoConsent) {
  Book test;
  ASSERT_EQ(test.file(), "");
  EXPECT_EQ(test.book.next_due_ms(), kDays * kDay);
  EXPECT_TRUE(due(test.book, kDays * kDay - 1).empty());
  const auto events = due(test.book, kDays * kDay);
  ASSERT_EQ(events.size(), 1U);
  ASSERT_EQ(test.happen(events[0], kDays * kDay), "");
  EXPECT_EQ(test.book.excluding_item("i2"), "o");
  EXPECT_TRUE(test.book.find("o")->is_overdue);
  EXPECT_FALSE(test.book.next_due_ms());
  ASSERT_EQ(test.decide("rejected", {}, kDays * kDay), "");
  EXPECT_FALSE(test.book.excluding_item("i2"));
}

TEST(ObjectionBook, HoldsADecisionUntilItsAppealIsSettled) {
  Book test;
  ASSERT_EQ(test.file(), "");
  ASSERT_EQ(test.decide("rejected", {}), "");
  EXPECT_EQ(test.happen(ObjectionAppealed{.objection = "o", .reasons = "r"}, kDays * kDay),
            "the decision on objection o could be appealed until 1970-01-15T00:00:00.000Z");
  ASSERT_EQ(test.happen(ObjectionAppealed{.objection = "o", .reasons = "r"}, 1), "");
  EXPECT_FALSE(test.book.excluding_item("i1"));
  ASSERT_EQ(test.happen(ObjectionSettled{.objection = "o", .outcome = "overturned"}), "");
  EXPECT_EQ(test.book.excluding_item("i1"), "o");
  EXPECT_EQ(test.happen(ObjectionAppealed{.objection = "o", .reasons = "r"}, 1),
            "objection o is settled and cannot be appealed now");
}

TEST(ObjectionBook, ReadmitsWhatAnAppealFreesUnlessAnotherObjectionHoldsIt) {
  Book test;
  ASSERT_EQ(test.file(), "");
  ASSERT_EQ(test.file("p"), "");
  ASSERT_EQ(test.decide("upheld", {"i1", "i2"}), "");
  ASSERT_EQ(
      test.happen(ObjectionDecided{
          .objection = "p", .outcome = "partly", .reasons = "r", .items = {"i1"}, .data = {"m"}}),
      "");
  ASSERT_EQ(test.happen(ObjectionAppealed{.objection = "o", .reasons = "r"}), "");
  ASSERT_EQ(test.happen(ObjectionSettled{.objection = "o", .outcome = "overturned"}), "");
  EXPECT_EQ(test.book.excluding_item("i1"), "p");
  EXPECT_FALSE(test.book.excluding_item("i2"));
  EXPECT_EQ(test.book.excluding_data("m"), "p");
}

TEST(ObjectionBook, IsFreeOfWhatWasWithdrawn) {
  Book test;
  ASSERT_EQ(test.file(), "");
  for (const auto& event : due(test.book, kDays * kDay)) ASSERT_EQ(test.happen(event), "");
  ASSERT_EQ(test.happen(ObjectionWithdrawn{.objection = "o"}), "");
  EXPECT_FALSE(test.book.excluding_item("i1"));
  EXPECT_EQ(test.decide("rejected", {}), "objection o is withdrawn and cannot be decided now");
}

// Whatever is tried: what is excluded is what the objections that stand say, and nothing else.
TEST(ObjectionBook, ExcludesWhatObjectionsSayInAnyHistory) {
  rc::check([] {
    Book test;
    const auto length = *rc::gen::inRange(1, 60);
    int64_t at_ms = 0;
    for (int i = 0; i < length; ++i) {
      at_ms += *rc::gen::inRange<int64_t>(0, 3 * kDay);
      for (const auto& event : due(test.book, at_ms)) test.happen(event, at_ms);
      const std::string id = *rc::gen::element<std::string>("o", "p");
      switch (*rc::gen::inRange(0, 6)) {
        case 0: test.file(id); break;
        case 1:
          test.happen(ObjectionDecided{.objection = id,
                                       .outcome = "partly",
                                       .reasons = "r",
                                       .items = {*rc::gen::element<std::string>("i1", "i2")},
                                       .data = {"m"}},
                      at_ms);
          break;
        case 2:
          test.happen(ObjectionDecided{.objection = id, .outcome = "rejected", .reasons = "r"},
                      at_ms);
          break;
        case 3: test.happen(ObjectionAppealed{.objection = id, .reasons = "r"}, at_ms); break;
        case 4:
          test.happen(
              ObjectionSettled{.objection = id,
                               .outcome = *rc::gen::element<std::string>("stands", "overturned")},
              at_ms);
          break;
        default: test.happen(ObjectionWithdrawn{.objection = id}, at_ms);
      }
      for (const std::string item : {"i1", "i2"}) {
        bool is_said = false;
        for (const auto& [name, one] : test.book.all())
          is_said = is_said || std::ranges::find(one.items, item) != one.items.end();
        RC_ASSERT(test.book.excluding_item(item).has_value() == is_said);
      }
    }
  });
}

}  // namespace
}  // namespace glass::institution
