#include "glass/engine/train/checkpoint.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/train/manifest.h"
#include "glass/engine/train/train_test_kit.h"
#include "glass/engine/train/trainer.h"
#include "glass/engine/train/training_state.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::engine {
namespace {

using test::tiny_settings;
using test::TinyRun;

class CheckpointTest : public testing::Test {
 protected:
  [[nodiscard]] TinyRun run() { return TinyRun(tiny_settings(), files_, checkpoints_); }

  // Checkpoints of the steps 5, 10, 15 and 20, of which the last three stay.
  crypto::Digest run_whole() {
    TinyRun tiny = run();
    tiny.trainer().initialize();
    EXPECT_TRUE(tiny.run_to(20));
    EXPECT_TRUE(tiny.trainer().finish());
    return tiny.trainer().parameter_digest();
  }

  [[nodiscard]] std::vector<int64_t> steps() {
    return list_checkpoints(files_, checkpoints_).value();
  }

  // Flips the lowest bit of a byte; counted from the end where `at` is negative.
  void flip(const system::Path& file, int64_t at) {
    Bytes bytes = files_.read(file).value();
    bytes.at(static_cast<size_t>(at < 0 ? std::ssize(bytes) + at : at)) ^= 1;
    ASSERT_TRUE(files_.write_atomic(file, bytes));
  }

  system::TemporaryFolder folder_;
  system::Path checkpoints_ = folder_ / "checkpoints";
  system::Files& files_ = system::posix_files();
};

TEST_F(CheckpointTest, ManifestIsReadBackAndNothingElseIsAccepted) {
  run_whole();
  const std::string text = files_.read_text(checkpoints_ / "step-000020/manifest.json").value();
  const auto manifest = parse_manifest(text);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest_text(*manifest), text);
  EXPECT_EQ(manifest->progress.step, 20);
  EXPECT_EQ(manifest->chain_head, crypto::sha256("chain"));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(parse_manifest(changed)) << i;
  }
  EXPECT_FALSE(parse_manifest(text + "\n"));
  EXPECT_FALSE(parse_manifest(""));
}

TEST_F(CheckpointTest, ResumeGivesTheBitsOfARunThatWasNeverInterrupted) {
  const crypto::Digest whole = run_whole();
  for (const int64_t last : {19, 14, 9}) {
    TinyRun tiny = run();
    const auto resumed = tiny.trainer().resume(last);
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(resumed->step, last < 10 ? 0 : last / 5 * 5) << "the one of step 5 is not kept";
    EXPECT_EQ(resumed->chain_head.has_value(), resumed->step > 0);
    ASSERT_TRUE(tiny.run_to(20));
    ASSERT_TRUE(tiny.trainer().finish());
    EXPECT_EQ(tiny.trainer().parameter_digest(), whole);
  }
}

TEST_F(CheckpointTest, AnOptimizerWithOneMomentIsResumedWithTheSameBits) {
  for (const OptimizerKind kind : {OptimizerKind::kLion, OptimizerKind::kSgd}) {
    ASSERT_TRUE(files_.remove_all(checkpoints_));
    TrainingSettings settings = tiny_settings();
    settings.optimizer.kind = kind;
    const crypto::Digest whole = test::digest_at(settings, 20);
    for (const int64_t stop : {12, 20}) {
      TinyRun tiny(settings, files_, checkpoints_);
      ASSERT_TRUE(tiny.trainer().resume(20));
      ASSERT_TRUE(tiny.run_to(stop));
      ASSERT_TRUE(tiny.trainer().finish());
      EXPECT_EQ(tiny.trainer().parameter_digest() == whole, stop == 20);
    }
    EXPECT_EQ(list_checkpoints(files_, checkpoints_).value().front(), 10) << "resumed from there";
  }
}

TEST_F(CheckpointTest, OldOnesGoAndMilestonesStay) {
  TrainingSettings settings = tiny_settings();
  settings.checkpoint_every = 2;
  settings.retention = {.keep_last = 2, .keep_every_steps = 6};
  TinyRun tiny(settings, files_, checkpoints_);
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(20));
  ASSERT_TRUE(tiny.trainer().finish());
  EXPECT_EQ(steps(), (std::vector<int64_t>{6, 12, 18, 20}));
}

TEST_F(CheckpointTest, AFlippedBitAnywhereIsNamedAndTheOneBeforeIsTaken) {
  const crypto::Digest whole = run_whole();

  struct Case {
    const char* file;
    int64_t at;
    const char* message;
  };

  for (const Case& c :
       {Case{"model.safetensors", -1, "tensor '"}, Case{"model.safetensors", 0, "safetensors"},
        Case{"model.safetensors", 9, "safetensors"},
        Case{"optimizer.safetensors", -4000, "tensor '"}, Case{"manifest.json", 100, "manifest"}}) {
    const system::Path file = checkpoints_ / "step-000020" / c.file;
    flip(file, c.at);
    TinyRun tiny = run();
    const auto resumed = tiny.trainer().resume(20);
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(resumed->step, 15) << c.file << " " << c.at;
    ASSERT_EQ(resumed->broken.size(), 1U);
    EXPECT_NE(resumed->broken[0].find(c.file), std::string::npos) << resumed->broken[0];
    EXPECT_NE(resumed->broken[0].find(c.message), std::string::npos) << resumed->broken[0];
    // Going on replaces the broken one.
    ASSERT_TRUE(tiny.run_to(20));
    ASSERT_TRUE(tiny.trainer().finish());
    EXPECT_EQ(tiny.trainer().parameter_digest(), whole);
    EXPECT_EQ(tiny.trainer().resume(20)->step, 20);
  }
}

TEST_F(CheckpointTest, AMissingFileAndATruncatedOneAreBroken) {
  run_whole();
  ASSERT_TRUE(files_.remove_all(checkpoints_ / "step-000020/optimizer.safetensors"));
  const system::Path model = checkpoints_ / "step-000015/model.safetensors";
  Bytes bytes = files_.read(model).value();
  bytes.pop_back();
  ASSERT_TRUE(files_.write_atomic(model, bytes));
  TinyRun tiny = run();
  const auto resumed = tiny.trainer().resume(20);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->step, 10);
  EXPECT_EQ(resumed->broken.size(), 2U);
}

TEST_F(CheckpointTest, ACheckpointOfAnotherModelIsNotTakenForABrokenOne) {
  run_whole();
  TrainingSettings other = tiny_settings();
  other.model.rope_theta = 500;
  TinyRun tiny(other, files_, checkpoints_);
  const auto resumed = tiny.trainer().resume(20);
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(resumed.error().message.find("another model"), std::string::npos);
}

// As a later program may write it: the digest fits.
TEST_F(CheckpointTest, ACheckpointOfAnUnknownNumericsClassIsNotTakenForABrokenOne) {
  run_whole();
  const system::Path file = checkpoints_ / "step-000020/manifest.json";
  Json json = parse_json(files_.read_text(file).value()).value();
  Json::Object& members = *json.if_object();
  members["numerics"] = "portable-9";
  members.erase("digest");
  members["digest"] = to_text(crypto::sha256(to_canonical(json)));
  ASSERT_TRUE(files_.write_atomic(file, as_bytes(to_canonical(json))));
  TinyRun tiny = run();
  const auto resumed = tiny.trainer().resume(20);
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(resumed.error().message,
            file.string() +
                ": numerics class 'portable-9' is one that this program does not know; go on with "
                "the version of glass that wrote it, or give another folder");
}

TEST_F(CheckpointTest, OtherNamesInTheFolderAreNoCheckpoints) {
  for (const char* name : {"step-5", "step-0000005", "step-00000x", "other"})
    ASSERT_TRUE(files_.make_folders(checkpoints_ / name));
  ASSERT_TRUE(files_.write_atomic(checkpoints_ / "step-000007", {}));
  EXPECT_TRUE(steps().empty());
  EXPECT_EQ(checkpoint_name(1234567), "step-1234567");
}

TEST_F(CheckpointTest, AFullDiskIsToldAndLeavesTheEarlierCheckpoints) {
  const crypto::Digest whole = run_whole();
  sim::FaultyFiles faulty(files_);
  const auto go_on = [&](const sim::Failure& failure) {
    faulty.fail_never();
    TinyRun tiny(tiny_settings(), faulty, checkpoints_);
    EXPECT_TRUE(tiny.trainer().resume(15));
    faulty.fail_at(failure);
    Status status = tiny.run_to(20);
    if (status) status = tiny.trainer().finish();
    return status;
  };
  ASSERT_TRUE(go_on({.operation = 1'000'000}));
  const int64_t operations = faulty.operations();
  ASSERT_GT(operations, 20);
  for (int64_t n = 1; n <= operations; ++n) {
    for (const bool for_good : {false, true}) {
      const Status status =
          go_on({.operation = n, .for_good = for_good, .short_write = n % 2 == 0});
      ASSERT_FALSE(status) << n;
      EXPECT_EQ(status.error().code, ErrorCode::kIo) << status.error().message;
      TinyRun after = run();
      const auto resumed = after.trainer().resume(20);
      ASSERT_TRUE(resumed) << n;
      EXPECT_TRUE(resumed->broken.empty()) << n << ": " << resumed->broken.front();
      EXPECT_GE(resumed->step, 15) << n;
      ASSERT_TRUE(after.run_to(20));
      EXPECT_EQ(after.trainer().parameter_digest(), whole) << n;
      ASSERT_TRUE(after.trainer().finish());
    }
  }
}

// Runs to the end in a process of its own, which is killed after so many microseconds.
void run_and_kill(const system::Path& checkpoints, useconds_t after_us) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    TinyRun tiny(tiny_settings(), system::posix_files(), checkpoints);
    const bool ran = tiny.trainer().resume(20) && tiny.run_to(20) && tiny.trainer().finish();
    ::_exit(ran ? 0 : 1);
  }
  ::usleep(after_us);
  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
}

TEST_F(CheckpointTest, AKillAtAnyMomentLosesAtMostTheStepsSinceTheLastCheckpoint) {
  const crypto::Digest whole = run_whole();
  ASSERT_TRUE(files_.remove_all(checkpoints_));
  for (useconds_t after = 5'000; after < 120'000; after += 9'000) {
    run_and_kill(checkpoints_, after);
    TinyRun tiny = run();
    const auto resumed = tiny.trainer().resume(20);
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_TRUE(resumed->broken.empty()) << resumed->broken.front();
    if (resumed->step == 20) {
      ASSERT_TRUE(files_.remove_all(checkpoints_));
    }
  }
  TinyRun tiny = run();
  ASSERT_TRUE(tiny.trainer().resume(20));
  ASSERT_TRUE(tiny.run_to(20));
  EXPECT_EQ(tiny.trainer().parameter_digest(), whole);
}

}  // namespace
}  // namespace glass::engine
