#include "glass/data/ingest/text_rule.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/result.h"

namespace glass::data {
namespace {

std::string entity_text(std::string_view reference) {
  std::string scratch;
  return std::string(entity(reference, scratch));
}

TEST(HtmlText, BlockElementsMakeLinesAndOtherTagsVanish) {
  EXPECT_EQ(html_text("<h1>Title</h1><p>One <b>bold</b>\n  word.</p><ul><li>a<li>b</ul>"),
            "Title\nOne bold word.\na\nb\n");
  EXPECT_EQ(html_text("a<br/>b<BR>c<td>d"), "a\nb\nc\nd\n");
  EXPECT_EQ(html_text("<brand>x</brand>y<pa>z"), "xyz\n");
}

TEST(HtmlText, RemovedElementsTakeTheirContentAlong) {
  EXPECT_EQ(html_text("<head><title>t</title></head>a<script>if (a<b) '</p>'</script>b"), "a\nb\n");
  EXPECT_EQ(html_text("<style>p{}</style>x<nav>1<nav>2</nav>3</nav>y"), "x\ny\n");
  EXPECT_EQ(html_text("<SCRIPT src='x'/>kept<header>too</header>"), "kepttoo\n");
  EXPECT_EQ(html_text("<script>never closed"), "");
}

TEST(HtmlText, CommentsAndDeclarationsVanish) {
  EXPECT_EQ(html_text("<!DOCTYPE html>a<!-- <p>x</p> > -->b<?php echo ?>c"), "abc\n");
  EXPECT_EQ(html_text("a<!-- open"), "a\n");
}

TEST(HtmlText, PreformattedTextKeepsItsSpaces) {
  EXPECT_EQ(html_text("see:<pre>\n  if <b>x</b>:\n\n    y &lt; 1  \n</pre>then"),
            "see:\n  if x:\n    y < 1\nthen\n");
  EXPECT_EQ(html_text("<pre>a<pre>b</pre>  c</pre>  d"), "ab  c\nd\n");
  EXPECT_EQ(html_text("<pre>a<br>  b</pre>"), "a\n  b\n");
}

TEST(HtmlText, QuotedAngleBracketsDoNotEndATag) {
  EXPECT_EQ(html_text("<a title=\"x > y\" href='<'>link</a>"), "link\n");
}

TEST(HtmlText, WhatIsNoTagIsText) {
  EXPECT_EQ(html_text("a < b, 1<2, x <> y"), "a < b, 1<2, x <> y\n");
  EXPECT_EQ(html_text("AT&T &amp;amp; &nosuch; &"), "AT&T &amp; &nosuch; &\n");
}

TEST(HtmlText, TextIsOnLinesOfItsOwnWithoutBlanksAtTheEnds) {
  EXPECT_EQ(html_text("<p>  a  </p>  \n\n <p> </p><p>b"), "a\nb\n");
  EXPECT_EQ(html_text(""), "");
}

TEST(MallardText, CodeWithAMimeTypeIsKeptAsItIs) {
  EXPECT_EQ(mallard_text("<p>run <code mime=\"text/x-sh\">ls\n  -l</code> now</p>"),
            "run\nls\n  -l\nnow\n");
  EXPECT_EQ(mallard_text("<p>run <code>ls  -l</code> now</p>"), "run\nls -l\nnow\n");
  EXPECT_EQ(mallard_text("<screen>a\n  b</screen>"), "a\n  b\n");
}

TEST(MallardText, CdataIsTextAndInstructionsVanish) {
  EXPECT_EQ(mallard_text("<?xml version=\"1.0\"?><p><![CDATA[a < b]]></p>"), "a < b\n");
  EXPECT_EQ(html_text("<p><![CDATA[a]]>b</p>"), "b\n");
}

TEST(Entity, NamesAndNumbers) {
  EXPECT_EQ(entity_text("amp"), "&");
  EXPECT_EQ(entity_text("nbsp"), "\u00A0");
  EXPECT_EQ(entity_text("yuml"), "\u00FF");
  EXPECT_EQ(entity_text("Alpha"), "\u0391");
  EXPECT_EQ(entity_text("omega"), "\u03C9");
  EXPECT_EQ(entity_text("hellip"), "\u2026");
  EXPECT_EQ(entity_text("#228"), "\u00E4");
  EXPECT_EQ(entity_text("#x1F600"), "\U0001F600");
  EXPECT_EQ(entity_text("#0"), "\uFFFD");
  EXPECT_EQ(entity_text("#xD800"), "\uFFFD");
  EXPECT_EQ(entity_text("#99999999999999999999"), "\uFFFD");
  EXPECT_EQ(entity_text("#"), "");
  EXPECT_EQ(entity_text("#x"), "");
  EXPECT_EQ(entity_text("#12a"), "");
  EXPECT_EQ(entity_text(""), "");
  EXPECT_EQ(entity_text("-"), "");
  EXPECT_EQ(entity_text("AMP2"), "");
}

TEST(RoffText, CommentsAndOtherRequestsVanish) {
  EXPECT_EQ(roff_text(".\\\" comment\n'\\\" t\n'br\n.nh\n.if n .ad l\ntext\n.RS 4\nmore\n"),
            "text\nmore\n");
}

TEST(RoffText, TheArgumentOfTextRequestsStays) {
  EXPECT_EQ(
      roff_text(".TH LS 1 \"Mai 2023\"\n.SH NAME\nls \\- Dateien\n.B  fett\n.  I kursiv\n.SH\n"),
      "LS 1 \"Mai 2023\"\nNAME\nls - Dateien\nfett\nkursiv\n");
  EXPECT_EQ(roff_text(".BX nothing\n.SHELL nothing\n.IP \\(bu 4\n"), "• 4\n");
}

TEST(RoffText, EscapesAreReadOnce) {
  EXPECT_EQ(roff_text("\\fBa\\fR \\f(CWb\\f[R]c \\&.d \\(aqe\\(aq \\(dq \\e \\ x\n"),
            "a bc .d 'e' \" \\  x\n");
  EXPECT_EQ(roff_text("\\\\fB \\(em \\\n"), "\\\\fB \\(em \\\n");
}

TEST(RoffText, BlankLinesVanishAndEndsAreTrimmed) {
  EXPECT_EQ(roff_text("a \t\r\n\n  b"), "a\n  b\n");
}

TEST(ExtractText, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(extract_text(TextRule::kPlain, "a\xFF").error().message, "not-utf8");
  EXPECT_EQ(extract_text(TextRule::kCode, std::string_view("a\0b", 3)).error().message, "binary");
  EXPECT_EQ(*extract_text(TextRule::kCode, "  as it is \r\n\n"), "  as it is \r\n\n");
}

RC_GTEST_PROP(HtmlText, TextWithoutMarkupKeepsItsWords, (const std::string& text)) {
  std::string plain;
  for (const char c : text) plain += c == '<' || c == '&' ? '.' : c;
  const std::string out = html_text(plain);
  const auto words = [](std::string_view from) {
    std::string joined;
    for (const char c : from)
      if (c != ' ' && !(c >= '\t' && c <= '\r')) joined += c;
    return joined;
  };
  RC_ASSERT(words(out) == words(plain));
}

}  // namespace
}  // namespace glass::data
