#include "glass/record/merkle/merkle.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::record {
namespace {

using crypto::Digest;
using Proof = std::span<const Digest>;

constexpr uint8_t kLeaf = 0, kNode = 1;

// The entries [begin, end) of a log; of more than none.
struct Range {
  int64_t begin, end;

  [[nodiscard]] int64_t size() const { return end - begin; }

  // Where a tree over the range is split. REQUIRES: more than one entry.
  [[nodiscard]] int64_t middle() const {
    return begin + static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(size() - 1)));
  }

  [[nodiscard]] Range left() const { return {begin, middle()}; }

  [[nodiscard]] Range right() const { return {middle(), end}; }
};

// REQUIRES: the range is a node of some tree, so that it begins at a multiple of its left part.
Result<Digest> hash_of(const Range& range, SubtreeHashes hashes) {
  const auto size = static_cast<uint64_t>(range.size());
  if (std::has_single_bit(size)) {
    const int level = std::countr_zero(size);
    return hashes({.level = level, .index = range.begin >> level});
  }
  GLASS_TRY(const Digest left, hash_of(range.left(), hashes));
  GLASS_TRY(const Digest right, hash_of(range.right(), hashes));
  return node_hash(left, right);
}

tl::unexpected<Error> wrong_length(std::string_view what) {
  return fail(ErrorCode::kMismatch,
              fmt::format("the proof of {} does not have as many hashes as it must", what));
}

// The root that a proof leads to from a leaf.
Result<Digest> root_by_inclusion(const Range& range, int64_t index, const Digest& leaf,
                                 Proof proof) {
  if (range.size() == 1) {
    if (!proof.empty()) return wrong_length("inclusion");
    return leaf;
  }
  if (proof.empty()) return wrong_length("inclusion");
  const Digest& sibling = proof.back();
  const Proof rest = proof.first(proof.size() - 1);
  const bool on_the_left = index < range.middle();
  GLASS_TRY(const Digest inner,
            root_by_inclusion(on_the_left ? range.left() : range.right(), index, leaf, rest));
  return on_the_left ? node_hash(inner, sibling) : node_hash(sibling, inner);
}

// The hash of a range, and that of the part of it that the old tree has.
struct OldAndNew {
  Digest old, now;
};

// `known`: the hash of the range if it is the old tree itself; RFC 9162 leaves it out of the proof.
Result<OldAndNew> roots_by_consistency(const Range& range, int64_t old_size,
                                       std::optional<Digest> known, Proof proof) {
  if (range.end == old_size) {
    if (proof.size() != (known ? 0 : 1)) return wrong_length("consistency");
    const Digest hash = known ? *known : proof.front();
    return OldAndNew{.old = hash, .now = hash};
  }
  if (proof.empty()) return wrong_length("consistency");
  const Digest& sibling = proof.back();
  const Proof rest = proof.first(proof.size() - 1);
  if (old_size <= range.middle()) {
    GLASS_TRY(const OldAndNew inner, roots_by_consistency(range.left(), old_size, known, rest));
    return OldAndNew{.old = inner.old, .now = node_hash(inner.now, sibling)};
  }
  GLASS_TRY(const OldAndNew inner,
            roots_by_consistency(range.right(), old_size, std::nullopt, rest));
  return OldAndNew{.old = node_hash(sibling, inner.old), .now = node_hash(sibling, inner.now)};
}

}  // namespace

Digest leaf_hash(ByteView entry) {
  thread_local crypto::Sha256 hash;
  hash.update({&kLeaf, 1});
  hash.update(entry);
  return hash.finish();
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<uint8_t, 65> bytes;
  bytes[0] = kNode;
  std::ranges::copy(left.bytes, bytes.begin() + 1);
  std::ranges::copy(right.bytes, bytes.begin() + 33);
  return crypto::sha256(bytes);
}

Digest empty_root() {
  return crypto::sha256("");
}

Result<Digest> root_of(int64_t size, SubtreeHashes hashes) {
  if (size == 0) return empty_root();
  return hash_of({0, size}, hashes);
}

Result<std::vector<Digest>> prove_inclusion(int64_t index, int64_t size, SubtreeHashes hashes) {
  GLASS_CHECK(0 <= index && index < size);
  std::vector<Digest> proof;
  for (Range range{0, size}; range.size() > 1;) {
    const bool on_the_left = index < range.middle();
    GLASS_TRY(proof.emplace_back(), hash_of(on_the_left ? range.right() : range.left(), hashes));
    range = on_the_left ? range.left() : range.right();
  }
  std::ranges::reverse(proof);
  return proof;
}

Result<std::vector<Digest>> prove_consistency(int64_t old_size, int64_t size,
                                              SubtreeHashes hashes) {
  GLASS_CHECK(0 <= old_size && old_size <= size);
  std::vector<Digest> proof;
  if (old_size == 0) return proof;
  Range range{0, size};
  while (range.end != old_size) {
    const bool on_the_left = old_size <= range.middle();
    GLASS_TRY(proof.emplace_back(), hash_of(on_the_left ? range.right() : range.left(), hashes));
    range = on_the_left ? range.left() : range.right();
  }
  if (range.begin > 0) {
    GLASS_TRY(proof.emplace_back(), hash_of(range, hashes));
  }
  std::ranges::reverse(proof);
  return proof;
}

Status check_inclusion(const Digest& leaf, int64_t index, Proof proof, const TreeHead& tree) {
  if (index < 0 || index >= tree.size)
    return invalid_input(
        fmt::format("a tree of {} entries has none with the index {}", tree.size, index));
  GLASS_TRY(const Digest root, root_by_inclusion({0, tree.size}, index, leaf, proof));
  if (root != tree.root)
    return fail(
        ErrorCode::kMismatch,
        fmt::format("the proof of entry {} leads to the root {}, not {}: the entry, its index or "
                    "the proof is another one",
                    index, to_text(root), to_text(tree.root)));
  return {};
}

Status check_consistency(const TreeHead& old, const TreeHead& tree, Proof proof) {
  if (old.size < 0 || old.size > tree.size)
    return invalid_input(
        fmt::format("a tree of {} entries cannot begin with one of {}", tree.size, old.size));
  const auto differ = [&](std::string_view which, const Digest& found, const TreeHead& head) {
    return fail(ErrorCode::kMismatch,
                fmt::format("the trees of {} and {} entries are no beginning and continuation: the "
                            "{} root is {} by the proof, not {}",
                            old.size, tree.size, which, to_text(found), to_text(head.root)));
  };
  if (old.size == 0) {
    if (!proof.empty()) return wrong_length("consistency");
    if (old.root != empty_root()) return differ("old", empty_root(), old);
    return {};
  }
  GLASS_TRY(const OldAndNew roots, roots_by_consistency({0, tree.size}, old.size, old.root, proof));
  if (roots.old != old.root) return differ("old", roots.old, old);
  if (roots.now != tree.root) return differ("new", roots.now, tree);
  return {};
}

Result<Frontier> Frontier::of(int64_t size, SubtreeHashes hashes) {
  Frontier frontier;
  frontier.size_ = size;
  for (int level = 0; level < kLevels; ++level) {
    if ((size >> level & 1) == 0) continue;
    GLASS_TRY(frontier.edge_.at(static_cast<size_t>(level)),
              hashes({.level = level, .index = (size >> level) - 1}));
  }
  return frontier;
}

void Frontier::append(const Digest& leaf, FunctionRef<void(Subtree, const Digest&)> completed) {
  Digest hash = leaf;
  completed({.level = 0, .index = size_}, hash);
  int level = 0;
  for (; (size_ >> level & 1) != 0; ++level) {
    hash = node_hash(edge_.at(static_cast<size_t>(level)), hash);
    completed({.level = level + 1, .index = size_ >> (level + 1)}, hash);
  }
  edge_.at(static_cast<size_t>(level)) = hash;
  ++size_;
}

Digest Frontier::root() const {
  std::optional<Digest> root;
  for (int level = 0; level < kLevels; ++level) {
    if ((size_ >> level & 1) == 0) continue;
    const Digest& left = edge_.at(static_cast<size_t>(level));
    root = root ? node_hash(left, *root) : left;
  }
  return root ? *root : empty_root();
}

}  // namespace glass::record
