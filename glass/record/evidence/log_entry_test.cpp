#include "glass/record/evidence/log_entry.h"

#include <string>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

Statement statement() {
  Statement made =
      state(predicate_type("decision", 1), {{"a", crypto::sha256("a")}}, Json::Object{});
  sign(made, testkit::key_number(1));
  return made;
}

TEST(LogEntry, NamesAStatementAndWhoSignedIt) {
  const Statement once = statement();
  Statement twice = once;
  sign(twice, testkit::key_number(2));
  const auto entry = parse_log_entry(log_entry(once)), other = parse_log_entry(log_entry(twice));
  ASSERT_TRUE(entry && other);
  EXPECT_EQ(entry->type, "https://glassworks/statement/decision/v1");
  EXPECT_EQ(entry->statement, payload_digest(once));
  EXPECT_EQ(entry->envelope, crypto::sha256(to_text(once)));
  EXPECT_EQ(entry->statement, other->statement);
  EXPECT_NE(entry->envelope, other->envelope);
}

TEST(LogEntry, HasOneText) {
  const std::string good = log_entry(statement());
  EXPECT_FALSE(parse_log_entry(good + "\n"));
  EXPECT_FALSE(parse_log_entry(" " + good));
  EXPECT_FALSE(parse_log_entry("{\"a\":1," + good.substr(1)));
  EXPECT_FALSE(parse_log_entry("{}"));
  EXPECT_FALSE(parse_log_entry("an entry of another kind"));
}

}  // namespace
}  // namespace glass::record
