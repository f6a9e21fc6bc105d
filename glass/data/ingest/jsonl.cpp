#include "glass/data/ingest/jsonl.h"

#include <algorithm>
#include <cstddef>

#include <fmt/core.h>
#include <simdjson.h>

#include "glass/base/json.h"
#include "glass/data/ingest/conversation.h"

namespace glass::data {
namespace {

namespace dom = simdjson::dom;

tl::unexpected<Error> wrong(uint64_t line, std::string_view what) {
  return fail(ErrorCode::kInvalidInput, fmt::format("line {}: {}", line, what));
}

// The member as text; numbers are accepted where an id may be one.
Result<std::string> member(const dom::object& object, const std::string& key, uint64_t line) {
  if (key.empty()) return std::string();
  dom::element value;
  if (object.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::string();
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return std::to_string(number);
  return wrong(line, fmt::format("the field \"{}\" is neither text nor a whole number", key));
}

Result<std::string> text_member(const dom::object& object, const std::string& key, uint64_t line) {
  std::string_view text;
  if (object.at_key(key).get(text) == simdjson::SUCCESS) return std::string(text);
  return wrong(line,
               fmt::format("there is no text in the field \"{}\"; name the right field in the "
                           "recipe",
                           key));
}

// A conversation or a preference, in the form in which a corpus keeps it.
Result<std::string> turns(std::string_view text, JsonlForm form, uint64_t line) {
  GLASS_TRY(const Json json, parse_json(text));
  if (form == JsonlForm::kConversation) {
    const auto conversation = conversation_of(json);
    return conversation ? Result<std::string>(to_text(*conversation))
                        : wrong(line, conversation.error().message);
  }
  const auto preference = preference_of(json);
  return preference ? Result<std::string>(to_text(*preference))
                    : wrong(line, preference.error().message);
}

// `text` is the line that holds the object.
Result<JsonlRecord> read_object(const dom::object& object, std::string_view text,
                                const JsonlFields& fields, uint64_t line) {
  JsonlRecord out;
  out.line = line;
  if (fields.form == JsonlForm::kText) {
    GLASS_TRY(out.text, text_member(object, fields.text, line));
  } else {
    GLASS_TRY(out.text, turns(text, fields.form, line));
  }
  GLASS_TRY(out.id, member(object, fields.id, line));
  GLASS_TRY(out.licence, member(object, fields.licence, line));
  GLASS_TRY(out.language, member(object, fields.language, line));
  return out;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// In our own words, which know the place; simdjson's know none.
std::string no_json(std::string_view text, simdjson::error_code error) {
  if (error == simdjson::MEMALLOC) return "there is no memory to read it";
  const auto found = parse_json(text);
  if (found) return "it is no JSON";
  constexpr std::string_view kOnlyLine = "line 1, ";
  std::string_view why = found.error().message;
  if (why.starts_with(kOnlyLine)) why.remove_prefix(kOnlyLine.size());
  return fmt::format("it is no JSON: {}", why);
}

}  // namespace

Status read_jsonl(std::string_view content, const JsonlFields& fields,
                  FunctionRef<Status(JsonlRecord)> record) {
  dom::parser parser;
  uint64_t line = 0;
  while (!content.empty()) {
    ++line;
    const size_t end = std::min(content.find('\n'), content.size());
    const std::string_view text = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (is_blank(text)) continue;
    dom::element element;
    // The parser reads beyond the end of a line; what follows in the buffer is as good as padding.
    const bool padded = content.size() >= simdjson::SIMDJSON_PADDING;
    if (const auto error = parser.parse(text.data(), text.size(), !padded).get(element);
        error != simdjson::SUCCESS)
      return wrong(line, no_json(text, error));
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return wrong(line, "it is no JSON object");
    GLASS_TRY(JsonlRecord out, read_object(object, text, fields, line));
    GLASS_TRY_STATUS(record(std::move(out)));
  }
  return {};
}

}  // namespace glass::data
