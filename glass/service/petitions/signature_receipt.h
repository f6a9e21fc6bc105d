// SignatureReceipt: what a signer holds: that their signature is a leaf of the tree whose root
// stands in the facility's journal. Nobody else can tell which leaf it is, once the office has
// destroyed the salts.
//
//   commitment = SHA-256("glassworks/petition/v1" || 0x00 || salt[32] || petition || country ||
//                        hour)             hour: milliseconds since 1970, 8 bytes, big-endian
//   leaf       = SHA-256(0x00 || commitment), of a tree as RFC 6962 has it
//
// What it proves: that the signature was counted, for that country and in that hour. What it does
// not prove: that others who were counted are people.
// Format page: docs/reference/formats/petition-receipt.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/keyed.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"
#include "glass/system/files.h"

namespace glass::service {

struct SignatureReceipt {
  std::string facility, petition, country;
  int64_t hour_ms = 0;    // in which it was confirmed
  std::string salt;       // 64 hexadecimal digits
  int64_t index = 0;      // of its leaf
  record::TreeHead tree;  // as a petition.counted tells it
  std::vector<crypto::Digest> proof;

  friend bool operator==(const SignatureReceipt&, const SignatureReceipt&) = default;
};

// The salt of a signature: by the petition's key for salts and a number that its row alone holds.
std::string leaf_salt(const crypto::SymmetricKey& salts, std::string_view nonce);

// REQUIRES: `salt` has 64 hexadecimal digits.
crypto::Digest signature_leaf(std::string_view salt, std::string_view petition,
                              std::string_view country, int64_t hour_ms);

record::TreeHead tree_of(std::span<const crypto::Digest> leaves);

// REQUIRES: index < size <= leaves.size().
std::vector<crypto::Digest> prove_leaf(std::span<const crypto::Digest> leaves, int64_t index,
                                       int64_t size);

// kMismatch unless the receipt's leaf is in its tree.
[[nodiscard]] Status check_receipt(const SignatureReceipt& receipt);

std::string to_text(const SignatureReceipt& receipt);
[[nodiscard]] Result<SignatureReceipt> receipt_from_text(std::string_view text);

// What a journal says about a receipt's tree.
struct PublishedTree {
  int64_t entry = 0;  // of the act that published it
  int64_t at_ms = 0;
  int64_t signatures = 0;  // that counted then, of its leaves
};

// In a journal.jsonl, or a folder with one, or a facility's folder. Its lines are not audited here.
// kMismatch if no count of this petition has this tree.
[[nodiscard]] Result<PublishedTree> find_tree(system::Files& files, const system::Path& place,
                                              const SignatureReceipt& receipt);

}  // namespace glass::service
