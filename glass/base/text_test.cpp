#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/ascii.h"
#include "glass/base/printable.h"
#include "glass/base/time_text.h"
#include "glass/base/units_text.h"

namespace glass {
namespace {

TEST(TimeText, KnowsTheDaysThatThereAre) {
  for (const char* day : {"2026-11-26", "2024-02-29", "0000-01-01"}) EXPECT_TRUE(is_date(day));
  for (const char* none : {"2026-02-29", "2026-11-31", "2026-13-01", "2026-00-10", "2026-1-100",
                           "26-11-2026", "2026/11/26", ""})
    EXPECT_FALSE(is_date(none)) << none;
}

TEST(TimeText, CountsTheSecondsOfDays) {
  EXPECT_EQ(first_second_of("1970-01-01"), 0);
  EXPECT_EQ(first_second_of("2026-11-26"), 1'795'651'200);  // date -u -d 2026-11-26 +%s
  EXPECT_EQ(first_second_of("2026-02-29"), std::nullopt);
  EXPECT_EQ(date_text(1'795'651'200), "2026-11-26");
  EXPECT_EQ(date_text(1'795'651'199), "2026-11-25");
}

TEST(Printable, ShowsWhatControlsATerminalAsDigits) {
  EXPECT_EQ(printable("a\x1b[2J\n\xff"), "a\\x1b[2J\\x0a\\xff");
  EXPECT_EQ(printable("\u202e\u2028\u00e4"), "\\xe2\\x80\\xae\\xe2\\x80\\xa8\u00e4");
  EXPECT_EQ(printable_lines("a\n\x07"), "a\n\\x07");
}

TEST(SplitWords, HasNoEmptyOnes) {
  EXPECT_TRUE(split_words(" \t").empty());
  EXPECT_EQ(split_words("\tlog  a b "), (std::vector<std::string_view>{"log", "a", "b"}));
}

TEST(TimeText, IsRfc3339InUtc) {
  EXPECT_EQ(time_text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(time_text(951782400000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(time_text(1786698723250), "2026-08-14T09:12:03.250Z");  // date -u -d @1786698723
  EXPECT_EQ(time_text(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(time_text(253402300799999), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(time_text(-62167219200000), "0000-01-01T00:00:00.000Z");
}

TEST(BytesText, OneDecimalAndPowersOfAThousand) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.0 kB");
  EXPECT_EQ(bytes_text(1049), "1.0 kB");
  EXPECT_EQ(bytes_text(1050), "1.1 kB");
  EXPECT_EQ(bytes_text(12'345'678), "12.3 MB");
  EXPECT_EQ(bytes_text(999'949), "999.9 kB");
  EXPECT_EQ(bytes_text(999'950), "1.0 MB");
  EXPECT_EQ(bytes_text(std::numeric_limits<uint64_t>::max()), "18.4 EB");
}

TEST(DurationText, TwoUnitsAtMost) {
  EXPECT_EQ(duration_text(-5), "0 ms");
  EXPECT_EQ(duration_text(999), "999 ms");
  EXPECT_EQ(duration_text(12'345), "12.3 s");
  EXPECT_EQ(duration_text(59'949), "59.9 s");
  EXPECT_EQ(duration_text(59'950), "1m 00s");
  EXPECT_EQ(duration_text(245'000), "4m 05s");
  EXPECT_EQ(duration_text(3'599'499), "59m 59s");
  EXPECT_EQ(duration_text(3'599'500), "1h 00m");
  EXPECT_EQ(duration_text(7'380'000), "2h 03m");
  EXPECT_EQ(duration_text(273'600'000), "3d 04h");
  EXPECT_EQ(duration_text(std::numeric_limits<int64_t>::max()), "106751991167d 07h");
}

TEST(CountText, GroupsByThree) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(-1234567), "-1,234,567");
  EXPECT_EQ(count_text(-123), "-123");
  EXPECT_EQ(count_text(0, "licence"), "0 licences");
  EXPECT_EQ(count_text(1, "licence"), "1 licence");
  EXPECT_EQ(count_text(2000, "licence"), "2,000 licences");
}

}  // namespace
}  // namespace glass
