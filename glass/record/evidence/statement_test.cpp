#include "glass/record/evidence/statement.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/system/files.h"
#include "glass/testkit/test_files.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

using testkit::key_number;

Json payload() {
  return Json::Object{{"kind", "run-record"},
                      {"version", 1},
                      {"recipe", to_text(crypto::sha256("recipe"))},
                      {"steps", 500},
                      {"bits_per_byte", 1.75},
                      {"note", "für alle"}};
}

std::string refusal_of(std::string_view text) {
  const auto statement = parse_statement(text);
  if (statement) return "accepted";
  EXPECT_EQ(statement.error().code, ErrorCode::kCorruption);
  return statement.error().message;
}

TEST(Statement, IsReadBackAndVerified) {
  Statement statement = sign(payload(), key_number(1));
  add_signature(statement, key_number(2));
  add_signature(statement, key_number(2));
  const auto read = parse_statement(to_text(statement));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->payload, payload());
  EXPECT_EQ(read->signatures.size(), 2U);
  EXPECT_TRUE(verify(*read));
  EXPECT_TRUE(is_signed_by(*read, key_number(2).public_key()));
  EXPECT_FALSE(is_signed_by(*read, key_number(3).public_key()));
  EXPECT_EQ(payload_digest(*read), crypto::sha256(to_canonical(payload())));
}

// Remade by deleting the file and copying the text this test prints; such a change needs a line in
// the changelog, for it breaks every statement signed before.
TEST(Statement, BytesAreThoseOfTheGoldenFile) {
  const system::Path file = testkit::source_file("tests/golden/statement.json");
  const auto golden = system::posix_files().read_text(file);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(to_text(sign(payload(), key_number(1))), *golden);
}

// The example of the DSSE specification's protocol, with our type.
TEST(Statement, SignsTheEncodingOfDsse) {
  EXPECT_EQ(pre_authentication_encoding("run-record", "hello world"),
            "DSSEv1 42 application/vnd.glassworks.run-record+json 11 hello world");
  const Statement statement = sign(payload(), key_number(1));
  const std::string signed_bytes = "DSSEv1 42 application/vnd.glassworks.run-record+json " +
                                   std::to_string(to_canonical(payload()).size()) + " " +
                                   to_canonical(payload());
  EXPECT_TRUE(crypto::verify(key_number(1).public_key(), as_bytes(signed_bytes),
                             statement.signatures[0].signature));
}

TEST(Statement, AnyFlippedBitIsFound) {
  const std::string text = to_text(sign(payload(), key_number(1)));
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    const auto statement = parse_statement(changed);
    EXPECT_FALSE(statement && verify(*statement)) << changed;
  }
}

TEST(Statement, AChangedPayloadIsAMismatchThatNamesTheKey) {
  Statement statement = sign(payload(), key_number(1));
  statement.payload.if_object()->at("steps") = 501;
  const auto status = verify(statement);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kMismatch);
  EXPECT_NE(status.error().message.find(to_text(key_number(1).public_key())), std::string::npos);
}

TEST(Statement, OneBadSignatureAmongGoodOnesIsAMismatch) {
  Statement statement = sign(payload(), key_number(1));
  statement.signatures.push_back({key_number(2).public_key(), statement.signatures[0].signature});
  EXPECT_FALSE(verify(statement));
}

TEST(Statement, AnotherKindOrVersionIsNotTakenForIt) {
  const Statement statement = sign(payload(), key_number(1));
  EXPECT_TRUE(expect_kind(statement, "run-record", 1));
  const auto other = expect_kind(statement, "release", 2);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message,
            "expected a statement of the kind release version 2, found run-record version 1");
  EXPECT_FALSE(expect_kind(statement, "run-record", 2));
}

TEST(Statement, SaysWhatIsWrongWithAText) {
  const std::string signatures = R"("signatures":[{"key":")" + to_text(key_number(1).public_key()) +
                                 R"(","signature":")" + to_text(key_number(1).sign({})) + R"("}]})";
  const auto with_payload = [&](const std::string& text) {
    return refusal_of(R"({"payload":)" + text + "," + signatures + "\n");
  };
  EXPECT_EQ(refusal_of(""),
            "no valid statement: line 1, column 1: the text ends where a value should stand");
  EXPECT_EQ(refusal_of("{}"),
            "no valid statement: the key \"payload\" is missing; expected an object");
  EXPECT_EQ(with_payload(R"({"kind":"a","version":1})"), "accepted");
  EXPECT_EQ(with_payload(R"({"kind":"a","version":0})"),
            "no valid statement: the version should be at least 1");
  EXPECT_EQ(with_payload(R"({"kind":"A","version":1})"),
            "no valid statement: the kind should be lower-case letters, digits and inner dashes");
  EXPECT_NE(with_payload(R"({"kind":"a+json 0 ","version":1})"), "accepted");
  EXPECT_NE(with_payload(R"({"kind":"-a","version":1})"), "accepted");
  EXPECT_NE(with_payload(R"({"version":1})"), "accepted");
  EXPECT_NE(with_payload(R"({"version":1,"kind":"a"})").find("canonical form"), std::string::npos);
  EXPECT_EQ(refusal_of(R"({"payload":{"kind":"a","version":1},"signatures":[]})"),
            "no valid statement: it has no signature");
  EXPECT_NE(refusal_of(R"({"extra":1,"payload":{"kind":"a","version":1},)" + signatures + "\n")
                .find("canonical form"),
            std::string::npos);
}

RC_GTEST_PROP(Statement, AnyPayloadIsReadBack, (const std::string& name, double number)) {
  RC_PRE(std::isfinite(number));
  std::string ascii;
  for (const char c : name) ascii.push_back(static_cast<char>(c & 0x7F));
  Json json = payload();
  json.if_object()->insert_or_assign("x" + ascii, number);
  const auto read = parse_statement(to_text(sign(json, key_number(1))));
  RC_ASSERT(read && read->payload == json && verify(*read));
}

}  // namespace
}  // namespace glass::record
