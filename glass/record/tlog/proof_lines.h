// Proof lines: the hashes of a proof as C2SP writes them, each base64 and a line feed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/crypto/sha256.h"

namespace glass::record {

// As many as the levels of the largest tree.
inline constexpr size_t kMostProofHashes = 63;

std::string proof_lines(std::span<const crypto::Digest> proof);

std::optional<crypto::Digest> hash_from_base64(std::string_view text);

// Adds the hash of a line, which comes without its line feed. False if it is none, or one too many.
[[nodiscard]] bool add_proof_line(std::string_view line, std::vector<crypto::Digest>& proof);

}  // namespace glass::record
