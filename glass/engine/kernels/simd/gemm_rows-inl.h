// Products of few rows with stored panels (stored_panels.h): what decoding is made of. The numbers
// go from memory through registers, once. Compiled once per target of targets.h.
//
// A job is some neighbouring panels, because one panel alone has too few chains to hide the latency
// of an fma. Every sum is a chain with k ascending, segments are combined by the tree.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_GEMM_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_GEMM_ROWS_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_GEMM_ROWS_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_GEMM_ROWS_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "glass/engine/kernels/simd/bf16-inl.h"
#include "glass/engine/kernels/simd/gemm_tile-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

// How vectors of numbers are made of a block of kQuantBlock k of one panel: row(i, v) is vector v
// of its k `i`.
struct StoredF32 {
  HWY_INLINE void open(const std::byte* block) { numbers_ = reinterpret_cast<const float*>(block); }

  HWY_INLINE Vec row(int64_t i, int v) const {
    return hn::Load(Tag(), numbers_ + i * kTileCols + v * kLanes);
  }

 private:
  const float* numbers_;
};

HWY_INLINE Vec widen_halves(const uint16_t* halves) {
  const hn::Rebind<hwy::float16_t, Tag> d;
  return hn::PromoteTo(Tag(), hn::LoadU(d, reinterpret_cast<const hwy::float16_t*>(halves)));
}

struct StoredF16 {
  HWY_INLINE void open(const std::byte* block) {
    halves_ = reinterpret_cast<const uint16_t*>(block);
  }

  HWY_INLINE Vec row(int64_t i, int v) const {
    return widen_halves(halves_ + i * kTileCols + v * kLanes);
  }

 private:
  const uint16_t* halves_;
};

struct StoredBf16 {
  HWY_INLINE void open(const std::byte* block) {
    halves_ = reinterpret_cast<const uint16_t*>(block);
  }

  HWY_INLINE Vec row(int64_t i, int v) const {
    return load_upper_halves(Tag(), halves_ + i * kTileCols + v * kLanes);
  }

 private:
  const uint16_t* halves_;
};

struct StoredQ8 {
  // Written out, since a generated one would not be compiled for the target.
  HWY_INLINE StoredQ8() {}

  HWY_INLINE void open(const std::byte* block) {
    const auto* scales = reinterpret_cast<const uint16_t*>(block);
    GLASS_UNROLL
    for (int v = 0; v < kTileVectors; ++v) scale_[v] = widen_halves(scales + v * kLanes);
    integers_ = reinterpret_cast<const int8_t*>(scales + kTileCols);
  }

  HWY_INLINE Vec row(int64_t i, int v) const {
    const hn::Rebind<int8_t, Tag> bytes;
    const hn::Rebind<int32_t, Tag> words;
    const auto integers = hn::LoadU(bytes, integers_ + i * kTileCols + v * kLanes);
    return hn::Mul(hn::ConvertTo(Tag(), hn::PromoteTo(words, integers)), scale_[v]);
  }

 private:
  const int8_t* integers_;
  Vec scale_[kTileVectors];
};

// Sums of kRows rows and kPanels panels.
template <int kRows, int kPanels>
struct RowSums {
  static constexpr int kVectors = kPanels * kTileVectors;

  HWY_INLINE RowSums() {}

  HWY_INLINE void set_zero() {
    GLASS_UNROLL
    for (int i = 0; i < kRows * kVectors; ++i) at[i] = hn::Zero(Tag());
  }

  // The element-wise sum of what lies at `left` and this.
  HWY_INLINE void add(const float* left) {
    GLASS_UNROLL
    for (int i = 0; i < kRows * kVectors; ++i)
      at[i] = hn::Add(hn::Load(Tag(), left + i * kLanes), at[i]);
  }

  HWY_INLINE void store(float* to) const {
    GLASS_UNROLL
    for (int i = 0; i < kRows * kVectors; ++i) hn::Store(at[i], Tag(), to + i * kLanes);
  }

  Vec at[kRows * kVectors];
};

// `count` k of one block, which lies at `block` in the first panel.
template <class Stored, int kRows, int kPanels>
HWY_INLINE void add_block(RowSums<kRows, kPanels>& sums, const RowsJob& job, const float* a,
                          const std::byte* block, int64_t count) {
  Stored panels[kPanels];
  GLASS_UNROLL
  for (int p = 0; p < kPanels; ++p) panels[p].open(block + p * job.panel_bytes);
  for (int64_t i = 0; i < count; ++i) {
    Vec x[kRows];
    GLASS_UNROLL
    for (int r = 0; r < kRows; ++r) x[r] = hn::Set(Tag(), a[r * job.a_stride + i]);
    GLASS_UNROLL
    for (int p = 0; p < kPanels; ++p) {
      GLASS_UNROLL
      for (int v = 0; v < kTileVectors; ++v) {
        const Vec numbers = panels[p].row(i, v);
        GLASS_UNROLL
        for (int r = 0; r < kRows; ++r) {
          Vec& sum = sums.at[(r * kPanels + p) * kTileVectors + v];
          sum = fused_add(sum, x[r], numbers);
        }
      }
    }
  }
}

template <class Stored, int kRows, int kPanels>
HWY_INLINE void add_segment(RowSums<kRows, kPanels>& sums, const RowsJob& job, int64_t begin,
                            int64_t end) {
  for (int64_t k = begin; k < end; k += kQuantBlock) {
    const int64_t block = k / kQuantBlock * job.block_bytes;
    add_block<Stored>(sums, job, job.a + k, job.b + block, std::min(kQuantBlock, end - k));
  }
}

// What is added to the product, and where it goes.
template <int kRows, int kPanels>
HWY_INLINE void finish_rows(const float* products, const RowsJob& job) {
  constexpr int64_t kCols = int64_t{kPanels} * kTileCols;
  const int64_t cols = std::min(kCols, job.cols);
  for (int r = 0; r < kRows; ++r) {
    const float* product = products + r * kCols;
    for_each_vector(cols, [&](int64_t j, auto part) HWY_ATTR {
      Vec value = part.load(product + j);
      for (int i = 0; i < job.addend_count; ++i) {
        const Addend& addend = job.addends[i];
        const Vec other = part.load(addend.data + r * addend.stride + j);
        value = hn::Add(other, value);
      }
      part.store(value, job.out + r * job.out_stride + j);
    });
  }
}

template <class Stored, int kRows, int kPanels>
void multiply_rows(const RowsJob& job) {
  constexpr int kFloats = kRows * kPanels * kTileCols;
  alignas(64) float waiting[kMaxWaitingRows][kFloats];
  int waits = 0;
  const int64_t segments = std::max<int64_t>(1, segment_count(job.k, kSegment));
  RowSums<kRows, kPanels> sums;
  for (int64_t segment = 0; segment < segments; ++segment) {
    sums.set_zero();
    add_segment<Stored>(sums, job, segment * kSegment, std::min(job.k, (segment + 1) * kSegment));
    for (int merges = merge_of(segment, segments, 1).merges; merges > 0; --merges)
      sums.add(waiting[--waits]);
    sums.store(waiting[waits++]);
  }
  finish_rows<kRows, kPanels>(waiting[0], job);
}

// `count` k of one panel as [k][kTileCols] floats; `from` is the beginning of a block.
template <class Stored>
void expand_panel(const std::byte* from, int64_t block_bytes, int64_t count, float* to) {
  for (int64_t k = 0; k < count; k += kQuantBlock, from += block_bytes) {
    Stored block;
    block.open(from);
    const int64_t end = std::min(kQuantBlock, count - k);
    for (int64_t i = 0; i < end; ++i, to += kTileCols) {
      GLASS_UNROLL
      for (int v = 0; v < kTileVectors; ++v) hn::Store(block.row(i, v), Tag(), to + v * kLanes);
    }
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
