// KnownKeys: verifies many signatures of few keys, three times as fast as one by one.
//
// The answer is that of verify() (ed25519.h), always: the same equation without a cofactor, for the
// same keys. What is faster is the way to the point S B - h A. For B and for every known key A the
// multiples of the point are made once, which saves the doublings of each signature; and the
// coordinates of all points are divided at once. A batch equation with random coefficients, the
// other way to be faster, accepts what verify() refuses: docs/adr/0009.
//
// Nothing here is secret, and nothing takes constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/crypto/ed25519.h"

namespace glass::crypto {

// Views: what they show must outlive the call.
struct SignedMessage {
  PublicKey key;
  ByteView message;
  Signature signature;
};

class KnownKeys {
 public:
  KnownKeys();
  ~KnownKeys();
  KnownKeys(KnownKeys&&) noexcept;
  KnownKeys& operator=(KnownKeys&&) noexcept;

  // Takes as long as some ten verifications, and 100 kB. A key that is no point of the large
  // subgroup stays unknown, and so does any beyond the first kMostKnownKeys.
  void learn(const PublicKey& key);

  [[nodiscard]] bool knows(const PublicKey& key) const;

  // Whether each is right. Several threads may ask at once, while nobody calls learn().
  [[nodiscard]] std::vector<bool> verify_each(std::span<const SignedMessage> messages) const;

 private:
  struct Combs;
  std::unique_ptr<Combs> combs_;
};

inline constexpr size_t kMostKnownKeys = 512;

}  // namespace glass::crypto
