#include "glass/data/shard/shard.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/shard/internal/shard_format.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::data {

namespace {

using Ids = std::vector<TokenId>;

constexpr TokenId kEnd = 9;

// Ten tokens; token i stands for i bytes, the last is E.
ShardSetOptions small_options() {
  ShardSetOptions options;
  options.tokenizer = crypto::sha256("tokenizer");
  options.corpus = crypto::sha256("corpus");
  options.end_of_text = kEnd;
  options.text_lengths = {0, 1, 2, 3, 4, 5, 6, 7, 8, 0};
  options.shard_tokens = 8;
  return options;
}

struct Written {
  Split split;
  Ids tokens;
};

const std::vector<Written>& documents() {
  static const std::vector<Written> written = {
      {Split::kTrain, {1, 2, 3}},       {Split::kHeldOut, {4}}, {Split::kTrain, {}},
      {Split::kTrain, {5, 6, 7, 8, 1}}, {Split::kTrain, {2}},   {Split::kHeldOut, {3, 3}}};
  return written;
}

crypto::Digest digest_of(size_t index) {
  return crypto::sha256("document " + std::to_string(index));
}

Result<Json> write_documents(ShardSetWriter writer) {
  for (size_t i = 0; i < documents().size(); ++i)
    GLASS_TRY_STATUS(writer.add(documents()[i].split, digest_of(i), documents()[i].tokens));
  return writer.finish();
}

Result<Json> write_set(system::Files& files, const system::Path& folder) {
  GLASS_TRY(ShardSetWriter writer, ShardSetWriter::create(files, folder, small_options()));
  return write_documents(std::move(writer));
}

// A written set to be damaged.
class ShardSetTest : public ::testing::Test {
 protected:
  ShardSetTest() { EXPECT_TRUE(write_set(files_, folder_).has_value()); }

  // In place, so that thousands of flips take no time.
  void flip(std::string_view name, size_t at, uint8_t bits) {
    std::fstream file(folder_ / name, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ bits));
    ASSERT_TRUE(file.flush());
  }

  void put(std::string_view name, ByteView bytes) {
    auto file = files_.create(folder_ / name);
    ASSERT_TRUE(file && (*file)->append(bytes) && (*file)->close());
  }

  // The message of opening and verifying; empty if both succeed.
  std::string complaint() {
    SerialParallel serial;
    auto set = ShardSet::open(files_, folder_);
    Status status;
    if (set) status = set->verify(serial);
    const Error* error = !set ? &set.error() : !status ? &status.error() : nullptr;
    if (error == nullptr) return "";
    EXPECT_EQ(error->code, ErrorCode::kCorruption) << error->message;
    return error->message;
  }

  void expect_complaint(std::string_view file, std::string_view what) {
    const std::string message = complaint();
    EXPECT_NE(message.find(file), std::string::npos) << message;
    EXPECT_NE(message.find(what), std::string::npos) << message;
  }

  system::Files& files_ = system::posix_files();
  system::TemporaryFolder temporary_;
  system::Path folder_ = temporary_ / "shards";
};

}  // namespace

TEST_F(ShardSetTest, GivesBackWhatWasWritten) {
  auto set = ShardSet::open(files_, folder_);
  ASSERT_TRUE(set.has_value()) << set.error().message;
  EXPECT_EQ(complaint(), "");
  EXPECT_EQ(set->vocabulary_size(), 10);
  EXPECT_EQ(set->end_of_text(), kEnd);
  EXPECT_EQ(set->tokenizer_digest(), crypto::sha256("tokenizer"));
  EXPECT_EQ(set->corpus_digest(), crypto::sha256("corpus"));
  EXPECT_EQ(set->manifest_digest(), crypto::sha256(*files_.read_text(folder_ / "manifest.json")));
  for (const Split split : {Split::kTrain, Split::kHeldOut}) {
    const ShardedDocuments& part = set->part(split);
    uint64_t number = 0, tokens = 0, text_bytes = 0;
    for (size_t i = 0; i < documents().size(); ++i) {
      if (documents()[i].split != split) continue;
      Ids expected = documents()[i].tokens;
      const uint64_t length = std::accumulate(expected.begin(), expected.end(), uint64_t{0});
      expected.insert(expected.begin(), kEnd);
      const ShardDocument document = part.document(number);
      EXPECT_EQ(document.digest, digest_of(i));
      EXPECT_EQ(document.text_bytes, length);
      ASSERT_EQ(document.tokens, expected.size());
      Ids actual(expected.size());
      ASSERT_TRUE(part.copy_tokens(number, 0, actual).has_value());
      EXPECT_EQ(actual, expected);
      tokens += expected.size(), text_bytes += length, ++number;
    }
    EXPECT_EQ(part.count(), number);
    EXPECT_EQ(part.tokens(), tokens);
    EXPECT_EQ(part.text_bytes(), text_bytes);
  }
}

TEST_F(ShardSetTest, ClosesAShardWithTheDocumentThatFillsIt) {
  // Train documents have 4, 1, 6 and 2 tokens; the third reaches 8.
  std::vector<std::string> names;
  const std::vector<system::Entry> entries = *files_.list(folder_);
  for (const system::Entry& entry : entries) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{"held_out-00000.shard", "manifest.json",
                                             "train-00000.shard", "train-00001.shard"}));
}

TEST_F(ShardSetTest, ManifestIsCanonicalAndTheSameEveryTime) {
  ASSERT_TRUE(write_set(files_, temporary_ / "again").has_value());
  const std::string text = *files_.read_text(folder_ / "manifest.json");
  EXPECT_EQ(*files_.read_text(temporary_ / "again" / "manifest.json"), text);
  EXPECT_EQ(to_canonical(*parse_json(text)), text);
}

TEST_F(ShardSetTest, ADryWriterGivesTheManifestOfTheWrittenSet) {
  auto writer = ShardSetWriter::create_dry(small_options());
  ASSERT_TRUE(writer.has_value());
  const auto manifest = write_documents(std::move(*writer));
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(to_canonical(*manifest), *files_.read_text(folder_ / "manifest.json"));
}

TEST_F(ShardSetTest, NamesAFlippedBitWhereverItIs) {
  for (const std::string name :
       {"train-00000.shard", "train-00001.shard", "held_out-00000.shard"}) {
    const size_t size = files_.read(folder_ / name)->size();
    for (size_t at = 0; at < size; ++at) {
      flip(name, at, 0x10);
      expect_complaint(name, "");
      flip(name, at, 0x10);
    }
  }
  EXPECT_EQ(complaint(), "");
}

TEST_F(ShardSetTest, NamesATruncatedShard) {
  const Bytes whole = *files_.read(folder_ / "train-00000.shard");
  for (size_t keep = 0; keep < whole.size(); keep += 13) {
    put("train-00000.shard", ByteView(whole).first(keep));
    expect_complaint("train-00000.shard", "the manifest says");
  }
}

TEST_F(ShardSetTest, NamesAMissingShard) {
  ASSERT_TRUE(files_.remove_all(folder_ / "train-00001.shard").has_value());
  expect_complaint("train-00001.shard", "missing");
}

TEST_F(ShardSetTest, NamesADigestThatDiffers) {
  flip("held_out-00000.shard", files_.read(folder_ / "held_out-00000.shard")->size() - 1, 1);
  ASSERT_TRUE(ShardSet::open(files_, folder_).has_value()) << "structure alone shows nothing";
  expect_complaint("held_out-00000.shard", "its digest is sha256:");
}

TEST_F(ShardSetTest, RefusesAManifestThatDoesNotFit) {
  const std::string text = *files_.read_text(folder_ / "manifest.json");
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = text;
    const size_t at = changed.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    put("manifest.json", as_bytes(changed));
  };
  with("train-00001.shard", "../../etc/passwd");
  expect_complaint("manifest.json", "not train-00001.shard");
  with("glass-shards-1", "glass-shards-2");
  expect_complaint("manifest.json", "glass-shards-2");
  with("\"end_of_text\":9", "\"end_of_text\":10");
  expect_complaint("manifest.json", "end_of_text");
  with("\"format\"", "\"extra\":1,\"format\"");
  expect_complaint("manifest.json", "keys that are not understood");
  with("\"text_lengths\":[0,", "\"text_lengths\":[-1,");
  expect_complaint("manifest.json", "text_lengths");
  with("\"text_bytes\":35", "\"text_bytes\":36");
  expect_complaint("manifest.json", "are not those of its shards");
  put("manifest.json", as_bytes("{"));
  expect_complaint("manifest.json", "line 1");
}

TEST_F(ShardSetTest, RefusesAFolderThatExists) {
  const auto again = write_set(files_, folder_);
  ASSERT_FALSE(again.has_value());
  EXPECT_NE(again.error().message.find("exists already"), std::string::npos);
  EXPECT_EQ(complaint(), "") << "the earlier set is intact";
}

TEST(ShardSetWriter, LeavesNothingBehindWhereverTheDiskFails) {
  system::TemporaryFolder temporary;
  sim::FaultyFiles files(system::posix_files());
  const system::Path folder = temporary / "shards";
  int64_t failures = 0;
  for (int64_t operation = 1;; ++operation) {
    files.fail_at({.operation = operation});
    const auto manifest = write_set(files, folder);
    if (manifest) break;
    EXPECT_EQ(manifest.error().code, ErrorCode::kIo) << manifest.error().message;
    EXPECT_FALSE(files.exists(folder));
    ++failures;
  }
  EXPECT_GT(failures, 10);
  files.fail_never();
  EXPECT_TRUE(ShardSet::open(files, folder).has_value());
  EXPECT_EQ(files.list(temporary.path())->size(), 1U) << "only the set itself is left";
}

TEST(ShardSetWriter, ClearsWhatAKilledOneLeft) {
  system::TemporaryFolder temporary;
  system::Files& files = system::posix_files();
  ASSERT_TRUE(files.make_folders(temporary / "shards.partial").has_value());
  ASSERT_TRUE(
      files.write_atomic(temporary / "shards.partial" / "rubbish", as_bytes("x")).has_value());
  ASSERT_TRUE(write_set(files, temporary / "shards").has_value());
  EXPECT_FALSE(files.exists(temporary / "shards" / "rubbish"));
}

TEST(ShardSetWriter, RefusesTokensThatCannotStandInADocument) {
  system::TemporaryFolder temporary;
  auto writer =
      ShardSetWriter::create(system::posix_files(), temporary / "shards", small_options());
  ASSERT_TRUE(writer.has_value());
  for (const TokenId token : {-1, 10, kEnd}) {
    const Status status = writer->add(Split::kTrain, {}, Ids{token});
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidInput);
  }
  ShardSetOptions without_end = small_options();
  without_end.end_of_text = -1;
  EXPECT_FALSE(
      ShardSetWriter::create(system::posix_files(), temporary / "other", without_end).has_value());
}

TEST(ShardFormat, UsesTwoBytesWhereTheVocabularyAllows) {
  EXPECT_EQ(token_bytes(1U << 16), 2U);
  EXPECT_EQ(token_bytes((1U << 16) + 1), 4U);
  ShardBuilder builder(70000);
  builder.add({}, 3, 69999, Ids{65536, 1});
  Bytes bytes = builder.header();
  bytes.insert(bytes.end(), builder.table().begin(), builder.table().end());
  bytes.insert(bytes.end(), builder.tokens().begin(), builder.tokens().end());
  EXPECT_EQ(bytes.size(), 64U + 48U + 12U);
  const auto view = ShardView::parse(bytes, "wide");
  ASSERT_TRUE(view.has_value()) << view.error().message;
  Ids tokens(3);
  EXPECT_TRUE(view->copy_tokens(0, tokens));
  EXPECT_EQ(tokens, (Ids{69999, 65536, 1}));
}

TEST(ShardFormat, BytesAreThoseOfTheFormatPage) {
  ShardBuilder builder(10);
  builder.add(crypto::Digest{}, 6, kEnd, Ids{1, 2, 3});
  EXPECT_EQ(to_hex(builder.header()),
            "474c534841524431"          // GLSHARD1
            "020000000a000000"          // bytes a token, vocabulary
            "0100000000000000"          // documents
            "0400000000000000"          // tokens
            "0600000000000000" +        // bytes of text
                std::string(48, '0'));  // reserved
  EXPECT_EQ(to_hex(builder.table()), "00000000000000000600000000000000" + std::string(64, '0'));
  EXPECT_EQ(to_hex(builder.tokens()), "0900010002000300");
}

}  // namespace glass::data
