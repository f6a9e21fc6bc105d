#include "glass/data/ingest/file_kind.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace glass::data {
namespace {

std::string kind(std::string_view path) {
  const auto found = file_kind(path);
  return found ? std::string(name(found->rule)) + (found->code.empty() ? "" : " " + found->code)
               : "none";
}

std::string packaged(std::string_view path) {
  const auto found = packaged_file_kind(path);
  return found ? std::string(name(found->rule)) : "none";
}

TEST(FileKind, EndingsTellTheRule) {
  EXPECT_EQ(kind("a/b.html"), "html/1");
  EXPECT_EQ(kind("a.page"), "mallard/1");
  EXPECT_EQ(kind("ls.1.gz"), "roff/1");
  EXPECT_EQ(kind("x.3pm"), "roff/1");
  EXPECT_EQ(kind("README.md"), "plain/1");
  EXPECT_EQ(kind("notes.txt.zst"), "plain/1");
  EXPECT_EQ(kind("a.py"), "code/1 python");
  EXPECT_EQ(kind("a.h"), "code/1 c");
  EXPECT_EQ(kind("a.png"), "none");
  EXPECT_EQ(kind("Makefile"), "none");
  EXPECT_EQ(kind(".py"), "none");
  EXPECT_EQ(kind("dir.py/file"), "none");
}

TEST(FileKind, PackagesHaveTheirPlaces) {
  EXPECT_EQ(packaged("usr/share/man/de/man1/ls.1.gz"), "roff/1");
  EXPECT_EQ(packaged("usr/lib/libx.so.1"), "none");
  EXPECT_EQ(packaged("usr/share/doc/x/copyright"), "none");
  EXPECT_EQ(packaged("usr/share/doc/x/README.md"), "none");
  EXPECT_EQ(packaged("usr/share/doc/x/html/_sources/a.rst.txt"), "plain/1");
  EXPECT_EQ(packaged("usr/share/doc/linux-doc-6.1/Documentation/a.rst.gz"), "plain/1");
  EXPECT_EQ(packaged("usr/share/doc/x/examples/a.py"), "none");
  EXPECT_EQ(packaged("usr/lib/python3/dist-packages/x/a.py"), "code/1");
  EXPECT_EQ(packaged("usr/share/doc/x/html/index.html"), "html/1");
}

TEST(FileKind, TestsAreRecognisedByTheirPath) {
  for (const std::string_view path :
       {"a/tests/b.py", "test/x.go", "a/testdata/b", "x/a_test.go", "x/test_a.py"})
    EXPECT_TRUE(is_test_path(path)) << path;
  for (const std::string_view path : {"a/contest/b.py", "testing.go", "latest/x", "a/tests"})
    EXPECT_FALSE(is_test_path(path)) << path;
}

TEST(Language, PathsTellIt) {
  EXPECT_EQ(language_in_path("usr/share/help/C/gnome-help/a.page"), "C");
  EXPECT_EQ(language_in_path("usr/share/help/pt_BR/gnome-help/a.page"), "pt_BR");
  EXPECT_EQ(language_in_path("usr/share/help/sr@latin/x.page"), "sr@latin");
  EXPECT_EQ(language_in_path("usr/share/man/de/man1/ls.1.gz"), "de");
  EXPECT_EQ(language_in_path("usr/share/man/man1/ls.1.gz"), "C");
  EXPECT_EQ(language_in_path("usr/share/debian-reference/ch01.zh-cn.html"), "zh-cn");
  EXPECT_EQ(language_in_path("usr/share/doc/debian-handbook/html/en-US/a.html"), "en-US");
  EXPECT_EQ(language_in_path("usr/share/libreoffice/help/de/text/a.html"), "de");
  EXPECT_EQ(language_in_path("Documentation/translations/zh_CN/a.rst"), "zh_CN");
  EXPECT_EQ(language_in_path("usr/share/doc/x/html/api/a.html"), "");
  EXPECT_EQ(language_in_path("index.min.html"), "");
  EXPECT_EQ(language_in_path(""), "");
}

TEST(Language, TagsAreThoseOfBcp47) {
  EXPECT_EQ(language_tag("C"), "en");
  EXPECT_EQ(language_tag("en_GB"), "en-GB");
  EXPECT_EQ(language_tag("en-US"), "en");
  EXPECT_EQ(language_tag("de-DE"), "de");
  EXPECT_EQ(language_tag("pt_BR"), "pt-BR");
  EXPECT_EQ(language_tag("zh-cn"), "zh-CN");
  EXPECT_EQ(language_tag("sr@latin"), "sr-Latn");
  EXPECT_EQ(language_tag("ca@valencia"), "ca-valencia");
  EXPECT_EQ(language_tag(""), "und");
}

TEST(Language, ARangeCoversWhatIsNarrower) {
  EXPECT_TRUE(language_covers("de", "de"));
  EXPECT_TRUE(language_covers("de", "de-AT"));
  EXPECT_TRUE(language_covers("code", "code/python"));
  EXPECT_FALSE(language_covers("de", "den"));
  EXPECT_FALSE(language_covers("de-AT", "de"));
}

TEST(ReadingOrder, BaseLanguageThenLanguagesThenPaths) {
  std::vector<std::string> paths = {"usr/share/help/de/a.page", "usr/share/help/as/z.page",
                                    "usr/share/help/C/b.page", "usr/share/help/C/a.page",
                                    "usr/share/help/en_GB/a.page"};
  std::ranges::sort(paths, {}, [](const std::string& path) { return reading_key(path); });
  EXPECT_EQ(paths, (std::vector<std::string>{"usr/share/help/C/a.page", "usr/share/help/C/b.page",
                                             "usr/share/help/as/z.page", "usr/share/help/de/a.page",
                                             "usr/share/help/en_GB/a.page"}));
}

}  // namespace
}  // namespace glass::data
