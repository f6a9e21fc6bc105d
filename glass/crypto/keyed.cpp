#include "glass/crypto/keyed.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/random.h"

namespace glass::crypto {

SymmetricKey random_key() {
  SymmetricKey key{};
  system::fill_random(key);
  return key;
}

Digest keyed_digest(ByteView key, ByteView message) {
  Digest digest;
  unsigned length = 0;
  GLASS_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(),
                   message.size(), digest.bytes.data(), &length) != nullptr);
  return digest;
}

SymmetricKey derived_key(const SymmetricKey& key, std::string_view use) {
  return keyed_digest(key, as_bytes(use)).bytes;
}

Bytes seal(const SymmetricKey& key, ByteView text) {
  Bytes sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size());
  system::fill_random(std::span(sealed).first(crypto_secretbox_NONCEBYTES));
  GLASS_CHECK(crypto_secretbox_easy(sealed.data() + crypto_secretbox_NONCEBYTES, text.data(),
                                    text.size(), sealed.data(), key.data()) == 0);
  return sealed;
}

Result<Bytes> unseal(const SymmetricKey& key, ByteView sealed) {
  constexpr size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  const auto wrong = [] {
    return fail(ErrorCode::kMismatch, "it was sealed with another key, or changed since");
  };
  if (sealed.size() < kOverhead) return wrong();
  Bytes text(sealed.size() - kOverhead);
  const ByteView box = sealed.subspan(crypto_secretbox_NONCEBYTES);
  if (crypto_secretbox_open_easy(text.data(), box.data(), box.size(), sealed.data(), key.data()) !=
      0)
    return wrong();
  return text;
}

}  // namespace glass::crypto
