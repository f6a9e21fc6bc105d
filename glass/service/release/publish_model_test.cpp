#include "glass/service/release/publish_model.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/crypto/ecdsa.h"
#include "glass/service/log/log.h"
#include "glass/service/log/statement_log.h"
#include "glass/service/release/test_progress.h"
#include "glass/service/use_cases.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"
#include "glass/system/process.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_keys.h"

namespace glass::service {
namespace {

constexpr std::string_view kRecipe = R"(
name = "small"
[corpus]
licences = ["CC0-1.0"]
held_out_share = 0.2
[[corpus.source]]
kind = "folder"
paths = ["texts"]
licence = "CC0-1.0"
language = "en"
[tokenizer]
vocabulary = 300
[model]
layers = 1
d_model = 16
heads = 1
kv_heads = 1
d_ff = 16
[train]
steps = 2
sequence_length = 16
micro_batch_sequences = 1
[schedule]
warmup_steps = 1
decay_steps = 1
)";

constexpr std::string_view kAnswers =
    "[release]\nversion = \"1.0\"\ndate = \"2026-11-26\"\nlicence = \"CC0-1.0\"\n";

// One small run for all tests, and a log for each.
class Publish : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    suite_ = std::make_unique<system::TemporaryFolder>();
    system::Files& files = system::posix_files();
    ASSERT_TRUE(files.make_folders(*suite_ / "texts"));
    for (int i = 0; i < 10; ++i)
      ASSERT_TRUE(files.write_atomic(
          *suite_ / fmt::format("texts/{}.txt", i),
          as_bytes(
              fmt::format("In year {} the river rose by {} feet and fell again.\n", i, 7 * i))));
    ASSERT_TRUE(files.write_atomic(*suite_ / "recipe.toml", as_bytes(kRecipe)));
    ASSERT_TRUE(files.write_atomic(*suite_ / "release.toml", as_bytes(kAnswers)));
    Publish first;
    const auto trained =
        train_model({.file = *suite_ / "recipe.toml", .overrides = {}, .out = *suite_ / "run"},
                    first.services(files));
    ASSERT_TRUE(trained) << trained.error().message;
  }

  static void TearDownTestSuite() { suite_.reset(); }

  void SetUp() override {
    ASSERT_TRUE(init_log(files_, folder_ / "log", "example.org/log"));
    log_ = log_in_folder(files_, folder_ / "log");
  }

  Services services(system::Files& files) {
    return {.files = files,
            .process = system::posix_process(),
            .clock = system::posix_clock(),
            .parallel = parallel_,
            .progress = progress_,
            .key = key_,
            .cache = *suite_ / "cache",
            .interrupted = interrupted_,
            .program = "glass"};
  }

  Result<PublishedRelease> publish(system::Files& files, StatementLog* log) {
    return publish_model({.run = *suite_ / "run",
                          .to = target_,
                          .answers = *suite_ / "release.toml",
                          .log = log,
                          .forms = {"F32"},
                          .allows_missing = true},
                         files_key(), services(files));
  }

  static crypto::P256SecretKey files_key() {
    std::array<uint8_t, 32> scalar{};
    scalar.fill(1);
    return crypto::P256SecretKey::from_scalar(scalar).value();
  }

  [[nodiscard]] int64_t entries() { return show_log(files_, folder_ / "log").value().tree.size; }

  // Nothing of a release is there, published or not.
  void expect_nothing(const std::string& when) {
    const auto entries = files_.list(folder_.path());
    for (const system::Entry& entry : *entries) EXPECT_EQ(entry.name, "log") << when;
  }

  void TearDown() override {
    when_sealed_ = [] { return false; };
  }

  void TestBody() override {}

  static std::unique_ptr<system::TemporaryFolder> suite_;
  system::TemporaryFolder folder_;
  system::Files& files_ = system::posix_files();
  system::Path target_ = folder_ / "release";
  system::Path staged_ = folder_ / ".release.glass-release" / "release";
  SerialParallel parallel_;
  SilentProgress progress_;
  crypto::SecretKey key_ = testkit::key_number(1);
  std::unique_ptr<StatementLog> log_;

  // Asked whether to stop once the folder is signed and before it is verified, and from then on.
  std::function<bool()> when_sealed_ = [] { return false; };
  std::function<bool()> interrupted_ = [this] {
    return files_.exists(staged_ / "model.sig") && when_sealed_();
  };
};

std::unique_ptr<system::TemporaryFolder> Publish::suite_;

TEST_F(Publish, PutsRecordAndReleaseIntoTheLogAndThenAppears) {
  const auto made = publish(files_, log_.get());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(entries(), 2);
  EXPECT_TRUE(files_.exists(target_ / "release.tlog-proof"));
  EXPECT_FALSE(files_.exists(staged_));
  EXPECT_EQ(record::count(made->tree, record::EvidenceState::kBroken), 0);
}

// Whatever the folder holds when it is verified: what does not verify is neither logged nor shown.
TEST_F(Publish, WhatDoesNotVerifyIsNotLogged) {
  for (const char* file : {"config.json", "small-F32.gguf", "evidence/recipe.json", "README.md",
                           "release.json", "SHA256SUMS"}) {
    bool done = false;
    when_sealed_ = [&] {
      if (done) return false;
      done = true;
      std::string text = files_.read_text(staged_ / file).value();
      text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
      EXPECT_TRUE(files_.write_atomic(staged_ / file, as_bytes(text)));
      return false;
    };
    const auto made = publish(files_, log_.get());
    ASSERT_FALSE(made) << file;
    EXPECT_EQ(made.error().code, ErrorCode::kMismatch) << made.error().message;
    EXPECT_NE(made.error().message.find("does not verify, so it is not published"),
              std::string::npos)
        << made.error().message;
    EXPECT_EQ(entries(), 0) << file;
    expect_nothing(file);
  }
}

TEST_F(Publish, StoppedBeforeItIsLoggedLeavesNothing) {
  when_sealed_ = [] { return true; };
  const auto made = publish(files_, log_.get());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(entries(), 0);
  expect_nothing("stopped");
}

// A disk that is full from any moment on: nothing half appears, and the next attempt makes the
// bytes that an undisturbed one makes.
TEST_F(Publish, OnADiskThatFillsUpNothingHalfAppears) {
  ASSERT_TRUE(publish(files_, nullptr));
  const auto bytes_of = [&] {
    std::map<std::string, std::string> bytes;
    const auto names = system::files_below(files_, target_);
    for (const std::string& file : *names)
      bytes.emplace(file, files_.read_text(target_ / file).value());
    return bytes;
  };
  const auto whole = bytes_of();
  ASSERT_TRUE(files_.remove_all(target_));
  sim::FaultyFiles faulty(files_);
  ASSERT_TRUE(publish(faulty, nullptr));
  const int64_t operations = faulty.operations();
  EXPECT_GT(operations, 50);
  for (int64_t n = 1; n <= operations; n += 7) {
    ASSERT_TRUE(files_.remove_all(target_));
    faulty.fail_at({.operation = n, .for_good = true});
    const auto made = publish(faulty, nullptr);
    faulty.fail_never();
    if (made || files_.exists(target_)) {
      EXPECT_EQ(bytes_of(), whole) << n;
      continue;
    }
    const auto again = publish(files_, nullptr);
    ASSERT_TRUE(again) << n << ": " << again.error().message;
    EXPECT_EQ(bytes_of(), whole) << n;
  }
}

}  // namespace
}  // namespace glass::service
