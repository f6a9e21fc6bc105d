// Merkle: hash trees over the entries of a log (RFC 6962, RFC 9162).
//
//   leaf = SHA-256(0x00 || entry),  node = SHA-256(0x01 || left || right),  empty tree =
//   SHA-256("")
//
// A tree over n > 1 entries has the first 2^k of them on its left, 2^k the largest power of two
// below n. Its *complete subtrees* are those of 2^level entries that begin at a multiple of that;
// their hashes never change as the log grows, so they are what a log keeps.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::record {

crypto::Digest leaf_hash(ByteView entry);
crypto::Digest node_hash(const crypto::Digest& left, const crypto::Digest& right);
crypto::Digest empty_root();

// The 2^level entries from index * 2^level on.
struct Subtree {
  int level = 0;
  int64_t index = 0;

  friend auto operator<=>(const Subtree&, const Subtree&) = default;
};

// Where the hashes of complete subtrees lie. An error is passed on to who asked for a proof.
using SubtreeHashes = FunctionRef<Result<crypto::Digest>(Subtree)>;

[[nodiscard]] Result<crypto::Digest> root_of(int64_t size, SubtreeHashes hashes);

// The hashes that lead from entry `index` to the root of the tree of `size` entries, the leaf's
// sibling first. REQUIRES: 0 <= index < size.
[[nodiscard]] Result<std::vector<crypto::Digest>> prove_inclusion(int64_t index, int64_t size,
                                                                  SubtreeHashes hashes);

// The hashes that show the tree of `old_size` entries to be the beginning of that of `size`.
// Empty if they are the same or the old one is empty. REQUIRES: 0 <= old_size <= size.
[[nodiscard]] Result<std::vector<crypto::Digest>> prove_consistency(int64_t old_size, int64_t size,
                                                                    SubtreeHashes hashes);

struct TreeHead {
  int64_t size = 0;
  crypto::Digest root;

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// kMismatch unless `proof` is the one that leads from the leaf to the tree's root; kInvalidInput if
// the tree has no entry of this index.
[[nodiscard]] Status check_inclusion(const crypto::Digest& leaf, int64_t index,
                                     std::span<const crypto::Digest> proof, const TreeHead& tree);

// kMismatch unless `proof` shows that `tree` begins with `old`; kInvalidInput if it is smaller.
[[nodiscard]] Status check_consistency(const TreeHead& old, const TreeHead& tree,
                                       std::span<const crypto::Digest> proof);

// The right edge of a growing tree: the complete subtrees it consists of, largest first.
class Frontier {
 public:
  static constexpr int kLevels = 63;

  Frontier() = default;

  // Of a tree that is there already.
  [[nodiscard]] static Result<Frontier> of(int64_t size, SubtreeHashes hashes);

  // Calls completed(subtree, hash) for the leaf and each subtree that it completes, small ones
  // first.
  void append(const crypto::Digest& leaf,
              FunctionRef<void(Subtree, const crypto::Digest&)> completed);

  [[nodiscard]] int64_t size() const { return size_; }

  [[nodiscard]] crypto::Digest root() const;

 private:
  int64_t size_ = 0;
  std::array<crypto::Digest, kLevels> edge_{};  // by level, where the size has that bit
};

}  // namespace glass::record
