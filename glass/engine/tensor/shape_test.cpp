#include "glass/engine/tensor/shape.h"

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

#include "glass/engine/tensor/dtype.h"

namespace glass::engine {
namespace {

TEST(Shape, CountsElements) {
  EXPECT_EQ(element_count(std::array<int64_t, 3>{2, 3, 4}).value(), 24);
  EXPECT_EQ(element_count({}).value(), 1);
  EXPECT_EQ(element_count(std::array<int64_t, 2>{0, 7}).value(), 0);
}

TEST(Shape, RefusesWhatDoesNotFit) {
  EXPECT_FALSE(element_count(std::array<int64_t, 1>{-1}));
  EXPECT_FALSE(element_count(std::array<int64_t, 2>{INT64_MAX, 2}));
}

TEST(DType, NamesAreReadBack) {
  EXPECT_EQ(dtype_from_name("F32").value(), DType::kF32);
  EXPECT_EQ(dtype_from_name("I32").value(), DType::kI32);
  EXPECT_FALSE(dtype_from_name("F8_E5M2"));
}

}  // namespace
}  // namespace glass::engine
