#include "glass/base/json.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/utf8.h"

namespace glass {
namespace {

std::string message_of(std::string_view text) {
  const auto value = parse_json(text);
  return value ? "accepted" : value.error().message;
}

// RFC 8785, section 3.2.2 and 3.2.4: the sample object and its bytes.
TEST(Canonical, SampleOfRfc8785) {
  constexpr std::string_view kInput = R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })";
  const std::string canonical = to_canonical(parse_json(kInput).value());
  EXPECT_EQ(canonical,
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  EXPECT_EQ(to_hex(as_bytes(canonical)).substr(0, 40), "7b226c69746572616c73223a5b6e756c6c2c7472");
}

// RFC 8785, section 3.2.3: keys are sorted by UTF-16 code units, so U+1F600 stands before U+FB33.
TEST(Canonical, KeysAreSortedAsRfc8785Shows) {
  constexpr std::string_view kInput = R"({
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  })";
  EXPECT_EQ(to_canonical(parse_json(kInput).value()),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
            "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
            "\"\U0001F600\":\"Emoji: Grinning Face\","
            "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
}

std::u16string to_utf16(std::string_view text) {
  std::u16string units;
  while (!text.empty()) {
    const auto [code, size] = decode_utf8(text);
    if (code < 0x10000) {
      units.push_back(static_cast<char16_t>(code));
    } else {
      units.push_back(static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10)));
      units.push_back(static_cast<char16_t>(0xDC00 + (code & 0x3FF)));
    }
    text.remove_prefix(size);
  }
  return units;
}

RC_GTEST_PROP(Canonical, OrderOfAnyTwoKeysIsThatOfUtf16, ()) {
  const auto key = [] {
    // Near the borders where the two orders part: surrogates and the end of the first plane.
    const auto code = rc::gen::element<char32_t>(U'a', 0x7F, 0x80, 0x7FF, 0xD7FF, 0xE000, 0xFFFD,
                                                 0xFFFF, 0x10000, 0x1F600, 0x10FFFF);
    std::string text;
    for (const char32_t c : *rc::gen::container<std::u32string>(code)) append_utf8(text, c);
    return text;
  };
  const std::string a = key(), b = key();
  RC_PRE(a != b);
  const std::string written = to_canonical(Json::Object{{a, 1}, {b, 2}});
  const bool a_first = written.starts_with("{" + json_quote(a) + ":1");
  RC_ASSERT(a_first == (to_utf16(a) < to_utf16(b)));
}

TEST(Canonical, EscapesOnlyWhatMust) {
  EXPECT_EQ(json_quote("\b\t\n\f\r\"\\/\x01\x1f\x7f"), R"("\b\t\n\f\r\"\\/\u0001\u001f)"
                                                       "\x7f\"");
  EXPECT_EQ(json_quote(std::string_view("\0", 1)), "\"\\u0000\"");
}

TEST(CanonicalDeathTest, StringsAreUtf8) {
  EXPECT_DEATH(to_canonical("\xFF"), "check failed");
}

TEST(Pretty, IndentsByTwo) {
  const Json value = Json::Object{
      {"b", Json::Array{1, "x"}}, {"a", Json::Object{}}, {"c", Json::Array{}}, {"d", nullptr}};
  EXPECT_EQ(
      to_pretty(value),
      "{\n  \"a\": {},\n  \"b\": [\n    1,\n    \"x\"\n  ],\n  \"c\": [],\n  \"d\": null\n}\n");
}

TEST(Reader, ReadsEveryKindOfValue) {
  const Json value =
      parse_json(" {\"a\" : [ null,true ,false, -1, 0.5, \"\\u00e4\" ]\r\n}\t").value();
  EXPECT_EQ(value, Json(Json::Object{{"a", Json::Array{nullptr, true, false, -1, 0.5, "ä"}}}));
  EXPECT_EQ(*parse_json("\"\\ud83d\\ude00\"").value().if_string(), "\U0001F600");
}

TEST(Reader, NamesLineAndColumn) {
  EXPECT_EQ(message_of("{\n  \"a\": 1,\n  \"b\": tru\n}"),
            "line 3, column 8: expected a JSON value");
  EXPECT_EQ(message_of("{\"a\":1,\"a\":2}"),
            "line 1, column 8: the key \"a\" appears twice in one object");
  EXPECT_EQ(message_of("[1,]"), "line 1, column 4: expected a JSON value");
  EXPECT_EQ(message_of(""), "line 1, column 1: the text ends where a value should stand");
  EXPECT_EQ(message_of("[1] 2"), "line 1, column 5: nothing may follow the value");
}

TEST(Reader, RefusesWhatRfc8259DoesNotKnow) {
  using namespace std::string_view_literals;
  for (const std::string_view bad : {"{"sv,
                                     "["sv,
                                     "]"sv,
                                     "{]"sv,
                                     "[1 2]"sv,
                                     "{\"a\"}"sv,
                                     "{\"a\":}"sv,
                                     "{a:1}"sv,
                                     "{\"a\":1,}"sv,
                                     "'a'"sv,
                                     "01"sv,
                                     "-"sv,
                                     "-a"sv,
                                     "+1"sv,
                                     ".5"sv,
                                     "1."sv,
                                     "1.e1"sv,
                                     "1e"sv,
                                     "1e+"sv,
                                     "0x1"sv,
                                     "NaN"sv,
                                     "Infinity"sv,
                                     "-Infinity"sv,
                                     "nul"sv,
                                     "True"sv,
                                     "\"a"sv,
                                     "\"\\x\""sv,
                                     "\"\\u12\""sv,
                                     "\"\\u12g4\""sv,
                                     "\"\\u-123\""sv,
                                     "\"\\ud800\""sv,
                                     "\"\\ud800\\n\""sv,
                                     "\"\\udc00\""sv,
                                     "\"\\ud800\\ud800\""sv,
                                     "\"\t\""sv,
                                     "\"\n\""sv,
                                     "\"\0\""sv,
                                     "\"\xFF\""sv,
                                     "\"\xED\xA0\x80\""sv,
                                     "\xEF\xBB\xBF{}"sv,
                                     "// c\n1"sv,
                                     "1 // c"sv,
                                     "[1,,2]"sv,
                                     "\v1"sv,
                                     "\0"sv,
                                     "1\0"sv,
                                     "\"\\"sv}) {
    EXPECT_NE(message_of(bad), "accepted") << bad;
  }
}

TEST(Reader, NestingIsLimited) {
  EXPECT_TRUE(parse_json(std::string(128, '[') + std::string(128, ']')));
  EXPECT_EQ(message_of(std::string(129, '[') + std::string(129, ']')),
            "line 1, column 129: values are nested deeper than 128");
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST(Members, MessagesNameKeyExpectedAndFound) {
  const Json value = parse_json(R"({"n":1,"x":1.5,"s":"text","a":[],"o":{},"t":true})").value();
  EXPECT_EQ(value.get_int("n").value(), 1);
  EXPECT_EQ(value.get_number("n").value(), 1.0);
  EXPECT_EQ(value.get_number("x").value(), 1.5);
  EXPECT_EQ(value.get_string("s").value(), "text");
  EXPECT_EQ(value.get_bool("t").value(), true);
  EXPECT_TRUE(value.get_array("a").value()->empty());
  EXPECT_TRUE(value.get_object("o").value()->empty());
  EXPECT_EQ(value.get_int("x").error().message,
            "the key \"x\" should be a whole number, but is the number 1.5");
  EXPECT_EQ(value.get_string("n").error().message,
            "the key \"n\" should be a string, but is the number 1");
  EXPECT_EQ(value.get_number("missing").error().message,
            "the key \"missing\" is missing; expected a number");
  EXPECT_EQ(Json("text").get_int("n").error().message,
            "expected an object with the key \"n\", found a string");
  EXPECT_EQ(value.find("missing"), nullptr);
  EXPECT_EQ(Json(1).find("n"), nullptr);
}

}  // namespace
}  // namespace glass
