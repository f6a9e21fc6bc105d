#include "glass/data/ingest/jsonl.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"

namespace glass::data {
namespace {

struct Outcome {
  std::vector<JsonlRecord> records;
  std::string error;
};

Outcome read(std::string_view content, const JsonlFields& fields = {}) {
  Outcome out;
  const Status status = read_jsonl(content, fields, [&](JsonlRecord record) {
    out.records.push_back(std::move(record));
    return Status{};
  });
  if (!status) out.error = status.error().message;
  return out;
}

TEST(Jsonl, ReadsTheFieldsNamed) {
  const Outcome out = read(
      "{\"body\":\"a \\u00e4\",\"n\":7,\"l\":\"MIT\",\"lang\":\"de\",\"x\":[1,{}]}\n\n"
      "{\"body\":\"b\",\"l\":null}",
      {.text = "body", .id = "n", .licence = "l", .language = "lang"});
  EXPECT_EQ(out.error, "");
  ASSERT_EQ(out.records.size(), 2U);
  EXPECT_EQ(out.records[0].text, "a \xC3\xA4");
  EXPECT_EQ(out.records[0].id, "7");
  EXPECT_EQ(out.records[0].licence, "MIT");
  EXPECT_EQ(out.records[0].language, "de");
  EXPECT_EQ(out.records[1].line, 3U);
  EXPECT_EQ(out.records[1].licence, "");
}

TEST(Jsonl, ErrorsNameTheLine) {
  EXPECT_TRUE(
      read("{\"text\":\"a\"}\n{\"text\":").error.starts_with("line 2: it is no JSON: column 9: "));
  EXPECT_TRUE(read("{\"text\":\"a\"} x\n").error.starts_with("line 1: it is no JSON: column 14: "));
  EXPECT_TRUE(read("\n\n{\"text\":\"\xFF\"}\n").error.starts_with("line 3: it is no JSON: "));
  EXPECT_EQ(read("[1]\n").error, "line 1: it is no JSON object");
  EXPECT_EQ(read("{\"body\":\"a\"}\n").error,
            "line 1: there is no text in the field \"text\"; name the right field in the recipe");
  EXPECT_EQ(read("{\"text\":\"a\",\"id\":[]}",
                 {.text = "text", .id = "id", .licence = "", .language = ""})
                .error,
            "line 1: the field \"id\" is neither text nor a whole number");
}

TEST(Jsonl, RecordsBeforeTheErrorWereGiven) {
  EXPECT_EQ(read("{\"text\":\"a\"}\n{\"text\":\"b\"}\nbroken").records.size(), 2U);
}

TEST(Jsonl, TheErrorOfTheReceiverStopsTheReading) {
  int calls = 0;
  const Status status = read_jsonl("{\"text\":\"a\"}\n{\"text\":\"b\"}", {}, [&](JsonlRecord) {
    ++calls;
    return Status(fail(ErrorCode::kInterrupted, "enough"));
  });
  EXPECT_EQ(status.error().message, "enough");
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace glass::data
