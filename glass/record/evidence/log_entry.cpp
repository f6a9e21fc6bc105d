#include "glass/record/evidence/log_entry.h"

#include <string>
#include <string_view>

#include "glass/base/json.h"

namespace glass::record {
namespace {

std::string entry_text(const LogEntry& entry) {
  return to_canonical(Json::Object{{"envelope", crypto::to_text(entry.envelope)},
                                   {"statement", crypto::to_text(entry.statement)},
                                   {"type", entry.type}});
}

}  // namespace

std::string log_entry(const Statement& statement) {
  return entry_text({.envelope = crypto::sha256(to_text(statement)),
                     .statement = payload_digest(statement),
                     .type = statement.predicate_type});
}

Result<LogEntry> parse_log_entry(std::string_view text) {
  GLASS_TRY(const Json json, parse_json(text));
  GLASS_TRY(const std::string envelope, json.get_string("envelope"));
  GLASS_TRY(const std::string statement, json.get_string("statement"));
  LogEntry entry;
  GLASS_TRY(entry.envelope, crypto::digest_from_text(envelope));
  GLASS_TRY(entry.statement, crypto::digest_from_text(statement));
  GLASS_TRY(entry.type, json.get_string("type"));
  if (entry_text(entry) != text)
    return invalid_input("it is no entry of a statement: it is not in canonical form");
  return entry;
}

}  // namespace glass::record
