// Normal variates: as many blocks of Philox at once as a vector has doubles, every step of the
// reference on every lane.
#include <array>
#include <cstddef>
#include <cstdint>

#include "glass/base/philox.h"
#include "glass/engine/kernels/reference/random_block.h"
#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/random_normal.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/math_constants.h"
#include "glass/engine/kernels/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

using DoubleTag = hn::CappedTag<double, 8>;
using WordTag = hn::RebindToUnsigned<DoubleTag>;  // a word of Philox in the lower half
using Double = hn::Vec<DoubleTag>;
using Words = hn::Vec<WordTag>;

inline constexpr int64_t kDoubles = static_cast<int64_t>(hn::MaxLanes(DoubleTag()));

HWY_INLINE Double real(double value) {
  return hn::Set(DoubleTag(), value);
}

template <size_t N>
HWY_INLINE Double horner(const std::array<double, N>& coefficients, Double x) {
  Double sum = real(coefficients[0]);
  GLASS_UNROLL
  for (size_t i = 1; i < N; ++i) sum = hn::MulAdd(sum, x, real(coefficients[i]));
  return sum;
}

// The product of the lower halves, whole.
HWY_INLINE Words times(Words words, uint32_t multiplier) {
  const hn::Repartition<uint32_t, WordTag> halves;
  return hn::MulEven(hn::BitCast(halves, words), hn::Set(halves, multiplier));
}

// The four words of the blocks index, index + 1, ...
struct Blocks {
  Words word[4];
};

HWY_INLINE Blocks blocks_from(const RandomNormalArgs& a, int64_t index) {
  const WordTag d;
  const Words lower = hn::Set(d, 0xffffffff);
  const Words counter = hn::Add(hn::Set(d, static_cast<uint64_t>(index)), hn::Iota(d, 0));
  Words c0 = hn::And(counter, lower), c1 = hn::ShiftRight<32>(counter);
  Words c2 = hn::Set(d, a.stream & 0xffffffff), c3 = hn::Set(d, a.stream >> 32);
  auto [k0, k1] = philox_key(a.seed, a.purpose);
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const Words p0 = times(c0, kPhiloxMultipliers[0]), p1 = times(c2, kPhiloxMultipliers[1]);
    c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), c1), hn::Set(d, k0));
    c1 = hn::And(p1, lower);
    c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), c3), hn::Set(d, k1));
    c3 = hn::And(p0, lower);
    k0 += kPhiloxKeySteps[0];
    k1 += kPhiloxKeySteps[1];
  }
  return {{c0, c1, c2, c3}};
}

// Exact: the word becomes the low bits of 2^52 + word.
HWY_INLINE Double to_double(Words word) {
  const Words bits = hn::Or(word, hn::BitCast(WordTag(), real(0x1p+52)));
  return hn::Sub(hn::BitCast(DoubleTag(), bits), real(0x1p+52));
}

// math.h log. The exponent becomes a double as the low bits of kRoundDouble + e.
HWY_INLINE Double log(Double x) {
  using namespace constants;  // NOLINT(google-build-using-namespace): this function is about them
  const hn::RebindToSigned<DoubleTag> di;
  const auto sqrt_half = hn::Set(di, kSqrtHalfBitsDouble);
  const auto offset = hn::Sub(hn::BitCast(di, x), sqrt_half);
  const auto biased = hn::Add(hn::ShiftRight<52>(offset), hn::BitCast(di, real(kRoundDouble)));
  const Double e = hn::Sub(hn::BitCast(DoubleTag(), biased), real(kRoundDouble));
  const auto mantissa = hn::And(offset, hn::Set(di, kMantissaMaskDouble));
  const Double f = hn::Sub(hn::BitCast(DoubleTag(), hn::Add(mantissa, sqrt_half)), real(1.0));
  const Double s = hn::Div(f, hn::Add(real(2.0), f));
  const Double square = hn::Mul(s, s);
  const Double near =
      hn::Mul(real(2.0), hn::MulAdd(hn::Mul(square, horner(kLogDouble, square)), s, s));
  return hn::MulAdd(e, real(kLn2HiDouble), hn::MulAdd(e, real(kLn2LoDouble), near));
}

struct Circle {
  Double cos, sin;
};

// math.h cos and sin. The quarter turns are the low bits of n + kRoundDouble.
HWY_INLINE Circle circle(Double x) {
  using namespace constants;  // NOLINT(google-build-using-namespace): this function is about them
  const WordTag du;
  const Double rounded = hn::MulAdd(x, real(kTwoOverPiDouble), real(kRoundDouble));
  const Double n = hn::Sub(rounded, real(kRoundDouble));
  Double angle = x;
  GLASS_UNROLL
  for (const double part : kHalfPiDouble) angle = hn::MulAdd(n, real(-part), angle);
  const Double square = hn::Mul(angle, angle);
  const Double odd = hn::MulAdd(hn::Mul(square, horner(kSinDouble, square)), angle, angle);
  const Double even = hn::MulAdd(square, horner(kCosDouble, square), real(1.0));

  const Words quarter = hn::BitCast(du, rounded), next = hn::Add(quarter, hn::Set(du, 1));
  const auto swapped = hn::RebindMask(DoubleTag(), hn::TestBit(quarter, hn::Set(du, 1)));
  const auto sign_of = [&](Words turns) HWY_ATTR {
    return hn::BitCast(DoubleTag(), hn::ShiftLeft<62>(hn::And(turns, hn::Set(du, 2))));
  };
  return {.cos = hn::Xor(hn::IfThenElse(swapped, odd, even), sign_of(next)),
          .sin = hn::Xor(hn::IfThenElse(swapped, even, odd), sign_of(quarter))};
}

using FloatTag = hn::Rebind<float, DoubleTag>;
using Float = hn::Vec<FloatTag>;

struct FloatPair {
  Float first, second;
};

HWY_INLINE FloatPair two_normals(Words word, Words next_word) {
  const Double unit = hn::Mul(hn::Add(to_double(word), real(1.0)), real(0x1p-32));
  const Double turn = hn::Mul(to_double(next_word), real(0x1p-32));
  const Double radius = hn::Sqrt(hn::Mul(real(-2.0), log(unit)));
  const Circle at = circle(hn::Mul(turn, real(constants::kTwoPiDouble)));
  const FloatTag d;
  return {.first = hn::DemoteTo(d, hn::Mul(radius, at.cos)),
          .second = hn::DemoteTo(d, hn::Mul(radius, at.sin))};
}

void fill_blocks(const RandomNormalArgs& a, int64_t begin, int64_t end) {
  const FloatTag d;
  const Float scale = hn::Set(d, a.scale);
  int64_t block = begin;
  for (; block + kDoubles <= end && 4 * (block + kDoubles) <= a.count; block += kDoubles) {
    const Blocks blocks = blocks_from(a, block);
    const FloatPair left = two_normals(blocks.word[0], blocks.word[1]);
    const FloatPair right = two_normals(blocks.word[2], blocks.word[3]);
    hn::StoreInterleaved4(hn::Mul(left.first, scale), hn::Mul(left.second, scale),
                          hn::Mul(right.first, scale), hn::Mul(right.second, scale), d,
                          a.out + 4 * block);
  }
  for (; block < end; ++block) fill_block(a, block);
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(fill_blocks);

constexpr int64_t kGrain = 1024;  // blocks that are worth a worker

}  // namespace

void SimdKernels::random_normal(const RandomNormalArgs& args, Parallel& parallel) const {
  parallel.split((args.count + 3) / 4, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(fill_blocks)(args, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
