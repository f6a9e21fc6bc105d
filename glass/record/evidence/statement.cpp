#include "glass/record/evidence/statement.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/check.h"

namespace glass::record {

namespace {

bool is_kind(std::string_view kind) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
  return !kind.empty() && std::ranges::all_of(kind, allowed) && kind.front() != '-' &&
         kind.back() != '-';
}

Status check_payload(const Json& payload) {
  GLASS_TRY(const std::string kind, payload.get_string("kind"));
  GLASS_TRY(const int64_t version, payload.get_int("version"));
  if (!is_kind(kind)) {
    return fail(ErrorCode::kInvalidInput,
                "the kind should be lower-case letters, digits and inner dashes");
  }
  if (version < 1) return fail(ErrorCode::kInvalidInput, "the version should be at least 1");
  return {};
}

std::string encoding_of(const Json& payload) {
  GLASS_CHECK(check_payload(payload));
  return pre_authentication_encoding(payload.get_string("kind").value(), to_canonical(payload));
}

Result<StatementSignature> parse_signature(const Json& json) {
  GLASS_TRY(const std::string key, json.get_string("key"));
  GLASS_TRY(const std::string signature, json.get_string("signature"));
  StatementSignature parsed;
  GLASS_TRY(parsed.key, crypto::public_key_from_text(key));
  GLASS_TRY(parsed.signature, crypto::signature_from_text(signature));
  return parsed;
}

Result<Statement> from_json(const Json& json) {
  GLASS_TRY(const Json::Object* payload, json.get_object("payload"));
  GLASS_TRY(const Json::Array* signatures, json.get_array("signatures"));
  Statement statement{.payload = *payload, .signatures = {}};
  GLASS_TRY_STATUS(check_payload(statement.payload));
  if (signatures->empty()) return fail(ErrorCode::kInvalidInput, "it has no signature");
  for (const Json& signature : *signatures) {
    GLASS_TRY(const StatementSignature parsed, parse_signature(signature));
    if (is_signed_by(statement, parsed.key)) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("the key {} signs twice", to_text(parsed.key)));
    }
    statement.signatures.push_back(parsed);
  }
  return statement;
}

}  // namespace

std::string pre_authentication_encoding(std::string_view kind, std::string_view canonical_payload) {
  const std::string type = fmt::format("application/vnd.glassworks.{}+json", kind);
  return fmt::format("DSSEv1 {} {} {} {}", type.size(), type, canonical_payload.size(),
                     canonical_payload);
}

Statement sign(Json payload, const crypto::SecretKey& key) {
  Statement statement{.payload = std::move(payload), .signatures = {}};
  add_signature(statement, key);
  return statement;
}

void add_signature(Statement& statement, const crypto::SecretKey& key) {
  if (is_signed_by(statement, key.public_key())) return;
  const std::string encoding = encoding_of(statement.payload);
  statement.signatures.push_back({key.public_key(), key.sign(as_bytes(encoding))});
}

std::string to_text(const Statement& statement) {
  Json::Array signatures;
  for (const auto& [key, signature] : statement.signatures) {
    signatures.push_back(Json::Object{{"key", to_text(key)}, {"signature", to_text(signature)}});
  }
  return to_canonical(
             Json::Object{{"payload", statement.payload}, {"signatures", std::move(signatures)}}) +
         "\n";
}

Result<Statement> parse_statement(std::string_view text) {
  const auto corrupt = [](std::string_view reason) {
    return fail(ErrorCode::kCorruption, fmt::format("no valid statement: {}", reason));
  };
  const auto json = parse_json(text);
  if (!json) return corrupt(json.error().message);
  auto statement = from_json(*json);
  if (!statement) return corrupt(statement.error().message);
  // One statement has one text. This also refuses members that nobody would look at.
  if (to_text(*statement) != text) {
    return corrupt("it is not written in canonical form, so it was changed after it was signed");
  }
  return statement;
}

Status verify(const Statement& statement) {
  const std::string encoding = encoding_of(statement.payload);
  for (const auto& [key, signature] : statement.signatures) {
    if (!crypto::verify(key, as_bytes(encoding), signature)) {
      return fail(ErrorCode::kMismatch,
                  fmt::format("the signature of {} does not belong to this statement: one of the "
                              "two was changed",
                              to_text(key)));
    }
  }
  return {};
}

bool is_signed_by(const Statement& statement, const crypto::PublicKey& key) {
  return std::ranges::find(statement.signatures, key, &StatementSignature::key) !=
         statement.signatures.end();
}

Status expect_kind(const Statement& statement, std::string_view kind, int64_t version) {
  GLASS_TRY(const std::string found_kind, statement.payload.get_string("kind"));
  GLASS_TRY(const int64_t found_version, statement.payload.get_int("version"));
  if (found_kind == kind && found_version == version) return {};
  return fail(ErrorCode::kMismatch,
              fmt::format("expected a statement of the kind {} version {}, found {} version {}",
                          kind, version, found_kind, found_version));
}

crypto::Digest payload_digest(const Statement& statement) {
  return crypto::sha256(to_canonical(statement.payload));
}

}  // namespace glass::record
