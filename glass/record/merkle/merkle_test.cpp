#include "glass/record/merkle/merkle.h"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"
#include "glass/testkit/test_files.h"

namespace glass::record {
namespace {

using crypto::Digest;

Digest digest(std::string_view hex) {
  return crypto::digest_from_text("sha256:" + std::string(hex)).value();
}

std::vector<Digest> digests(const Json::Array& list) {
  std::vector<Digest> out;
  for (const Json& hex : list) out.push_back(digest(*hex.if_string()));
  return out;
}

Digest leaf(int64_t index) {
  return leaf_hash(as_bytes("entry " + std::to_string(index)));
}

// RFC 6962, 2.1, in its own words.
Digest definition(std::span<const Digest> leaves) {
  if (leaves.empty()) return crypto::sha256("");
  if (leaves.size() == 1) return leaves[0];
  size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  return node_hash(definition(leaves.first(k)), definition(leaves.subspan(k)));
}

// A log in memory: all complete subtrees.
class Tree {
 public:
  explicit Tree(int64_t size) {
    for (int64_t i = 0; i < size; ++i) add(leaf(i));
  }

  void add(const Digest& leaf) {
    leaves_.push_back(leaf);
    frontier_.append(leaf,
                     [&](Subtree subtree, const Digest& hash) { hashes_.emplace(subtree, hash); });
  }

  Result<Digest> operator()(Subtree subtree) const {
    const auto found = hashes_.find(subtree);
    if (found == hashes_.end()) return fail(ErrorCode::kNotFound, "no such subtree");
    return found->second;
  }

  [[nodiscard]] TreeHead head(int64_t size) const {
    return {.size = size, .root = definition(std::span(leaves_).first(static_cast<size_t>(size)))};
  }

  [[nodiscard]] const Frontier& frontier() const { return frontier_; }

  [[nodiscard]] const std::map<Subtree, Digest>& hashes() const { return hashes_; }

 private:
  std::vector<Digest> leaves_;
  std::map<Subtree, Digest> hashes_;
  Frontier frontier_;
};

TEST(Merkle, HashesAreThoseOfRfc6962) {
  EXPECT_EQ(empty_root(),
            digest("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  EXPECT_EQ(leaf_hash({}),
            digest("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"));
  EXPECT_EQ(leaf_hash(as_bytes("L123456")),
            digest("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"));
}

// The trees of Certificate Transparency's own tests.
TEST(Merkle, RootsAreThoseOfCertificateTransparency) {
  constexpr std::array<std::string_view, 8> kLeaves = {"",
                                                       "00",
                                                       "10",
                                                       "2021",
                                                       "3031",
                                                       "40414243",
                                                       "5051525354555657",
                                                       "606162636465666768696a6b6c6d6e6f"};
  constexpr std::array<std::string_view, 8> kRoots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Tree tree(0);
  for (size_t i = 0; i < kLeaves.size(); ++i) {
    tree.add(leaf_hash(from_hex(kLeaves.at(i)).value()));
    EXPECT_EQ(tree.frontier().root(), digest(kRoots.at(i))) << i + 1;
  }
}

TEST(Merkle, ProofsAreThoseOfTheVectors) {
  const auto file = testkit::shared_file("vectors/tlog/rfc6962.json");
  GLASS_SKIP_WITHOUT(file);
  const Json vectors = parse_json(system::posix_files().read_text(file).value()).value();
  Tree tree(0);
  for (const Json& hex : *vectors.get_array("leaves_hex").value())
    tree.add(leaf_hash(from_hex(*hex.if_string()).value()));
  int cases = 0;
  for (const Json& one : *vectors.get_array("inclusion").value()) {
    const auto proof =
        prove_inclusion(one.get_int("index").value(), one.get_int("size").value(), tree);
    EXPECT_EQ(*proof, digests(*one.get_array("proof").value()));
    ++cases;
  }
  for (const Json& one : *vectors.get_array("consistency").value()) {
    const auto proof =
        prove_consistency(one.get_int("from").value(), one.get_int("to").value(), tree);
    EXPECT_EQ(*proof, digests(*one.get_array("proof").value()));
    ++cases;
  }
  EXPECT_EQ(cases, 72);
}

TEST(Merkle, EveryProofOfSmallTreesIsMadeAndAccepted) {
  const Tree tree(40);
  for (int64_t size = 1; size <= 40; ++size) {
    const TreeHead head = tree.head(size);
    EXPECT_EQ(root_of(size, tree).value(), head.root);
    EXPECT_EQ(Frontier::of(size, tree)->root(), head.root);
    for (int64_t i = 0; i < size; ++i) {
      const auto proof = prove_inclusion(i, size, tree).value();
      EXPECT_TRUE(check_inclusion(leaf(i), i, proof, head)) << i << " of " << size;
    }
    for (int64_t old = 0; old <= size; ++old) {
      const auto proof = prove_consistency(old, size, tree).value();
      EXPECT_TRUE(check_consistency(tree.head(old), head, proof)) << old << " in " << size;
    }
  }
}

// What an attacker may try: another entry, index, size or root, a hash changed, left out or added.
TEST(Merkle, NoOtherProofOfInclusionIsAccepted) {
  const Tree tree(23);
  const TreeHead head = tree.head(23);
  for (int64_t i = 0; i < 23; ++i) {
    const auto proof = prove_inclusion(i, 23, tree).value();
    for (int64_t other = 0; other < 23; ++other) {
      if (other == i) continue;
      EXPECT_FALSE(check_inclusion(leaf(other), i, proof, head));
      EXPECT_FALSE(check_inclusion(leaf(i), other, proof, head));
    }
    EXPECT_FALSE(check_inclusion(leaf(i), i, proof, tree.head(22)));
    EXPECT_FALSE(check_inclusion(leaf(i), 23, proof, head));
    EXPECT_FALSE(check_inclusion(leaf(i), -1, proof, head));
    for (size_t at = 0; at < proof.size(); ++at) {
      auto changed = proof;
      changed[at].bytes[at % 32] ^= 1;
      EXPECT_FALSE(check_inclusion(leaf(i), i, changed, head));
      changed = proof;
      changed.erase(changed.begin() + static_cast<int64_t>(at));
      EXPECT_FALSE(check_inclusion(leaf(i), i, changed, head));
      changed = proof;
      changed.insert(changed.begin() + static_cast<int64_t>(at), proof[at]);
      EXPECT_FALSE(check_inclusion(leaf(i), i, changed, head));
    }
  }
}

TEST(Merkle, NoOtherProofOfConsistencyIsAccepted) {
  const Tree tree(23);
  const TreeHead head = tree.head(23);
  for (int64_t old = 0; old <= 23; ++old) {
    const auto proof = prove_consistency(old, 23, tree).value();
    TreeHead forged = tree.head(old);
    forged.root.bytes[31] ^= 1;
    EXPECT_FALSE(check_consistency(forged, head, proof)) << old;
    if (old > 0 && old < 23) {
      EXPECT_FALSE(check_consistency(tree.head(old - 1), head, proof)) << old;
    }
    forged = head;
    forged.root.bytes[0] ^= 1;
    if (old > 0) {
      EXPECT_FALSE(check_consistency(tree.head(old), forged, proof)) << old;
    }
    auto longer = proof;
    longer.push_back(head.root);
    EXPECT_FALSE(check_consistency(tree.head(old), head, longer)) << old;
    for (size_t at = 0; at < proof.size(); ++at) {
      auto changed = proof;
      changed[at].bytes[0] ^= 1;
      EXPECT_FALSE(check_consistency(tree.head(old), head, changed)) << old;
      changed = proof;
      changed.erase(changed.begin() + static_cast<int64_t>(at));
      EXPECT_FALSE(check_consistency(tree.head(old), head, changed)) << old;
    }
  }
  EXPECT_EQ(check_consistency(head, tree.head(22), {}).error().code, ErrorCode::kInvalidInput);
}

// Sizes near 2^63, where additions could overflow.
TEST(Merkle, HugeTreesAreRefusedOrFollowedWithoutOverflow) {
  constexpr int64_t kMost = INT64_MAX;
  const TreeHead head{.size = kMost, .root = leaf(1)};
  EXPECT_EQ(
      check_inclusion(leaf(0), kMost - 1, std::vector<Digest>(62, leaf(2)), head).error().code,
      ErrorCode::kMismatch);
  EXPECT_EQ(check_inclusion(leaf(0), 0, std::vector<Digest>(63, leaf(2)), head).error().code,
            ErrorCode::kMismatch);
  EXPECT_EQ(check_consistency({.size = kMost - 1, .root = leaf(0)}, head,
                              std::vector<Digest>(63, leaf(2)))
                .error()
                .code,
            ErrorCode::kMismatch);
}

TEST(Merkle, AnErrorOfWhereHashesLieIsPassedOn) {
  const auto broken = [](Subtree) -> Result<Digest> { return fail(ErrorCode::kIo, "disk"); };
  EXPECT_EQ(prove_inclusion(3, 9, broken).error().message, "disk");
  EXPECT_EQ(prove_consistency(3, 9, broken).error().message, "disk");
  EXPECT_EQ(root_of(9, broken).error().message, "disk");
  EXPECT_EQ(Frontier::of(9, broken).error().message, "disk");
}

RC_GTEST_PROP(Merkle, AFrontierGoesOnWhereATreeEnds, ()) {
  const auto size = *rc::gen::inRange<int64_t>(0, 600), more = *rc::gen::inRange<int64_t>(0, 300);
  const Tree tree(size);
  Frontier frontier = Frontier::of(size, tree).value();
  for (int64_t i = size; i < size + more; ++i)
    frontier.append(leaf(i), [](Subtree, const Digest&) {});
  RC_ASSERT(frontier.size() == size + more);
  RC_ASSERT(frontier.root() == Tree(size + more).frontier().root());
}

}  // namespace
}  // namespace glass::record
