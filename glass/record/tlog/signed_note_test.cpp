#include "glass/record/tlog/signed_note.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/base64.h"
#include "glass/base/json.h"
#include "glass/system/files.h"
#include "glass/testkit/test_files.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

using testkit::key_counting_from;

constexpr std::string_view kLog = "glass.example/log", kWitness = "witness.example/w1";
constexpr std::string_view kLogKey =
    "glass.example/log+13d413d9+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
constexpr std::string_view kWitnessKey =
    "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

TEST(NoteKey, TextIsThatOfTheFormat) {
  const NoteKey log{.name = std::string(kLog), .key = key_counting_from(0).public_key()};
  EXPECT_EQ(to_text(log), kLogKey);
  EXPECT_EQ(note_key_from_text(kLogKey).value(), log);
  const NoteKey witness{.name = std::string(kWitness),
                        .kind = NoteKeyKind::kCosigner,
                        .key = key_counting_from(0x20).public_key()};
  EXPECT_EQ(to_text(witness), kWitnessKey);
  EXPECT_EQ(note_key_from_text(kWitnessKey).value(), witness);
}

TEST(NoteKey, WhatIsNoneIsRefusedWithTheReason) {
  const std::vector<std::pair<std::string, std::string_view>> cases = {
      {"", "'+' between them"},
      {"a b+13d413d9+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "no white space"},
      {"glass.example/log+13d413d8+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
       "the id of this key is 13d413d9"},
      {"glass.example/log+13D413D9+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "the id"},
      {"a+13d413d9+!", "not base64"},
      {"a+13d413d9+BgAA", "keys of kind 6 are not known"},
      {"a+13d413d9+AQAA", "wrong length"}};
  for (const auto& [text, why] : cases) {
    const auto key = note_key_from_text(text);
    ASSERT_FALSE(key) << text;
    EXPECT_NE(key.error().message.find(why), std::string::npos) << key.error().message;
  }
}

// The example of the specification.
TEST(SignedNote, ExampleOfTheSpecificationIsVerified) {
  const auto key =
      note_key_from_text("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  ASSERT_TRUE(key) << key.error().message;
  const std::string text =
      "This is an example message.\n\n\u2014 example.com/foo "
      "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72Iney"
      "aQM=\n";
  const auto note = parse_note(text);
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_EQ(to_text(*note), text);
  EXPECT_TRUE(verify_note(*note, {{*key}}));
}

TEST(SignedNote, IsSignedAndCosignedAndReadBack) {
  const std::vector<NoteKey> keys = {note_key_from_text(kLogKey).value(),
                                     note_key_from_text(kWitnessKey).value()};
  SignedNote note{.text = "a\n\nb\n", .signatures = {}};
  note.signatures.push_back(sign_note(note.text, kLog, key_counting_from(0)));
  EXPECT_EQ(verify_note(note, keys)->size(), 1U);
  note.signatures.push_back(
      cosign_note(note.text, kWitness, key_counting_from(0x20), 1'767'225'600));
  const auto read = parse_note(to_text(note));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->text, note.text);
  EXPECT_EQ(read->signatures, note.signatures);
  const auto verdicts = verify_note(*read, keys);
  ASSERT_TRUE(verdicts) << verdicts.error().message;
  ASSERT_EQ(verdicts->size(), 2U);
  EXPECT_EQ(verdicts->at(0).unix_seconds, std::nullopt);
  EXPECT_EQ(verdicts->at(1).key, 1U);
  EXPECT_EQ(verdicts->at(1).unix_seconds, 1'767'225'600);
}

TEST(SignedNote, AChangedBitOfTimeOrTextOrSignatureIsFound) {
  const std::vector<NoteKey> keys = {note_key_from_text(kWitnessKey).value()};
  const SignedNote note{
      .text = "text\n",
      .signatures = {cosign_note("text\n", kWitness, key_counting_from(0x20), 1000)}};
  ASSERT_TRUE(verify_note(note, keys));
  for (size_t i = 0; i < note.signatures[0].bytes.size(); ++i) {
    SignedNote changed = note;
    changed.signatures[0].bytes[i] ^= 0x80;
    EXPECT_EQ(verify_note(changed, keys).error().code, ErrorCode::kMismatch) << i;
  }
  SignedNote changed = note;
  changed.text = "Text\n";
  EXPECT_FALSE(verify_note(changed, keys));
  changed = note;
  changed.signatures[0].bytes.pop_back();
  EXPECT_NE(verify_note(changed, keys).error().message.find("length"), std::string::npos);
}

// Whoever counts in milliseconds names a year that no calendar has.
TEST(SignedNote, ATimeBeyondTheYear9999IsNone) {
  const std::vector<NoteKey> keys = {note_key_from_text(kWitnessKey).value()};
  constexpr int64_t kLast = 253'402'300'799;
  SignedNote note{.text = "text\n",
                  .signatures = {cosign_note("text\n", kWitness, key_counting_from(0x20), kLast)}};
  EXPECT_EQ(verify_note(note, keys)->at(0).unix_seconds, kLast);
  std::fill_n(note.signatures[0].bytes.begin(), 3, 0);
  note.signatures[0].bytes[2] = 1;
  EXPECT_NE(verify_note(note, keys).error().message.find("a time that there is not"),
            std::string::npos);
}

// What Go's client of the checksum database says, case by case.
TEST(SignedNote, VerdictsAreThoseOfTheVectors) {
  const auto file = testkit::shared_file("vectors/tlog/note_cases.json");
  GLASS_SKIP_WITHOUT(file);
  const Json vectors = parse_json(system::posix_files().read_text(file).value()).value();
  const NoteKey key = note_key_from_text(vectors.get_string("vkey").value()).value();
  int cases = 0;
  for (const Json& one : *vectors.get_array("cases").value()) {
    ++cases;
    const std::string name = one.get_string("name").value();
    const Bytes bytes = from_base64(one.get_string("note_base64").value()).value();
    const auto note = parse_note(as_text(bytes));
    const bool accepted = note && verify_note(*note, {{key}});
    EXPECT_EQ(accepted, one.get_string("expect").value() == "accept") << name;
  }
  EXPECT_EQ(cases, 19);
}

TEST(SignedNote, MoreThanAHundredSignaturesAreRefused) {
  SignedNote note{.text = "a\n",
                  .signatures = std::vector(100, sign_note("a\n", kLog, key_counting_from(0)))};
  EXPECT_TRUE(parse_note(to_text(note)));
  note.signatures.push_back(note.signatures[0]);
  EXPECT_NE(parse_note(to_text(note)).error().message.find("more than 100"), std::string::npos);
}

}  // namespace
}  // namespace glass::record
