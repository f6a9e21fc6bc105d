#include "glass/data/examples/chat_template.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/ingest/conversation.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {
namespace {

tl::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::kInvalidInput, "chat: " + std::move(what));
}

// The first special token in a text; -1 for none.
TokenId first_special(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<TokenId> tokens;
  tokenizer.encode_with_special(text, tokens);
  const auto found =
      std::ranges::find_if(tokens, [&](TokenId token) { return tokenizer.is_special(token); });
  return found == tokens.end() ? -1 : *found;
}

std::string names_of(const std::vector<ChatRole>& roles) {
  std::string names;
  for (const ChatRole& role : roles)
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", role.name);
  return names;
}

// A string literal of Jinja, which reads escapes as Python does.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\'' || c == '\\')
      out += {'\\', c};
    else
      out += c;
  }
  return out + "'";
}

const ChatRole* first_learned(const std::vector<ChatRole>& roles) {
  const auto found = std::ranges::find(roles, true, &ChatRole::learned);
  return found == roles.end() ? nullptr : &*found;
}

}  // namespace

ChatTemplate::ChatTemplate(std::vector<ChatRole> roles, const Tokenizer& tokenizer)
    : roles_(std::move(roles)), tokenizer_(&tokenizer) {}

Result<ChatTemplate> ChatTemplate::make(std::vector<ChatRole> roles, const Tokenizer& tokenizer) {
  for (size_t i = 0; i < roles.size(); ++i) {
    const ChatRole& role = roles[i];
    if (role.name.empty()) return wrong("a role has no name");
    if (std::ranges::count(roles, role.name, &ChatRole::name) > 1)
      return wrong(fmt::format("the role '{}' is there twice", role.name));
    if (role.learned && first_special(tokenizer, role.after) < 0)
      return wrong(
          fmt::format("the turns of '{}' end with {}, which has no special token, so the "
                      "model would never learn to stop; end it with one, such as {}",
                      role.name, quoted(role.after), tokenizer.piece(tokenizer.end_of_text())));
  }
  const ChatRole* learned = first_learned(roles);
  if (learned == nullptr) return wrong("no role is learned; say learned = true of the assistant's");
  const TokenId end = first_special(tokenizer, learned->after);
  ChatTemplate made(std::move(roles), tokenizer);
  made.end_of_turn_ = end;
  return made;
}

void ChatTemplate::append(std::string_view text, bool special, uint8_t learned,
                          Example& example) const {
  if (special)
    tokenizer_->encode_with_special(text, example.tokens);
  else
    tokenizer_->encode(text, example.tokens);
  example.learned.resize(example.tokens.size(), learned);
}

Status ChatTemplate::append(const Message& message, bool given, Example& example) const {
  const auto role = std::ranges::find(roles_, message.role, &ChatRole::name);
  if (role == roles_.end())
    return wrong(fmt::format("the role '{}' is unknown; the recipe's are {}", message.role,
                             names_of(roles_)));
  append(role->before, true, 0, example);
  const bool learned = role->learned && !given;
  append(message.content, false, learned ? 1 : 0, example);
  const size_t after = example.tokens.size();
  append(role->after, true, 0, example);
  if (!learned) return {};
  for (size_t i = after; i < example.tokens.size(); ++i) {
    example.learned[i] = 1;
    if (tokenizer_->is_special(example.tokens[i])) break;
  }
  return {};
}

Result<Example> ChatTemplate::render(const Conversation& conversation, size_t given) const {
  Example example{.tokens = {tokenizer_->end_of_text()}, .learned = {0}};
  for (size_t i = 0; i < conversation.size(); ++i)
    GLASS_TRY_STATUS(append(conversation[i], i < given, example));
  if (std::ranges::find(example.learned, 1) == example.learned.end())
    return wrong("a conversation without a turn that is learned");
  return example;
}

Result<std::vector<TokenId>> ChatTemplate::prompt(const Conversation& conversation) const {
  Example example{.tokens = {tokenizer_->end_of_text()}, .learned = {0}};
  for (const Message& message : conversation) GLASS_TRY_STATUS(append(message, true, example));
  append(first_learned(roles_)->before, true, 0, example);
  return std::move(example.tokens);
}

std::string ChatTemplate::to_jinja() const {
  std::string out = fmt::format("{{{{ {} }}}}{{% for message in messages %}}",
                                quoted(tokenizer_->piece(tokenizer_->end_of_text())));
  std::string_view branch = "if";
  for (const ChatRole& role : roles_) {
    out += fmt::format("{{% {} message['role'] == {} %}}{{{{ {} + message['content'] + {} }}}}",
                       branch, quoted(role.name), quoted(role.before), quoted(role.after));
    branch = "elif";
  }
  out +=
      "{% else %}{{ raise_exception('unknown role ' + message['role']) }}{% endif %}{% endfor %}";
  return out + fmt::format("{{% if add_generation_prompt %}}{{{{ {} }}}}{{% endif %}}",
                           quoted(first_learned(roles_)->before));
}

Json to_json(const std::vector<ChatRole>& roles) {
  Json::Array items;
  for (const ChatRole& role : roles)
    items.emplace_back(Json::Object{{"name", role.name},
                                    {"before", role.before},
                                    {"after", role.after},
                                    {"learned", role.learned}});
  return Json::Object{{"roles", std::move(items)}};
}

Result<std::vector<ChatRole>> chat_roles_from_json(const Json& json) {
  GLASS_TRY(const Json::Array* items, json.get_array("roles"));
  std::vector<ChatRole> roles;
  for (const Json& item : *items) {
    ChatRole role;
    GLASS_TRY(role.name, item.get_string("name"));
    GLASS_TRY(role.before, item.get_string("before"));
    GLASS_TRY(role.after, item.get_string("after"));
    GLASS_TRY(role.learned, item.get_bool("learned"));
    roles.push_back(std::move(role));
  }
  return roles;
}

}  // namespace glass::data
