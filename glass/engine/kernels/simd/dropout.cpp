// Dropout: Philox4x32-10 with one counter per lane, its four words interleaved into the elements.
#include <algorithm>
#include <cstdint>

#include "glass/base/philox.h"
#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/dropout.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

using Words = hn::RebindToUnsigned<Tag>;
using WordVec = hn::Vec<Words>;
using Wide = hn::Repartition<uint64_t, Words>;

// The upper halves of the 64-bit products; the even lanes and the odd ones are multiplied apart.
HWY_INLINE WordVec multiply_high(WordVec a, WordVec b) {
  const Wide wide;
  const auto upper_half = hn::Set(wide, 0xFFFFFFFF00000000U);
  const auto odd = [&](WordVec words) HWY_ATTR {
    return hn::BitCast(Words(), hn::ShiftRight<32>(hn::BitCast(wide, words)));
  };
  const auto of_even = hn::ShiftRight<32>(hn::MulEven(a, b));
  const auto of_odd = hn::And(hn::MulEven(odd(a), odd(b)), upper_half);
  return hn::BitCast(Words(), hn::Or(of_even, of_odd));
}

// The words of kLanes blocks from block `first` on: 4 * kLanes of them.
HWY_INLINE void fill_words(const PhiloxKey& key, uint64_t stream, uint64_t first, uint32_t* words) {
  const Words d;
  alignas(64) uint32_t low[kLanes];
  alignas(64) uint32_t high[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) {
    const uint64_t block = first + static_cast<uint64_t>(lane);
    low[lane] = static_cast<uint32_t>(block);
    high[lane] = static_cast<uint32_t>(block >> 32);
  }
  WordVec c0 = hn::Load(d, low), c1 = hn::Load(d, high);
  WordVec c2 = hn::Set(d, static_cast<uint32_t>(stream));
  WordVec c3 = hn::Set(d, static_cast<uint32_t>(stream >> 32));
  const WordVec multiplier0 = hn::Set(d, kPhiloxMultipliers[0]);
  const WordVec multiplier1 = hn::Set(d, kPhiloxMultipliers[1]);
  PhiloxKey k = key;
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const WordVec high0 = multiply_high(c0, multiplier0), low0 = hn::Mul(c0, multiplier0);
    const WordVec high1 = multiply_high(c2, multiplier1), low1 = hn::Mul(c2, multiplier1);
    c0 = hn::Xor(hn::Xor(high1, c1), hn::Set(d, k[0]));
    c1 = low1;
    c2 = hn::Xor(hn::Xor(high0, c3), hn::Set(d, k[1]));
    c3 = low0;
    k[0] += kPhiloxKeySteps[0];
    k[1] += kPhiloxKeySteps[1];
  }
  hn::StoreInterleaved4(c0, c1, c2, c3, d, words);
}

void dropout_range(const DropoutArgs& a, int64_t begin, int64_t end) {
  constexpr uint64_t kWords = 4 * kLanes;
  alignas(64) uint32_t words[kWords + kLanes];
  const PhiloxKey key = philox_key(a.seed, Purpose::kDropout);
  const WordVec threshold = hn::Set(Words(), a.threshold);
  const Vec scale = hn::Set(Tag(), a.scale);
  for (int64_t i = begin; i < end;) {
    const uint64_t element = a.first + static_cast<uint64_t>(i);
    const uint64_t skip = element % 4;
    fill_words(key, a.stream, element / 4, words);
    const int64_t count = std::min<int64_t>(end - i, static_cast<int64_t>(kWords - skip));
    for_each_vector(count, [&](int64_t offset, auto at) HWY_ATTR {
      const WordVec drawn = hn::LoadU(Words(), words + skip + static_cast<uint64_t>(offset));
      const auto dropped = hn::RebindMask(Tag(), hn::Lt(drawn, threshold));
      const Vec scaled = hn::Mul(at.load(a.x + i + offset), scale);
      at.store(hn::IfThenZeroElse(dropped, scaled), a.y + i + offset);
    });
    i += count;
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(dropout_range);

constexpr int64_t kDropoutGrain = 1024;

}  // namespace

void SimdKernels::dropout(const DropoutArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kDropoutGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(dropout_range)(args, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
