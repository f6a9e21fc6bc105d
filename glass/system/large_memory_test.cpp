#include "glass/system/large_memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

namespace glass::system {
namespace {

TEST(LargeMemory, IsZeroedAlignedAndMovesAsAWhole) {
  auto memory = LargeMemory::allocate((size_t{5} << 20) + 3);
  ASSERT_TRUE(memory);
  const std::span<std::byte> bytes = memory->span();
  EXPECT_EQ(bytes.size(), (size_t{5} << 20) + 3);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % 64, 0U);
  EXPECT_TRUE(std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; }));
  bytes.back() = std::byte{7};
  const LargeMemory moved = std::move(*memory);
  EXPECT_EQ(moved.span().data(), bytes.data());
  EXPECT_EQ(moved.span().back(), std::byte{7});
}

TEST(LargeMemory, WhatTheMachineLacksIsRefused) {
  const auto memory = LargeMemory::allocate(std::numeric_limits<size_t>::max() / 2);
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().code, ErrorCode::kRefused);
}

}  // namespace
}  // namespace glass::system
