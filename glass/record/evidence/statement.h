// Statement: a claim about things that are named by digest, with the signatures of those who make
// it. An in-toto statement (version 1) in an envelope.
//
//   {"_type":"https://in-toto.io/Statement/v1",
//    "subject":[{"name":"model/model.safetensors","digest":{"sha256":"..."}}],
//    "predicateType":"https://glassworks/statement/run-record/v1","predicate":{...}}
//
// Ours are canonical JSON throughout, so one statement has one text. Statements of other programs
// are read by envelope.h alone. Format page: docs/reference/formats/statement.md.
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

// What a statement is about: the digest says which thing, the name is for people.
struct Subject {
  std::string name;
  crypto::Digest digest;

  friend bool operator==(const Subject&, const Subject&) = default;
};

struct StatementSignature {
  crypto::PublicKey key;
  crypto::Signature signature;
};

struct Statement {
  std::string predicate_type;
  std::vector<Subject> subjects;  // at least one, in the order of their names, which differ
  Json predicate;                 // an object
  std::vector<StatementSignature> signatures;
};

// The predicate type of a kind of ours, such as "run-record" version 1.
std::string predicate_type(std::string_view kind, int64_t version);

// What is said of what. REQUIRES: subjects have names of their own, at least one; the predicate is
// an object.
Statement state(std::string predicate_type, std::vector<Subject> subjects, Json predicate);

// Adds the signature of a key; of one that has signed already, nothing changes.
void sign(Statement& statement, const crypto::SecretKey& key);

// The bytes that are signed, in the encoding of the envelope: canonical JSON.
std::string payload_text(const Statement& statement);

// The bytes of the file: one line of canonical JSON. REQUIRES: it is signed.
std::string to_text(const Statement& statement);

// kCorruption if the text is not exactly what to_text writes for some statement. Does not check the
// signatures.
[[nodiscard]] Result<Statement> parse_statement(std::string_view text);

// A statement that was read, with the payload as it was read: what its signatures are of.
struct ReadStatement {
  Statement statement;
  std::string payload;  // payload_text(statement)
};

// Of an envelope that stands within a canonical text, or in none: its own bytes are not there to be
// looked at, everything else is. kInvalidInput says what is wrong. Does not check the signatures.
[[nodiscard]] Result<ReadStatement> statement_from_json(const Json& envelope);

// The bytes that a signature of a payload is of.
std::string signed_bytes(std::string_view payload);

// Every signature is right; else kMismatch naming the key. Says nothing about who may be trusted.
[[nodiscard]] Status verify(const Statement& statement);

// What verify says of a wrong signature of this key.
Error wrong_signature(const crypto::PublicKey& key);

[[nodiscard]] bool is_signed_by(const Statement& statement, const crypto::PublicKey& key);

// "ed25519:..., ed25519:...": who signed.
std::string signers(const Statement& statement);

// kMismatch naming both if it is of another kind or version.
[[nodiscard]] Status expect_kind(const Statement& statement, std::string_view kind,
                                 int64_t version);

// The digest of the payload: what other records call the statement by, whoever signed it.
crypto::Digest payload_digest(const Statement& statement);

}  // namespace glass::record
