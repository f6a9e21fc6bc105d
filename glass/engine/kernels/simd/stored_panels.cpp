// Packing and reading single rows: what happens once, or for few numbers, and so needs no vectors.
#include "glass/engine/kernels/simd/stored_panels.h"

#include <algorithm>
#include <cstring>

#include "glass/base/check.h"
#include "glass/base/half.h"
#include "glass/engine/kernels/simd/gemm_target.h"

namespace glass::engine {

namespace {

// The k of the block that begins at `begin`.
int64_t block_length(const StoredPanels& panels, int64_t begin) {
  return std::min(kQuantBlock, panels.k - begin);
}

template <uint16_t (*half_of)(float)>
void pack_halves(const float* rows, int64_t columns, const StoredPanels& panels, std::byte* to) {
  auto* halves = reinterpret_cast<uint16_t*>(to);
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t i = 0; i < panels.k; ++i)
      halves[i * panels.cols + c] = half_of(rows[c * panels.k + i]);
  }
}

void pack_blocks(const float* rows, int64_t columns, const StoredPanels& panels, std::byte* to) {
  for (int64_t begin = 0; begin < panels.k; begin += kQuantBlock) {
    auto* scales = reinterpret_cast<uint16_t*>(to + panels.offset_of(begin));
    auto* integers = reinterpret_cast<int8_t*>(scales + panels.cols);
    const int64_t length = block_length(panels, begin);
    for (int64_t c = 0; c < columns; ++c) {
      int8_t block[kQuantBlock];
      scales[c] = quantize_block(
          std::span(rows + c * panels.k + begin, static_cast<size_t>(length)), block);
      for (int64_t i = 0; i < length; ++i) integers[i * panels.cols + c] = block[i];
    }
  }
}

using PackPanel = void (*)(const float* rows, int64_t columns, const StoredPanels&, std::byte* to);

// REQUIRES: not kF32.
PackPanel pack_panel_of(WeightFormat format) {
  switch (format) {
    case WeightFormat::kF16: return pack_halves<half_from_float>;
    case WeightFormat::kBF16: return pack_halves<bfloat16_from_float>;
    case WeightFormat::kF32:
    case WeightFormat::kQ8_0: break;
  }
  return pack_blocks;
}

template <float (*float_of)(uint16_t)>
void read_halves(const StoredPanels& panels, const std::byte* column, float* y) {
  const auto* halves = reinterpret_cast<const uint16_t*>(column);
  for (int64_t i = 0; i < panels.k; ++i) y[i] = float_of(halves[i * panels.cols]);
}

}  // namespace

StoredPanels stored_panels(const PackedMatrix& packed) {
  return {
      .data = packed.data, .format = packed.format, .k = packed.k, .cols = gemm_target().tile_cols};
}

void pack_stored(const float* b_NK, int64_t n, const StoredPanels& panels, Parallel& parallel) {
  auto* data = const_cast<std::byte*>(panels.data);
  const PackPanel pack = pack_panel_of(panels.format);
  const int64_t count = (n + panels.cols - 1) / panels.cols;
  parallel.split(count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t p = begin; p < end; ++p) {
      const int64_t columns = std::min(panels.cols, n - p * panels.cols);
      std::byte* to = data + p * panels.panel_bytes();
      if (columns < panels.cols) std::memset(to, 0, static_cast<size_t>(panels.panel_bytes()));
      pack(b_NK + p * panels.cols * panels.k, columns, panels, to);
    }
  });
}

void read_stored_row(const StoredPanels& panels, int64_t row, float* y) {
  const std::byte* panel = panels.panel(row, 0);
  const int64_t c = row % panels.cols;
  switch (panels.format) {
    case WeightFormat::kF32: {
      const auto* numbers = reinterpret_cast<const float*>(panel);
      for (int64_t i = 0; i < panels.k; ++i) y[i] = numbers[i * panels.cols + c];
      return;
    }
    case WeightFormat::kF16: return read_halves<float_from_half>(panels, panel + 2 * c, y);
    case WeightFormat::kBF16: return read_halves<float_from_bfloat16>(panels, panel + 2 * c, y);
    case WeightFormat::kQ8_0: break;
  }
  for (int64_t begin = 0; begin < panels.k; begin += kQuantBlock) {
    const auto* scales = reinterpret_cast<const uint16_t*>(panel + panels.offset_of(begin));
    const auto* integers = reinterpret_cast<const int8_t*>(scales + panels.cols);
    const float scale = float_from_half(scales[c]);
    for (int64_t i = 0; i < block_length(panels, begin); ++i)
      y[begin + i] = static_cast<float>(integers[i * panels.cols + c]) * scale;
  }
}

}  // namespace glass::engine
