#include "glass/data/rights/dep5.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"

namespace glass::data {
namespace {

constexpr std::string_view kFormat =
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n";

CopyrightFile file_of(std::string_view paragraphs) {
  const auto file = parse_dep5(std::string(kFormat) + std::string(paragraphs));
  EXPECT_TRUE(file.has_value() && file->has_value());
  return file && *file ? **file : CopyrightFile{};
}

std::string error_of(std::string_view paragraphs) {
  const auto file = parse_dep5(std::string(kFormat) + std::string(paragraphs));
  return file ? "" : file.error().message;
}

std::string licence(std::string_view text, const LicenceNames& names = {}) {
  return to_text(dep5_licence(text, "pkg", names));
}

std::string licence_of(const CopyrightFile& file, std::string_view path) {
  const CopyrightStanza* stanza = file.stanza_of(path);
  return stanza == nullptr ? "none" : licence(stanza->licence);
}

TEST(Dep5, TheReferenceVector) {
  const CopyrightFile file = file_of(
      "Files: *\nLicense: GPL-2+\n\n"
      "Files: lib/*.c\n doc/?.txt\nLicense: Expat or Apache-2.0, and BSD-3-clause\n text of the "
      "licences\n\n"
      "Files: lib/x/y.c\nLicense: CC-BY-SA-4.0\n\n"
      "Files: debian/*\nLicense: GPL-3+\n");
  EXPECT_EQ(licence_of(file, "lib/a/b.c"), "(MIT OR Apache-2.0) AND BSD-3-Clause");
  EXPECT_EQ(licence_of(file, "doc/a.txt"), "(MIT OR Apache-2.0) AND BSD-3-Clause");
  EXPECT_EQ(licence_of(file, "doc/ab.txt"), "GPL-2.0-or-later");
  EXPECT_EQ(licence_of(file, "lib/x/y.c"), "CC-BY-SA-4.0");
  EXPECT_EQ(licence_of(file, "debian/rules"), "GPL-3.0-or-later");
}

TEST(Dep5, WithoutAFormatFieldItIsFreeTextWhateverElseItContains) {
  for (const std::string_view text :
       {"Files: *\nLicense: MIT\n", "", "This is free software.\n\nFormat: x\n\nFiles: *\n",
        "Copyright notice\n\nFiles: a\nLicense: b\n"}) {
    const auto file = parse_dep5(text);
    ASSERT_TRUE(file.has_value()) << text;
    EXPECT_FALSE(file->has_value()) << text;
  }
}

TEST(Dep5, TheLastMatchingStanzaWinsNotTheLongest) {
  const CopyrightFile file =
      file_of("Files: src/deep/one.c\nLicense: MIT\n\nFiles: src/*\nLicense: ISC\n");
  EXPECT_EQ(licence_of(file, "src/deep/one.c"), "ISC");
}

TEST(Dep5, AnIndentedLicenceLineInsideACommentIsPartOfTheComment) {
  const CopyrightFile file =
      file_of("Files: *\nComment: as the site says\n License: GPL-2\nLicense: CC-BY-SA-3.0\n");
  EXPECT_EQ(licence_of(file, "a"), "CC-BY-SA-3.0");
}

TEST(Dep5, TheListOfFilesMayBeginOnTheNextLineAndSpacesMayBeMany) {
  const CopyrightFile file = file_of("Files:\n src/a.go\n src/b.go\nLicense:     X11\n");
  EXPECT_EQ(licence_of(file, "src/b.go"), "X11");
  EXPECT_EQ(licence_of(file, "src/c.go"), "none");
}

TEST(Dep5, AFolderWithoutAStarMatchesNoFile) {
  const CopyrightFile file = file_of("Files: doc/_static/\nLicense: MIT\n");
  EXPECT_EQ(licence_of(file, "doc/_static/a.css"), "none");
  ASSERT_EQ(file.remarks.size(), 1U);
  EXPECT_EQ(file.remarks[0], "line 3: the pattern doc/_static/ names a folder and matches no file");
}

TEST(Dep5, AShortNameNarrowerThanItsTextIsRemarkedAndStaysNarrow) {
  const CopyrightFile file =
      file_of("Files: *\nLicense: GPL-2\n version 2, or (at your option) any\n later version.\n");
  EXPECT_EQ(licence_of(file, "a"), "GPL-2.0-only");
  EXPECT_EQ(file.remarks.size(), 1U);
}

TEST(Dep5, TextsAreFoundUnderTheirNameWhereverTheyStand) {
  const CopyrightFile file = file_of(
      "Files: a\nLicense: Go\n\nFiles: b\nLicense: Go\n other\n\nLicense: Go\n the text\n .\n "
      "end\n");
  EXPECT_EQ(file.texts.at("Go"), (std::vector<std::string>{"other", "the text\n\nend"}));
  EXPECT_EQ(file.stanzas.size(), 2U);
}

TEST(Dep5, BrokenFilesAreErrorsWithTheirLine) {
  EXPECT_EQ(error_of("Files: *\n"), "line 3: the paragraph names files but no licence");
  EXPECT_EQ(error_of("Files:\nLicense: MIT\n"), "line 3: the Files field names no file");
  EXPECT_EQ(error_of("License: MIT\n text\n"), "no paragraph has a Files field");
  EXPECT_EQ(error_of("Files: *\nLicense: MIT\nnonsense\n"),
            "line 5: expected 'Name: value', found 'nonsense'");
}

TEST(Dep5Pattern, StarIsAnyCharactersAndQuestionMarkOne) {
  EXPECT_TRUE(dep5_matches("*", ".hidden/deep/file"));
  EXPECT_TRUE(dep5_matches("lib/*.c", "lib/a/b/.c"));
  EXPECT_FALSE(dep5_matches("lib/*.c", "lib/a.cc"));
  EXPECT_TRUE(dep5_matches("doc/?.txt", "doc/\xC3\xA4.txt"));
  EXPECT_FALSE(dep5_matches("doc/?.txt", "doc/.txt"));
  EXPECT_TRUE(dep5_matches("a*b*c", "a1b2b3c"));
  EXPECT_FALSE(dep5_matches("a*b*c", "a1c2b"));
  EXPECT_TRUE(dep5_matches("", ""));
}

TEST(Dep5Pattern, BracketsAreOrdinaryAndEscapesProtect) {
  EXPECT_TRUE(dep5_matches("[ab].c", "[ab].c"));
  EXPECT_FALSE(dep5_matches("[ab].c", "a.c"));
  EXPECT_TRUE(dep5_matches("\\*\\?\\\\", "*?\\"));
  EXPECT_FALSE(dep5_matches("\\*", "x"));
}

TEST(Dep5Pattern, ManyStarsTakeNoExponentialTime) {
  const std::string pattern = [] {
    std::string out;
    for (int i = 0; i < 200; ++i) out += "a*";
    return out + "b";
  }();
  EXPECT_FALSE(dep5_matches(pattern, std::string(5000, 'a')));
}

TEST(Dep5Licence, ShortNamesBecomeSpdxIds) {
  EXPECT_EQ(licence("GPL-2+"), "GPL-2.0-or-later");
  EXPECT_EQ(licence("GPL-2"), "GPL-2.0-only");
  EXPECT_EQ(licence("LGPL-2.1+"), "LGPL-2.1-or-later");
  EXPECT_EQ(licence("GFDL-1.3"), "GFDL-1.3-only");
  EXPECT_EQ(licence("GFDL-NIV-1.1+"), "GFDL-1.1-no-invariants-or-later");
  EXPECT_EQ(licence("Expat"), "MIT");
  EXPECT_EQ(licence("SIL-1.1"), "OFL-1.1");
  EXPECT_EQ(licence("BSD-3-clause"), "BSD-3-Clause");
  EXPECT_EQ(licence("FreeBSD"), "BSD-2-Clause");
  EXPECT_EQ(licence("CC0"), "CC0-1.0");
  EXPECT_EQ(licence("public-domain"), "LicenseRef-PublicDomain");
  EXPECT_EQ(licence("Perl"), "Artistic-1.0-Perl OR GPL-1.0-or-later");
}

TEST(Dep5Licence, OperatorsInAnyCaseAndWithManySpaces) {
  EXPECT_EQ(licence("MIT or Apache-2.0"), "MIT OR Apache-2.0");
  EXPECT_EQ(licence("MIT OR Apache-2.0"), "MIT OR Apache-2.0");
  EXPECT_EQ(licence("MIT  or  Apache-2.0"), "MIT OR Apache-2.0");
}

TEST(Dep5Licence, AndBindsTighterAndACommaLiftsIt) {
  EXPECT_EQ(licence("Expat or Apache-2.0 and BSD-3-clause"), "MIT OR Apache-2.0 AND BSD-3-Clause");
  EXPECT_EQ(licence("Expat or Apache-2.0, and BSD-3-clause"),
            "(MIT OR Apache-2.0) AND BSD-3-Clause");
}

TEST(Dep5Licence, ExceptionsAreKeptAlsoWhereSpdxHasNoName) {
  EXPECT_EQ(licence("GPL-3+ with Bison exception"), "GPL-3.0-or-later WITH Bison-exception-2.2");
  EXPECT_EQ(licence("GPL-2+ with OpenSSL exception"),
            "GPL-2.0-or-later WITH AdditionRef-Debian-OpenSSL");
}

TEST(Dep5Licence, NamesOutsideSpdxStayUnknownUnderThePackagesName) {
  for (const std::string_view name : {"SIL-OPEN-FONT", "CC-BY", "CC-SA-BY-3.0", "BSD-like", "Go",
                                      "noderivs", "MPEG", "PSF-baseconv", "GPL", "BSD"})
    EXPECT_EQ(licence(name), "LicenseRef-Debian-pkg-" + std::string(name));
  EXPECT_EQ(licence("LGPL-2.1+3+KDEeV"), "LicenseRef-Debian-pkg-LGPL-2.1-3-KDEeV");
  EXPECT_EQ(licence("GPL-2+-or-X11"), "LicenseRef-Debian-pkg-GPL-2--or-X11");
  EXPECT_EQ(licence("see the file COPYING"), "LicenseRef-Debian-pkg-see-the-file-COPYING");
  EXPECT_EQ(licence("MIT or"), "LicenseRef-Debian-pkg-MIT-or");
}

TEST(Dep5Licence, ANameThatSomebodyReadIsWhatTheySay) {
  const LicenceNames names = {{"Go", spdx_licence("BSD-3-Clause")}};
  EXPECT_EQ(licence("Go and X11", names), "BSD-3-Clause AND X11");
}

}  // namespace
}  // namespace glass::data
