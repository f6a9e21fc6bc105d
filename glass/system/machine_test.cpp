#include "glass/system/machine.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/system/clock.h"
#include "glass/system/internal/cgroup.h"
#include "glass/system/random.h"
#include "glass/system/temporary_folder.h"

namespace glass::system {
namespace {

TEST(Machine, TellsWhatItIs) {
  const Machine machine = this_machine();
  EXPECT_FALSE(machine.architecture.empty());
  EXPECT_FALSE(machine.processor.empty());
  EXPECT_FALSE(machine.operating_system.empty());
  EXPECT_EQ(machine.operating_system.find('"'), std::string::npos);
  EXPECT_GE(machine.cores, 1);
  EXPECT_GT(machine.memory_bytes, uint64_t{64} << 20);
}

TEST(Machine, PeakMemoryGrowsWithWhatIsTouched) {
  const uint64_t before = peak_memory_bytes();
  const std::vector<char> touched(size_t{64} << 20, 'x');
  EXPECT_GE(peak_memory_bytes(), before + (uint64_t{32} << 20));
  EXPECT_LE(available_memory_bytes(), this_machine().memory_bytes);
  EXPECT_GT(available_memory_bytes(), 0U);
  EXPECT_EQ(touched.back(), 'x');
}

class CgroupTest : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(posix_files().make_folders((folder_ / name).parent_path()));
    ASSERT_TRUE(posix_files().write_atomic(folder_ / name, as_bytes(text)));
  }

  CgroupLimits limits() {
    return cgroup_limits(posix_files(), folder_ / "membership", folder_ / "mount");
  }

  TemporaryFolder folder_;
};

TEST_F(CgroupTest, Version2TakesTheLeastOnTheWayUp) {
  put("membership", "0::/outer/inner\n");
  put("mount/outer/inner/memory.max", "max\n");
  put("mount/outer/inner/cpu.max", "150000 100000\n");
  put("mount/outer/memory.max", "1000000\n");
  put("mount/outer/memory.current", "700000\n");
  put("mount/outer/memory.stat", "anon 5\ninactive_file 300000\n");
  put("mount/outer/cpu.max", "max 100000\n");
  EXPECT_EQ(limits().memory_bytes, 1'000'000U);
  EXPECT_EQ(limits().available_memory_bytes, 600'000U);
  EXPECT_EQ(limits().cores, 1.5);
}

TEST_F(CgroupTest, Version1HasAFolderPerController) {
  put("membership", "9:name=systemd:/\n4:memory:/job\n3:cpu,cpuacct:/job\n0::/\n");
  put("mount/memory/job/memory.limit_in_bytes", "5000\n");
  put("mount/memory/job/memory.usage_in_bytes", "6000\n");
  put("mount/memory/memory.limit_in_bytes", "9223372036854771712\n");
  put("mount/cpu/cpu.cfs_quota_us", "200000\n");
  put("mount/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(limits().memory_bytes, 5000U);
  EXPECT_EQ(limits().available_memory_bytes, 0U);
  EXPECT_EQ(limits().cores, 2.0);
}

TEST_F(CgroupTest, WhatCannotBeReadLimitsNothing) {
  EXPECT_EQ(limits().memory_bytes, CgroupLimits::kNone);
  put("membership", "no colons\n0::/gone\n1:memory:/gone\n");
  EXPECT_EQ(limits().memory_bytes, CgroupLimits::kNone);
  EXPECT_GE(limits().cores, 1e6);
}

TEST(Clock, Advances) {
  Clock& clock = posix_clock();
  const int64_t before = clock.monotonic_ns();
  EXPECT_GE(clock.monotonic_ns(), before);
  EXPECT_GT(clock.unix_ms(), 1'700'000'000'000);  // 2023
}

TEST(Random, FillsEveryByte) {
  std::vector<uint8_t> sum(100, 0), bytes(100);
  for (int i = 0; i < 10; ++i) {
    fill_random(bytes);
    for (size_t j = 0; j < bytes.size(); ++j) sum[j] |= bytes[j];
  }
  for (const uint8_t byte : sum) EXPECT_NE(byte, 0);  // by chance once in 10^22
}

}  // namespace
}  // namespace glass::system
