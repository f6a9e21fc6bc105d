#include "glass/service/accelerators.h"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/base/result.h"

namespace glass::service {
namespace {

TEST(Accelerators, AreFoundByTheirNames) {
  std::set<std::string_view> names;
  for (const Accelerator& one : accelerators()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_EQ(accelerator(one.name)->peak_teraflops, one.peak_teraflops);
    // Between 0.5 and 3 TFLOP/s for each watt: a slip of a digit does not pass.
    EXPECT_GT(one.peak_teraflops / one.rated_watts, 0.5) << one.name;
    EXPECT_LT(one.peak_teraflops / one.rated_watts, 3) << one.name;
  }
  const auto unknown = accelerator("H100");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(unknown.error().message.find("H100-80G"), std::string_view::npos);
}

}  // namespace
}  // namespace glass::service
