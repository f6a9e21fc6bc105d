#include "glass/engine/kernels/fma_burst.h"

#include <gtest/gtest.h>

namespace glass::engine {
namespace {

TEST(FmaBurst, DoesAtLeastWhatWasAskedAndCountsIt) {
  EXPECT_GE(fma_burst(1), 1);
  const int64_t operations = fma_burst(1'000'000);
  EXPECT_GE(operations, 1'000'000);
  EXPECT_LT(operations, 1'100'000);
}

}  // namespace
}  // namespace glass::engine
