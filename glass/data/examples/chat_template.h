// ChatTemplate: how a conversation becomes one text, and which of its tokens are learned.
//
// A turn is `before`, the content and `after` of its role. Special tokens written in `before` and
// `after` are those tokens; what stands in the content is plain text, so that nobody can write a
// turn into another's. Of a role that is learned the content is, and `after` up to its first
// special token, the end of the turn: a model that never learns to end is the commonest mistake of
// all.
//
//   E | before | content | after | before | content   | after     |
//     |  user  |         |       | assistant          | <|end|>\n |
//                                         learned:......:........
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/ingest/conversation.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

struct ChatRole {
  std::string name;
  std::string before, after;
  bool learned = false;

  friend bool operator==(const ChatRole&, const ChatRole&) = default;
};

// One sequence: the first token is the end of the text before, E.
struct Example {
  std::vector<TokenId> tokens;
  std::vector<uint8_t> learned;  // of each token, 1 where it is a target
};

class ChatTemplate {
 public:
  // kInvalidInput names the role: twice the same name, none that is learned, or one that is learned
  // and whose `after` has no special token of the tokenizer. The tokenizer must outlive this.
  [[nodiscard]] static Result<ChatTemplate> make(std::vector<ChatRole> roles,
                                                 const Tokenizer& tokenizer);

  // Of the first `given` messages nothing is learned. kInvalidInput names a role that the template
  // does not know, or says that nothing is learned.
  [[nodiscard]] Result<Example> render(const Conversation& conversation, size_t given = 0) const;

  // The conversation, and what stands before the answer of the first role that is learned.
  [[nodiscard]] Result<std::vector<TokenId>> prompt(const Conversation& conversation) const;

  // The token that ends a turn of the first role that is learned.
  [[nodiscard]] TokenId end_of_turn() const { return end_of_turn_; }

  [[nodiscard]] const std::vector<ChatRole>& roles() const { return roles_; }

  // The same as a Jinja template of Hugging Face's `chat_template`, for other programs: its text,
  // tokenized with special tokens, is render()'s. It knows add_generation_prompt, and refuses roles
  // that this does not know.
  [[nodiscard]] std::string to_jinja() const;

 private:
  ChatTemplate(std::vector<ChatRole> roles, const Tokenizer& tokenizer);

  [[nodiscard]] Status append(const Message& message, bool given, Example& example) const;
  void append(std::string_view text, bool special, uint8_t learned, Example& example) const;

  std::vector<ChatRole> roles_;
  const Tokenizer* tokenizer_;
  TokenId end_of_turn_ = -1;
};

// As chat.json beside a model holds it, and back.
Json to_json(const std::vector<ChatRole>& roles);
[[nodiscard]] Result<std::vector<ChatRole>> chat_roles_from_json(const Json& json);

}  // namespace glass::data
