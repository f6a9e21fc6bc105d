// Trust: whom a verifier believes, as the one who verifies says it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ecdsa.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/tlog/policy.h"
#include "glass/system/files.h"

namespace glass::record {

// What a folder itself brings along proves only that it is whole.
struct Trust {
  std::optional<crypto::EcdsaPublicKey> model_key;  // of model.sig
  std::vector<crypto::PublicKey> statement_keys;    // of statements
  std::optional<Policy> policy;                     // logs, and witnesses that must have cosigned
};

// The same as a user writes it; empty is not said.
struct TrustWords {
  std::string model_key;                    // a file: PEM
  std::vector<std::string> statement_keys;  // "ed25519:..."
  std::string policy;                       // a file, as C2SP tlog-policy has it
  std::string log_key;                      // "example.org/log+13d413d9+..."
};

// kInvalidInput names what is wrong with which, or that policy and log key exclude each other.
[[nodiscard]] Result<Trust> trust_of(const TrustWords& words, system::Files& files);

}  // namespace glass::record
