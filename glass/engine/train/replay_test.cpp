#include "glass/engine/train/replay.h"

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/train_test_kit.h"
#include "glass/engine/train/trainer.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::engine {
namespace {

using test::tiny_settings;
using test::TinyRun;

class ReplayTest : public testing::Test {
 protected:
  // 20 steps, of whose checkpoints 10, 15 and 20 stay.
  void SetUp() override {
    TinyRun tiny(tiny_settings(), files_, checkpoints_);
    tiny.trainer().initialize();
    ASSERT_TRUE(tiny.run_to(20));
    ASSERT_TRUE(tiny.trainer().finish());
    records_ = tiny.records();
  }

  // Of the steps `first` to `last`.
  [[nodiscard]] Status replayed(int64_t first, int64_t last) {
    TinyRun tiny(tiny_settings(), files_, checkpoints_);
    agreed_ = 0;
    return replay_segment(
        tiny.trainer(),
        std::span<const StepRecord>(records_).subspan(static_cast<size_t>(first - 1),
                                                      static_cast<size_t>(last - first + 1)),
        [this](const StepRecord& record) -> Status {
          agreed_ = record.step;
          return {};
        });
  }

  [[nodiscard]] std::string difference(int64_t first, int64_t last) {
    const Status status = replayed(first, last);
    EXPECT_TRUE(status || status.error().code == ErrorCode::kMismatch);
    return status ? "none" : status.error().message;
  }

  system::TemporaryFolder folder_;
  system::Path checkpoints_ = folder_ / "checkpoints";
  system::Files& files_ = system::posix_files();
  std::vector<StepRecord> records_;
  int64_t agreed_ = 0;  // the last step that did
};

TEST_F(ReplayTest, FromTheStartOrACheckpointGivesTheSameRecords) {
  EXPECT_EQ(difference(1, 20), "none");
  EXPECT_EQ(difference(11, 20), "none");
  EXPECT_EQ(difference(16, 17), "none");
  EXPECT_EQ(agreed_, 17);
}

TEST_F(ReplayTest, NamesTheStepAndWhatDiffersInIt) {
  const std::vector<StepRecord> good = records_;
  const auto changed = [&](int64_t step, auto change) {
    records_ = good;
    change(records_[static_cast<size_t>(step - 1)]);
    return difference(11, 20);
  };
  const std::string loss = changed(13, [](StepRecord& record) {
    record.loss = std::bit_cast<float>(std::bit_cast<uint32_t>(record.loss) ^ 1U);
  });
  EXPECT_TRUE(loss.starts_with("step 13: the loss is ")) << loss;
  EXPECT_EQ(agreed_, 12);
  const std::string batch =
      changed(11, [](StepRecord& record) { record.batch = crypto::sha256("other data"); });
  EXPECT_TRUE(batch.starts_with("step 11: the batch is ")) << batch;
  const std::string parameters =
      changed(15, [](StepRecord& record) { record.parameters->bytes[31] ^= 1; });
  EXPECT_TRUE(parameters.starts_with("step 15: the digest of the parameters is ")) << parameters;
}

TEST_F(ReplayTest, FromACheckpointWithAFlippedBitIsRefused) {
  const system::Path file = checkpoints_ / "step-000015/model.safetensors";
  Bytes bytes = files_.read(file).value();
  bytes.back() ^= 1;
  ASSERT_TRUE(files_.write_atomic(file, bytes));
  const Status status = replayed(16, 18);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
  EXPECT_NE(status.error().message.find("step-000015"), std::string::npos);
}

TEST_F(ReplayTest, FromACheckpointThatIsGoneIsRefused) {
  const Status status = replayed(6, 8);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
}

TEST_F(ReplayTest, ARecordBeyondTheEndOfTheRecipeDiffers) {
  StepRecord more = records_.back();
  more.step = 21;
  records_.push_back(more);
  EXPECT_EQ(difference(16, 21), "the record holds step 21, but the recipe ends with step 20");
}

TEST_F(ReplayTest, WritesNothing) {
  const auto before = files_.list(checkpoints_).value().size();
  ASSERT_EQ(difference(11, 20), "none");
  EXPECT_EQ(files_.list(checkpoints_).value().size(), before);
}

}  // namespace
}  // namespace glass::engine
