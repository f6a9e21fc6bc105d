#include "glass/institution/seats/seat_book.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/result.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/charter/test_charter.h"
#include "glass/institution/seats/seat_events.h"

namespace glass::institution {
namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1000;

// One board of two seats with terms of twelve months, two in a row; an office; two members.
Charter charter() {
  CharterSettings settings;
  settings.name = "Small";
  settings.founded = "2026-01-01";
  settings.members = {{.code = "A", .share = 1}, {.code = "B", .share = 1}};
  settings.bodies = {{.name = "board", .term_months = 12, .most_terms = 2}};
  settings.seats = {{.name = "board/1", .body = "board", .member = "A"},
                    {.name = "board/2", .body = "board", .member = "B"},
                    {.name = "clerk", .roles = {"registrar"}}};
  settings.rules = {{.name = "majority", .count = "more than 1/2 of voting"}};
  test::let_decide_all(settings, "board", "majority", "registrar");
  settings.rights = {{.name = "seats", .acts = {"seat.bound"}, .holders = {"registrar"}}};
  settings.criteria = {{.name = "quality"}};
  return Charter::from_settings(settings, std::set<std::string, std::less<>>{"seat.bound"}).value();
}

// A book in which events happen if they may.
class Book {
 public:
  // Empty, or why not.
  std::string happen(const SeatEvent& event, int64_t at_ms = 0) {
    const Status possible = expect_possible(book, charter_, event, at_ms);
    if (!possible) return possible.error().message;
    evolve(book, event);
    return "";
  }

 private:
  const Charter charter_ = charter();

 public:
  SeatBook book{charter_};
};

SeatBound bound(const std::string& seat, const std::string& key, int64_t until_ms = 300 * kDay) {
  return {.seat = seat, .key = key, .person = "p", .until_ms = until_ms};
}

TEST(SeatBook, IsVacantUntilAKeyIsBound) {
  Book test;
  EXPECT_FALSE(test.book.find("board/1")->is_held());
  EXPECT_FALSE(test.book.seat_of("k1", 0));
  EXPECT_EQ(test.happen(bound("board/1", "k1")), "");
  EXPECT_EQ(test.book.seat_of("k1", 0), "board/1");
  EXPECT_EQ(test.happen(bound("board/1", "k2")), "seat board/1 is held; vacate it first");
  EXPECT_EQ(test.happen(bound("board/2", "k1")),
            "key k1 acts for a seat already; a key acts for one seat only");
  EXPECT_EQ(test.happen(bound("board/9", "k9")), "there is no seat board/9");
}

TEST(SeatBook, EndsATermByTheClockAndRemembersHowManyThereWere) {
  Book test;
  ASSERT_EQ(test.happen(bound("board/1", "k1", 10)), "");
  EXPECT_EQ(test.book.next_due_ms(), 10);
  EXPECT_EQ(test.book.seat_of("k1", 9), "board/1");
  EXPECT_FALSE(test.book.seat_of("k1", 10));
  EXPECT_TRUE(due(test.book, 9).empty());
  const auto events = due(test.book, 10);
  ASSERT_EQ(events.size(), 1U);
  ASSERT_EQ(test.happen(events[0], 10), "");
  EXPECT_FALSE(test.book.next_due_ms());
  EXPECT_EQ(test.happen(bound("board/1", "k1", 20), 10),
            "key k1 was given up and never acts again; use a new one");
  ASSERT_EQ(test.happen(bound("board/1", "k2", 20), 10), "");
  ASSERT_EQ(test.happen(due(test.book, 20)[0], 20), "");
  EXPECT_EQ(
      test.happen(bound("board/1", "k3", 30), 20),
      "the holder of seat board/1 has held it for 2 terms in a row, which is the most in body "
      "board by the charter");
  EXPECT_EQ(
      test.happen({SeatBound{.seat = "board/1", .key = "k3", .person = "q", .until_ms = 30}}, 20),
      "");
}

TEST(SeatBook, KeepsTermsWithinTheCharter) {
  Book test;
  EXPECT_NE(test.happen(bound("board/1", "k1", 0)).find("12 months at most"), std::string::npos);
  EXPECT_NE(test.happen(bound("board/1", "k1", 400 * kDay)).find("12 months at most"),
            std::string::npos);
  EXPECT_EQ(test.happen(bound("board/1", "k1", 5), 5),
            "the term of seat board/1 would be over before it begins");
  EXPECT_EQ(test.happen(bound("clerk", "k1", 0)), "");  // offices have no terms
}

TEST(SeatBook, LetsDeputiesActForATimeAndGoWithWhoNamedThem) {
  Book test;
  ASSERT_EQ(test.happen(bound("board/1", "k1", 100)), "");
  EXPECT_EQ(test.happen(DeputyNamed{.seat = "board/1", .key = "d1", .until_ms = 101}),
            "a deputy of seat board/1 acts until some time within its term");
  ASSERT_EQ(test.happen(DeputyNamed{.seat = "board/1", .key = "d1", .until_ms = 50}), "");
  EXPECT_EQ(test.book.seat_of("d1", 49), "board/1");
  EXPECT_FALSE(test.book.seat_of("d1", 50));
  ASSERT_EQ(test.happen(DeputyNamed{.seat = "board/1", .key = "d2", .until_ms = 90}), "");
  ASSERT_EQ(test.happen(DeputyEnded{.seat = "board/1", .key = "d1"}), "");
  EXPECT_FALSE(test.book.seat_of("d1", 0));
  ASSERT_EQ(test.happen(SeatVacated{.seat = "board/1", .reason = "recalled"}), "");
  EXPECT_FALSE(test.book.seat_of("k1", 0));
  EXPECT_FALSE(test.book.seat_of("d2", 0));
  EXPECT_FALSE(test.book.next_due_ms());
  EXPECT_EQ(test.happen(bound("board/2", "d2")),
            "key d2 was given up and never acts again; use a new one");
}

TEST(SeatBook, ChangesAKeyAndNeverTakesTheOldOneBack) {
  Book test;
  ASSERT_EQ(test.happen(bound("board/1", "k1")), "");
  ASSERT_EQ(test.happen(SeatKeyChanged{.seat = "board/1", .key = "k2"}), "");
  EXPECT_FALSE(test.book.seat_of("k1", 0));
  EXPECT_EQ(test.book.seat_of("k2", 0), "board/1");
  EXPECT_EQ(test.happen(SeatKeyChanged{.seat = "board/1", .key = "k1"}),
            "key k1 was given up and never acts again; use a new one");
  ASSERT_EQ(test.happen(SeatVacated{.seat = "board/1", .reason = "resigned"}), "");
  EXPECT_FALSE(test.book.next_due_ms());  // the term of the first key went with the seat
}

TEST(SeatBook, BarsMembersWhoOweMoreThanTwoYears) {
  Book test;
  const auto owes = [](int64_t unpaid) {
    return ArrearsRecorded{
        .member = "A", .unpaid = unpaid, .due_this_year = 100, .due_last_year = 90};
  };
  ASSERT_EQ(test.happen(owes(190)), "");
  EXPECT_FALSE(test.book.is_barred("A", 0));
  EXPECT_EQ(test.happen(ArrearsWaived{.member = "A", .until_ms = 50}),
            "member A may vote; there is nothing to waive");
  ASSERT_EQ(test.happen(owes(191)), "");
  EXPECT_TRUE(test.book.is_barred("A", 0));
  EXPECT_FALSE(test.book.is_barred("B", 0));
  ASSERT_EQ(test.happen(ArrearsWaived{.member = "A", .until_ms = 50}), "");
  EXPECT_FALSE(test.book.is_barred("A", 49));
  EXPECT_TRUE(test.book.is_barred("A", 50));
}

TEST(SeatBook, OpensSeatsForApplicants) {
  Book test;
  EXPECT_EQ(test.happen(SeatOpened{.seat = "s", .member = "Z"}),
            "'Z' is no member of the facility");
  ASSERT_EQ(test.happen(SeatOpened{.seat = "s", .member = "A"}), "");
  EXPECT_EQ(test.happen(SeatOpened{.seat = "s", .member = "A"}),
            "there is a seat s already; draw another id");
  EXPECT_EQ(test.happen(bound("s", "k", 0)), "");
  EXPECT_EQ(test.book.seat_of("k", 1'000'000), "s");
}

TEST(SeatBook, ForgetsSeatsThatTheCharterNoLongerNames) {
  Book test;
  ASSERT_EQ(test.happen(bound("board/2", "k2")), "");
  ASSERT_EQ(test.happen(SeatOpened{.seat = "s", .member = "A"}), "");
  CharterSettings fewer = charter().settings();
  std::erase_if(fewer.seats, [](const SeatSettings& seat) { return seat.name == "board/2"; });
  fewer.seats[0].member = "B";
  test.book.take(
      Charter::from_settings(fewer, std::set<std::string, std::less<>>{"seat.bound"}).value());
  EXPECT_EQ(test.book.find("board/2"), nullptr);
  EXPECT_FALSE(test.book.seat_of("k2", 0));
  EXPECT_EQ(test.book.find("board/1")->member, "B");
  EXPECT_NE(test.book.find("s"), nullptr);
}

// Whatever happens, in whatever order: a key acts for one seat at most, and what was given up never
// acts again.
TEST(SeatBook, NeverLetsAKeyActTwice) {
  rc::check([] {
    Book test;
    std::set<std::string> given_up;
    int64_t at_ms = 0;
    const auto length = *rc::gen::inRange(1, 60);
    for (int i = 0; i < length; ++i) {
      const std::string seat = *rc::gen::element<std::string>("board/1", "board/2", "clerk");
      const std::string key = fmt::format("k{}", *rc::gen::inRange(0, 6));
      at_ms += *rc::gen::inRange(0, 5);
      for (const SeatEvent& event : due(test.book, at_ms))
        RC_ASSERT(test.happen(event, at_ms).empty());
      std::set<std::string> before;
      for (int k = 0; k < 6; ++k) {
        if (test.book.seat_of(fmt::format("k{}", k), at_ms)) before.insert(fmt::format("k{}", k));
      }
      const int what = *rc::gen::inRange(0, 5);
      if (what == 0) test.happen(bound(seat, key, at_ms + 8), at_ms);
      if (what == 1) test.happen(SeatKeyChanged{.seat = seat, .key = key}, at_ms);
      if (what == 2) test.happen(SeatVacated{.seat = seat, .reason = "resigned"}, at_ms);
      if (what == 3)
        test.happen(DeputyNamed{.seat = seat, .key = key, .until_ms = at_ms + 3}, at_ms);
      if (what == 4) test.happen(DeputyEnded{.seat = seat, .key = key}, at_ms);
      for (int k = 0; k < 6; ++k) {
        const std::string one = fmt::format("k{}", k);
        const bool acts = test.book.seat_of(one, at_ms).has_value();
        RC_ASSERT(!(acts && given_up.contains(one)));
        if (!acts && before.contains(one)) given_up.insert(one);
        int holders = 0;
        for (const auto& [name, held] : test.book.seats()) holders += held.key == one ? 1 : 0;
        RC_ASSERT(holders <= 1);
      }
    }
  });
}

}  // namespace
}  // namespace glass::institution
