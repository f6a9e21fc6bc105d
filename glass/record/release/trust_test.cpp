#include "glass/record/release/trust.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/crypto/ecdsa.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

using testkit::key_number;

crypto::EcdsaPublicKey files_key() {
  std::array<uint8_t, 32> scalar{};
  scalar.fill(1);
  return crypto::P256SecretKey::from_scalar(scalar).value().public_key();
}

std::string signer(uint8_t number) {
  return crypto::to_text(key_number(number).public_key());
}

std::string log_line() {
  return "log " +
         to_text(NoteKey{.name = "example.org/log",
                         .kind = NoteKeyKind::kEd25519,
                         .key = key_number(2).public_key()}) +
         "\n";
}

TEST(TrustFile, NamesKeysWithTheirTermsAndAPolicy) {
  const auto trust =
      parse_trust(fmt::format("# of example.org\n"
                              "signer {}  from 2026-01-01 until 2028-01-01\n"
                              "signer {} revoked 2025-06-30\n"
                              "key {}\n\n{}quorum none\n",
                              signer(1), signer(3), files_key().to_base64(), log_line()),
                  77);
  ASSERT_TRUE(trust) << trust.error().message;
  ASSERT_EQ(trust->signer_keys.size(), 2U);
  EXPECT_EQ(trust->signer_keys[0].term,
            (KeyTerm{first_second_of("2026-01-01"), first_second_of("2028-01-01"), std::nullopt}));
  EXPECT_EQ(trust->signer_keys[1].term,
            (KeyTerm{std::nullopt, std::nullopt, first_second_of("2025-06-30")}));
  ASSERT_EQ(trust->files_keys.size(), 1U);
  EXPECT_EQ(trust->files_keys[0].key.to_pem(), files_key().to_pem());
  EXPECT_EQ(trust->policy->logs.size(), 1U);
  EXPECT_EQ(trust->now_unix_seconds, 77);
}

TEST(TrustFile, OfKeysAloneHasNoPolicy) {
  const auto trust = parse_trust("signer " + signer(1) + "\n", 0);
  ASSERT_TRUE(trust) << trust.error().message;
  EXPECT_FALSE(trust->policy);
}

TEST(TrustFile, WhatIsWrongIsNamedWithItsLine) {
  const std::string one = "signer " + signer(1), key = "key " + files_key().to_base64();
  const std::vector<std::pair<std::string, std::string_view>> cases = {
      {"", "it names no key, log or witness"},
      {"# nothing\n", "it names no key, log or witness"},
      {one + "\n" + one + "\n", "line 2: the key stands there twice"},
      {key + "\n" + key + " until 2028-01-01\n", "line 2: the key stands there twice"},
      {"signer\n", "line 1: behind 'signer' goes a key"},
      {"signer ed25519:12\n", "line 1: "},
      {"key TUZr\n", "line 1: it is no public key of P-256"},
      {"key " + files_key().to_base64() + "AAAA\n", "line 1: it is no public key"},
      {"key ???\n", "line 1: it is no public key of P-256"},
      {one + " until\n", "line 1: behind 'until' goes a date like 2026-11-26"},
      {one + " until 2026-02-30\n", "behind 'until' goes a date"},
      {one + " \x1b[2J\n", "line 1 has characters that are not printable"},
      {one + " till 2026-02-20\n", "'till' is none of from, until and revoked"},
      {one + " until 2026-02-20 until 2026-02-21\n", "'until' stands there twice"},
      {one + " from 2027-01-01 until 2026-01-01\n", "the key would end before it begins"},
      {one + "\n" + log_line(), "the policy has no quorum"},
      {one + "\n" + log_line() + "quorum nobody\n", "line 3 of the policy: 'nobody'"},
      {one + "\nsinger x\n", "line 2 of the policy: 'singer' is none of"}};
  for (const auto& [text, why] : cases) {
    const auto trust = parse_trust(text, 0);
    ASSERT_FALSE(trust) << text;
    EXPECT_NE(trust.error().message.find(why), std::string::npos) << trust.error().message;
  }
}

TEST(TrustWords, AFileSaysItAll) {
  const system::TemporaryFolder folder;
  const std::string file = (folder.path() / "trust.txt").string();
  system::Files& files = system::posix_files();
  ASSERT_TRUE(files.write_atomic(file, as_bytes("signer " + signer(1) + " x\n")));
  TrustWords words;
  words.file = file;
  EXPECT_EQ(trust_of(words, files, 0).error().message,
            file + ": line 1: 'x' is none of from, until and revoked, each with a date");
  words.log_key = "k";
  EXPECT_EQ(trust_of(words, files, 0).error().message,
            "a trust file says whom you believe; leave all other keys out");
}

TEST(Belief, IsInOneOfTheSignersInItsTerm) {
  Statement statement =
      state("https://example.org/v1", {{"a", crypto::sha256("a")}}, Json::Object{});
  sign(statement, key_number(1));
  sign(statement, key_number(3));
  Trust trust{.now_unix_seconds = 100};
  EXPECT_EQ(belief_in(trust, statement, {}).belief, Belief::kUnknown);
  trust.signer_keys = {{key_number(4).public_key()}};
  EXPECT_EQ(belief_in(trust, statement, {}).belief, Belief::kUnknown);
  trust.signer_keys = {{key_number(1).public_key(), {.revoked = 50}}};
  EXPECT_EQ(belief_in(trust, statement, {}).belief, Belief::kOutOfTerm);
  EXPECT_EQ(belief_in(trust, statement, 49).belief, Belief::kBelieved);
  trust.signer_keys.push_back({key_number(3).public_key()});
  EXPECT_EQ(belief_in(trust, statement, {}).belief, Belief::kBelieved);
}

}  // namespace
}  // namespace glass::record
