// Statement: a claim about something, in canonical JSON, with the signatures of those who make it.
//
//   {"payload":{"kind":"run-record","version":1,...},
//    "signatures":[{"key":"ed25519:...","signature":"ed25519:..."}]}
//
// What is signed is not the payload alone but its pre-authentication encoding (that of DSSE): the
// kind is part of it, so that no claim of one kind can be passed off as one of another.
// Format page: docs/reference/formats/statement.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"

namespace glass::record {

struct StatementSignature {
  crypto::PublicKey key;
  crypto::Signature signature;
};

struct Statement {
  Json payload;  // an object with "kind" and "version"
  std::vector<StatementSignature> signatures;
};

// "DSSEv1 <length> application/vnd.glassworks.<kind>+json <length> <canonical payload>".
std::string pre_authentication_encoding(std::string_view kind, std::string_view canonical_payload);

// The payload signed by `key`. REQUIRES: `payload` has a "kind" of lower-case letters, digits and
// inner dashes, and a "version" of at least 1.
Statement sign(Json payload, const crypto::SecretKey& key);

// Adds the signature of another key; of one that has signed already, nothing changes.
void add_signature(Statement& statement, const crypto::SecretKey& key);

// The bytes of the file: one line of canonical JSON.
std::string to_text(const Statement& statement);

// kCorruption if the text is not exactly what to_text writes for some statement with at least one
// signature. Does not check the signatures.
[[nodiscard]] Result<Statement> parse_statement(std::string_view text);

// Every signature is right; else kMismatch naming the key. Says nothing about who may be trusted.
[[nodiscard]] Status verify(const Statement& statement);

[[nodiscard]] bool is_signed_by(const Statement& statement, const crypto::PublicKey& key);

// kMismatch naming both if the payload is of another kind or version.
[[nodiscard]] Status expect_kind(const Statement& statement, std::string_view kind,
                                 int64_t version);

// The digest of the canonical payload: what other records call the statement by.
crypto::Digest payload_digest(const Statement& statement);

}  // namespace glass::record
