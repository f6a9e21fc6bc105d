#include "glass/record/tlog/proof_lines.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/base64.h"
#include "glass/crypto/sha256.h"

namespace glass::record {

std::string proof_lines(std::span<const crypto::Digest> proof) {
  std::string lines;
  for (const crypto::Digest& hash : proof) lines += to_base64(hash.bytes) + "\n";
  return lines;
}

std::optional<crypto::Digest> hash_from_base64(std::string_view text) {
  const auto bytes = from_base64(text);
  crypto::Digest hash;
  if (!bytes || bytes->size() != hash.bytes.size()) return std::nullopt;
  std::ranges::copy(*bytes, hash.bytes.begin());
  return hash;
}

bool add_proof_line(std::string_view line, std::vector<crypto::Digest>& proof) {
  const auto hash = hash_from_base64(line);
  if (!hash || proof.size() == kMostProofHashes) return false;
  proof.push_back(*hash);
  return true;
}

}  // namespace glass::record
