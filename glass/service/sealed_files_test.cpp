#include "glass/service/sealed_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/service/governance.h"
#include "glass/service/run_folder.h"
#include "glass/service/sealed_run.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_keys.h"

namespace glass::service {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWeights = "weights that nobody but readers may see";

class SealedFilesTest : public testing::Test {
 protected:
  SealedFilesTest() {
    const std::vector<crypto::PublicKey> readers = {reader_.public_key()};
    auto run = begin_sealed_run(by_, readers, operator_, paths_, plain_);
    EXPECT_TRUE(run) << run.error().message;
    sealed_ = std::make_unique<SealedFiles>(plain_, paths_.root, *std::move(run));
    for (const auto& folder : {"model", "model.part", "training/checkpoints/step-000010"})
      EXPECT_TRUE(plain_.make_folders(paths_.root / folder));
  }

  // As checkpoints are written: in parts, made durable by what publishes them.
  void write(const std::string& name, std::string_view text) {
    const auto file = sealed_->create(paths_.root / name);
    ASSERT_TRUE(file);
    for (size_t at = 0; at < text.size(); at += 7)
      ASSERT_TRUE((*file)->append(as_bytes(text.substr(at, 7))));
    ASSERT_TRUE((*file)->close());
  }

  std::string raw(const std::string& name) {
    std::ifstream in(paths_.root / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  static std::string read(system::Files& files, const system::Path& file) {
    const auto mapped = files.map(file);
    return mapped ? std::string(as_text((*mapped)->bytes())) : mapped.error().message;
  }

  const system::TemporaryFolder temporary_;
  system::Files& plain_ = system::posix_files();
  const RunPaths paths_{.root = temporary_.path() / "out"};
  const GovernedBy by_{.facility = std::string(64, '1'), .run = std::string(32, '2')};
  const crypto::SecretKey operator_ = testkit::key_number(1), reader_ = testkit::key_number(2);
  std::unique_ptr<SealedFiles> sealed_;
};

TEST_F(SealedFilesTest, ShowTheirTextToWhoHasTheKeyAndToNobodyElse) {
  const std::string name = "training/checkpoints/step-000010/model.safetensors";
  write(name, kWeights);
  EXPECT_EQ(raw(name).find("weights"), std::string::npos);
  EXPECT_EQ(read(*sealed_, paths_.root / name), kWeights);
  EXPECT_EQ(sealed_->read_text(paths_.root / name), std::string(kWeights));
  EXPECT_EQ(sealed_->size_bytes(paths_.root / name), kWeights.size());
  EXPECT_EQ(sealed_->list((paths_.root / name).parent_path())->front().size_bytes, kWeights.size());

  SealedFiles by_reader(plain_, reader_);
  EXPECT_EQ(read(by_reader, paths_.root / name), kWeights);
  SealedFiles by_other(plain_, testkit::key_number(3));
  EXPECT_NE(read(by_other, paths_.root / name).find("none of its 1 readers"), std::string::npos);
  SealedFiles by_nobody(plain_, std::nullopt);
  EXPECT_NE(read(by_nobody, paths_.root / name).find("--reader-key"), std::string::npos);
}

TEST_F(SealedFilesTest, LeaveNoPlainTextOnTheDisk) {
  write("model.part/model.safetensors", kWeights);
  ASSERT_TRUE(sealed_->write_atomic(paths_.root / "model.part/config.json", as_bytes(kWeights)));
  ASSERT_TRUE(sealed_->remove_all(paths_.root / "model"));
  ASSERT_TRUE(sealed_->publish(paths_.root / "model.part", paths_.root / "model"));
  const auto files = system::files_below(plain_, paths_.root);
  ASSERT_TRUE(files);
  for (const std::string& file : *files)
    EXPECT_EQ(raw(file).find("nobody but readers"), std::string::npos) << file;
  EXPECT_EQ(read(*sealed_, paths_.root / "model/config.json"), kWeights);
  EXPECT_EQ(read(*sealed_, paths_.root / "model/model.safetensors"), kWeights);
}

TEST_F(SealedFilesTest, LeaveAloneWhatHoldsNoWeights) {
  ASSERT_TRUE(sealed_->write_atomic(paths_.chain(), as_bytes(kWeights)));
  ASSERT_TRUE(sealed_->write_atomic(paths_.root / "model.json", as_bytes(kWeights)));
  EXPECT_EQ(raw("training/chain.jsonl"), kWeights);
  EXPECT_EQ(raw("model.json"), kWeights);
}

TEST_F(SealedFilesTest, AreNotReadWherePlainOrOfAnotherName) {
  write("model/a", kWeights);
  write("model/b", kWeights);
  ASSERT_TRUE(plain_.write_atomic(paths_.root / "model/c", as_bytes(kWeights)));
  EXPECT_NE(read(*sealed_, paths_.root / "model/c").find("is not sealed"), std::string::npos);
  fs::rename(paths_.root / "model/a", paths_.root / "model/b");
  EXPECT_NE(read(*sealed_, paths_.root / "model/b").find("does not open"), std::string::npos);
  EXPECT_EQ(sealed_->append(paths_.root / "model/b", 0).error().code, ErrorCode::kInvalidInput);
}

TEST_F(SealedFilesTest, HaveAKeyThatNobodyExchanges) {
  const std::string text = plain_.read_text(paths_.sealed()).value();
  std::string changed = text;
  changed.replace(changed.find("\"key\": \"") + 8, 4, "0000");
  ASSERT_TRUE(plain_.write_atomic(paths_.sealed(), as_bytes(changed)));
  const auto opened = open_sealed_run(reader_, paths_, plain_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kMismatch) << opened.error().message;

  const std::vector<crypto::PublicKey> readers = {reader_.public_key()};
  const auto again = begin_sealed_run(by_, readers, operator_, paths_, plain_);
  ASSERT_FALSE(again) << "where weights are already, no other key is drawn";
  EXPECT_EQ(again.error().code, ErrorCode::kRefused);
}

}  // namespace
}  // namespace glass::service
