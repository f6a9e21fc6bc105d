#include "glass/record/release_fetch/release_url.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace glass::record {
namespace {

std::string url_refusal(std::string_view url) {
  const auto base = release_base(url);
  return base ? "none" : base.error().message;
}

TEST(ReleaseUrl, IsToldFromTheNameOfAFile) {
  for (const char* url : {"http://x", "https://x/y", "HTTPS://x", "http://"})
    EXPECT_TRUE(is_url(url)) << url;
  for (const char* file :
       {"", "release", "http", "http:/x", "https:", "./http://x", "file:///x", "ftp://x"})
    EXPECT_FALSE(is_url(file)) << file;
}

TEST(ReleaseUrl, HasNoSlashAtItsEnd) {
  EXPECT_EQ(release_base("https://example.org/models/a/").value(), "https://example.org/models/a");
  EXPECT_EQ(release_base("http://[::1]:8000//").value(), "http://[::1]:8000");
  EXPECT_EQ(release_base("https://example.org/a%20b/@c").value(), "https://example.org/a%20b/@c");
}

TEST(ReleaseUrl, ThatNoFileCanLieBelowIsRefused) {
  EXPECT_NE(url_refusal("https://x/a?b=c").find("no '?'"), std::string::npos);
  EXPECT_NE(url_refusal("https://x/a#b").find("no '#'"), std::string::npos);
  EXPECT_NE(url_refusal("https://me:secret@x/a").find("password"), std::string::npos);
  EXPECT_EQ(url_refusal("https://me:secret@x/a").find("secret"), std::string::npos);
  EXPECT_EQ(url_refusal("https:///"), "https:// names no server");
  EXPECT_NE(url_refusal("ftp://x").find("http"), std::string::npos);
  for (const char* url : {"https://x/a b", "https://x/\n", "https://x/\x1b[2J", "https://x/ä"})
    EXPECT_NE(url_refusal(url).find("no URL has"), std::string::npos) << url;
}

TEST(ReleaseUrl, OfAFileIsPercentEncoded) {
  EXPECT_EQ(file_url("https://x/a", "evidence/training/chain.jsonl"),
            "https://x/a/evidence/training/chain.jsonl");
  EXPECT_EQ(file_url("http://x", "a b/100%?#&+:@ä~_-.txt"),
            "http://x/a%20b/100%25%3F%23%26%2B%3A%40%C3%A4~_-.txt");
}

}  // namespace
}  // namespace glass::record
