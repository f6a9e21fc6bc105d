#include "glass/data/ingest/debian_archive.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/data/ingest/apt.h"
#include "glass/data/ingest/debian_fixture.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::data {
namespace {

class DebianArchive : public testing::Test {
 protected:
  DebianArchive() {
    debian_.publish({{.name = "alpha", .version = "1", .bytes = "first package"},
                     {.name = "beta", .version = "2", .bytes = "second package"}});
  }

  Error select_error(const std::vector<std::string>& names) {
    const auto selection = select_packages(services_, names);
    return selection ? Error{.code = ErrorCode::kIo, .message = "no error"} : selection.error();
  }

  Status fetch(const std::vector<ArchivePackage>& packages) {
    return fetch_packages(services_, packages,
                          [](uint64_t, uint64_t, const std::string&) { return true; });
  }

  system::TemporaryFolder folder_;
  fixture::FakeDebian debian_{system::posix_files(), folder_.path()};
  ArchiveServices services_{
      .files = system::posix_files(), .process = debian_, .cache = folder_ / "cache"};
};

TEST_F(DebianArchive, TheChainFromKeyToPackageIsRecorded) {
  const auto selection = select_packages(services_, {"beta", "alpha"});
  ASSERT_TRUE(selection.has_value()) << selection.error().message;
  ASSERT_EQ(selection->packages.size(), 2U);
  const ArchivePackage& beta = selection->packages[0];
  EXPECT_EQ(beta.name, "beta");
  EXPECT_EQ(beta.version, "2");
  EXPECT_EQ(beta.sha256, crypto::sha256("second package"));
  EXPECT_EQ(beta.index, "main/binary-amd64/Packages");
  const auto index = system::posix_files().read_text(debian_.index_file());
  EXPECT_EQ(beta.index_sha256, crypto::sha256(*index));
  ASSERT_EQ(selection->releases.size(), 1U);
  const ArchiveRelease& release = selection->releases[0];
  const auto message = system::posix_files().read_text(debian_.release_file());
  EXPECT_EQ(release.sha256, crypto::sha256(*message));
  EXPECT_EQ(release.date, "Thu, 01 Jan 1970 00:00:00 UTC");
  ASSERT_EQ(release.signatures.size(), 1U);
  EXPECT_EQ(release.signatures[0].fingerprint, "0123456789ABCDEF0123456789ABCDEF01234567");
  EXPECT_EQ(release.signatures[0].signer, "Test Key <t@example.org>");
}

TEST_F(DebianArchive, ABrokenLinkOfTheChainIsCorruption) {
  const std::string good = debian_.signature_status;
  debian_.signature_status = "[GNUPG:] NEWSIG\n[GNUPG:] BADSIG ABCD Test Key\n";
  EXPECT_EQ(select_error({"alpha"}).code, ErrorCode::kCorruption);
  debian_.signature_status = good;
  const auto index = system::posix_files().read_text(debian_.index_file());
  debian_.write(debian_.index_file(), *index + "\n");
  EXPECT_EQ(select_error({"alpha"}).code, ErrorCode::kCorruption);
}

TEST_F(DebianArchive, AnInReleaseWithSomethingUnsignedIsRefused) {
  const auto message = system::posix_files().read_text(debian_.release_file());
  debian_.write(debian_.release_file(), *message + "SHA256:\n");
  EXPECT_NE(select_error({"alpha"}).message.find("something stands behind the signature"),
            std::string::npos);
}

TEST_F(DebianArchive, MissingPiecesSayWhatToDo) {
  EXPECT_EQ(select_error({"nosuch"}).code, ErrorCode::kInvalidInput);
  EXPECT_NE(select_error({"nosuch"}).message.find("Unable to locate package nosuch"),
            std::string::npos);
  debian_.absent.insert("gpgv");
  EXPECT_NE(select_error({"alpha"}).message.find("install the package gpgv"), std::string::npos);
  debian_.absent.insert("apt-get");
  EXPECT_NE(select_error({"alpha"}).message.find("this machine has no apt-get"), std::string::npos);
  EXPECT_EQ(select_error({"alpha"}).code, ErrorCode::kNotFound);
}

TEST_F(DebianArchive, WithoutListsTheyAreFetchedAndElseTheErrorSaysSo) {
  ASSERT_TRUE(system::posix_files().remove_all(debian_.index_file()).has_value());
  EXPECT_NE(select_error({"alpha"}).message.find("run 'apt-get update'"), std::string::npos);
}

TEST_F(DebianArchive, WhatIsCachedWithTheRightDigestIsNotFetchedAgain) {
  const auto selection = select_packages(services_, {"alpha", "beta"});
  ASSERT_TRUE(selection.has_value());
  ASSERT_TRUE(fetch(selection->packages).has_value());
  EXPECT_EQ(*system::posix_files().read_text(cached_file(services_, selection->packages[1])),
            "second package");
  const int before = debian_.runs["apt-get"];
  ASSERT_TRUE(fetch(selection->packages).has_value());
  EXPECT_EQ(debian_.runs["apt-get"], before);
  debian_.write(cached_file(services_, selection->packages[0]), "first PACKAGE");
  ASSERT_TRUE(fetch(selection->packages).has_value());
  EXPECT_GT(debian_.runs["apt-get"], before);
  EXPECT_EQ(*system::posix_files().read_text(cached_file(services_, selection->packages[0])),
            "first package");
}

TEST_F(DebianArchive, AFetchedFileWithAnotherDigestNeverEntersTheCache) {
  const auto selection = select_packages(services_, {"alpha"});
  ASSERT_TRUE(selection.has_value());
  debian_.fetched_instead = "malware";
  const Status status = fetch(selection->packages);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
  EXPECT_FALSE(system::posix_files().exists(cached_file(services_, selection->packages[0])));
}

TEST_F(DebianArchive, FetchingCanBeStopped) {
  const auto selection = select_packages(services_, {"alpha"});
  ASSERT_TRUE(selection.has_value());
  const Status status = fetch_packages(
      services_, selection->packages, [](uint64_t, uint64_t, const std::string&) { return false; });
  EXPECT_EQ(status.error().code, ErrorCode::kInterrupted);
}

TEST(Apt, AnswersAreTakenApart) {
  const auto downloads = parse_print_uris(
      "'http://deb/pool/m/x_1%3a2+b_all.deb' x_1%3a2+b_all.deb 158 SHA512:ab\nnoise\n");
  ASSERT_TRUE(downloads.has_value());
  ASSERT_EQ(downloads->size(), 1U);
  EXPECT_EQ(downloads->at(0).package(), "x");
  EXPECT_EQ(downloads->at(0).size_bytes, 158U);
  EXPECT_FALSE(parse_print_uris("'http://x y").has_value());
  EXPECT_FALSE(parse_index_targets("a|b\n").has_value());
  EXPECT_EQ(decode_percent("a%2bb%3A%zz%"), "a+b:%zz%");
}

TEST(Apt, TheReleaseFileLiesBesideTheIndex) {
  const AptIndex index{.key = "main/binary-amd64/Packages",
                       .file = "/l/d_dists_bookworm_main_binary-amd64_Packages.lz4",
                       .repository = ""};
  EXPECT_EQ(index.release_file(), "/l/d_dists_bookworm_InRelease");
  const AptIndex odd{.key = "Packages", .file = "/l/other", .repository = ""};
  EXPECT_EQ(odd.release_file(), "");
}

}  // namespace
}  // namespace glass::data
