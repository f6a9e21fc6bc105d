#include "glass/crypto/sha256.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <openssl/evp.h>

#include "glass/base/check.h"

namespace glass::crypto {

namespace {

constexpr std::string_view kSha256Prefix = "sha256:";
constexpr size_t kChunkBytes = size_t{1} << 20;

// Found once: to look for an algorithm takes longer than to hash a node of a tree.
const EVP_MD* algorithm() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found;
}

}  // namespace

// OpenSSL fails here only without memory.
struct Sha256::State {
  State() { start(); }

  void start() const {
    if (context == nullptr || EVP_DigestInit_ex(context.get(), algorithm(), nullptr) != 1)
      throw std::bad_alloc();
  }

  struct Free {
    void operator()(EVP_MD_CTX* one) const { EVP_MD_CTX_free(one); }
  };

  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) {
  GLASS_CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::finish() {
  Digest digest;
  unsigned size = 0;
  GLASS_CHECK(EVP_DigestFinal_ex(state_->context.get(), digest.bytes.data(), &size) == 1);
  GLASS_CHECK(size == digest.bytes.size());
  state_->start();
  return digest;
}

Digest sha256(ByteView bytes) {
  thread_local Sha256 hash;  // making one takes as long as hashing a few hundred bytes
  hash.update(bytes);
  return hash.finish();
}

Digest sha256(std::string_view text) {
  return sha256(as_bytes(text));
}

Digest sha256_chunked(ByteView bytes, Parallel& parallel) {
  const size_t chunks = (bytes.size() + kChunkBytes - 1) / kChunkBytes;
  std::vector<Digest> digests(chunks);
  parallel.split(static_cast<int64_t>(chunks), 1, [&](int64_t begin, int64_t end, int) {
    Sha256 hash;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const size_t at = i * kChunkBytes;
      hash.update(bytes.subspan(at, std::min(kChunkBytes, bytes.size() - at)));
      digests[i] = hash.finish();
    }
  });
  Sha256 hash;
  for (const Digest& digest : digests) hash.update(digest.bytes);
  return hash.finish();
}

std::string to_text(const Digest& digest) {
  return std::string(kSha256Prefix) + to_hex(digest.bytes);
}

Result<Digest> digest_from_text(std::string_view text) {
  Digest digest;
  if (text.starts_with(kSha256Prefix)) {
    const auto bytes = from_hex(text.substr(kSha256Prefix.size()));
    if (bytes && bytes->size() == digest.bytes.size()) {
      std::ranges::copy(*bytes, digest.bytes.begin());
      return digest;
    }
  }
  return fail(ErrorCode::kInvalidInput,
              "a digest is \"sha256:\" and 64 lower-case hexadecimal digits");
}

}  // namespace glass::crypto
