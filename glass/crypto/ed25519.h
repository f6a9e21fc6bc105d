// Ed25519 signatures (RFC 8032) and the file a secret key lives in.
//
// Verification follows libsodium: canonical S, no small-order keys, cofactorless equation.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::crypto {

struct PublicKey {
  std::array<uint8_t, 32> bytes{};

  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

struct Signature {
  std::array<uint8_t, 64> bytes{};
};

// "ed25519:" and lower-case hex digits.
std::string to_text(const PublicKey& key);
[[nodiscard]] Result<PublicKey> public_key_from_text(std::string_view text);
std::string to_text(const Signature& signature);
[[nodiscard]] Result<Signature> signature_from_text(std::string_view text);

class SealingKey;

class SecretKey {
 public:
  static SecretKey generate();
  static SecretKey from_seed(const std::array<uint8_t, 32>& seed);
  ~SecretKey();  // wipes
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;

  [[nodiscard]] PublicKey public_key() const;
  [[nodiscard]] Signature sign(ByteView message) const;

  // The file: one line of canonical JSON {"kind":"glass-secret-key-1","seed":"<hex>"}, mode 0600.
  // kRefused if others may read the file; kInvalidInput if it is no key.
  [[nodiscard]] static Result<SecretKey> load(system::Files& files, const system::Path& file);

  // Never replaces an existing file.
  [[nodiscard]] Status save(system::Files& files, const system::Path& file) const;

 private:
  friend Result<SealingKey> open_key(ByteView sealed, const SecretKey& reader);  // sealing.h

  SecretKey() = default;
  std::array<uint8_t, 64> bytes_{};
};

[[nodiscard]] bool verify(const PublicKey& key, ByteView message, const Signature& signature);

}  // namespace glass::crypto
