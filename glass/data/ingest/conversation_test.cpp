#include "glass/data/ingest/conversation.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::data {
namespace {

Json json(std::string_view text) {
  return parse_json(text).value();
}

std::string conversation_error(std::string_view text) {
  const auto read = conversation_of(json(text));
  return read ? "accepted" : read.error().message;
}

std::string preference_error(std::string_view text) {
  const auto read = preference_of(json(text));
  return read ? "accepted" : read.error().message;
}

TEST(Conversation, IsReadFromTheShapesThatDatasetsHave) {
  const Conversation expected = {{.role = "user", .content = "Hi"},
                                 {.role = "assistant", .content = "Hello"}};
  for (const std::string_view line :
       {R"({"messages":[{"role":"user","content":"Hi"},{"content":"Hello","role":"assistant"}]})",
        R"({"prompt":"Hi","completion":"Hello","source":"forum"})",
        R"({"prompt":[{"role":"user","content":"Hi"}],
            "completion":[{"role":"assistant","content":"Hello"}]})"})
    EXPECT_EQ(conversation_of(json(line)).value(), expected) << line;
}

TEST(Conversation, KeptFormIsCanonicalAndReadBack) {
  const Conversation conversation = {{.role = "user", .content = "a \"b\"\nc"}};
  const std::string text = to_text(conversation);
  EXPECT_EQ(text, R"({"messages":[{"content":"a \"b\"\nc","role":"user"}]})");
  EXPECT_EQ(conversation_from_text(text).value(), conversation);
  EXPECT_EQ(conversation_from_text(R"({"prompt":"Hi","completion":"Hello"})").error().code,
            ErrorCode::kCorruption);
}

TEST(Conversation, WhatIsNoneIsNamed) {
  EXPECT_EQ(conversation_error(R"({"text":"Hi"})"),
            "there are neither 'messages' nor 'prompt' and 'completion'");
  EXPECT_EQ(conversation_error(R"({"messages":[]})"), "'messages' must be a list of messages");
  EXPECT_EQ(conversation_error(R"({"messages":[{"role":"user","content":""}]})"),
            "'content' is empty");
  EXPECT_NE(conversation_error(R"({"messages":[{"role":"user"}]})").find("content"),
            std::string::npos);
  EXPECT_NE(conversation_error(R"({"messages":[{"role":"a","content":"b","tool_calls":[]}]})")
                .find("tool calls"),
            std::string::npos);
  EXPECT_EQ(conversation_error(R"({"prompt":"Hi","completion":""})"), "'completion' is empty");
  EXPECT_EQ(conversation_error("[1]"), "it is no JSON object");
}

TEST(Preference, HasThePromptInFrontOfBothAnswers) {
  const Preference preference =
      preference_of(json(R"({"prompt":"2+2?","chosen":"4","rejected":"5"})")).value();
  EXPECT_EQ(preference.chosen, (Conversation{{.role = "user", .content = "2+2?"},
                                             {.role = "assistant", .content = "4"}}));
  EXPECT_EQ(preference.rejected.back().content, "5");
  EXPECT_EQ(preference_from_text(to_text(preference)).value(), preference);
}

TEST(Preference, WhatIsNoneIsNamed) {
  EXPECT_EQ(preference_error(R"({"prompt":"a","chosen":"b"})"), "there is no 'rejected'");
  EXPECT_EQ(preference_error(R"({"chosen":"b","rejected":"b"})"),
            "'chosen' and 'rejected' are equal");
  EXPECT_EQ(preference_error(R"({"prompt":"","chosen":"b","rejected":"c"})"), "'prompt' is empty");
}

}  // namespace
}  // namespace glass::data
