// Sealing: files that only named readers can read, by libsodium. A key of its own seals a file's
// chunks, one after the other (XChaCha20-Poly1305, secretstream); that key is sealed to the X25519
// key which follows from a reader's Ed25519 key (crypto_box_seal).
//
// What always holds: a sealed file that opens is whole, in its order, under its name, and was
// sealed with this key. Format page: docs/reference/formats/sealed-files.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"

namespace glass::crypto {

class SealingKey {
 public:
  static SealingKey generate();
  static SealingKey from_bytes(const std::array<uint8_t, 32>& bytes);
  ~SealingKey();  // wipes
  SealingKey(const SealingKey&) = default;
  SealingKey& operator=(const SealingKey&) = default;

  [[nodiscard]] const std::array<uint8_t, 32>& bytes() const { return bytes_; }

 private:
  SealingKey() = default;
  std::array<uint8_t, 32> bytes_{};
};

// 80 bytes that only the reader's secret key opens.
Bytes seal_key(const SealingKey& key, const PublicKey& reader);

// kRefused if it was sealed to somebody else, or changed.
[[nodiscard]] Result<SealingKey> open_key(ByteView sealed, const SecretKey& reader);

inline constexpr size_t kSealedChunk = size_t{64} << 10;  // bytes of text in each but the last

// The bytes of a sealed file, as its text comes. `name` goes into every chunk and stands nowhere.
class Sealer {
 public:
  Sealer(const SealingKey& key, std::string_view name);
  ~Sealer();
  Sealer(Sealer&&) noexcept;

  // What is complete of the file by now: may be nothing.
  Bytes add(ByteView text);

  // The rest. The last call.
  Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether bytes begin as a sealed file does.
bool is_sealed(ByteView file);

// How much text a sealed file of so many bytes has. REQUIRES: it is one.
uint64_t opened_bytes(uint64_t sealed_bytes);

// The text. kCorruption if it is not whole, was changed, or belongs to another key or name.
[[nodiscard]] Result<Bytes> open_sealed(ByteView file, const SealingKey& key,
                                        std::string_view name);

}  // namespace glass::crypto
