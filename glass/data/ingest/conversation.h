// Conversation: what people and assistants said to each other, and a preference between two
// answers. How a line of a dataset is read, and the one form in which a corpus keeps it.
//
// Accepted of a line of JSON, by the shapes that datasets have:
//   {"messages": [{"role": "user", "content": "..."}, ...]}
//   {"prompt": "...", "completion": "..."}                     roles user and assistant
//   {"prompt": "...", "chosen": "...", "rejected": "..."}      a preference between two answers
//   {"prompt": messages, "chosen": messages, "rejected": messages}
// Kept is canonical JSON (RFC 8785): {"messages":[...]} or {"chosen":[...],"rejected":[...]}, the
// prompt in front of both.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::data {

struct Message {
  std::string role;
  std::string content;

  friend bool operator==(const Message&, const Message&) = default;
};

using Conversation = std::vector<Message>;

struct Preference {
  Conversation chosen, rejected;  // equal up to what is preferred

  friend bool operator==(const Preference&, const Preference&) = default;
};

// kInvalidInput says what of a line is not of the shapes above: a missing or empty member, a
// message without role or content, or, of a preference, answers that are equal.
[[nodiscard]] Result<Conversation> conversation_of(const Json& line);
[[nodiscard]] Result<Preference> preference_of(const Json& line);

std::string to_text(const Conversation& conversation);
std::string to_text(const Preference& preference);

// What to_text() wrote. kCorruption if it is anything else.
[[nodiscard]] Result<Conversation> conversation_from_text(std::string_view text);
[[nodiscard]] Result<Preference> preference_from_text(std::string_view text);

}  // namespace glass::data
