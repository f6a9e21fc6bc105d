#include "glass/record/release/trust.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "glass/base/result.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {
namespace {

Result<Policy> named_policy(const TrustWords& words, system::Files& files) {
  if (words.policy.empty()) return note_key_from_text(words.log_key).map(policy_of);
  if (!words.log_key.empty())
    return invalid_input("a policy names the log already; leave the log's key out");
  GLASS_TRY(const std::string text, files.read_text(words.policy));
  auto policy = parse_policy(text);
  if (!policy) return in_context(words.policy, std::move(policy).error());
  return policy;
}

Result<Trust> trust_of_file(const TrustWords& words, system::Files& files,
                            int64_t now_unix_seconds) {
  if (!words.model_key.empty() || !words.statement_keys.empty() || !words.policy.empty() ||
      !words.log_key.empty())
    return invalid_input("a trust file says whom you believe; leave all other keys out");
  GLASS_TRY(const std::string text, files.read_text(words.file));
  auto trust = parse_trust(text, now_unix_seconds);
  if (!trust) return in_context(words.file, std::move(trust).error());
  return trust;
}

}  // namespace

bool TrustWords::empty() const {
  return file.empty() && model_key.empty() && statement_keys.empty() && policy.empty() &&
         log_key.empty();
}

Result<Trust> trust_of(const TrustWords& words, system::Files& files, int64_t now_unix_seconds) {
  if (!words.file.empty()) return trust_of_file(words, files, now_unix_seconds);
  Trust trust{.now_unix_seconds = now_unix_seconds};
  if (!words.model_key.empty()) {
    GLASS_TRY(const std::string pem, files.read_text(words.model_key));
    auto key = crypto::EcdsaPublicKey::from_pem(pem);
    if (!key) return in_context(words.model_key, std::move(key).error());
    trust.files_keys.push_back({std::move(*key)});
  }
  for (const std::string& text : words.statement_keys) {
    GLASS_TRY(const crypto::PublicKey key, crypto::public_key_from_text(text));
    trust.signer_keys.push_back({key});
  }
  if (!words.policy.empty() || !words.log_key.empty()) {
    GLASS_TRY(trust.policy, named_policy(words, files));
  }
  return trust;
}

FoundBelief belief_in(const Trust& trust, const Statement& statement, std::optional<int64_t> seen) {
  FoundBelief found;
  for (const SignerKey& one : trust.signer_keys) {
    if (!is_signed_by(statement, one.key)) continue;
    const Status in_term = expect_in_term(one.term, {trust.now_unix_seconds, seen});
    if (in_term) return {Belief::kBelieved};
    found = {Belief::kOutOfTerm, in_term.error().message};
  }
  return found;
}

}  // namespace glass::record
