#include "glass/data/corpus/document_store.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::data {
namespace {

class Memory final : public system::MappedFile {
 public:
  explicit Memory(Bytes bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] ByteView bytes() const override { return bytes_; }

 private:
  Bytes bytes_;
};

Document document(std::string_view text, std::string_view path, std::string_view language) {
  return {.text = text,
          .source = "src",
          .path = path,
          .language = language,
          .licence = "MIT",
          .sha256 = crypto::sha256(text)};
}

class Store : public testing::Test {
 protected:
  Bytes written(const std::vector<Document>& documents,
                const std::vector<uint64_t>& held_out = {}) {
    auto writer = DocumentStoreWriter::create(files_, folder_ / "documents.bin");
    EXPECT_TRUE(writer.has_value());
    for (const Document& one : documents) EXPECT_TRUE(writer->add(one).has_value());
    for (const uint64_t id : held_out) writer->hold_out(id);
    EXPECT_TRUE(writer->finish().has_value());
    return *files_.read(folder_ / "documents.bin");
  }

  static Result<DocumentStore> read(Bytes bytes) {
    return DocumentStore::read(std::make_unique<Memory>(std::move(bytes)), "documents.bin");
  }

  system::Files& files_ = system::posix_files();
  system::TemporaryFolder folder_;
  std::vector<Document> two_ = {document("eins", "a/b", "de"), document("two\n", "c", "en")};
};

TEST_F(Store, GivesBackWhatWasAdded) {
  written(two_, {1});
  const auto store = DocumentStore::open(files_, folder_ / "documents.bin");
  ASSERT_TRUE(store.has_value()) << store.error().message;
  ASSERT_EQ(store->size(), 2U);
  EXPECT_EQ(store->text_bytes(), 8U);
  const Document second = store->document(1);
  EXPECT_EQ(second.text, "two\n");
  EXPECT_EQ(second.source, "src");
  EXPECT_EQ(second.path, "c");
  EXPECT_EQ(second.language, "en");
  EXPECT_EQ(second.licence, "MIT");
  EXPECT_EQ(second.sha256, crypto::sha256("two\n"));
  EXPECT_TRUE(second.held_out);
  EXPECT_FALSE(store->document(0).held_out);
  SerialParallel serial;
  EXPECT_TRUE(store->verify(serial).has_value());
}

TEST_F(Store, TheDigestIsThatOfTheDocumentsDigestsInOrder) {
  const auto store = read(written(two_));
  Bytes digests(two_[0].sha256.bytes.begin(), two_[0].sha256.bytes.end());
  digests.insert(digests.end(), two_[1].sha256.bytes.begin(), two_[1].sha256.bytes.end());
  EXPECT_EQ(store->digest(), crypto::sha256(digests));
}

TEST_F(Store, MayBeEmpty) {
  const auto store = read(written({}));
  ASSERT_TRUE(store.has_value()) << store.error().message;
  EXPECT_EQ(store->size(), 0U);
}

TEST_F(Store, TheLayoutIsPinned) {
  EXPECT_EQ(crypto::to_text(crypto::sha256(written(two_, {1}))),
            "sha256:a08ae5671c61a50f7b5e733cf93b35a6811077faab5bde4d4ecacbaff66e43c6");
}

TEST_F(Store, EveryTruncationIsFound) {
  const Bytes whole = written(two_);
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto store = read(Bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
    ASSERT_FALSE(store.has_value()) << size;
    EXPECT_EQ(store.error().code, ErrorCode::kCorruption);
  }
}

TEST_F(Store, EveryFlippedBitIsFound) {
  const Bytes whole = written(two_);
  SerialParallel serial;
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] ^= static_cast<uint8_t>(1U << (bit % 8));
    const auto store = read(flipped);
    EXPECT_FALSE(store.has_value() && store->verify(serial).has_value()) << "bit " << bit;
  }
}

TEST_F(Store, AFlippedTextIsNamed) {
  Bytes bytes = written(two_);
  bytes[18 + 4] ^= 1;  // behind the magic and the first text
  const auto store = read(bytes);
  ASSERT_TRUE(store.has_value());
  SerialParallel serial;
  const Status status = store->verify(serial);
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().message.find("the text of document 1 (src, c)"), std::string::npos);
}

}  // namespace
}  // namespace glass::data
