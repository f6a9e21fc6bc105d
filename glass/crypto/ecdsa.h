// ECDSA signatures (FIPS 186-5) and their keys as PEM, the form that other tools exchange.
//
// The digest follows the curve: P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512. What we
// sign is P-256 with the nonce of RFC 6979, so the same message has the same signature.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::crypto {

class EcdsaPublicKey {
 public:
  // kInvalidInput if the text is no "PUBLIC KEY" of one of the three curves.
  [[nodiscard]] static Result<EcdsaPublicKey> from_pem(std::string_view pem);

  // "-----BEGIN PUBLIC KEY-----", lines of 64 columns, a line feed at the end.
  [[nodiscard]] std::string to_pem() const;

  // The same key without the first and the last line and the line feeds: base64 of its DER form.
  [[nodiscard]] static Result<EcdsaPublicKey> from_base64(std::string_view base64);
  [[nodiscard]] std::string to_base64() const;

  // "P-256", "P-384" or "P-521".
  [[nodiscard]] std::string_view curve() const;

  // Whether `signature`, in DER, belongs to the message.
  [[nodiscard]] bool verify(ByteView message, ByteView signature) const;

 private:
  friend class P256SecretKey;
  struct Handle;

  explicit EcdsaPublicKey(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

  std::shared_ptr<Handle> handle_;  // never changed
};

class P256SecretKey {
 public:
  static P256SecretKey generate();

  // kInvalidInput if it is 0 or not below the order of the group.
  [[nodiscard]] static Result<P256SecretKey> from_scalar(const std::array<uint8_t, 32>& big_endian);

  ~P256SecretKey();  // wipes
  P256SecretKey(const P256SecretKey&) = default;
  P256SecretKey& operator=(const P256SecretKey&) = default;

  [[nodiscard]] EcdsaPublicKey public_key() const;

  // In DER.
  [[nodiscard]] Bytes sign(ByteView message) const;

  // The file: PEM, "PRIVATE KEY" (PKCS#8, not encrypted), mode 0600. kRefused if others may read
  // the file; kInvalidInput if it is no key of P-256.
  [[nodiscard]] static Result<P256SecretKey> load(system::Files& files, const system::Path& file);

  // Never replaces an existing file.
  [[nodiscard]] Status save(system::Files& files, const system::Path& file) const;

 private:
  P256SecretKey() = default;
  std::array<uint8_t, 32> scalar_{};
};

}  // namespace glass::crypto
