#include "glass/data/ingest/conversation.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::data {
namespace {

constexpr std::string_view kUser = "user";
constexpr std::string_view kAssistant = "assistant";

tl::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::kInvalidInput, std::move(what));
}

Result<std::string> filled(const Json& object, std::string_view key) {
  GLASS_TRY(std::string text, object.get_string(key));
  if (text.empty()) return wrong(fmt::format("'{}' is empty", key));
  return text;
}

Result<Conversation> messages_of(const Json& value, std::string_view key) {
  const Json::Array* items = value.if_array();
  if (items == nullptr || items->empty())
    return wrong(fmt::format("'{}' must be a list of messages", key));
  Conversation conversation;
  for (const Json& item : *items) {
    Message message;
    GLASS_TRY(message.role, filled(item, "role"));
    GLASS_TRY(message.content, filled(item, "content"));
    if (item.if_object()->size() != 2)
      return wrong(
          fmt::format("a message of '{}' has more than role and content; tool calls and "
                      "their like are not read",
                      key));
    conversation.push_back(std::move(message));
  }
  return conversation;
}

// A member that is a text, of `role`, or a list of messages.
Result<Conversation> turns_of(const Json& line, std::string_view key, std::string_view role) {
  const Json* value = line.find(key);
  if (value == nullptr) return wrong(fmt::format("there is no '{}'", key));
  if (const std::string* text = value->if_string()) {
    if (text->empty()) return wrong(fmt::format("'{}' is empty", key));
    return Conversation{{.role = std::string(role), .content = *text}};
  }
  return messages_of(*value, key);
}

Json to_json(const Conversation& conversation) {
  Json::Array items;
  for (const Message& message : conversation)
    items.emplace_back(Json::Object{{"role", message.role}, {"content", message.content}});
  return items;
}

Conversation joined(Conversation first, const Conversation& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

template <typename T>
Result<T> expect_own(Result<T> read, std::string_view text) {
  if (!read) return fail(ErrorCode::kCorruption, read.error().message);
  if (to_text(*read) != text)
    return fail(ErrorCode::kCorruption, "it is not in the form in which a corpus keeps it");
  return read;
}

}  // namespace

Result<Conversation> conversation_of(const Json& line) {
  if (line.if_object() == nullptr) return wrong("it is no JSON object");
  if (const Json* messages = line.find("messages")) return messages_of(*messages, "messages");
  if (line.find("prompt") == nullptr || line.find("completion") == nullptr)
    return wrong("there are neither 'messages' nor 'prompt' and 'completion'");
  GLASS_TRY(Conversation prompt, turns_of(line, "prompt", kUser));
  GLASS_TRY(const Conversation completion, turns_of(line, "completion", kAssistant));
  return joined(std::move(prompt), completion);
}

Result<Preference> preference_of(const Json& line) {
  if (line.if_object() == nullptr) return wrong("it is no JSON object");
  Preference preference;
  GLASS_TRY(preference.chosen, turns_of(line, "chosen", kAssistant));
  GLASS_TRY(preference.rejected, turns_of(line, "rejected", kAssistant));
  if (preference.chosen == preference.rejected) return wrong("'chosen' and 'rejected' are equal");
  if (line.find("prompt") == nullptr) return preference;
  GLASS_TRY(const Conversation prompt, turns_of(line, "prompt", kUser));
  preference.chosen = joined(prompt, preference.chosen);
  preference.rejected = joined(prompt, preference.rejected);
  return preference;
}

std::string to_text(const Conversation& conversation) {
  return to_canonical(Json::Object{{"messages", to_json(conversation)}});
}

std::string to_text(const Preference& preference) {
  return to_canonical(Json::Object{{"chosen", to_json(preference.chosen)},
                                   {"rejected", to_json(preference.rejected)}});
}

Result<Conversation> conversation_from_text(std::string_view text) {
  GLASS_TRY(const Json json, parse_json(text));
  return expect_own(conversation_of(json), text);
}

Result<Preference> preference_from_text(std::string_view text) {
  GLASS_TRY(const Json json, parse_json(text));
  return expect_own(preference_of(json), text);
}

}  // namespace glass::data
