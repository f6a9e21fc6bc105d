#include "glass/base/result.h"

#include <gtest/gtest.h>

namespace glass {
namespace {

Result<int> half(int x) {
  if (x % 2 != 0) return fail(ErrorCode::kInvalidInput, "odd");
  return x / 2;
}

Result<int> quarter(int x) {
  GLASS_TRY(const int h, half(x));
  return half(h);
}

TEST(Result, CarriesValueOrReason) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().code, ErrorCode::kInvalidInput);
}

TEST(Result, ContextIsToldFromTheOutside) {
  const auto error = in_context("reading a", Error{ErrorCode::kIo, "disk full"}).value();
  EXPECT_EQ(error, (Error{ErrorCode::kIo, "reading a: disk full"}));
}

TEST(Result, ExitCodesAreThoseOfTheManual) {
  EXPECT_EQ(exit_code(ErrorCode::kMismatch), 1);
  EXPECT_EQ(exit_code(ErrorCode::kInvalidInput), 2);
  EXPECT_EQ(exit_code(ErrorCode::kRefused), 3);
  EXPECT_EQ(exit_code(ErrorCode::kInterrupted), 130);
}

}  // namespace
}  // namespace glass
