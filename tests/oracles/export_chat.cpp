// Prints a chat template as Jinja and, for some conversations, the text that ours gives.
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/data/examples/chat_template.h"
#include "glass/data/ingest/conversation.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/trainer.h"

namespace glass::data {
namespace {

Json messages_json(const Conversation& conversation) {
  return *parse_json(to_text(conversation)).value().find("messages");
}

Json case_of(const ChatTemplate& chat, const Tokenizer& tokenizer, const Conversation& talk,
             bool prompt) {
  const std::vector<TokenId> tokens =
      prompt ? chat.prompt(talk).value() : chat.render(talk).value().tokens;
  return Json::Object{{"messages", messages_json(talk)},
                      {"add_generation_prompt", prompt},
                      {"text", tokenizer.decode(tokens)}};
}

int run() {
  SerialParallel serial;
  const std::vector<std::string_view> texts = {"a text to find some merges in, merges in a text"};
  const Tokenizer tokenizer =
      std::move(train_tokenizer(texts, {.vocabulary_size = 270}, serial)->tokenizer);
  const auto chat =
      ChatTemplate::make({{.name = "system", .before = "<<\t", .after = ">>\n\n"},
                          {.name = "user", .before = "it's \"you\": \\", .after = "\r\n"},
                          {.name = "assistant",
                           .before = "{{ me }} {% raw %} ",
                           .after = "<|endoftext|>\n",
                           .learned = true}},
                         tokenizer)
          .value();
  const Conversation asked = {{.role = "system", .content = "Be brief.\n"},
                              {.role = "user", .content = "Wer ist da? {{ x }} <|endoftext|> 'é'"}};
  Conversation answered = asked;
  answered.push_back({.role = "assistant", .content = " Nobody.\\n{% endfor %} "});
  Json::Array cases;
  cases.push_back(case_of(chat, tokenizer, answered, false));
  cases.push_back(case_of(chat, tokenizer, asked, true));
  cases.push_back(case_of(chat, tokenizer, answered, true));
  fmt::print("{}\n", to_canonical(
                         Json::Object{{"template", chat.to_jinja()}, {"cases", std::move(cases)}}));
  return 0;
}

}  // namespace
}  // namespace glass::data

int main() {
  return glass::data::run();
}
