#include "glass/system/thread_pool.h"

#include <sys/resource.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "glass/system/float_environment.h"
#include "glass/testkit/sanitizers.h"

namespace glass::system {
namespace {

TEST(ThreadPool, EachWorkerRunsEveryJobOnceOnItsOwnThread) {
  for (const int workers : {1, 2, 3, 8}) {
    ThreadPool pool(workers);
    EXPECT_EQ(pool.workers(), workers);
    std::vector<std::thread::id> threads(static_cast<size_t>(workers));
    std::vector<int> calls(static_cast<size_t>(workers), 0);
    for (int job = 0; job < 100; ++job) {
      pool.run([&](int worker) {
        const auto i = static_cast<size_t>(worker);
        ++calls[i];
        if (job == 0) threads[i] = std::this_thread::get_id();
        EXPECT_EQ(threads[i], std::this_thread::get_id());
      });
    }
    EXPECT_EQ(calls, std::vector<int>(static_cast<size_t>(workers), 100));
    EXPECT_EQ(threads[0], std::this_thread::get_id());
    EXPECT_EQ(std::set(threads.begin(), threads.end()).size(), static_cast<size_t>(workers));
  }
}

// What a job wrote is seen by the caller and by all workers of the next job, without atomics.
TEST(ThreadPool, JobsAreOrderedInMemory) {
  ThreadPool pool(3);
  std::array<int64_t, 3> values{};
  int64_t expected = 0;
  for (int job = 0; job < 2000; ++job) {
    const int64_t sum_before = std::accumulate(values.begin(), values.end(), int64_t{0});
    EXPECT_EQ(sum_before, expected);
    pool.run([&](int worker) { values.at(static_cast<size_t>(worker)) += worker + 1; });
    expected += 6;
    std::array<int64_t, 3> seen{};
    pool.run([&](int worker) {
      seen.at(static_cast<size_t>(worker)) = values.at(static_cast<size_t>(worker + 1) % 3);
    });
    EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), int64_t{0}), expected);
  }
}

TEST(ThreadPool, SleepingWorkersWakeUp) {
  ThreadPool pool(2);
  std::atomic<int> calls = 0;
  for (int job = 0; job < 5; ++job) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // longer than they spin
    pool.run([&](int worker) {
      if (worker == 1) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      ++calls;
    });
    EXPECT_EQ(calls, 2 * (job + 1));
  }
}

TEST(ThreadPool, SplitGivesEveryIndexOnce) {
  ThreadPool pool(3);
  std::vector<int> counts(1000, 0);
  pool.split(1000, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) ++counts[static_cast<size_t>(i)];
  });
  EXPECT_EQ(counts, std::vector<int>(1000, 1));
}

TEST(ThreadPool, AnExceptionOfAnyWorkerReachesTheCallerWhenAllHaveEnded) {
  ThreadPool pool(3);
  for (int thrower = 0; thrower < 3; ++thrower) {
    std::atomic<int> ended = 0;
    EXPECT_THROW(pool.run([&](int worker) {
      if (worker == thrower) throw std::bad_alloc();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      ++ended;
    }),
                 std::bad_alloc);
    EXPECT_EQ(ended, 2);
  }
  std::atomic<int> calls = 0;
  pool.run([&](int) { ++calls; });
  EXPECT_EQ(calls, 3);
}

TEST(ThreadPoolDeathTest, UsesTheThreadsThatTheMachineGives) {
  if (testkit::kSanitized) GTEST_SKIP() << "a sanitizer's address space cannot be limited";
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        rlimit limit;
        limit.rlim_cur = limit.rlim_max = rlim_t{64} << 20;
        ::setrlimit(RLIMIT_AS, &limit);
        ThreadPool pool(200);  // with stacks of 8 MiB each
        std::atomic<int> calls = 0;
        pool.run([&](int) { ++calls; });
        std::_Exit(pool.workers() < 200 && calls == pool.workers() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(ThreadPool, PoolsThatNeverWorkEnd) {
  for (int i = 0; i < 20; ++i) ThreadPool pool(4);
}

TEST(ThreadPoolDeathTest, ANestedRunStopsTheProgram) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        ThreadPool pool(2);
        pool.run([&](int) { pool.run([](int) {}); });
      },
      "check failed: !state.running");
}

#if defined(__x86_64__)
TEST(ThreadPoolDeathTest, ForeignRoundingOrFlushedDenormalsStopTheProgram) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const unsigned standard = _mm_getcsr();
  for (const unsigned change : {0x2000U, 0x4000U, 0x8000U, 0x0040U}) {
    EXPECT_TRUE(float_environment_is_standard());
    _mm_setcsr(standard | change);
    EXPECT_FALSE(float_environment_is_standard()) << change;
    _mm_setcsr(standard);
  }
  EXPECT_DEATH(
      {
        ThreadPool pool(2);
        pool.run([](int worker) {
          if (worker == 1) _mm_setcsr(_mm_getcsr() | 0x8000U);
        });
        pool.run([](int) {});
      },
      "check failed: float_environment_is_standard");
}
#endif

}  // namespace
}  // namespace glass::system
