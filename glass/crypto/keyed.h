// Keyed: digests that only who has a key can make, and texts that only who has it can read. Whoever
// destroys the key has made the ones incomparable and the others unreadable, wherever copies lie.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::crypto {

using SymmetricKey = std::array<uint8_t, 32>;

// Drawn at random.
SymmetricKey random_key();

// HMAC-SHA-256 (RFC 2104), with a key of any length.
Digest keyed_digest(ByteView key, ByteView message);

// Another key, for another use; `use` is a word of this program.
SymmetricKey derived_key(const SymmetricKey& key, std::string_view use);

// Encrypted and authenticated, XSalsa20-Poly1305 of libsodium, behind a nonce drawn at random: 40
// bytes longer than the text.
Bytes seal(const SymmetricKey& key, ByteView text);

// kMismatch if it was not sealed with this key, or changed since.
[[nodiscard]] Result<Bytes> unseal(const SymmetricKey& key, ByteView sealed);

}  // namespace glass::crypto
