#include "glass/record/release/trust.h"

#include <string>
#include <utility>

#include "glass/base/result.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {
namespace {

Result<Policy> policy_of(const TrustWords& words, system::Files& files) {
  if (words.policy.empty()) {
    GLASS_TRY(const NoteKey key, note_key_from_text(words.log_key));
    return Policy{.logs = {{.key = key, .url = ""}}, .witnesses = {}, .groups = {}, .quorum = {}};
  }
  if (!words.log_key.empty())
    return invalid_input("a policy names the log already; leave the log's key out");
  GLASS_TRY(const std::string text, files.read_text(words.policy));
  auto policy = parse_policy(text);
  if (!policy) return in_context(words.policy, std::move(policy).error());
  return policy;
}

}  // namespace

Result<Trust> trust_of(const TrustWords& words, system::Files& files) {
  Trust trust;
  if (!words.model_key.empty()) {
    GLASS_TRY(const std::string pem, files.read_text(words.model_key));
    auto key = crypto::EcdsaPublicKey::from_pem(pem);
    if (!key) return in_context(words.model_key, std::move(key).error());
    trust.model_key = std::move(*key);
  }
  for (const std::string& text : words.statement_keys) {
    GLASS_TRY(const crypto::PublicKey key, crypto::public_key_from_text(text));
    trust.statement_keys.push_back(key);
  }
  if (!words.policy.empty() || !words.log_key.empty()) {
    GLASS_TRY(trust.policy, policy_of(words, files));
  }
  return trust;
}

}  // namespace glass::record
