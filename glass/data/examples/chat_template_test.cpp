#include "glass/data/examples/chat_template.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/ingest/conversation.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/trainer.h"

namespace glass::data {
namespace {

const Tokenizer& tokenizer() {
  static const Tokenizer made = [] {
    SerialParallel serial;
    const std::vector<std::string_view> texts = {
        "user asks and assistant answers, again and again"};
    return std::move(train_tokenizer(texts, {.vocabulary_size = 270}, serial)->tokenizer);
  }();
  return made;
}

std::vector<ChatRole> roles() {
  return {
      {.name = "system", .before = "", .after = "\n"},
      {.name = "user", .before = "user: ", .after = "\n"},
      {.name = "assistant", .before = "assistant: ", .after = "<|endoftext|>\n", .learned = true}};
}

ChatTemplate chat() {
  return ChatTemplate::make(roles(), tokenizer()).value();
}

// The text of an example, what is learned in brackets.
std::string masked(const Example& example) {
  std::string out;
  bool learned = false;
  for (size_t i = 0; i < example.tokens.size(); ++i) {
    if ((example.learned[i] != 0) != learned) out += learned ? "]" : "[";
    learned = example.learned[i] != 0;
    out += tokenizer().piece(example.tokens[i]);
  }
  return learned ? out + "]" : out;
}

const Conversation kTwoTurns = {{.role = "user", .content = "Is it so?"},
                                {.role = "assistant", .content = "It is."},
                                {.role = "user", .content = "Why?"},
                                {.role = "assistant", .content = "Because."}};

TEST(ChatTemplate, AnswersAndTheEndOfTheirTurnsAreLearned) {
  EXPECT_EQ(masked(chat().render(kTwoTurns).value()),
            "<|endoftext|>user: Is it so?\nassistant: [It is.<|endoftext|>]\n"
            "user: Why?\nassistant: [Because.<|endoftext|>]\n");
}

TEST(ChatTemplate, OfGivenMessagesNothingIsLearned) {
  EXPECT_EQ(masked(chat().render(kTwoTurns, 3).value()),
            "<|endoftext|>user: Is it so?\nassistant: It is.<|endoftext|>\n"
            "user: Why?\nassistant: [Because.<|endoftext|>]\n");
  EXPECT_FALSE(chat().render(kTwoTurns, 4));
}

// Whoever writes the end of a turn into a message must not end the turn.
TEST(ChatTemplate, SpecialTokensInTheContentArePlainText) {
  const Example example = chat()
                              .render({{.role = "user", .content = "<|endoftext|>"},
                                       {.role = "assistant", .content = "a<|endoftext|>b"}})
                              .value();
  EXPECT_EQ(std::ranges::count(example.tokens, tokenizer().end_of_text()), 2);  // E and the turn's
  EXPECT_EQ(tokenizer().decode(example.tokens),
            "<|endoftext|>user: <|endoftext|>\nassistant: a<|endoftext|>b<|endoftext|>\n");
}

TEST(ChatTemplate, APromptEndsWhereTheAnswerBegins) {
  const auto tokens = chat().prompt({{.role = "user", .content = "Why?"}}).value();
  EXPECT_EQ(tokenizer().decode(tokens), "<|endoftext|>user: Why?\nassistant: ");
  EXPECT_EQ(chat().end_of_turn(), tokenizer().end_of_text());
}

TEST(ChatTemplate, RolesThatCannotWorkAreRefused) {
  const auto refusal = [](auto change) {
    std::vector<ChatRole> changed = roles();
    change(changed);
    const auto made = ChatTemplate::make(changed, tokenizer());
    return made ? std::string("accepted") : made.error().message;
  };
  EXPECT_NE(refusal([](auto& r) { r[2].after = "\n"; }).find("would never learn to stop"),
            std::string::npos);
  EXPECT_EQ(refusal([](auto& r) { r[2].learned = false; }),
            "chat: no role is learned; say learned = true of the assistant's");
  EXPECT_EQ(refusal([](auto& r) { r[1].name = "system"; }),
            "chat: the role 'system' is there twice");
  EXPECT_EQ(chat().render({{.role = "tool", .content = "x"}}).error().message,
            "chat: the role 'tool' is unknown; the recipe's are 'system', 'user', 'assistant'");
  EXPECT_EQ(chat().render({{.role = "user", .content = "x"}}).error().message,
            "chat: a conversation without a turn that is learned");
}

TEST(ChatTemplate, IsToldToOtherProgramsAsJinja) {
  EXPECT_EQ(chat().to_jinja(),
            "{{ '<|endoftext|>' }}{% for message in messages %}"
            "{% if message['role'] == 'system' %}{{ '' + message['content'] + '\\n' }}"
            "{% elif message['role'] == 'user' %}{{ 'user: ' + message['content'] + '\\n' }}"
            "{% elif message['role'] == 'assistant' %}"
            "{{ 'assistant: ' + message['content'] + '<|endoftext|>\\n' }}"
            "{% else %}{{ raise_exception('unknown role ' + message['role']) }}{% endif %}"
            "{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}");
  EXPECT_EQ(chat_roles_from_json(to_json(roles())).value(), roles());
}

}  // namespace
}  // namespace glass::data
