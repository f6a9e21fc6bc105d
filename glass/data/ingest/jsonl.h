// JSONL: one JSON object per line, with the names of its fields given by the recipe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/parallel.h"
#include "glass/base/result.h"

namespace glass::data {

// What a line is read as.
enum class JsonlForm {
  kText,          // the field `text`
  kConversation,  // conversation_of (conversation.h), kept as canonical JSON
  kPreference,    // preference_of
};

struct JsonlFields {
  JsonlForm form = JsonlForm::kText;
  std::string text = "text";          // kText
  std::string id, licence, language;  // empty: not read
};

struct JsonlRecord {
  std::string text;
  std::string id, licence, language;  // empty where the line has none
  uint64_t line;                      // from 1
};

// Calls `record` for each line in order; empty lines are skipped. Stops at the first error, of a
// line (kInvalidInput, "line 7: ...") or of `record`. `content` is a whole file.
[[nodiscard]] Status read_jsonl(std::string_view content, const JsonlFields& fields,
                                FunctionRef<Status(JsonlRecord)> record);

}  // namespace glass::data
