#include "glass/record/evidence/statement.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/record/evidence/envelope.h"

namespace glass::record {
namespace {

// One statement has one text. This also refuses members that nobody would look at.
tl::unexpected<Error> not_canonical() {
  return invalid_input(
      "it is not written in canonical form, so it was changed after it was signed");
}

Status check_subjects(const std::vector<Subject>& subjects) {
  if (subjects.empty()) return invalid_input("it is about nothing: it has no subject");
  const auto out_of_order = std::ranges::adjacent_find(
      subjects, [](const Subject& a, const Subject& b) { return a.name >= b.name; });
  if (out_of_order != subjects.end())
    return invalid_input(fmt::format(
        "its subjects are not in the order of their names, each with one of its own: \"{}\" comes "
        "before \"{}\"",
        out_of_order->name, std::next(out_of_order)->name));
  return {};
}

Json to_json(const Statement& statement) {
  Json::Array subjects;
  for (const Subject& subject : statement.subjects)
    subjects.push_back(
        Json::Object{{"name", subject.name},
                     {"digest", Json::Object{{"sha256", to_hex(subject.digest.bytes)}}}});
  return Json::Object{{"_type", kInTotoStatement},
                      {"subject", std::move(subjects)},
                      {"predicateType", statement.predicate_type},
                      {"predicate", statement.predicate}};
}

Result<Subject> subject_from_json(const Json& json) {
  Subject subject;
  GLASS_TRY(subject.name, json.get_string("name"));
  GLASS_TRY(const Json::Object* digests, json.get_object("digest"));
  GLASS_TRY(const std::string hex, json.find("digest")->get_string("sha256"));
  GLASS_TRY(subject.digest, crypto::digest_from_text("sha256:" + hex));
  if (json.if_object()->size() != 2 || digests->size() != 1) return not_canonical();
  return subject;
}

Result<Statement> from_payload(std::string_view payload) {
  GLASS_TRY(Json json, parse_json(payload));
  GLASS_TRY(const std::string type, json.get_string("_type"));
  if (type != kInTotoStatement)
    return invalid_input(fmt::format("its payload is no in-toto statement but \"{}\"", type));
  Statement statement;
  GLASS_TRY(statement.predicate_type, json.get_string("predicateType"));
  GLASS_TRY_STATUS(json.get_object("predicate").map([](const auto*) {}));
  GLASS_TRY(const Json::Array* subjects, json.get_array("subject"));
  for (const Json& one : *subjects) {
    GLASS_TRY(Subject subject, subject_from_json(one));
    statement.subjects.push_back(std::move(subject));
  }
  GLASS_TRY_STATUS(check_subjects(statement.subjects));
  if (json.if_object()->size() != 4 || to_canonical(json) != payload) return not_canonical();
  statement.predicate = std::move(json.if_object()->at("predicate"));
  return statement;
}

Result<StatementSignature> signature_from(const EnvelopeSignature& signature) {
  StatementSignature read;
  GLASS_TRY(read.key, crypto::public_key_from_text(signature.key_id));
  if (signature.signature.size() != read.signature.bytes.size())
    return invalid_input(fmt::format("the signature of {} has {} bytes, not 64", signature.key_id,
                                     signature.signature.size()));
  std::ranges::copy(signature.signature, read.signature.bytes.begin());
  return read;
}

bool has_known_members_only(const Json& envelope) {
  return envelope.if_object()->size() == 3 &&
         std::ranges::all_of(*envelope.find("signatures")->if_array(), [](const Json& one) {
           return one.if_object()->size() == 2 && one.find("keyid") != nullptr;
         });
}

Result<Statement> from_text(std::string_view text) {
  GLASS_TRY(const Json json, parse_json(text));
  GLASS_TRY(ReadStatement read, statement_from_json(json));
  if (to_canonical(json) + "\n" != text) return not_canonical();
  return std::move(read.statement);
}

}  // namespace

std::string predicate_type(std::string_view kind, int64_t version) {
  return fmt::format("https://glassworks/statement/{}/v{}", kind, version);
}

Statement state(std::string predicate_type, std::vector<Subject> subjects, Json predicate) {
  std::ranges::sort(subjects, {}, &Subject::name);
  GLASS_CHECK(check_subjects(subjects) && predicate.if_object() != nullptr);
  return {.predicate_type = std::move(predicate_type),
          .subjects = std::move(subjects),
          .predicate = std::move(predicate),
          .signatures = {}};
}

void sign(Statement& statement, const crypto::SecretKey& key) {
  if (is_signed_by(statement, key.public_key())) return;
  const std::string encoding = signed_bytes(payload_text(statement));
  statement.signatures.push_back({key.public_key(), key.sign(as_bytes(encoding))});
}

std::string payload_text(const Statement& statement) {
  return to_canonical(to_json(statement));
}

std::string to_text(const Statement& statement) {
  GLASS_CHECK(!statement.signatures.empty());
  Envelope envelope{.payload_type = std::string(kInTotoType),
                    .payload = payload_text(statement),
                    .signatures = {}};
  for (const auto& [key, signature] : statement.signatures)
    envelope.signatures.push_back(
        {crypto::to_text(key), Bytes(signature.bytes.begin(), signature.bytes.end())});
  return to_canonical(to_json(envelope)) + "\n";
}

Result<Statement> parse_statement(std::string_view text) {
  auto statement = from_text(text);
  if (statement) return statement;
  return fail(ErrorCode::kCorruption,
              fmt::format("no valid statement: {}", statement.error().message));
}

Result<ReadStatement> statement_from_json(const Json& envelope_json) {
  GLASS_TRY(Envelope envelope, envelope_from_json(envelope_json));
  if (envelope.payload_type != kInTotoType)
    return invalid_input(fmt::format("its payload is of the type \"{}\", not {}",
                                     envelope.payload_type, kInTotoType));
  GLASS_TRY(Statement statement, from_payload(envelope.payload));
  for (const EnvelopeSignature& one : envelope.signatures) {
    GLASS_TRY(const StatementSignature signature, signature_from(one));
    if (is_signed_by(statement, signature.key))
      return invalid_input(fmt::format("the key {} signs twice", one.key_id));
    statement.signatures.push_back(signature);
  }
  if (!has_known_members_only(envelope_json)) return not_canonical();
  return ReadStatement{.statement = std::move(statement), .payload = std::move(envelope.payload)};
}

std::string signed_bytes(std::string_view payload) {
  return pre_authentication_encoding(kInTotoType, payload);
}

Error wrong_signature(const crypto::PublicKey& key) {
  return {ErrorCode::kMismatch,
          fmt::format("the signature of {} does not belong to this statement: one of the two was "
                      "changed",
                      crypto::to_text(key))};
}

Status verify(const Statement& statement) {
  const std::string encoding = signed_bytes(payload_text(statement));
  for (const auto& [key, signature] : statement.signatures) {
    if (!crypto::verify(key, as_bytes(encoding), signature))
      return tl::unexpected(wrong_signature(key));
  }
  return {};
}

bool is_signed_by(const Statement& statement, const crypto::PublicKey& key) {
  return std::ranges::find(statement.signatures, key, &StatementSignature::key) !=
         statement.signatures.end();
}

std::string signers(const Statement& statement) {
  std::string keys;
  for (const StatementSignature& one : statement.signatures)
    keys += fmt::format("{}{}", keys.empty() ? "" : ", ", crypto::to_text(one.key));
  return keys;
}

Status expect_kind(const Statement& statement, std::string_view kind, int64_t version) {
  const std::string expected = predicate_type(kind, version);
  if (statement.predicate_type == expected) return {};
  return fail(ErrorCode::kMismatch, fmt::format("expected a statement of the type {}, found {}",
                                                expected, statement.predicate_type));
}

crypto::Digest payload_digest(const Statement& statement) {
  return crypto::sha256(payload_text(statement));
}

}  // namespace glass::record
