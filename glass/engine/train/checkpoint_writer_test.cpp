#include "glass/engine/train/checkpoint_writer.h"

#include <cstdint>
#include <new>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/train/checkpoint.h"
#include "glass/engine/train/manifest.h"
#include "glass/engine/train/train_test_kit.h"
#include "glass/engine/train/training_state.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::engine {
namespace {

class CheckpointWriterTest : public testing::Test {
 protected:
  CheckpointWriterTest() { layout_.add("w", Shape{3, 5}, true); }

  // Begins the checkpoint of `step`, whose parameters are all `step`.
  void start(CheckpointWriter& writer, int64_t step) {
    TrainingState& state = writer.snapshot();
    state.progress.step = step;
    for (float& value : layout_.at("w").of(state.parameters.span()))
      value = static_cast<float>(step);
    writer.start({.model = test::tiny_settings().model,
                  .progress = state.progress,
                  .chain_head = crypto::sha256("chain"),
                  .digests = digests_of(state, layout_, serial_)});
  }

  [[nodiscard]] std::vector<int64_t> steps() {
    return list_checkpoints(files_, checkpoints_).value();
  }

  system::TemporaryFolder folder_;
  system::Path checkpoints_ = folder_ / "checkpoints";
  sim::FaultyFiles files_{system::posix_files()};
  ParameterLayout layout_;
  SerialParallel serial_;
};

TEST_F(CheckpointWriterTest, WritesTheSnapshotAndKeepsWhatRetentionSays) {
  CheckpointWriter writer(files_, checkpoints_, {.keep_last = 2}, layout_, 2);
  for (const int64_t step : {1, 2, 3}) {
    start(writer, step);
    ASSERT_TRUE(writer.wait());
  }
  EXPECT_EQ(steps(), (std::vector<int64_t>{2, 3}));
  TrainingState loaded(layout_, 2);
  const auto manifest = load_checkpoint(files_, checkpoints_, 3, test::tiny_settings().model,
                                        Numerics::kPortable1, layout_, loaded, serial_);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(layout_.at("w").of(loaded.parameters.span()).back(), 3.0F);
}

TEST_F(CheckpointWriterTest, AnErrorIsToldOnceAndTheNextOneIsWritten) {
  CheckpointWriter writer(files_, checkpoints_, {}, layout_, 1);
  files_.fail_at({.operation = 2});
  start(writer, 1);
  const Status failed = writer.wait();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
  EXPECT_TRUE(writer.wait()) << "told before";
  start(writer, 2);
  ASSERT_TRUE(writer.wait());
  EXPECT_EQ(steps(), std::vector<int64_t>{2});
}

TEST_F(CheckpointWriterTest, ALackOfMemoryInItsThreadIsThrownByTheNextWait) {
  CheckpointWriter writer(files_, checkpoints_, {}, layout_, 1);
  files_.fail_at({.operation = 2, .out_of_memory = true});
  start(writer, 1);
  EXPECT_THROW(static_cast<void>(writer.wait()), std::bad_alloc);
  EXPECT_TRUE(writer.wait()) << "thrown before";
  start(writer, 2);
  ASSERT_TRUE(writer.wait());
  EXPECT_EQ(steps(), std::vector<int64_t>{2});
}

TEST_F(CheckpointWriterTest, PollTellsAnErrorWithoutWaitingForIt) {
  CheckpointWriter writer(files_, checkpoints_, {}, layout_, 1);
  EXPECT_TRUE(writer.poll()) << "nothing is in flight";
  files_.fail_at({.operation = 1, .for_good = true});
  start(writer, 1);
  std::optional<Status> failed;
  while (!failed) {
    if (Status status = writer.poll(); !status) failed = status;
  }
  EXPECT_EQ(failed->error().code, ErrorCode::kIo);
}

TEST_F(CheckpointWriterTest, TheDestructorLetsTheLastOneFinish) {
  {
    CheckpointWriter writer(files_, checkpoints_, {}, layout_, 1);
    start(writer, 9);
  }
  EXPECT_EQ(steps(), std::vector<int64_t>{9});
}

}  // namespace
}  // namespace glass::engine
