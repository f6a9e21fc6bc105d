#include "glass/record/tlog/policy.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/crypto/ed25519.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

using testkit::key_number;

constexpr std::string_view kOrigin = "example.org/log";

std::string log_key() {
  return to_text(NoteKey{.name = std::string(kOrigin), .key = key_number(1).public_key()});
}

std::string witness_name(uint8_t number) {
  return fmt::format("witness{}.example", number);
}

std::string witness_key(uint8_t number) {
  return to_text(NoteKey{.name = witness_name(number),
                         .kind = NoteKeyKind::kCosigner,
                         .key = key_number(number).public_key()});
}

// Two of three institutions, the third of which is any of two machines.
std::string policy_text() {
  return fmt::format(
      "# who must have seen a checkpoint\n\nlog {} https://example.org/log\n"
      "witness a {}\nwitness b\t{} https://b.example\nwitness c1 {}\nwitness c2 {}\n"
      "group c any c1 c2\ngroup all-of-us 2 a b c\nquorum all-of-us\n",
      log_key(), witness_key(2), witness_key(3), witness_key(4), witness_key(5));
}

// Signed by the log and cosigned by these.
std::string checkpoint(const std::vector<uint8_t>& cosigners) {
  SignedNote note{.text = to_text(Checkpoint{.origin = std::string(kOrigin),
                                             .tree = {.size = 0, .root = empty_root()}}),
                  .signatures = {}};
  note.signatures.push_back(sign_note(note.text, kOrigin, key_number(1)));
  for (const uint8_t number : cosigners)
    note.signatures.push_back(
        cosign_note(note.text, witness_name(number), key_number(number), 1'800'000'000 + number));
  return to_text(note);
}

TEST(Policy, IsReadWithUrlsAndGroups) {
  const auto policy = parse_policy(policy_text());
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->logs.at(0).url, "https://example.org/log");
  EXPECT_EQ(policy->witnesses.at(1).url, "https://b.example");
  EXPECT_EQ(policy->groups.at(0).needed, 1);
  EXPECT_EQ(policy->groups.at(1).needed, 2);
  EXPECT_EQ(policy->quorum, "all-of-us");
}

TEST(Policy, QuorumIsCountedThroughGroups) {
  const Policy policy = parse_policy(policy_text()).value();
  for (const std::vector<uint8_t>& enough :
       std::vector<std::vector<uint8_t>>{{2, 3}, {2, 4}, {5, 3}, {2, 3, 4, 5}})
    EXPECT_TRUE(open_by_policy(checkpoint(enough), policy)) << enough.size();
  for (const std::vector<uint8_t>& too_few :
       std::vector<std::vector<uint8_t>>{{}, {2}, {4, 5}, {2, 9}}) {
    const auto opened = open_by_policy(checkpoint(too_few), policy);
    ASSERT_FALSE(opened) << too_few.size();
    EXPECT_EQ(opened.error().code, ErrorCode::kMismatch);
    EXPECT_NE(opened.error().message.find("not cosigned by"), std::string::npos);
  }
}

// Witness n cosigns n seconds after 1,800,000,000.
TEST(Policy, TellsByWhenAsManyAsItAsksForHadSeenIt) {
  const Policy policy = parse_policy(policy_text()).value();
  for (const auto& [cosigners, second] : std::vector<std::pair<std::vector<uint8_t>, int64_t>>{
           {{2, 3}, 3}, {{2, 3, 4, 5}, 3}, {{3, 5}, 5}, {{3, 4, 5}, 4}})
    EXPECT_EQ(open_by_policy(checkpoint(cosigners), policy)->seen_unix_seconds,
              1'800'000'000 + second)
        << cosigners.size();
  const Policy none = parse_policy(fmt::format("log {}\nquorum none", log_key())).value();
  EXPECT_EQ(open_by_policy(checkpoint({}), none)->seen_unix_seconds, std::nullopt);
}

TEST(Policy, OfAnotherLogOrWithoutAQuorum) {
  const Policy none = parse_policy(fmt::format("log {}\nquorum none", log_key())).value();
  EXPECT_TRUE(open_by_policy(checkpoint({}), none));
  const Policy other = parse_policy("quorum none\n").value();
  EXPECT_NE(open_by_policy(checkpoint({}), other).error().message.find("no log example.org/log"),
            std::string::npos);
}

TEST(Policy, ALogMayHaveAnOldKeyAndANewOne) {
  const std::string new_key =
      to_text(NoteKey{.name = std::string(kOrigin), .key = key_number(9).public_key()});
  for (const std::string& text : {fmt::format("log {}\nlog {}\nquorum none\n", log_key(), new_key),
                                  fmt::format("log {}\nlog {}\nquorum none\n", new_key, log_key())})
    EXPECT_TRUE(open_by_policy(checkpoint({}), parse_policy(text).value())) << text;
}

TEST(Policy, WhatIsWrongIsNamedWithItsLine) {
  const std::string log = "log " + log_key() + "\n", witness = "witness a " + witness_key(2) + "\n";
  const std::vector<std::pair<std::string, std::string_view>> cases = {
      {log, "no quorum"},
      {"quorum none\nquorum none\n", "line 2 of the policy: there is a quorum already"},
      {"quorum a\n", "line 1 of the policy: 'a' is not defined above"},
      {"lag x\n", "'lag' is none of"},
      {log + log, "line 2 of the policy: the key stands there twice"},
      {witness + "witness a " + witness_key(3) + "\n", "'a' is defined twice"},
      {"witness none " + witness_key(2) + "\n", "nothing can be called none"},
      {"witness a " + log_key() + "\n", "the key is a log's"},
      {"log " + witness_key(2) + "\n", "the key is a witness's"},
      {"log x+y+z\n", "is no key of a log"},
      {witness + "group g 2 a\n", "'2' is neither all nor any nor a number of the 1 members"},
      {witness + "group g 0 a\n", "neither all nor any"},
      {witness + "group g all b\n", "'b' is not defined above"},
      {witness + "group g any a\ngroup h any a\n", "'a' is in a group already"},
      {witness + "group g any\n", "write: group"},
      {"quorum none\r\n", "control character"}};
  for (const auto& [text, why] : cases) {
    const auto policy = parse_policy(text);
    ASSERT_FALSE(policy) << text;
    EXPECT_NE(policy.error().message.find(why), std::string::npos) << policy.error().message;
  }
}

}  // namespace
}  // namespace glass::record
