#include "glass/crypto/sealing.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sodium.h>

#include "glass/base/check.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"

namespace glass::crypto {
namespace {

constexpr std::string_view kMagic = "GLSEAL1\n";
constexpr size_t kMac = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr size_t kHeader = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr size_t kBegin = 8 + kHeader;
constexpr unsigned char kGoesOn = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
constexpr unsigned char kEnds = crypto_secretstream_xchacha20poly1305_TAG_FINAL;

static_assert(kMac == 17 && kHeader == 24 && crypto_box_SEALBYTES == 48 &&
              crypto_secretstream_xchacha20poly1305_KEYBYTES == 32);

using Exchange = std::array<uint8_t, crypto_scalarmult_curve25519_BYTES>;

void start_sealing() {
  static const bool started = sodium_init() >= 0;
  GLASS_CHECK(started);
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

SealingKey SealingKey::generate() {
  start_sealing();
  SealingKey key;
  crypto_secretstream_xchacha20poly1305_keygen(key.bytes_.data());
  return key;
}

SealingKey SealingKey::from_bytes(const std::array<uint8_t, 32>& bytes) {
  SealingKey key;
  key.bytes_ = bytes;
  return key;
}

SealingKey::~SealingKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

Bytes seal_key(const SealingKey& key, const PublicKey& reader) {
  start_sealing();
  Exchange exchange{};
  // A key that acts for a seat has signed, so it is none of small order.
  GLASS_CHECK(crypto_sign_ed25519_pk_to_curve25519(exchange.data(), reader.bytes.data()) == 0);
  Bytes sealed(key.bytes().size() + crypto_box_SEALBYTES);
  GLASS_CHECK(
      crypto_box_seal(sealed.data(), key.bytes().data(), key.bytes().size(), exchange.data()) == 0);
  return sealed;
}

Result<SealingKey> open_key(ByteView sealed, const SecretKey& reader) {
  start_sealing();
  Exchange open{};
  GLASS_CHECK(crypto_sign_ed25519_pk_to_curve25519(open.data(), reader.public_key().bytes.data()) ==
              0);
  Exchange secret{};
  GLASS_CHECK(crypto_sign_ed25519_sk_to_curve25519(secret.data(), reader.bytes_.data()) == 0);
  std::array<uint8_t, 32> bytes{};
  const bool opens = sealed.size() == bytes.size() + crypto_box_SEALBYTES &&
                     crypto_box_seal_open(bytes.data(), sealed.data(), sealed.size(), open.data(),
                                          secret.data()) == 0;
  sodium_memzero(secret.data(), secret.size());
  if (!opens) return refused("the sealed key was sealed to another reader, or was changed");
  SealingKey key = SealingKey::from_bytes(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

struct Sealer::State {
  crypto_secretstream_xchacha20poly1305_state stream;
  std::string name;
  Bytes text;    // not sealed yet
  Bytes sealed;  // not handed out yet

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() {
    sodium_memzero(&stream, sizeof stream);
    sodium_memzero(text.data(), text.size());
  }

  void push(size_t count, unsigned char tag) {
    const size_t at = sealed.size();
    sealed.resize(at + count + kMac);
    GLASS_CHECK(crypto_secretstream_xchacha20poly1305_push(&stream, sealed.data() + at, nullptr,
                                                           text.data(), count, bytes_of(name),
                                                           name.size(), tag) == 0);
    text.erase(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count));
  }
};

Sealer::Sealer(const SealingKey& key, std::string_view name) : state_(std::make_unique<State>()) {
  start_sealing();
  state_->name = name;
  state_->sealed.assign(kMagic.begin(), kMagic.end());
  state_->sealed.resize(kBegin);
  GLASS_CHECK(crypto_secretstream_xchacha20poly1305_init_push(
                  &state_->stream, state_->sealed.data() + kMagic.size(), key.bytes().data()) == 0);
}

Sealer::~Sealer() = default;
Sealer::Sealer(Sealer&&) noexcept = default;

// A full chunk waits until more comes, for the last one is sealed as such.
Bytes Sealer::add(ByteView text) {
  State& state = *state_;
  while (!text.empty()) {
    if (state.text.size() == kSealedChunk) state.push(kSealedChunk, kGoesOn);
    const size_t part = std::min(text.size(), kSealedChunk - state.text.size());
    state.text.insert(state.text.end(), text.begin(),
                      text.begin() + static_cast<std::ptrdiff_t>(part));
    text = text.subspan(part);
  }
  return std::exchange(state.sealed, {});
}

Bytes Sealer::finish() {
  state_->push(state_->text.size(), kEnds);
  return std::exchange(state_->sealed, {});
}

bool is_sealed(ByteView file) {
  return file.size() >= kMagic.size() &&
         std::equal(kMagic.begin(), kMagic.end(), file.begin(),
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
}

uint64_t opened_bytes(uint64_t sealed_bytes) {
  if (sealed_bytes < kBegin + kMac) return 0;
  const uint64_t chunks = (sealed_bytes - kBegin + kSealedChunk + kMac - 1) / (kSealedChunk + kMac);
  return sealed_bytes - kBegin - chunks * kMac;
}

Result<Bytes> open_sealed(ByteView file, const SealingKey& key, std::string_view name) {
  start_sealing();
  const auto wrong = [] {
    return fail(ErrorCode::kCorruption,
                "it does not open: it was changed, cut off, renamed, or sealed with another key");
  };
  if (!is_sealed(file) || file.size() < kBegin + kMac) return wrong();
  crypto_secretstream_xchacha20poly1305_state stream;
  if (crypto_secretstream_xchacha20poly1305_init_pull(&stream, file.data() + kMagic.size(),
                                                      key.bytes().data()) != 0)
    return wrong();
  Bytes text(opened_bytes(file.size()));
  size_t at = 0;
  unsigned char tag = kGoesOn;
  for (ByteView left = file.subspan(kBegin); !left.empty();) {
    const ByteView chunk = left.first(std::min(left.size(), kSealedChunk + kMac));
    const bool opens = tag == kGoesOn && chunk.size() >= kMac &&
                       crypto_secretstream_xchacha20poly1305_pull(
                           &stream, text.data() + at, nullptr, &tag, chunk.data(), chunk.size(),
                           bytes_of(name), name.size()) == 0;
    if (!opens) return wrong();
    at += chunk.size() - kMac;
    left = left.subspan(chunk.size());
  }
  sodium_memzero(&stream, sizeof stream);
  if (tag != kEnds) return wrong();
  return text;
}

}  // namespace glass::crypto
