// The text of a trust file (trust.h).
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/printable.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/crypto/ecdsa.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/release/trust.h"

namespace glass::record {
namespace {

using Words = std::span<const std::string_view>;

// What stands behind a key: "from 2026-01-01 until 2028-01-01".
Result<KeyTerm> term_of(Words words) {
  KeyTerm term;
  for (; !words.empty(); words = words.subspan(2)) {
    std::optional<int64_t>* bound = words[0] == "from"      ? &term.from
                                    : words[0] == "until"   ? &term.until
                                    : words[0] == "revoked" ? &term.revoked
                                                            : nullptr;
    if (bound == nullptr)
      return invalid_input(
          fmt::format("'{}' is none of from, until and revoked, each with a date", words[0]));
    if (bound->has_value()) return invalid_input(fmt::format("'{}' stands there twice", words[0]));
    *bound = words.size() > 1 ? first_second_of(words[1]) : std::nullopt;
    if (!bound->has_value())
      return invalid_input(fmt::format("behind '{}' goes a date like 2026-11-26", words[0]));
  }
  if (term.from && term.until && *term.until <= *term.from)
    return invalid_input("the key would end before it begins");
  return term;
}

Status add_signer(Words words, Trust& trust) {
  GLASS_TRY(const crypto::PublicKey key, crypto::public_key_from_text(words[1]));
  GLASS_TRY(const KeyTerm term, term_of(words.subspan(2)));
  for (const SignerKey& known : trust.signer_keys) {
    if (known.key == key) return invalid_input("the key stands there twice");
  }
  trust.signer_keys.push_back({key, term});
  return {};
}

Status add_files_key(Words words, Trust& trust) {
  GLASS_TRY(crypto::EcdsaPublicKey key, crypto::EcdsaPublicKey::from_base64(words[1]));
  GLASS_TRY(const KeyTerm term, term_of(words.subspan(2)));
  for (const FilesKey& known : trust.files_keys) {
    if (known.key.to_pem() == key.to_pem()) return invalid_input("the key stands there twice");
  }
  trust.files_keys.push_back({std::move(key), term});
  return {};
}

Status add_key(Words words, Trust& trust) {
  if (words.size() < 2) return invalid_input(fmt::format("behind '{}' goes a key", words[0]));
  return words[0] == "signer" ? add_signer(words, trust) : add_files_key(words, trust);
}

}  // namespace

// Lines of keys are read here; all others are a policy's, of which line numbers shall stay right.
Result<Trust> parse_trust(std::string_view text, int64_t now_unix_seconds) {
  Trust trust{.now_unix_seconds = now_unix_seconds};
  std::string policy;
  bool has_policy = false;
  for (int64_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    std::string shown(line);
    std::erase(shown, '\t');
    if (printable(shown) != shown)
      return invalid_input(fmt::format("line {} has characters that are not printable", number));
    const std::vector<std::string_view> words = split_words(line);
    const bool is_key = !words.empty() && (words[0] == "signer" || words[0] == "key");
    policy.append(is_key ? "" : line).append("\n");
    has_policy = has_policy || (!is_key && !words.empty() && !words[0].starts_with('#'));
    if (!is_key) continue;
    if (Status added = add_key(words, trust); !added)
      return in_context(fmt::format("line {}", number), std::move(added).error());
  }
  if (has_policy) {
    GLASS_TRY(trust.policy, parse_policy(policy));
  }
  if (!trust.policy && trust.files_keys.empty() && trust.signer_keys.empty())
    return invalid_input("it names no key, log or witness");
  return trust;
}

}  // namespace glass::record
