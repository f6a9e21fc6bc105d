// StoredPanels: where the numbers of a packed matrix lie (PackedMatrix::data of SimdKernels).
//
// Panels follow each other, each `cols` columns of the product (rows of the matrix) wide, filled up
// with +0 beyond the last:
//   kF32, kF16, kBF16  [k][cols] numbers
//   kQ8_0              per block of 32 along k, the last filled up: [cols] scales, binary16,
//                      then [32][cols] integers
// So vectors run along columns, and a panel is read from front to back, once for each product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

struct StoredPanels {
  const std::byte* data = nullptr;  // null: there are none
  WeightFormat format = WeightFormat::kF32;
  int64_t k = 0;
  int64_t cols = 0;

  [[nodiscard]] int64_t panel_bytes() const { return offset_of(k); }

  // Where the numbers from `at` on begin within a panel. REQUIRES for kQ8_0: `at` begins a block,
  // or is k.
  [[nodiscard]] int64_t offset_of(int64_t at) const {
    switch (format) {
      case WeightFormat::kF32: return at * cols * 4;
      case WeightFormat::kF16:
      case WeightFormat::kBF16: return at * cols * 2;
      case WeightFormat::kQ8_0: break;
    }
    return (at + kQuantBlock - 1) / kQuantBlock * cols * (2 + kQuantBlock);
  }

  // Of the panel that holds `column`, from `at` on.
  [[nodiscard]] const std::byte* panel(int64_t column, int64_t at) const {
    return data + column / cols * panel_bytes() + offset_of(at);
  }
};

// Of a matrix that SimdKernels packed on this machine, or with data null is about to.
StoredPanels stored_panels(const PackedMatrix& packed);

// Packs rows of B[n,k] into panels.data, which has room for whole panels, in any format but kF32.
void pack_stored(const float* b_NK, int64_t n, const StoredPanels& panels, Parallel& parallel);

// y[0..k) = one row of the packed matrix, that is one column of its panels.
void read_stored_row(const StoredPanels& panels, int64_t row, float* y);

}  // namespace glass::engine
