#include "glass/engine/kernels/kernels_test_kit.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/engine/kernels/kernels.h"

namespace glass::engine::testing {
namespace {

constexpr uint64_t kSeed = 20240131;

}  // namespace

Floats random_floats(uint64_t stream, int64_t count, float scale) {
  Floats floats(count);
  for (int64_t i = 0; i < count; ++i) {
    const float unit =
        random_unit(kSeed, Purpose::kInitialWeights, stream, static_cast<uint64_t>(i));
    floats.data()[i] = (unit - 0.5F) * 2.0F * scale;
  }
  return floats;
}

std::vector<int32_t> random_indices(uint64_t stream, int64_t count, int64_t bound) {
  std::vector<int32_t> indices;
  for (int64_t i = 0; i < count; ++i) {
    indices.push_back(
        static_cast<int32_t>(random_below(kSeed, Purpose::kDocumentOrder, stream,
                                          static_cast<uint64_t>(i), static_cast<uint64_t>(bound))));
  }
  return indices;
}

void ThreadsParallel::run(FunctionRef<void(int)> body) {
  std::vector<std::jthread> threads;
  for (int worker = 1; worker < workers_; ++worker) threads.emplace_back([=] { body(worker); });
  body(0);
}

ScratchSpace::ScratchSpace(size_t bytes) : bytes_(bytes), storage_(bytes + 64, std::byte{0xFF}) {}

Scratch ScratchSpace::span() {
  const size_t past = reinterpret_cast<uintptr_t>(storage_.data()) % 64;
  return std::span(storage_).subspan((64 - past) % 64, bytes_);
}

void expect_equal_bits(const Outputs& ours, const Outputs& expected, const std::string& where) {
  ASSERT_EQ(ours.size(), expected.size()) << where;
  for (size_t o = 0; o < ours.size(); ++o) {
    const auto& [name, values] = ours[o];
    const auto& truth = expected[o].values;
    ASSERT_EQ(values.size(), truth.size()) << where << ", " << name;
    size_t differing = 0;
    size_t first = 0;
    for (size_t i = values.size(); i-- > 0;) {
      if (std::bit_cast<uint32_t>(values[i]) == std::bit_cast<uint32_t>(truth[i])) continue;
      ++differing;
      first = i;
    }
    if (differing == 0) continue;
    ADD_FAILURE() << fmt::format(
        "{}: {}[{}] is 0x{:08x} ({:.9g}), expected 0x{:08x} ({:.9g}); {} of {} differ", where, name,
        first, std::bit_cast<uint32_t>(values[first]), values[first],
        std::bit_cast<uint32_t>(truth[first]), truth[first], differing, values.size());
  }
}

uint64_t digest(const Outputs& outputs) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const Output& output : outputs) {
    for (const float value : output.values) {
      const auto bits = std::bit_cast<uint32_t>(value);
      for (int shift = 0; shift < 32; shift += 8) {
        hash ^= (bits >> shift) & 0xFF;
        hash *= 0x100000001b3;
      }
    }
  }
  return hash;
}

}  // namespace glass::engine::testing
