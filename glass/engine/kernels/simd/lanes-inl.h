// What all vector twins share: the vector type, the 16 virtual lanes of the row rule, and loops
// over rows of any length. Compiled once per target of targets.h; see there how to include it.
//
// Bits: vectors run across independent elements, or they are the 16 virtual lanes. A row's tail is
// padded with +0 in a buffer, which adds nothing to a lane and is never stored.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_LANES_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_LANES_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_LANES_INL_H_
#endif

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <hwy/highway.h>

#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/tree.h"

// Asks for complete unrolling of a loop with a constant bound, so that the array of accumulators
// it walks over becomes registers.
#undef GLASS_UNROLL
#if HWY_COMPILER_CLANG
#define GLASS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define GLASS_UNROLL _Pragma("GCC unroll 16")
#endif

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr int kRowLanes = 16;  // the virtual lanes of the row rule

using Tag = hn::CappedTag<float, kRowLanes>;
using Vec = hn::Vec<Tag>;

inline constexpr int kLanes = static_cast<int>(hn::MaxLanes(Tag()));
inline constexpr int kRowVectors = kRowLanes / kLanes;

// Tells the compiler that a part is no longer than a vector: it cannot see that by itself.
HWY_INLINE void assume_part(int64_t count) {
  if (count < 0 || count > kLanes) __builtin_unreachable();
}

// The first `count` <= kLanes floats at `from`, the rest +0.
HWY_INLINE Vec load_part(const float* from, int64_t count) {
  assume_part(count);
  alignas(64) float buffer[kLanes];
  hn::Store(hn::Zero(Tag()), Tag(), buffer);
  std::memcpy(buffer, from, static_cast<size_t>(count) * sizeof(float));
  return hn::Load(Tag(), buffer);
}

HWY_INLINE void store_part(Vec value, float* to, int64_t count) {
  assume_part(count);
  alignas(64) float buffer[kLanes];
  hn::Store(value, Tag(), buffer);
  std::memcpy(to, buffer, static_cast<size_t>(count) * sizeof(float));
}

// How a vector comes from memory and goes back: whole, or the last elements of a row.
struct Whole {
  HWY_INLINE Vec load(const float* from) const { return hn::LoadU(Tag(), from); }

  HWY_INLINE void store(Vec value, float* to) const { hn::StoreU(value, Tag(), to); }
};

struct Part {
  int64_t count;

  HWY_INLINE Vec load(const float* from) const { return load_part(from, count); }

  HWY_INLINE void store(Vec value, float* to) const { store_part(value, to, count); }
};

// Calls body(i, Whole or Part) for the vectors of a row of `count` elements.
template <typename Body>
HWY_INLINE void for_each_vector(int64_t count, const Body& body) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) body(i, Whole());
  if (i < count) body(i, Part{count - i});
}

// out[i] = f(in[i]...) for i < count. `out` may be one of `in`.
template <typename F, typename... In>
HWY_INLINE void transform(int64_t count, float* out, const F& f, const In*... in) {
  for_each_vector(count,
                  [&](int64_t i, auto at) HWY_ATTR { at.store(f(at.load(in + i)...), out + i); });
}

// 16 partial sums, by (index within the segment) mod 16. A plain array, since g++ 12 fails on a
// structure of one AVX-512 vector.
using RowLanes = Vec[kRowVectors];

HWY_INLINE void clear_lanes(RowLanes& lanes) {
  GLASS_UNROLL
  for (int v = 0; v < kRowVectors; ++v) lanes[v] = hn::Zero(Tag());
}

// The halving tree over the 16 lanes. Adding +0 first makes the -0 of an underflowed lane into +0,
// so that padding a row with +0 is exact.
HWY_INLINE float fold_lanes(const RowLanes& lanes) {
  alignas(64) float x[kRowLanes];
  GLASS_UNROLL
  for (int v = 0; v < kRowVectors; ++v)
    hn::Store(hn::Add(lanes[v], hn::Zero(Tag())), Tag(), x + v * kLanes);
  const float a = ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
  const float b = ((x[8] + x[9]) + (x[10] + x[11])) + ((x[12] + x[13]) + (x[14] + x[15]));
  return a + b;
}

// The row rule inside one segment: step(sum, in[i]...) is what term i makes of its lane's sum.
// Steps take their vectors by reference, since g++ 12 fails on AVX-512 vectors passed by value
// here.
template <typename Step, typename... In>
HWY_INLINE float segment_sum(int64_t count, const Step& step, const In*... in) {
  RowLanes lanes;
  clear_lanes(lanes);
  int64_t i = 0;
  for (; i + kRowLanes <= count; i += kRowLanes) {
    GLASS_UNROLL
    for (int v = 0; v < kRowVectors; ++v)
      lanes[v] = step(lanes[v], hn::LoadU(Tag(), in + i + v * kLanes)...);
  }
  for (int v = 0; v < kRowVectors && i < count; ++v, i += kLanes)
    lanes[v] = step(lanes[v], load_part(in + i, std::min<int64_t>(count - i, kLanes))...);
  return fold_lanes(lanes);
}

// The row rule: segments of kSegment terms, combined in the halving tree.
template <typename Step, typename... In>
HWY_INLINE float row_sum(int64_t count, const Step& step, const In*... in) {
  if (count <= kSegment) return segment_sum(count, step, in...);
  const auto leaf = [&](int64_t segment) HWY_ATTR {
    const int64_t begin = segment * kSegment;
    return segment_sum(std::min(count - begin, kSegment), step, (in + begin)...);
  };
  const auto combine = [](float left, float right) { return left + right; };
  return fold_tree(0, segment_count(count, kSegment), leaf, combine);
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
