#include "glass/record/sequencer/sequencer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/fsck.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_files.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

constexpr std::string_view kOrigin = "glass.example/log";

std::vector<Bytes> entries(int64_t begin, int64_t end) {
  std::vector<Bytes> out;
  for (int64_t i = begin; i < end; ++i) {
    const std::string text = fmt::format("entry {}", i);
    out.emplace_back(text.begin(), text.end());
  }
  return out;
}

// A head that fails when told to: before it was replaced, or after.
class FaultyHeads final : public HeadStore {
 public:
  enum class Fault { kNone, kBefore, kAfter };

  Result<std::optional<std::string>> load(const std::string& /*origin*/) override { return head_; }

  Result<std::vector<std::string>> origins() override { return std::vector<std::string>(); }

  Status replace(const std::string& /*origin*/, const std::optional<std::string>& known,
                 const std::string& next) override {
    if (fault == Fault::kBefore) return fail(ErrorCode::kIo, "lost");
    if (head_ != known) return fail(ErrorCode::kRefused, "another writer");
    head_ = next;
    return fault == Fault::kAfter ? Status(fail(ErrorCode::kIo, "lost")) : Status();
  }

  Fault fault = Fault::kNone;

 private:
  std::optional<std::string> head_;
};

class SequencerTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(system::posix_files().make_folders(log_.secrets())); }

  LogWorld world() { return {files_, heads_, log_, std::string(kOrigin), key_}; }

  static Result<int64_t> append(Sequencer& sequencer, int64_t begin, int64_t end) {
    const std::vector<Bytes> batch = entries(begin, end);
    return sequencer.append(std::vector<ByteView>(batch.begin(), batch.end()));
  }

  // What an outsider sees: a checkpoint that is signed, and entries that are in it.
  TreeHead check_published(int64_t at_least) {
    FolderSource source(system::posix_files(), log_.published());
    const NoteKey key{.name = std::string(kOrigin), .key = key_.public_key()};
    const auto opened = read_checkpoint(source, {&key, 1});
    EXPECT_TRUE(opened) << opened.error().message;
    if (!opened) return {};
    const TreeHead tree = opened->checkpoint.tree;
    EXPECT_GE(tree.size, at_least);
    LogReader reader(source, tree.size);
    for (int64_t i = 0; i < tree.size; ++i) {
      const auto proof = prove_inclusion(i, tree.size, reader.hashes());
      const auto entry = reader.entry(i);
      EXPECT_TRUE(proof && entry) << i << " of " << tree.size;
      if (!proof || !entry) return tree;
      EXPECT_EQ(as_text(*entry), fmt::format("entry {}", i));
      EXPECT_TRUE(check_inclusion(leaf_hash(*entry), i, *proof, tree)) << i;
    }
    return tree;
  }

  // The problems, each as "path: what"; "pending" for files of a growth on its way.
  std::vector<std::string> fsck() {
    const NoteKey key{.name = std::string(kOrigin), .key = key_.public_key()};
    const auto health = check_log_files(system::posix_files(), log_.published(), {&key, 1},
                                        [](int64_t) { return true; });
    if (!health) return {health.error().message};
    std::vector<std::string> told;
    for (const LogProblem& problem : health->problems)
      told.push_back(problem.path + ": " + problem.what);
    if (health->pending > 0) told.emplace_back("pending");
    return told;
  }

  system::TemporaryFolder folder_;
  LogFolder log_{folder_ / "log"};
  sim::FaultyFiles files_{system::posix_files()};
  FaultyHeads heads_;
  crypto::SecretKey key_ = testkit::key_counting_from(0);  // the vectors' own
};

TEST_F(SequencerTest, EntriesAreFoundByTheirIndicesWhateverTheBatches) {
  ASSERT_TRUE(create_log(world()));
  EXPECT_EQ(check_published(0).root, empty_root());
  int64_t size = 0;
  for (const int64_t batch : {1, 1, 3, 250, 1, 1, 600, 255}) {
    const auto sequencer = Sequencer::open(world());
    ASSERT_TRUE(sequencer) << sequencer.error().message;
    const auto first = append(**sequencer, size, size + batch);
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(*first, size);
    size += batch;
  }
  EXPECT_EQ(check_published(size).size, size);
}

// The same files as an independent writer's, to the byte, the signed checkpoint included.
TEST_F(SequencerTest, FilesAreThoseOfTheVectors) {
  const system::Path vectors = testkit::shared_file("vectors/tlog/log70000");
  GLASS_SKIP_WITHOUT(vectors);
  ASSERT_TRUE(create_log(world()));
  const auto sequencer = Sequencer::open(world()).value();
  for (int64_t begin = 0; begin < 70000; begin += 7000)
    ASSERT_TRUE(append(*sequencer, begin, begin + 7000));
  int64_t compared = 0;
  for (const auto& found : std::filesystem::recursive_directory_iterator(vectors / "tile")) {
    if (!found.is_regular_file()) continue;
    const system::Path name = std::filesystem::relative(found.path(), vectors);
    const auto ours = system::posix_files().read(log_.published() / name);
    ASSERT_TRUE(ours) << ours.error().message;
    EXPECT_EQ(*ours, system::posix_files().read(found.path()).value()) << name;
    ++compared;
  }
  EXPECT_EQ(compared, 2 * 274 + 2 + 1);
  const std::string theirs = system::posix_files().read_text(vectors / "checkpoint").value();
  EXPECT_TRUE(theirs.starts_with(sequencer->note()));  // a witness has signed theirs, too
}

// Every operation of an append fails in turn, once or for good: what was answered stays, what was
// not is wholly there or not at all, and the log goes on.
TEST_F(SequencerTest, AFailureAnywhereLosesNothingThatWasAnswered) {
  ASSERT_TRUE(create_log(world()));
  int64_t size = 0;
  for (const bool for_good : {false, true}) {
    for (int64_t operation = 1;; ++operation) {
      const auto sequencer = Sequencer::open(world());
      ASSERT_TRUE(sequencer) << sequencer.error().message;
      size = (*sequencer)->tree().size;
      const int64_t batch = operation % 8 == 0 ? 300 : 1;
      files_.fail_at({.operation = operation, .for_good = for_good});
      const auto first = append(**sequencer, size, size + batch);
      const bool reached = files_.operations() >= operation;
      files_.fail_never();
      if (first) size += batch;
      const TreeHead seen = check_published(size);
      const std::vector<std::string> problems = fsck();
      EXPECT_TRUE(problems.empty() || (!first && problems.front() == "pending"))
          << problems.front();
      ASSERT_TRUE(seen.size == size || (!first && seen.size == size + batch))
          << "operation " << operation;
      if (!first) {
        EXPECT_EQ(append(**sequencer, size, size + 1).error().code, ErrorCode::kRefused);
        EXPECT_EQ((*sequencer)->cosign({}).error().code, ErrorCode::kRefused);
      }
      if (first && !reached) break;
      ASSERT_LT(operation, 100);
    }
  }
}

TEST_F(SequencerTest, ALostAnswerOfTheHeadStoreIsSettledByTheNextOpening) {
  ASSERT_TRUE(create_log(world()));
  int64_t size = 0;
  for (const auto fault : {FaultyHeads::Fault::kBefore, FaultyHeads::Fault::kAfter}) {
    auto sequencer = Sequencer::open(world()).value();
    heads_.fault = fault;
    EXPECT_FALSE(append(*sequencer, size, size + 2));
    heads_.fault = FaultyHeads::Fault::kNone;
    sequencer.reset();
    size += fault == FaultyHeads::Fault::kAfter ? 2 : 0;
    EXPECT_EQ(Sequencer::open(world()).value()->tree().size, size);
    EXPECT_EQ(check_published(size).size, size);
    EXPECT_TRUE(system::posix_files().list(log_.staged()).value().empty());
  }
}

TEST_F(SequencerTest, OneProcessOfAMachineWrites) {
  ASSERT_TRUE(create_log(world()));
  const auto first = Sequencer::open(world()).value();
  EXPECT_EQ(Sequencer::open(world()).error().code, ErrorCode::kRefused);
}

// On two machines no lock of a file system keeps writers apart; the head store does.
TEST_F(SequencerTest, ASecondWriterIsRefusedAndOverwritesNothing) {
  ASSERT_TRUE(create_log(world()));
  LogWorld elsewhere = world();
  elsewhere.folder.root = folder_ / "elsewhere";
  ASSERT_TRUE(files_.make_folders(elsewhere.folder.secrets()));
  std::filesystem::create_directory_symlink(log_.published(), elsewhere.folder.published());
  const auto first = Sequencer::open(world()).value();
  const auto second = Sequencer::open(elsewhere).value();
  ASSERT_TRUE(append(*first, 0, 3));
  EXPECT_EQ(append(*second, 100, 103).error().code, ErrorCode::kRefused);
  EXPECT_EQ(check_published(3).size, 3);
}

TEST_F(SequencerTest, AnEntryThatIsTooLongIsRefusedAndTheLogGoesOn) {
  ASSERT_TRUE(create_log(world()));
  const auto sequencer = Sequencer::open(world()).value();
  const Bytes longest(kMostEntryBytes + 1);
  const Bytes good = entries(0, 1).front();
  const auto refused = sequencer->append(std::vector<ByteView>{good, longest});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(refused.error().message.find("entry 1 of the batch has 65536 bytes"),
            std::string::npos);
  EXPECT_EQ(append(*sequencer, 0, 1).value(), 0);
}

TEST_F(SequencerTest, WhatDoesNotBelongTogetherIsRefused) {
  EXPECT_EQ(Sequencer::open(world()).error().code, ErrorCode::kNotFound);
  LogWorld bad = world();
  bad.origin = "https://glass.example/log";
  EXPECT_EQ(create_log(bad).error().code, ErrorCode::kInvalidInput);
  ASSERT_TRUE(create_log(world()));
  EXPECT_EQ(create_log(world()).error().code, ErrorCode::kRefused);
  ASSERT_TRUE(append(*Sequencer::open(world()).value(), 0, 300));

  const crypto::SecretKey other_key = crypto::SecretKey::generate();
  EXPECT_EQ(Sequencer::open({files_, heads_, log_, std::string(kOrigin), other_key}).error().code,
            ErrorCode::kMismatch);
  EXPECT_EQ(Sequencer::open({files_, heads_, log_, "glass.example/other", key_}).error().code,
            ErrorCode::kMismatch);

  const system::Path tile = log_.published() / "tile/0/001.p/44";
  Bytes bytes = files_.read(tile).value();
  bytes[100] ^= 1;
  ASSERT_TRUE(files_.write_atomic(tile, bytes));
  const auto broken = Sequencer::open(world());
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kCorruption);
  EXPECT_NE(broken.error().message.find("the tiles lead to the root"), std::string::npos);
}

TEST_F(SequencerTest, FsckNamesEveryFileThatIsNotAsItShouldBe) {
  ASSERT_TRUE(create_log(world()));
  for (const int64_t size : {0, 3, 600})
    ASSERT_TRUE(append(*Sequencer::open(world()).value(), size, size + 600));
  ASSERT_EQ(fsck(), std::vector<std::string>());
  const system::Path tile_folder = log_.published() / "tile";
  for (const auto& found : std::filesystem::recursive_directory_iterator(tile_folder)) {
    if (!found.is_regular_file()) continue;
    const std::string name = std::filesystem::relative(found.path(), log_.published()).string();
    const Bytes good = files_.read(found.path()).value();
    Bytes bad = good;
    bad[bad.size() / 2] ^= 4;
    ASSERT_TRUE(files_.write_atomic(found.path(), bad));
    const std::vector<std::string> problems = fsck();
    ASSERT_FALSE(problems.empty()) << name;
    const bool entries = name.starts_with("tile/entries/");
    EXPECT_TRUE(entries || problems.front().starts_with(name + ": differs")) << problems.front();
    bad = good;
    bad.pop_back();
    ASSERT_TRUE(files_.write_atomic(found.path(), bad));
    EXPECT_TRUE(fsck().front().starts_with(name)) << fsck().front();
    ASSERT_TRUE(files_.write_atomic(found.path(), good));
  }
  ASSERT_TRUE(files_.write_atomic(tile_folder / "0" / "notes.txt", as_bytes("x")));
  ASSERT_TRUE(files_.write_atomic(tile_folder / "0" / "007", as_bytes("x")));
  ASSERT_TRUE(files_.remove_all(tile_folder / "1"));
  EXPECT_EQ(fsck(), (std::vector<std::string>{"tile/1/000.p/7: is missing; restore it from a copy",
                                              "tile/0/notes.txt: is no file of a log; move it away",
                                              "pending"}));
}

TEST_F(SequencerTest, CosignaturesStayUntilTheLogGrows) {
  ASSERT_TRUE(create_log(world()));
  auto sequencer = Sequencer::open(world()).value();
  ASSERT_TRUE(append(*sequencer, 0, 3));
  const std::string text = parse_note(sequencer->note())->text;
  const std::vector<NoteSignature> cosignatures = {
      cosign_note(text, "witness.example", crypto::SecretKey::generate(), 1'800'000'000)};
  ASSERT_TRUE(sequencer->cosign(cosignatures));
  sequencer.reset();
  sequencer = Sequencer::open(world()).value();
  const auto published = [&] {
    return parse_note(files_.read_text(log_.checkpoint()).value())->signatures;
  };
  ASSERT_EQ(published().size(), 2U);
  EXPECT_EQ(published().back(), cosignatures.front());
  const std::vector<NoteSignature> of_another = {
      cosign_note(text, "other.example", crypto::SecretKey::generate(), 1'800'000'000)};
  ASSERT_TRUE(sequencer->cosign(of_another));
  EXPECT_EQ(published().size(), 3U) << "the one that was there stays";
  ASSERT_TRUE(append(*sequencer, 3, 4));
  EXPECT_EQ(published().size(), 1U);
}

TEST_F(SequencerTest, AHeadThatWasPutBackIsToldAndNotFollowed) {
  ASSERT_TRUE(create_log(world()));
  const std::string old = heads_.load("").value().value();
  ASSERT_TRUE(append(*Sequencer::open(world()).value(), 0, 3));
  ASSERT_TRUE(heads_.replace("", heads_.load("").value(), old));
  const auto refused = Sequencer::open(world());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorruption);
  EXPECT_NE(refused.error().message.find("put back to an older one"), std::string::npos);
}

}  // namespace
}  // namespace glass::record
