#include "glass/base/parallel.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace glass {
namespace {

// Any number of workers, one after the other.
class Sequential final : public Parallel {
 public:
  explicit Sequential(int workers) : workers_(workers) {}

  [[nodiscard]] int workers() const override { return workers_; }

  void run(FunctionRef<void(int)> body) override {
    for (int worker = 0; worker < workers_; ++worker) body(worker);
  }

 private:
  int workers_;
};

TEST(Split, CoversEveryIndexOnceWithBordersAtTheGrain) {
  for (const int workers : {1, 2, 3, 7}) {
    for (const int64_t grain : {1, 4, 16}) {
      for (const int64_t count : {0, 1, 15, 16, 17, 100}) {
        Sequential parallel(workers);
        int64_t next = 0;
        parallel.split(count, grain, [&](int64_t begin, int64_t end, int worker) {
          EXPECT_EQ(begin, next);
          EXPECT_EQ(begin % grain, 0);
          EXPECT_LT(begin, end);
          EXPECT_LT(worker, workers);
          next = end;
        });
        EXPECT_EQ(next, count) << workers << ' ' << grain << ' ' << count;
      }
    }
  }
}

TEST(FunctionRef, CallsTheCallableItself) {
  int calls = 0;
  auto count = [&](int n) { calls += n; };
  const FunctionRef<void(int)> ref = count;
  ref(2);
  ref(3);
  EXPECT_EQ(calls, 5);
}

}  // namespace
}  // namespace glass
