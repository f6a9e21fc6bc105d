#include "glass/service/petitions/signature_receipt.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"

namespace glass::service {
namespace {

const std::string kPetition(32, 'a');
const std::string kSalt(64, '1');
constexpr int64_t kConfirmedHour = 1'767'225'600'000;

std::vector<crypto::Digest> leaves_of(int64_t size) {
  std::vector<crypto::Digest> leaves;
  for (int64_t i = 0; i < size; ++i)
    leaves.push_back(signature_leaf(fmt::format("{:064x}", i), kPetition, "DE", kConfirmedHour));
  return leaves;
}

SignatureReceipt receipt_of(int64_t index, int64_t size) {
  const auto leaves = leaves_of(size);
  return {.facility = std::string(64, 'f'),
          .petition = kPetition,
          .country = "DE",
          .hour_ms = kConfirmedHour,
          .salt = fmt::format("{:064x}", index),
          .index = index,
          .tree = tree_of(leaves),
          .proof = prove_leaf(leaves, index, size)};
}

// By hand: sha256 over the parts as the format page has them.
TEST(SignatureLeaf, IsThatOfTheFormatPage) {
  std::string bytes = "glassworks/petition/v1";
  bytes += '\0';
  bytes += std::string(32, '\x11');
  bytes += kPetition + "DE";
  bytes += std::string("\x00\x00\x01\x9b\x76\xda\xa8\x00", 8);
  const crypto::Digest commitment = crypto::sha256(bytes);
  EXPECT_EQ(signature_leaf(kSalt, kPetition, "DE", kConfirmedHour),
            crypto::sha256(std::string(1, '\0') + std::string(as_text(commitment.bytes))));
}

TEST(SignatureReceipt, ProvesItsLeafInAnyTree) {
  EXPECT_TRUE(rc::check("any leaf of any tree", [] {
    const int64_t size = *rc::gen::inRange<int64_t>(1, 70);
    const SignatureReceipt receipt = receipt_of(*rc::gen::inRange<int64_t>(0, size), size);
    RC_ASSERT(check_receipt(receipt).has_value());
    RC_ASSERT(receipt_from_text(to_text(receipt)).value() == receipt);
  }));
}

TEST(SignatureReceipt, ProvesNothingElse) {
  const SignatureReceipt good = receipt_of(5, 11);
  const auto changed = [&](auto change) {
    SignatureReceipt one = good;
    change(one);
    const Status checked = check_receipt(one);
    return !checked && checked.error().code == ErrorCode::kMismatch;
  };
  EXPECT_TRUE(check_receipt(good));
  EXPECT_TRUE(changed([](auto& one) { one.country = "FR"; }));
  EXPECT_TRUE(changed([](auto& one) { one.hour_ms += 3'600'000; }));
  EXPECT_TRUE(changed([](auto& one) { one.petition[0] = 'b'; }));
  EXPECT_TRUE(changed([](auto& one) { one.salt[0] = 'e'; }));
  EXPECT_TRUE(changed([](auto& one) { one.index = 4; }));
  EXPECT_TRUE(changed([](auto& one) { one.index = 400; }));
  EXPECT_TRUE(changed([](auto& one) { one.tree.root.bytes[0] ^= 1; }));
  EXPECT_TRUE(changed([](auto& one) { one.proof.pop_back(); }));
}

TEST(SignatureReceipt, IsReadStrictly) {
  const std::string text = to_text(receipt_of(0, 2));
  EXPECT_TRUE(receipt_from_text(text));
  for (const char* bad : {"", "{}", "[]", R"({"kind":"glass-petition-receipt-2"})"})
    EXPECT_EQ(receipt_from_text(bad).has_value(), false) << bad;
  std::string short_salt = text;
  short_salt.replace(short_salt.find(std::string(64, '0')), 64, std::string(62, '0'));
  EXPECT_FALSE(receipt_from_text(short_salt));
}

// The tree only grows: what a later root holds begins with what an earlier one held.
TEST(SignatureTree, OfAnEarlierHourIsTheBeginningOfALaterOne) {
  const auto leaves = leaves_of(23);
  for (size_t before = 1; before < leaves.size(); ++before) {
    const record::TreeHead earlier = tree_of(std::span(leaves).first(before));
    const auto proof = record::prove_consistency(
        earlier.size, 23, [&](record::Subtree one) -> Result<crypto::Digest> {
          const auto width = size_t{1} << one.level;
          return tree_of(std::span(leaves).subspan(static_cast<size_t>(one.index) * width, width))
              .root;
        });
    ASSERT_TRUE(proof);
    EXPECT_TRUE(record::check_consistency(earlier, tree_of(leaves), *proof));
  }
}

}  // namespace
}  // namespace glass::service
