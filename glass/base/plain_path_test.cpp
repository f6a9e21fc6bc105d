#include "glass/base/plain_path.h"

#include <string_view>

#include <gtest/gtest.h>

namespace glass {
namespace {

using std::string_view_literals::operator""sv;

TEST(PlainPath, StaysBelowItsFolder) {
  for (const std::string_view path : {"a"sv, "a/b.c"sv, "..a/b.."sv, "a\n"sv, "\xff"sv})
    EXPECT_TRUE(is_plain_path(path)) << path;
  for (const std::string_view path :
       {""sv, "/a"sv, "a/"sv, "a//b"sv, "."sv, ".."sv, "a/../b"sv, "../a"sv, "a\\b"sv, "a\0b"sv})
    EXPECT_FALSE(is_plain_path(path)) << path;
}

TEST(PlainPath, IsPrintableWithoutControlCharactersAndOtherBytes) {
  for (const std::string_view path : {"model-00001.safetensors"sv, "é/字 1"sv, "\xc2\xa0"sv})
    EXPECT_TRUE(is_printable_path(path)) << path;
  for (const std::string_view path :
       {"../a"sv, ""sv, "a\nb"sv, "a\x1b[2J"sv, "a\x7f"sv, "a\xc2\x9b"sv, "a\xff"sv, "\xc3"sv})
    EXPECT_FALSE(is_printable_path(path)) << path;
}

}  // namespace
}  // namespace glass
