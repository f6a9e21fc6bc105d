#include "glass/data/ingest/text_rule.h"

#include <simdjson.h>

#include "glass/base/check.h"

namespace glass::data {

std::string_view name(TextRule rule) {
  switch (rule) {
    case TextRule::kHtml: return "html/1";
    case TextRule::kMallard: return "mallard/1";
    case TextRule::kRoff: return "roff/1";
    case TextRule::kPlain: return "plain/1";
    case TextRule::kCode: return "code/1";
  }
  GLASS_CHECK(false);
  return {};
}

Result<std::string> extract_text(TextRule rule, std::string_view file) {
  if (!simdjson::validate_utf8(file.data(), file.size()))
    return fail(ErrorCode::kInvalidInput, "not-utf8");
  if (file.find('\0') != std::string_view::npos) return fail(ErrorCode::kInvalidInput, "binary");
  switch (rule) {
    case TextRule::kHtml: return html_text(file);
    case TextRule::kMallard: return mallard_text(file);
    case TextRule::kRoff: return roff_text(file);
    case TextRule::kPlain:
    case TextRule::kCode: break;
  }
  return std::string(file);
}

}  // namespace glass::data
