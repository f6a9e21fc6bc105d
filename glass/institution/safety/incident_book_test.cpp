#include "glass/institution/safety/incident_book.h"

#include <cstdint>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/safety/internal/spans.h"
#include "glass/institution/safety/level.h"

namespace glass::institution {
namespace {

IncidentOpened opened(char digit) {
  return {.incident = std::string(32, digit),
          .run = std::string(32, 'f'),
          .account = std::string(64, 'a'),
          .incident_class = IncidentClass::kDeath,
          .level = Level::kSl2,
          .aware_at_ms = 0,
          .report_due_ms = 10 * kDayMs,
          .notice_due_ms = 72 * kHourMs,
          .session_due_ms = 0};
}

std::string refusal(const IncidentBook& book, const IncidentEvent& event, int64_t at_ms) {
  const Status possible = expect_possible(book, event, IncidentClocks{}, at_ms);
  return possible ? "" : possible.error().message;
}

TEST(IncidentBook, HoldsWhoOpensOneToTheClocksOfTheCharter) {
  const IncidentBook book;
  EXPECT_EQ(refusal(book, opened('1'), 0), "");
  IncidentOpened later = opened('1');
  later.report_due_ms += 1;
  EXPECT_EQ(refusal(book, later, 0),
            "by the charter's clocks the report is due at 864000000, the public notice at "
            "259200000 and a session at 0, updates every 28 days and the final report 60 days "
            "after it is resolved");
  EXPECT_EQ(refusal(book, IncidentReported{.incident = std::string(32, '1')}, 0),
            "there is no incident " + std::string(32, '1'));
  EXPECT_EQ(refusal(book, IncidentOverdue{}, 0),
            "nobody says that something is overdue; the clock does");
}

TEST(IncidentBook, TellsWhatIsOverdueOnceAndInItsOrder) {
  IncidentBook book;
  evolve(book, opened('2'), 0);
  IncidentOpened other = opened('1');
  other.notice_due_ms = 80 * kHourMs;
  evolve(book, other, 0);
  EXPECT_EQ(book.open_of(""), 2);
  EXPECT_EQ(book.open_of(std::string(32, 'f')), 2);
  EXPECT_EQ(book.open_of(std::string(32, 'e')), 0);
  ASSERT_EQ(book.next_due_ms(), 72 * kHourMs + 1);
  EXPECT_TRUE(due(book, 72 * kHourMs).empty());
  const auto first = due(book, 81 * kHourMs);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(std::get<IncidentOverdue>(first.front()).incident, std::string(32, '2'));
  evolve(book, first.front(), 81 * kHourMs);
  EXPECT_EQ(book.next_due_ms(), 80 * kHourMs + 1);
  evolve(book, due(book, 81 * kHourMs).front(), 81 * kHourMs);
  EXPECT_EQ(book.next_due_ms(), 10 * kDayMs + 1);
}

}  // namespace
}  // namespace glass::institution
