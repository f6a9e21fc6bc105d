#include "glass/crypto/ecdsa.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::crypto {
namespace {

std::array<uint8_t, 32> scalar(std::string_view hex) {
  std::array<uint8_t, 32> bytes{};
  std::ranges::copy(from_hex(hex).value(), bytes.begin());
  return bytes;
}

// RFC 6979, A.2.5.
P256SecretKey key_of_rfc6979() {
  return P256SecretKey::from_scalar(
             scalar("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"))
      .value();
}

std::string der_of(std::string_view r, std::string_view s) {
  const auto integer = [](std::string_view hex) {
    const bool high = hex[0] >= '8';
    return std::string(high ? "022100" : "0220") + std::string(hex);
  };
  const std::string both = integer(r) + integer(s);
  const std::array<uint8_t, 1> size = {static_cast<uint8_t>(both.size() / 2)};
  return "30" + to_hex(size) + both;
}

TEST(Ecdsa, SignsTheVectorsOfRfc6979) {
  const P256SecretKey key = key_of_rfc6979();
  EXPECT_EQ(to_hex(key.sign(as_bytes(std::string_view("sample")))),
            der_of("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
                   "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"));
  EXPECT_EQ(to_hex(key.sign(as_bytes(std::string_view("test")))),
            der_of("f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
                   "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"));
}

TEST(Ecdsa, VerifiesWhatItSignedAndNothingElse) {
  const P256SecretKey key = P256SecretKey::generate();
  const Bytes message = {1, 2, 3};
  const Bytes signature = key.sign(message);
  const EcdsaPublicKey public_key = key.public_key();
  EXPECT_EQ(public_key.curve(), "P-256");
  EXPECT_TRUE(public_key.verify(message, signature));
  EXPECT_FALSE(public_key.verify(Bytes{1, 2, 4}, signature));
  EXPECT_FALSE(P256SecretKey::generate().public_key().verify(message, signature));
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Bytes changed = signature;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(public_key.verify(message, changed)) << bit;
  }
  EXPECT_FALSE(public_key.verify(message, {}));
}

TEST(Ecdsa, ReadsPublicKeysOfThreeCurvesAndWritesThemBack) {
  // Made by openssl.
  constexpr std::string_view kP384 =
      "-----BEGIN PUBLIC KEY-----\n"
      "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEJEqc49xnGuJq6JDI6WxcR1upQVoJjkIh\n"
      "vA3RlTC1aIkkfTpLlm0pL0PbSCowyUzs6eBmobjroAdP0NoR39Om4fIz2HrH8Vcc\n"
      "/wYQlBHkfFhYkveNTv4hyFGVCfm5dni6\n"
      "-----END PUBLIC KEY-----\n";
  const auto p384 = EcdsaPublicKey::from_pem(kP384);
  ASSERT_TRUE(p384);
  EXPECT_EQ(p384->curve(), "P-384");
  EXPECT_EQ(p384->to_pem(), kP384);
  const std::string ours = key_of_rfc6979().public_key().to_pem();
  EXPECT_EQ(EcdsaPublicKey::from_pem(ours)->to_pem(), ours);
  const std::string base64 = p384->to_base64();
  EXPECT_EQ(base64.size(), 160U);
  EXPECT_EQ(EcdsaPublicKey::from_base64(base64)->to_pem(), kP384);
  EXPECT_FALSE(EcdsaPublicKey::from_base64(base64.substr(4)));
  EXPECT_FALSE(EcdsaPublicKey::from_base64(base64 + "\n"));
  EXPECT_FALSE(EcdsaPublicKey::from_base64(""));
  EXPECT_FALSE(EcdsaPublicKey::from_pem("-----BEGIN PUBLIC KEY-----\n"));
  EXPECT_FALSE(EcdsaPublicKey::from_pem(""));
  // Of Ed25519: a key, but none of these.
  EXPECT_FALSE(
      EcdsaPublicKey::from_pem("-----BEGIN PUBLIC KEY-----\n"
                               "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                               "-----END PUBLIC KEY-----\n"));
}

// Instead of asking whoever sits at the terminal.
TEST(Ecdsa, RefusesAKeyThatWantsAPassword) {
  EXPECT_FALSE(
      EcdsaPublicKey::from_pem("-----BEGIN PUBLIC KEY-----\n"
                               "Proc-Type: 4,ENCRYPTED\n"
                               "DEK-Info: AES-256-CBC,00000000000000000000000000000000\n\n"
                               "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMcsHpbWg4kBeBnijwoy0tkcbnONA\n"
                               "-----END PUBLIC KEY-----\n"));
}

TEST(Ecdsa, RefusesScalarsOutsideTheGroup) {
  EXPECT_FALSE(P256SecretKey::from_scalar({}));
  constexpr std::string_view kOrder =
      "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
  EXPECT_FALSE(P256SecretKey::from_scalar(scalar(kOrder)));
}

TEST(Ecdsa, KeepsItsFileToItself) {
  const system::TemporaryFolder temporary;
  system::Files& files = system::posix_files();
  const system::Path file = temporary.path() / "key.pem";
  const P256SecretKey key = P256SecretKey::generate();
  ASSERT_TRUE(key.save(files, file));
  const auto loaded = P256SecretKey::load(files, file);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->public_key().to_pem(), key.public_key().to_pem());
  EXPECT_FALSE(key.save(files, file));
  ASSERT_TRUE(files.write_private(temporary.path() / "other.pem",
                                  as_bytes(std::string_view("no key at all"))));
  const auto refused = P256SecretKey::load(files, temporary.path() / "other.pem");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace glass::crypto
