#include "glass/crypto/ed25519.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <sodium.h>

#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/system/random.h"

namespace glass::crypto {

namespace {

constexpr std::string_view kEd25519Prefix = "ed25519:";
constexpr std::string_view kFileKind = "glass-secret-key-1";

static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_BYTES == 64 &&
              crypto_sign_SEEDBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64);

void start_sodium() {
  static const bool started = sodium_init() >= 0;
  GLASS_CHECK(started);
}

// The bytes after the prefix, or kInvalidInput naming `what`.
template <size_t N>
Result<std::array<uint8_t, N>> from_text(std::string_view text, std::string_view what) {
  std::array<uint8_t, N> array{};
  if (text.starts_with(kEd25519Prefix)) {
    const auto bytes = from_hex(text.substr(kEd25519Prefix.size()));
    if (bytes && bytes->size() == N) {
      std::ranges::copy(*bytes, array.begin());
      return array;
    }
  }
  return fail(ErrorCode::kInvalidInput,
              fmt::format("a {} is \"{}\" and {} lower-case hexadecimal digits", what,
                          kEd25519Prefix, 2 * N));
}

// libsodium keeps the seed in the first half of its secret key and the public key in the second.
std::array<uint8_t, 32> seed_of(const std::array<uint8_t, 64>& secret) {
  std::array<uint8_t, 32> seed{};
  std::ranges::copy_n(secret.begin(), seed.size(), seed.begin());
  return seed;
}

}  // namespace

std::string to_text(const PublicKey& key) {
  return std::string(kEd25519Prefix) + to_hex(key.bytes);
}

std::string to_text(const Signature& signature) {
  return std::string(kEd25519Prefix) + to_hex(signature.bytes);
}

Result<PublicKey> public_key_from_text(std::string_view text) {
  return from_text<32>(text, "public key").map([](const auto& bytes) { return PublicKey{bytes}; });
}

Result<Signature> signature_from_text(std::string_view text) {
  return from_text<64>(text, "signature").map([](const auto& bytes) { return Signature{bytes}; });
}

SecretKey SecretKey::from_seed(const std::array<uint8_t, 32>& seed) {
  start_sodium();
  SecretKey key;
  PublicKey ignored;
  GLASS_CHECK(crypto_sign_seed_keypair(ignored.bytes.data(), key.bytes_.data(), seed.data()) == 0);
  return key;
}

SecretKey SecretKey::generate() {
  std::array<uint8_t, 32> seed{};
  system::fill_random(seed);
  SecretKey key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

SecretKey::~SecretKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

PublicKey SecretKey::public_key() const {
  PublicKey key;
  std::ranges::copy_n(bytes_.begin() + 32, key.bytes.size(), key.bytes.begin());
  return key;
}

Signature SecretKey::sign(ByteView message) const {
  Signature signature;
  GLASS_CHECK(crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(),
                                   bytes_.data()) == 0);
  return signature;
}

Result<SecretKey> SecretKey::load(system::Files& files, const system::Path& file) {
  GLASS_TRY(const Bytes bytes, files.read_private(file));
  const auto no_key = [&](std::string_view reason) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} is no secret key of this program: {}",
                                                      system::path_text(file), reason));
  };
  const auto json = parse_json(as_text(bytes));
  if (!json) return no_key(json.error().message);
  const auto kind = json->get_string("kind");
  if (!kind) return no_key(kind.error().message);
  if (*kind != kFileKind) return no_key(fmt::format("its kind is not \"{}\"", kFileKind));
  const auto hex = json->get_string("seed");
  if (!hex) return no_key(hex.error().message);
  const auto seed_bytes = from_hex(*hex);
  std::array<uint8_t, 32> seed{};
  if (!seed_bytes || seed_bytes->size() != seed.size()) {
    return no_key("the seed should be 64 lower-case hexadecimal digits");
  }
  std::ranges::copy(*seed_bytes, seed.begin());
  return from_seed(seed);
}

Status SecretKey::save(system::Files& files, const system::Path& file) const {
  const Json json = Json::Object{{"kind", kFileKind}, {"seed", to_hex(seed_of(bytes_))}};
  return files.write_private(file, as_bytes(to_canonical(json) + "\n"));
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
  start_sodium();
  return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                     key.bytes.data()) == 0;
}

}  // namespace glass::crypto
