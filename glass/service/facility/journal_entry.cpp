#include "glass/service/facility/journal_entry.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/record/evidence/statement.h"

namespace glass::service {
namespace {

constexpr std::string_view kActKind = "act";
constexpr int64_t kActVersion = 1;
constexpr std::string_view kSeen = "seen";

Result<crypto::Digest> digest_from_hex(const std::string& hex) {
  return crypto::digest_from_text("sha256:" + hex);
}

Result<ReadEntry> entry_from_json(const Json& json) {
  ReadEntry read;
  JournalEntry& entry = read.entry;
  GLASS_TRY(entry.number, json.get_int("number"));
  GLASS_TRY(entry.at_ms, json.get_int("at"));
  GLASS_TRY(const std::string previous, json.get_string("previous"));
  GLASS_TRY(entry.previous, digest_from_hex(previous));
  const Json* act = json.find("act");
  if (act == nullptr) return invalid_input("it has no member 'act'");
  if (!act->is_null()) {
    auto statement = record::statement_from_json(*act);
    if (!statement) return in_context("no valid statement", std::move(statement).error());
    entry.act = std::move(statement->statement);
    read.payload = std::move(statement->payload);
  }
  GLASS_TRY(const Json::Array* follows, json.get_array("follows"));
  for (const Json& one : *follows) {
    GLASS_TRY(institution::Event event, institution::event_from_json(one));
    entry.follows.push_back(std::move(event));
  }
  return read;
}

}  // namespace

std::string to_line(const JournalEntry& entry) {
  Json::Array follows;
  for (const institution::Event& event : entry.follows)
    follows.push_back(institution::to_json(event));
  Json act;
  if (entry.act) act = parse_json(record::to_text(*entry.act)).value();
  return to_canonical(Json::Object{{"act", std::move(act)},
                                   {"at", entry.at_ms},
                                   {"follows", std::move(follows)},
                                   {"number", entry.number},
                                   {"previous", to_hex(entry.previous.bytes)}});
}

Result<ReadEntry> read_entry(std::string_view line) {
  const auto json = parse_json(line);
  if (!json) return fail(ErrorCode::kCorruption, json.error().message);
  auto entry = entry_from_json(*json);
  if (!entry) return fail(ErrorCode::kCorruption, entry.error().message);
  if (to_canonical(*json) != line || json->if_object()->size() != 5)
    return fail(ErrorCode::kCorruption,
                "it is not in its one form, canonical JSON of five members");
  return entry;
}

Result<JournalEntry> parse_entry(std::string_view line) {
  return read_entry(line).map([](ReadEntry&& read) { return std::move(read.entry); });
}

record::Statement statement_of(const institution::Act& act) {
  const auto sees = digest_from_hex(act.sees);
  GLASS_CHECK(sees.has_value());
  return record::state(record::predicate_type(kActKind, kActVersion),
                       {{.name = std::string(kSeen), .digest = *sees}},
                       institution::predicate(act));
}

Result<institution::SignedAct> unchecked_act(const record::Statement& statement,
                                             std::string_view payload) {
  if (const Status kind = record::expect_kind(statement, kActKind, kActVersion); !kind)
    return fail(ErrorCode::kCorruption, kind.error().message);
  if (statement.subjects.size() != 1 || statement.subjects.front().name != kSeen)
    return fail(ErrorCode::kCorruption, "an act has one subject, named \"seen\"");
  GLASS_TRY(institution::Act act,
            institution::act_from_predicate(statement.predicate,
                                            to_hex(statement.subjects.front().digest.bytes)));
  institution::SignedAct read{
      .act = std::move(act), .keys = {}, .digest = to_hex(crypto::sha256(payload).bytes)};
  for (const record::StatementSignature& signature : statement.signatures)
    read.keys.push_back(crypto::to_text(signature.key));
  return read;
}

Result<institution::SignedAct> signed_act(const record::Statement& statement) {
  GLASS_TRY(auto act, unchecked_act(statement, record::payload_text(statement)));
  GLASS_TRY_STATUS(record::verify(statement));
  return act;
}

}  // namespace glass::service
