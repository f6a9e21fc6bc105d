#include "glass/record/evidence/statement.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/base64.h"
#include "glass/record/evidence/envelope.h"
#include "glass/system/files.h"
#include "glass/testkit/test_files.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

using testkit::key_number;

const std::string kType = predicate_type("run-record", 1);

Json predicate() {
  return Json::Object{{"recipe", to_text(crypto::sha256("recipe"))},
                      {"steps", 500},
                      {"bits_per_byte", 1.75},
                      {"note", "für alle"}};
}

std::vector<Subject> subjects() {
  return {{"run", crypto::sha256("run")}, {"model/config.json", crypto::sha256("{}")}};
}

Statement signed_by(uint8_t key) {
  Statement statement = state(kType, subjects(), predicate());
  sign(statement, key_number(key));
  return statement;
}

std::string refusal_of(std::string_view text) {
  const auto statement = parse_statement(text);
  if (statement) return "accepted";
  EXPECT_EQ(statement.error().code, ErrorCode::kCorruption);
  return statement.error().message;
}

// What is said of a payload that somebody signed as such.
std::string refusal_of_payload(const std::string& payload, std::string_view type = kInTotoType) {
  const std::string encoding = pre_authentication_encoding(type, payload);
  const crypto::Signature signature = key_number(1).sign(as_bytes(encoding));
  const Envelope envelope{.payload_type = std::string(type),
                          .payload = payload,
                          .signatures = {{crypto::to_text(key_number(1).public_key()),
                                          Bytes(signature.bytes.begin(), signature.bytes.end())}}};
  return refusal_of(to_canonical(to_json(envelope)) + "\n");
}

TEST(Statement, IsReadBackAndVerified) {
  Statement statement = signed_by(1);
  sign(statement, key_number(2));
  sign(statement, key_number(2));
  const auto read = parse_statement(to_text(statement));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->predicate, predicate());
  EXPECT_EQ(read->predicate_type, "https://glassworks/statement/run-record/v1");
  EXPECT_EQ(read->subjects, (std::vector<Subject>{{"model/config.json", crypto::sha256("{}")},
                                                  {"run", crypto::sha256("run")}}));
  EXPECT_EQ(read->signatures.size(), 2U);
  EXPECT_TRUE(verify(*read));
  EXPECT_TRUE(is_signed_by(*read, key_number(2).public_key()));
  EXPECT_FALSE(is_signed_by(*read, key_number(3).public_key()));
  EXPECT_EQ(signers(*read), crypto::to_text(key_number(1).public_key()) + ", " +
                                crypto::to_text(key_number(2).public_key()));
  EXPECT_EQ(payload_digest(*read), crypto::sha256(payload_text(statement)));
  EXPECT_EQ(payload_digest(*read), payload_digest(signed_by(3)));
}

// Made by an independent program (see the format page). A change breaks every statement signed
// before: a new version, and a line in the changelog.
TEST(Statement, BytesAreThoseOfTheGoldenFile) {
  const system::Path file = testkit::source_file("tests/golden/statement.json");
  const auto golden = system::posix_files().read_text(file);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(to_text(signed_by(1)), *golden);
}

// The first example is that of the specification's protocol.
TEST(Statement, SignsTheEncodingOfDsse) {
  EXPECT_EQ(pre_authentication_encoding("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  const Statement statement = signed_by(1);
  const std::string payload = payload_text(statement);
  const std::string signed_bytes =
      "DSSEv1 28 application/vnd.in-toto+json " + std::to_string(payload.size()) + " " + payload;
  EXPECT_TRUE(crypto::verify(key_number(1).public_key(), as_bytes(signed_bytes),
                             statement.signatures[0].signature));
}

TEST(Statement, AnyFlippedBitIsFound) {
  const std::string text = to_text(signed_by(1));
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    const auto statement = parse_statement(changed);
    EXPECT_FALSE(statement && verify(*statement)) << changed;
  }
}

TEST(Statement, WhatIsChangedIsAMismatchThatNamesTheKey) {
  Statement statement = signed_by(1);
  statement.predicate.if_object()->at("steps") = 501;
  const auto status = verify(statement);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kMismatch);
  EXPECT_NE(status.error().message.find(to_text(key_number(1).public_key())), std::string::npos);
  statement = signed_by(1);
  statement.subjects[0].digest = crypto::sha256("another file");
  EXPECT_FALSE(verify(statement));
  statement = signed_by(1);
  statement.predicate_type = predicate_type("run-record", 2);
  EXPECT_FALSE(verify(statement));
}

TEST(Statement, OneBadSignatureAmongGoodOnesIsAMismatch) {
  Statement statement = signed_by(1);
  statement.signatures.push_back({key_number(2).public_key(), statement.signatures[0].signature});
  EXPECT_FALSE(verify(statement));
}

TEST(Statement, AnotherKindOrVersionIsNotTakenForIt) {
  const Statement statement = signed_by(1);
  EXPECT_TRUE(expect_kind(statement, "run-record", 1));
  const auto other = expect_kind(statement, "release", 2);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message,
            "expected a statement of the type https://glassworks/statement/release/v2, found "
            "https://glassworks/statement/run-record/v1");
  EXPECT_FALSE(expect_kind(statement, "run-record", 2));
}

TEST(Statement, SaysWhatIsWrongWithAText) {
  EXPECT_EQ(refusal_of(""),
            "no valid statement: line 1, column 1: the text ends where a value should stand");
  EXPECT_EQ(refusal_of("{}"),
            "no valid statement: the key \"payloadType\" is missing; expected a string");
  const std::string good = payload_text(signed_by(1));
  EXPECT_EQ(refusal_of_payload(good), "accepted");
  EXPECT_EQ(refusal_of_payload(good, "text/plain"),
            "no valid statement: its payload is of the type \"text/plain\", not "
            "application/vnd.in-toto+json");
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string payload = good;
    payload.replace(payload.find(from), from.size(), to);
    return refusal_of_payload(payload);
  };
  EXPECT_EQ(with("Statement/v1", "Statement/v2"),
            "no valid statement: its payload is no in-toto statement but "
            "\"https://in-toto.io/Statement/v2\"");
  EXPECT_EQ(with("\"name\":\"run\"", "\"name\":\"a\""),
            "no valid statement: its subjects are not in the order of their names, each with one "
            "of its own: \"model/config.json\" comes before \"a\"");
  EXPECT_NE(with("\"name\":\"run\"", "\"name\":\"model/config.json\""), "accepted");
  EXPECT_NE(with("\"sha256\"", "\"sha512\""), "accepted");
  EXPECT_NE(with("{\"_type\"", "{\"_typ\":1,\"_type\"").find("canonical form"), std::string::npos);
  EXPECT_NE(with("{\"_type\"", "{ \"_type\"").find("canonical form"), std::string::npos);
}

// Each in its canonical place, so that nothing but the member itself is wrong.
TEST(Statement, MembersThatNobodyLooksAtAreRefused) {
  const std::string good = payload_text(signed_by(1)), text = to_text(signed_by(1));
  const auto with = [](std::string into, std::string_view before, std::string_view member) {
    return into.insert(into.find(before), member);
  };
  for (const auto& payload :
       {with(good, "},\"name\"", ",\"sha512\":\"\""), with(good, "},{\"digest\"", ",\"uri\":\"\""),
        with(good, ",\"subject\"", ",\"s\":0"),
        with(good, ",\"predicateType\"", ",\"predicate0\":0")})
    EXPECT_NE(refusal_of_payload(payload).find("canonical form"), std::string::npos) << payload;
  for (const auto& envelope : {with(text, ",\"signatures\"", ",\"s\":0"),
                               with(text, "}]}", ",\"x\":0"), with(text, ",\"payloadType\"", " ")})
    EXPECT_NE(refusal_of(envelope).find("canonical form"), std::string::npos) << envelope;
}

TEST(Statement, IsReadFromWithinAnotherText) {
  const std::string text = to_text(signed_by(1));
  const auto read = statement_from_json(parse_json(text).value());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_text(read->statement), text);
  EXPECT_EQ(read->payload, payload_text(signed_by(1)));
  EXPECT_TRUE(crypto::verify(key_number(1).public_key(), as_bytes(signed_bytes(read->payload)),
                             read->statement.signatures[0].signature));
}

TEST(Statement, WithoutSubjectOrSignatureIsNone) {
  EXPECT_EQ(refusal_of_payload(R"({"_type":"https://in-toto.io/Statement/v1","predicate":{},)"
                               R"("predicateType":"a","subject":[]})"),
            "no valid statement: it is about nothing: it has no subject");
  const std::string payload = to_base64(as_bytes(payload_text(signed_by(1))));
  EXPECT_EQ(refusal_of(R"({"payload":")" + payload +
                       R"(","payloadType":"application/vnd.in-toto+json","signatures":[]})"),
            "no valid statement: it has no signature");
  const std::string text = to_text(signed_by(1));
  const size_t begin = text.find("{\"keyid\""), end = text.find("}]}");
  const std::string twice = text.substr(0, end + 1) + "," + text.substr(begin);
  EXPECT_NE(refusal_of(twice).find("signs twice"), std::string::npos) << twice;
}

TEST(Statement, HasAtMostAHundredSignatures) {
  Envelope envelope{.payload_type = std::string(kInTotoType), .payload = "{}", .signatures = {}};
  envelope.signatures.resize(kMostSignatures, {"a", Bytes(64)});
  EXPECT_TRUE(envelope_from_json(to_json(envelope)));
  envelope.signatures.push_back({"a", Bytes(64)});
  EXPECT_EQ(envelope_from_json(to_json(envelope)).error().message,
            "it has 101 signatures, more than 100");
}

RC_GTEST_PROP(Statement, AnyPredicateIsReadBack, (const std::string& name, double number)) {
  RC_PRE(std::isfinite(number));
  std::string ascii;
  for (const char c : name) ascii.push_back(static_cast<char>(c & 0x7F));
  Json json = predicate();
  json.if_object()->insert_or_assign("x" + ascii, number);
  Statement statement = state(kType, subjects(), json);
  sign(statement, key_number(1));
  const auto read = parse_statement(to_text(statement));
  RC_ASSERT(read && read->predicate == json && verify(*read));
}

}  // namespace
}  // namespace glass::record
