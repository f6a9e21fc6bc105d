#include "glass/service/verify_dataset.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/document_store.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

using enum record::EvidenceState;

// Three documents under two licences, one held out.
class Corpus : public testing::Test {
 protected:
  void SetUp() override {
    auto writer = data::DocumentStoreWriter::create(files_, folder_ / "documents.bin");
    ASSERT_TRUE(writer) << writer.error().message;
    for (const auto& [text, licence, held_out] :
         {std::tuple{"one", "MIT", false}, {"three", "CC0-1.0", false}, {"two", "MIT", true}})
      ASSERT_TRUE(writer->add({.text = text,
                               .source = "folder",
                               .path = text,
                               .language = "en",
                               .licence = licence,
                               .sha256 = crypto::sha256(std::string_view(text)),
                               .held_out = held_out}));
    ASSERT_TRUE(writer->finish());
    write_manifest(3);
  }

  // It says that there are so many documents.
  void write_manifest(int64_t documents) {
    const auto store = data::DocumentStore::open(files_, folder_ / "documents.bin").value();
    const auto counts = [](int64_t count, int64_t bytes) {
      return Json::Object{{"documents", count}, {"bytes", bytes}};
    };
    const Bytes bytes = files_.read(folder_ / "documents.bin").value();
    const Json manifest = Json::Object{
        {"kind", "glass-corpus-1"},
        {"licence", licence_},
        {"digest", crypto::to_text(store.digest())},
        {"counts", Json::Object{{"all", counts(documents, 11)}, {"held_out", counts(1, 3)}}},
        {"by_source", Json::Object{{"folder", counts(documents, 11)}}},
        {"by_language", Json::Object{{"en", counts(3, 11)}}},
        {"by_licence", Json::Object{{"MIT", counts(2, 6)}, {"CC0-1.0", counts(1, 5)}}},
        {"files",
         Json::Object{
             {"documents.bin", Json::Object{{"bytes", std::ssize(bytes)},
                                            {"sha256", crypto::to_text(crypto::sha256(bytes))}}}}}};
    write("manifest.json", to_canonical(manifest));
  }

  void write(const std::string& file, std::string_view text) {
    ASSERT_TRUE(files_.write_atomic(folder_ / file, as_bytes(text)));
  }

  record::EvidenceNode verified() {
    SerialParallel serial;
    const auto tree = verify_dataset(files_, folder_.path(), serial);
    EXPECT_TRUE(tree) << tree.error().message;
    return *tree;
  }

  // "verified detail" of a part of the root.
  static std::string part(const record::EvidenceNode& tree, std::string_view what) {
    for (const record::EvidenceNode& one : tree.parts) {
      if (one.what == what) return fmt::format("{} {}", record::name(one.state), one.detail);
    }
    return "";
  }

  std::string licence_ = "CC0-1.0 AND MIT";
  system::TemporaryFolder folder_;
  system::Files& files_ = system::posix_files();
};

TEST_F(Corpus, IsHashedAndCountedAgain) {
  const record::EvidenceNode tree = verified();
  EXPECT_EQ(tree.state, kVerified) << to_text(tree);
  EXPECT_EQ(part(tree, "documents"), "verified 3 documents hashed again, 11 B");
  EXPECT_EQ(part(tree, "licences"), "verified CC0-1.0, MIT, counted again");
  EXPECT_EQ(part(tree, "origins").substr(0, 8), "attested");
  EXPECT_TRUE(is_dataset(files_, folder_.path()));
}

TEST_F(Corpus, OfOtherCountsIsBroken) {
  write_manifest(4);
  const record::EvidenceNode tree = verified();
  EXPECT_EQ(tree.state, kBroken);
  EXPECT_EQ(part(tree, "counts"),
            "broken of 'all' there are 3 documents with 11 bytes, the manifest says 4 with 11");
  EXPECT_EQ(part(tree, "sources").substr(0, 6), "broken");
  EXPECT_EQ(part(tree, "languages").substr(0, 8), "verified");
}

TEST_F(Corpus, AnyFlippedByteOfItsDocumentsIsFound) {
  const std::string text = files_.read_text(folder_ / "documents.bin").value();
  for (size_t at = 0; at < text.size(); at += 7) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write("documents.bin", changed);
    EXPECT_EQ(verified().state, kBroken) << at;
  }
}

TEST_F(Corpus, SaysWhatIsMissingAndWhatNobodyNames) {
  write("more.txt", "more");
  EXPECT_EQ(part(verified(), "other files"), "missing the manifest names no more.txt");
  ASSERT_TRUE(files_.remove_all(folder_ / "more.txt"));
  ASSERT_TRUE(files_.remove_all(folder_ / "documents.bin"));
  EXPECT_EQ(part(verified(), "documents.bin"),
            "missing the manifest names it, and no such file is in the folder");
}

TEST_F(Corpus, UnderOtherLicencesThanItSaysIsBroken) {
  licence_ = "MIT";
  write_manifest(3);
  EXPECT_EQ(part(verified(), "licence"),
            "broken the documents are under CC0-1.0 AND MIT, the manifest says MIT");
}

TEST_F(Corpus, ItsManifestLeadsNowhereElse) {
  std::string manifest = files_.read_text(folder_ / "manifest.json").value();
  const std::string named = "\"files\":{";
  manifest.insert(manifest.find(named) + named.size(),
                  R"("/etc/passwd":{"bytes":1,"sha256":"x"},"link":{"bytes":1,"sha256":"x"},)");
  write("manifest.json", manifest);
  std::filesystem::create_symlink("/etc/passwd", folder_ / "link");
  const record::EvidenceNode tree = verified();
  for (const char* name : {"/etc/passwd", "link"})
    EXPECT_EQ(part(tree, name), "missing the manifest names it, and no such file is in the folder");
}

TEST_F(Corpus, IsToldFromOtherFolders) {
  SerialParallel serial;
  write("manifest.json", "{}");
  EXPECT_EQ(verify_dataset(files_, folder_.path(), serial).error().code, ErrorCode::kNotFound);
  write("manifest.json", "{\"kind\":");
  const auto torn = verify_dataset(files_, folder_.path(), serial);
  EXPECT_EQ(torn.error().code, ErrorCode::kCorruption);
  EXPECT_NE(torn.error().message.find("manifest.json: "), std::string::npos);
  ASSERT_TRUE(files_.remove_all(folder_ / "manifest.json"));
  EXPECT_FALSE(is_dataset(files_, folder_.path()));
}

}  // namespace
}  // namespace glass::service
