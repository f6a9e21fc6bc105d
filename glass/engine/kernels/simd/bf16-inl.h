// Numbers of bfloat16 in vectors: rounding, and the way to memory and back. Compiled once per
// target of targets.h.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_BF16_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_BF16_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_BF16_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_BF16_INL_H_
#endif

#include <cstdint>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The nearest numbers of bfloat16, ties to even, as floats; bfloat16_from_float in vectors.
template <class D>
HWY_INLINE hn::Vec<D> nearest_bf16(D d, hn::Vec<D> x) {
  const hn::RebindToUnsigned<D> u;
  const auto bits = hn::BitCast(u, x);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(u, 1));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(u, 0x7fff)));
  const auto quiet = hn::Or(bits, hn::Set(u, 0x00400000));
  const auto number = hn::IfThenElse(hn::RebindMask(u, hn::IsNaN(x)), quiet, rounded);
  return hn::BitCast(d, hn::And(number, hn::Set(u, 0xffff0000)));
}

// REQUIRES: x holds numbers of bfloat16.
template <class D>
HWY_INLINE void store_upper_halves(D /*d*/, hn::Vec<D> x, uint16_t* to) {
  const hn::Rebind<uint16_t, D> halves;
  const hn::RebindToUnsigned<D> u;
  hn::StoreU(hn::TruncateTo(halves, hn::ShiftRight<16>(hn::BitCast(u, x))), halves, to);
}

template <class D>
HWY_INLINE hn::Vec<D> load_upper_halves(D d, const uint16_t* from) {
  const hn::Rebind<uint16_t, D> halves;
  const hn::RebindToUnsigned<D> u;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(u, hn::LoadU(halves, from))));
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
