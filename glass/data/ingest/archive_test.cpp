#include "glass/data/ingest/archive.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/data/ingest/deb.h"
#include "glass/data/ingest/deb_fixture.h"

namespace glass::data {
namespace {

using fixture::ar_member;
using fixture::tar_end;
using fixture::tar_entry;

std::string ar_error(std::string_view bytes) {
  const auto members = read_ar(as_bytes(bytes));
  return members ? "" : members.error().message;
}

std::string tar_error(std::string_view bytes) {
  const auto entries = read_tar(as_bytes(bytes));
  return entries ? "" : entries.error().message;
}

TEST(Ar, MembersBeginAtEvenOffsets) {
  const std::string bytes = "!<arch>\n" + ar_member("odd", "abc") + ar_member("even/", "de");
  const auto members = read_ar(as_bytes(bytes));
  ASSERT_TRUE(members.has_value()) << members.error().message;
  ASSERT_EQ(members->size(), 2U);
  EXPECT_EQ((*members)[0].name, "odd");
  EXPECT_EQ(as_text((*members)[0].content), "abc");
  EXPECT_EQ((*members)[1].name, "even");
  EXPECT_EQ(as_text((*members)[1].content), "de");
}

TEST(Ar, SizesAndHeadersAreChecked) {
  EXPECT_EQ(ar_error("!<arch>"), "it does not begin as an ar archive");
  EXPECT_EQ(ar_error("!<arch>\nshort"), "the ar header at byte 8 is cut off");
  std::string bytes = "!<arch>\n" + ar_member("x", "abc");
  bytes.resize(bytes.size() - 2);
  EXPECT_EQ(ar_error(bytes), "the ar member x says 3 bytes, 2 are left");
  bytes = "!<arch>\n" + ar_member("x", "abc");
  bytes[8 + 48] = '-';
  EXPECT_EQ(ar_error(bytes), "the ar header at byte 8 is damaged");
  bytes = "!<arch>\n" + ar_member("#1/20", "abc");
  EXPECT_EQ(ar_error(bytes), "the ar member at byte 8 has a name of a kind no package has");
}

TEST(Tar, FilesFoldersAndLinks) {
  const std::string bytes = tar_entry('5', "./usr/", "") + tar_entry('0', "./usr/a", "text") +
                            tar_entry('2', "./usr/b", "", "a") + tar_entry('1', "c", "", "usr/a") +
                            tar_entry('3', "dev", "") + tar_end();
  const auto entries = read_tar(as_bytes(bytes));
  ASSERT_TRUE(entries.has_value()) << entries.error().message;
  ASSERT_EQ(entries->size(), 5U);
  EXPECT_EQ((*entries)[0].kind, TarEntry::Kind::kFolder);
  EXPECT_EQ((*entries)[0].path, "usr");
  EXPECT_EQ((*entries)[1].path, "usr/a");
  EXPECT_EQ(as_text((*entries)[1].content), "text");
  EXPECT_EQ((*entries)[2].kind, TarEntry::Kind::kLink);
  EXPECT_EQ((*entries)[2].target, "a");
  EXPECT_EQ((*entries)[3].kind, TarEntry::Kind::kLink);
  EXPECT_EQ((*entries)[4].kind, TarEntry::Kind::kOther);
}

TEST(Tar, PathsLoseTheirDotsAndStayInTheArchive) {
  const std::string bytes = tar_entry('0', ".//etc/passwd", "a") + tar_entry('0', "././/./b", "b") +
                            tar_entry('5', ".//", "") + tar_end();
  const auto entries = read_tar(as_bytes(bytes));
  ASSERT_TRUE(entries.has_value()) << entries.error().message;
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].path, "etc/passwd");
  EXPECT_EQ((*entries)[1].path, "b");
  EXPECT_EQ((*entries)[2].path, "");
}

TEST(Tar, LongNamesOfGnu) {
  const std::string path = "usr/" + std::string(150, 'p') + "/f";
  const std::string target(120, 't');
  const std::string bytes = tar_entry('L', "././@LongLink", path + '\0') +
                            tar_entry('K', "././@LongLink", target + '\0') +
                            tar_entry('2', "cut", "", "cut") + tar_entry('0', "next", "x") +
                            tar_end();
  const auto entries = read_tar(as_bytes(bytes));
  ASSERT_TRUE(entries.has_value()) << entries.error().message;
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].path, path);
  EXPECT_EQ((*entries)[0].target, target);
  EXPECT_EQ((*entries)[1].path, "next");  // a long name holds for one entry only
}

TEST(Tar, PaxHeadersGivePathAndSize) {
  std::string file = tar_entry('0', "short", "123456");
  file.replace(124, 11, "00000000000");  // the size stands in the pax header alone
  std::string header = file.substr(0, 512);
  fixture::seal(header);
  const std::string bytes = tar_entry('g', "global", "19 comment=ignored\n") +
                            tar_entry('x', "pax", "17 path=./a/\xC3\xA4/b\n9 size=6\n") + header +
                            file.substr(512) + tar_entry('0', "next", "y") + tar_end();
  const auto entries = read_tar(as_bytes(bytes));
  ASSERT_TRUE(entries.has_value()) << entries.error().message;
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].path, "a/\xC3\xA4/b");
  EXPECT_EQ(as_text((*entries)[0].content), "123456");
  EXPECT_EQ((*entries)[1].path, "next");
}

TEST(Tar, ThePrefixOfUstarStandsInFront) {
  std::string header = tar_entry('0', "name", "");
  header.replace(345, 3, "dir");
  fixture::seal(header);
  const std::string bytes = header + tar_end();
  EXPECT_EQ(read_tar(as_bytes(bytes))->at(0).path, "dir/name");
}

TEST(Tar, DamageIsFoundAndNamed) {
  std::string bytes = tar_entry('0', "first", "a") + tar_entry('0', "second", "b") + tar_end();
  bytes[1024] ^= 1;
  EXPECT_EQ(tar_error(bytes),
            "the tar archive is damaged behind 'first': a header has a wrong checksum");
  EXPECT_EQ(tar_error(std::string(100, 'x')),
            "the tar archive is damaged: it ends within a header");
  bytes = tar_entry('0', "long", std::string(2000, 'x'));
  EXPECT_EQ(tar_error(bytes.substr(0, 1024)),
            "the tar archive is damaged: an entry is longer than the archive");
  EXPECT_EQ(tar_error(tar_entry('x', "pax", "99 path=x\n") + tar_end()),
            "the tar archive is damaged: a pax header is malformed");
  EXPECT_EQ(tar_error(""), "the tar archive is damaged: it ends within a header");
}

TEST(Tar, PathsThatLeadOutAreRefused) {
  EXPECT_NE(tar_error(tar_entry('0', "../etc/passwd", "") + tar_end()), "");
  EXPECT_NE(tar_error(tar_entry('0', "a/../../b", "") + tar_end()), "");
  EXPECT_NE(tar_error(tar_entry('0', "/etc/passwd", "") + tar_end()), "");
  EXPECT_EQ(tar_error(tar_entry('0', "a/..b/c", "") + tar_end()), "");
}

TEST(Deb, ControlAndFilesAreRead) {
  const std::string bytes = fixture::deb("glass-test", "1.0-1", {{"usr/share/a", "text"}});
  const auto package = read_deb(as_bytes(bytes), 1 << 20);
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_EQ(package->name(), "glass-test");
  EXPECT_EQ(package->version(), "1.0-1");
  ASSERT_EQ(package->entries.size(), 1U);
  EXPECT_EQ(package->entries[0].path, "usr/share/a");
}

TEST(Deb, WhatIsNoPackageIsNamed) {
  const auto error = [](const std::string& bytes, uint64_t limit = 1 << 20) {
    const auto package = read_deb(as_bytes(bytes), limit);
    return package ? Error{.code = ErrorCode::kIo, .message = "no error"} : package.error();
  };
  EXPECT_EQ(error("!<arch>\n" + ar_member("x", "y")).message,
            "it is no Debian package of format 2");
  const std::string head = "!<arch>\n" + ar_member("debian-binary", "2.0\n");
  EXPECT_EQ(error(head).message, "the package has no control.tar that is xz, zstd or gzip");
  EXPECT_EQ(
      error(head + ar_member("control.tar", tar_entry('0', "control", "Package: x\n") + tar_end()))
          .message,
      "control has no field Version");
  const std::string bytes = fixture::deb("x", "1", {{"f", std::string(4096, 'x')}});
  EXPECT_EQ(error(bytes, 1000).code, ErrorCode::kRefused);
}

}  // namespace
}  // namespace glass::data
