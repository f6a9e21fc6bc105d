// Trust: whom a verifier believes, as the one who verifies says it: by flags, or by a file that an
// institution publishes and that says for each key from when to when it counts.
//
//   # whom to believe about the releases of example.org
//   signer ed25519:<hex> [from <date>] [until <date>] [revoked <date>]     whose statements
//   key <base64 of a public key> [from ...] [until ...] [revoked ...]      of the files
//   log ..., witness ..., group ..., quorum ...                            as tlog-policy has them
//
// Format page: docs/reference/formats/trust.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ecdsa.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/release/key_term.h"
#include "glass/record/tlog/policy.h"
#include "glass/system/files.h"

namespace glass::record {

struct FilesKey {
  crypto::EcdsaPublicKey key;
  KeyTerm term = {};
};

struct SignerKey {
  crypto::PublicKey key;
  KeyTerm term = {};
};

// What a folder itself brings along proves only that it is whole.
struct Trust {
  std::vector<FilesKey> files_keys = {};    // one of them has signed model.sig
  std::vector<SignerKey> signer_keys = {};  // of statements
  std::optional<Policy> policy = {};        // logs, and witnesses that must have cosigned
  int64_t now_unix_seconds = 0;             // when it is verified
};

// The same as a user writes it; empty is not said.
struct TrustWords {
  std::string file;                         // a trust file; it says all of the rest
  std::string model_key;                    // a file: PEM
  std::vector<std::string> statement_keys;  // "ed25519:..."
  std::string policy;                       // a file, as C2SP tlog-policy has it
  std::string log_key;                      // "example.org/log+13d413d9+..."

  [[nodiscard]] bool empty() const;
};

// kInvalidInput names what is wrong with which, or which exclude each other.
[[nodiscard]] Result<Trust> trust_of(const TrustWords& words, system::Files& files,
                                     int64_t now_unix_seconds);

// Of the text of a trust file. kInvalidInput names the line.
[[nodiscard]] Result<Trust> parse_trust(std::string_view text, int64_t now_unix_seconds);

enum class Belief {
  kBelieved,  // signed with a key that is believed, in its term
  kUnknown,   // by others alone
  kOutOfTerm  // with such a key, but not in its term
};

struct FoundBelief {
  Belief belief = Belief::kUnknown;
  std::string why = {};  // out of its term
};

// `seen`: by when witnesses had seen the statement, if that is shown.
FoundBelief belief_in(const Trust& trust, const Statement& statement, std::optional<int64_t> seen);

}  // namespace glass::record
