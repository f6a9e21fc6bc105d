// SHA-256: the only digest of the project. Text form: "sha256:" and 64 lower-case hex digits.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"

namespace glass::crypto {

struct Digest {
  std::array<uint8_t, 32> bytes{};

  friend auto operator<=>(const Digest&, const Digest&) = default;
};

std::string to_text(const Digest& digest);
[[nodiscard]] Result<Digest> digest_from_text(std::string_view text);

// Incremental. After finish() the object starts anew.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(ByteView bytes);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(ByteView bytes);
Digest sha256(std::string_view text);

// The digest of the concatenated digests of chunks of 1 MiB: what tensors and other large blobs
// are known by. Chunks are hashed in parallel; the result does not depend on the workers.
Digest sha256_chunked(ByteView bytes, Parallel& parallel);

}  // namespace glass::crypto
