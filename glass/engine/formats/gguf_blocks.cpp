#include "glass/engine/formats/gguf_blocks.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/half.h"
#include "glass/engine/formats/gguf.h"
#include "glass/engine/kernels/weight_format.h"

namespace glass::engine {
namespace {

constexpr int64_t kSmall = 32;   // numbers in a block with one scale
constexpr int64_t kLarge = 256;  // in one whose parts have scales of their own

float half_at(const uint8_t* at) {
  return float_from_half(load_little_endian<uint16_t>(at));
}

void read_q8_0(const uint8_t* block, float* out) {
  const float d = half_at(block);
  for (int64_t i = 0; i < kSmall; ++i)
    out[i] = d * static_cast<float>(static_cast<int8_t>(block[2 + i]));
}

// d | 16 bytes: the low four bits are q of the first half, the high ones of the second
void read_q4_0(const uint8_t* block, float* out) {
  const float d = half_at(block);
  for (int64_t i = 0; i < kSmall / 2; ++i) {
    out[i] = static_cast<float>((block[2 + i] & 15) - 8) * d;
    out[i + kSmall / 2] = static_cast<float>((block[2 + i] >> 4) - 8) * d;
  }
}

// d | m | as above
void read_q4_1(const uint8_t* block, float* out) {
  const float d = half_at(block), m = half_at(block + 2);
  for (int64_t i = 0; i < kSmall / 2; ++i) {
    out[i] = static_cast<float>(block[4 + i] & 15) * d + m;
    out[i + kSmall / 2] = static_cast<float>(block[4 + i] >> 4) * d + m;
  }
}

struct ScaleAndMin {
  int scale, min;
};

// Eight pairs of six bits in twelve bytes: the first four pairs lie whole in the low bits, those of
// the others are put together of the last four bytes and the high bits of the first eight.
ScaleAndMin scale_and_min(const uint8_t* s, int64_t pair) {
  if (pair < 4) return {.scale = s[pair] & 63, .min = s[pair + 4] & 63};
  return {.scale = (s[pair + 4] & 15) | (s[pair - 4] >> 6 << 4),
          .min = (s[pair + 4] >> 4) | (s[pair] >> 6 << 4)};
}

// d | m | 12 bytes of s | 128 bytes of q: 32 bytes for each 64 numbers
void read_q4_k(const uint8_t* block, float* out) {
  const float d = half_at(block), m = half_at(block + 2);
  const uint8_t* const s = block + 4;
  const uint8_t* q = block + 16;
  for (int64_t part = 0; part < kLarge / kSmall; part += 2, q += kSmall, out += 2 * kSmall) {
    const ScaleAndMin low = scale_and_min(s, part), high = scale_and_min(s, part + 1);
    const float d_low = d * static_cast<float>(low.scale), m_low = m * static_cast<float>(low.min);
    const float d_high = d * static_cast<float>(high.scale);
    const float m_high = m * static_cast<float>(high.min);
    for (int64_t i = 0; i < kSmall; ++i) {
      out[i] = d_low * static_cast<float>(q[i] & 15) - m_low;
      out[i + kSmall] = d_high * static_cast<float>(q[i] >> 4) - m_high;
    }
  }
}

// 128 bytes of low four bits | 64 of high two | 16 of s | d: each half of the block is four times
// 32 numbers, whose high bits share a byte
void read_q6_k(const uint8_t* block, float* out) {
  const uint8_t *low = block, *high = block + 128, *s = block + 192;
  const float d = half_at(block + 208);
  for (int half = 0; half < 2; ++half, out += 128, low += 64, high += 32, s += 8) {
    for (int64_t i = 0; i < kSmall; ++i) {
      const std::array<int, 4> q = {
          (low[i] & 15) | (high[i] & 3) << 4, (low[i + 32] & 15) | (high[i] >> 2 & 3) << 4,
          (low[i] >> 4) | (high[i] >> 4 & 3) << 4, (low[i + 32] >> 4) | (high[i] >> 6) << 4};
      for (int64_t part = 0; part < 4; ++part) {
        const auto scale = static_cast<float>(static_cast<int8_t>(s[i / 16 + 2 * part]));
        out[i + kSmall * part] =
            d * scale * static_cast<float>(q.at(static_cast<size_t>(part)) - 32);
      }
    }
  }
}

void read_bf16(const uint8_t* block, float* out) {
  *out = float_from_bfloat16(load_little_endian<uint16_t>(block));
}

void read_f16(const uint8_t* block, float* out) {
  *out = half_at(block);
}

// A template, so that what is done for each block is known where the loop is compiled.
template <void (*read)(const uint8_t*, float*)>
void read_each(const GgufBlock& block, ByteView blocks, std::span<float> out) {
  const uint8_t* from = blocks.data();
  for (int64_t at = 0; at < std::ssize(out); at += block.numbers, from += block.bytes)
    read(from, out.data() + at);
}

void store_half(uint8_t* at, uint16_t half) {
  at[0] = static_cast<uint8_t>(half);
  at[1] = static_cast<uint8_t>(half >> 8);
}

}  // namespace

std::optional<GgufBlock> gguf_block(uint32_t form) {
  switch (static_cast<GgufForm>(form)) {
    case GgufForm::kF32: return GgufBlock{1, 4};
    case GgufForm::kF16:
    case GgufForm::kBf16: return GgufBlock{1, 2};
    case GgufForm::kQ8_0: return GgufBlock{kSmall, 34};
    case GgufForm::kQ4_0: return GgufBlock{kSmall, 18};
    case GgufForm::kQ4_1: return GgufBlock{kSmall, 20};
    case GgufForm::kQ4_K: return GgufBlock{kLarge, 144};
    case GgufForm::kQ6_K: return GgufBlock{kLarge, 210};
  }
  return std::nullopt;
}

void read_gguf_blocks(GgufForm form, ByteView blocks, std::span<float> out) {
  const auto block = gguf_block(static_cast<uint32_t>(form));
  GLASS_CHECK(block && std::ssize(out) % block->numbers == 0 &&
              std::ssize(blocks) == std::ssize(out) / block->numbers * block->bytes);
  switch (form) {
    case GgufForm::kF32:
      if (!out.empty()) std::memcpy(out.data(), blocks.data(), blocks.size());
      return;
    case GgufForm::kF16: return read_each<read_f16>(*block, blocks, out);
    case GgufForm::kBf16: return read_each<read_bf16>(*block, blocks, out);
    case GgufForm::kQ8_0: return read_each<read_q8_0>(*block, blocks, out);
    case GgufForm::kQ4_0: return read_each<read_q4_0>(*block, blocks, out);
    case GgufForm::kQ4_1: return read_each<read_q4_1>(*block, blocks, out);
    case GgufForm::kQ4_K: return read_each<read_q4_k>(*block, blocks, out);
    case GgufForm::kQ6_K: return read_each<read_q6_k>(*block, blocks, out);
  }
}

void append_gguf_blocks(GgufForm form, std::span<const float> numbers, Bytes& out) {
  GLASS_CHECK(form == GgufForm::kF32 || form == GgufForm::kF16 || form == GgufForm::kQ8_0);
  const GgufBlock block = *gguf_block(static_cast<uint32_t>(form));
  const auto size = static_cast<size_t>(block.numbers);
  GLASS_CHECK(numbers.size() % size == 0);
  const size_t begin = out.size();
  out.resize(begin + numbers.size() / size * static_cast<size_t>(block.bytes));
  uint8_t* at = out.data() + begin;
  if (form == GgufForm::kF32) {
    if (!numbers.empty()) std::memcpy(at, numbers.data(), numbers.size_bytes());
    return;
  }
  for (; !numbers.empty(); numbers = numbers.subspan(size), at += block.bytes) {
    if (form == GgufForm::kF16)
      store_half(at, half_from_float(numbers.front()));
    else
      store_half(at, quantize_block(numbers.first(size), reinterpret_cast<int8_t*>(at + 2)));
  }
}

}  // namespace glass::engine
