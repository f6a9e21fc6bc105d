#include "glass/data/deb822/deb822.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace glass::data {
namespace {

std::vector<Stanza> stanzas_of(std::string_view text) {
  auto stanzas = parse_stanzas(text);
  EXPECT_TRUE(stanzas.has_value()) << stanzas.error().message;
  return stanzas.value_or(std::vector<Stanza>{});
}

std::string message_of(std::string_view text) {
  const auto stanzas = parse_stanzas(text);
  return stanzas ? "" : stanzas.error().message;
}

TEST(Deb822, ParagraphsAreSeparatedByEmptyLines) {
  const auto stanzas = stanzas_of("\n\nPackage: a\nVersion: 1\n\n\nPackage: b\n");
  ASSERT_EQ(stanzas.size(), 2U);
  EXPECT_EQ(*stanzas[0].find("Version"), "1");
  EXPECT_EQ(*stanzas[1].find("Package"), "b");
  EXPECT_EQ(stanzas[1].line, 7);
}

TEST(Deb822, FieldNamesIgnoreCaseAndValuesAreTrimmed) {
  const auto stanzas = stanzas_of("SHA256:   abc \t\r\n");
  ASSERT_EQ(stanzas.size(), 1U);
  EXPECT_EQ(*stanzas[0].find("sha256"), "abc");
  EXPECT_EQ(stanzas[0].find("sha25"), nullptr);
}

TEST(Deb822, ContinuationLinesLoseOneBlankAndADotIsAnEmptyLine) {
  const auto stanzas = stanzas_of("License: GPL-2+\n first\n .\n\t  indented  \nFiles: *\n");
  ASSERT_EQ(stanzas.size(), 1U);
  EXPECT_EQ(*stanzas[0].find("License"), "GPL-2+\nfirst\n\n  indented");
  EXPECT_EQ(*stanzas[0].find("Files"), "*");
}

TEST(Deb822, AValueMayBeginOnTheNextLine) {
  const auto stanzas = stanzas_of("Files:\n src/a.go\n src/b.go\n");
  EXPECT_EQ(split_words(*stanzas.at(0).find("Files")),
            (std::vector<std::string>{"src/a.go", "src/b.go"}));
}

TEST(Deb822, ALineOfBlanksInsideAFieldDoesNotEndTheParagraph) {
  const auto stanzas = stanzas_of("License: X\n one\n  \n two\nComment: c\n");
  ASSERT_EQ(stanzas.size(), 1U);
  EXPECT_EQ(*stanzas[0].find("License"), "X\none\n\ntwo");
}

TEST(Deb822, ALineOfBlanksBeforeAFieldEndsTheParagraph) {
  EXPECT_EQ(stanzas_of("A: 1\n \nB: 2\n").size(), 2U);
}

TEST(Deb822, CommentLinesAreSkipped) {
  const auto stanzas = stanzas_of("# about\nA: 1\n# in between\n more\n");
  ASSERT_EQ(stanzas.size(), 1U);
  EXPECT_EQ(*stanzas[0].find("A"), "1\nmore");
}

TEST(Deb822, AnIndentedFieldNameBelongsToTheFieldBefore) {
  const auto stanzas = stanzas_of("Comment: see\n License: GPL-2\n");
  ASSERT_EQ(stanzas.size(), 1U);
  EXPECT_EQ(stanzas[0].find("License"), nullptr);
}

TEST(Deb822, ErrorsNameTheLine) {
  EXPECT_EQ(message_of("A: 1\nno field\n"), "line 2: expected 'Name: value', found 'no field'");
  EXPECT_EQ(message_of("A: 1\nB: 2\na: 3\n"), "line 3: the field a occurs twice in one paragraph");
  EXPECT_EQ(message_of("\n lost\n"), "line 2: a continuation line stands before any field");
}

TEST(Deb822, TakeParagraphWalksAnIndex) {
  std::string_view rest = "A: 1\nB: 2\n\n\nA: 3";
  EXPECT_EQ(take_paragraph(rest), "A: 1\nB: 2\n");
  EXPECT_EQ(take_paragraph(rest), "A: 3");
  EXPECT_EQ(take_paragraph(rest), "");
  EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace glass::data
