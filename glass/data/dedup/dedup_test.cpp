#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/data/dedup/document_dedup.h"
#include "glass/data/dedup/line_dedup.h"

namespace glass::data {
namespace {

TEST(LineDedup, OnlyTheFirstOccurrenceStays) {
  LineDeduplicator dedup;
  EXPECT_EQ(dedup.keep_new_lines("one\ntwo\none\n"), "one\ntwo\n");
  EXPECT_EQ(dedup.keep_new_lines("two\ndrei\n"), "drei\n");
  EXPECT_EQ(dedup.dropped_lines(), 2U);
  EXPECT_EQ(dedup.dropped_bytes(), 8U);
}

TEST(LineDedup, BlanksAtTheEndsDoNotMakeALineNew) {
  LineDeduplicator dedup;
  EXPECT_EQ(dedup.keep_new_lines("  a b\r\n\ta b\na  b"), "  a b\r\na  b\n");
}

TEST(LineDedup, LinesOfBlanksVanishWithoutBeingCounted) {
  LineDeduplicator dedup;
  EXPECT_EQ(dedup.keep_new_lines("\n  \nx\n\n"), "x\n");
  EXPECT_EQ(dedup.dropped_lines(), 0U);
}

RC_GTEST_PROP(LineDedup, KeepsExactlyTheDistinctLinesInOrder, ()) {
  LineDeduplicator dedup;
  std::set<std::string> seen;
  std::string expected;
  std::string kept;
  const auto count = *rc::gen::inRange(0, 6000);
  const auto spread = *rc::gen::inRange<uint32_t>(1, 9000);
  for (int i = 0; i < count; ++i) {
    const std::string line = "l" + std::to_string(static_cast<uint32_t>(i) * 2654435761U % spread);
    if (seen.insert(line).second) expected += line + '\n';
    kept += dedup.keep_new_lines(line + '\n');
  }
  RC_ASSERT(kept == expected);
}

TEST(DocumentDedup, ASecondDocumentWithTheSameDigestIsRecognised) {
  DocumentDeduplicator dedup;
  EXPECT_TRUE(dedup.insert({1, 2, 3}));
  EXPECT_TRUE(dedup.insert({1, 2, 4}));
  EXPECT_FALSE(dedup.insert({1, 2, 3}));
  EXPECT_EQ(dedup.size(), 2U);
}

}  // namespace
}  // namespace glass::data
