// Whatever may not change a bit of a training, tried against the pinned lines of the reference run.
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/graph/backward.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/split_kernels.h"
#include "glass/engine/train/checkpoint.h"
#include "glass/engine/train/training_plan.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/system/thread_pool.h"
#include "glass/testkit/test_files.h"
#include "tests/proof/reference_run.h"

namespace glass::proof {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const char* golden, int64_t steps) {
  const system::Path file = testkit::source_file(golden);
  std::istringstream text(system::posix_files().read_text(file).value());
  Lines lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  EXPECT_EQ(std::ssize(lines), steps);
  return lines;
}

Lines pinned() {
  return lines_of("tests/golden/reference_run.txt", kSteps);
}

Lines pinned(int64_t first, int64_t last) {  // of these steps
  const Lines all = pinned();
  return {all.begin() + first - 1, all.begin() + last};
}

Lines run(const engine::TrainingSettings& settings, int64_t last_step,
          const engine::Kernels& kernels, Parallel& parallel) {
  const system::TemporaryFolder folder;
  auto lines = reference_run(settings, last_step, kernels, parallel, system::posix_files(),
                             folder / "checkpoints");
  EXPECT_TRUE(lines) << lines.error().message;
  return lines ? *lines : Lines();
}

class SameBits : public testing::Test {
 protected:
  // With any kernels, with sums split over owners, and spread over workers with blocks computed
  // again and steps made twice.
  void expect_pinned(engine::TrainingSettings settings, const Lines& golden) {
    const Lines first = {golden.begin(), golden.begin() + 1};
    for (const engine::Kernels* const kernels : engine::available_kernels())
      EXPECT_EQ(run(settings, 1, *kernels, serial_), first) << kernels->name();
    const engine::SplitKernels split(fastest_, {.tensor = 4, .context = 2, .vocabulary = 2});
    EXPECT_EQ(run(settings, 1, split, serial_), first);
    settings.workers = 3;
    settings.recompute = engine::Recompute::kBlocks;
    settings.recheck.every_steps = 2;
    system::ThreadPool pool(3);
    EXPECT_EQ(run(settings, std::ssize(golden), fastest_, pool), golden);
  }

  const engine::Kernels& fastest_ = *engine::find_kernels("");
  SerialParallel serial_;
};

TEST_F(SameBits, OnOneTwoAndThreeThreads) {
  for (const int threads : {1, 2, 3}) {
    system::ThreadPool pool(threads);
    EXPECT_EQ(run(reference_settings(), kSteps, fastest_, pool), pinned()) << threads;
  }
}

TEST_F(SameBits, OnEveryImplementationOfTheKernels) {
  for (const engine::Kernels* const kernels : engine::available_kernels())
    EXPECT_EQ(run(reference_settings(), 1, *kernels, serial_), pinned(1, 1)) << kernels->name();
}

TEST_F(SameBits, WithTheMicroBatchesOnAnyNumberOfWorkers) {
  for (const int64_t workers : {1, 2, 3, 4, 7}) {
    engine::TrainingSettings settings = reference_settings();
    settings.workers = workers;
    EXPECT_EQ(run(settings, 4, fastest_, serial_), pinned(1, 4)) << workers;
  }
}

TEST_F(SameBits, WithSumsSplitOverOwners) {
  for (const engine::Split& split :
       {engine::Split{.tensor = 2}, engine::Split{.tensor = 4}, engine::Split{.context = 2},
        engine::Split{.context = 4}, engine::Split{.vocabulary = 2},
        engine::Split{.tensor = 4, .context = 4, .vocabulary = 2}}) {
    const engine::SplitKernels kernels(fastest_, split);
    EXPECT_EQ(run(reference_settings(), 2, kernels, serial_), pinned(1, 2))
        << split.tensor << " " << split.context << " " << split.vocabulary;
  }
}

TEST_F(SameBits, WithActivationsComputedAgain) {
  for (const auto recompute : {engine::Recompute::kLight, engine::Recompute::kBlocks}) {
    engine::TrainingSettings settings = reference_settings();
    settings.recompute = recompute;
    EXPECT_EQ(run(settings, 4, fastest_, serial_), pinned(1, 4)) << engine::name(recompute);
  }
}

TEST_F(SameBits, OfEveryOptionHoweverItIsComputed) {
  expect_pinned(options_settings(), lines_of("tests/golden/options_run.txt", kOptionsSteps));
}

TEST_F(SameBits, OfBf16HoweverItIsComputed) {
  expect_pinned(bf16_settings(), lines_of("tests/golden/bf16_run.txt", kSteps));
}

// A process that is killed as soon as the checkpoint of `step` is there, in the middle of the next.
void run_until_killed(const system::Path& checkpoints, int64_t step) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    SerialParallel serial;
    const auto lines = reference_run(reference_settings(), kSteps, *engine::find_kernels(""),
                                     serial, system::posix_files(), checkpoints);
    ::_exit(lines ? 0 : 1);
  }
  const system::Path awaited = checkpoints / engine::checkpoint_name(step);
  for (int i = 0; i < 60'000 && !system::posix_files().exists(awaited); ++i) ::usleep(1000);
  ::usleep(20'000);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST_F(SameBits, AfterKills) {
  const system::TemporaryFolder folder;
  const system::Path checkpoints = folder / "checkpoints";
  run_until_killed(checkpoints, 4);
  run_until_killed(checkpoints, 8);
  const auto lines = reference_run(reference_settings(), kSteps, fastest_, serial_,
                                   system::posix_files(), checkpoints);
  ASSERT_TRUE(lines) << lines.error().message;
  // As many steps as were left; where the kill came late, none.
  ASSERT_LE(lines->size(), 4U);
  EXPECT_EQ(*lines, pinned(kSteps - std::ssize(*lines) + 1, kSteps));
}

}  // namespace
}  // namespace glass::proof
