// What of a release counts by when its keys ended and by when witnesses had seen it.
#include <string>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/time_text.h"
#include "glass/crypto/ecdsa.h"
#include "glass/record/release/test_release.h"
#include "glass/record/release/verify_release.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

using namespace fixture;
using testkit::key_number;
using enum EvidenceState;

TEST_F(Release, HoldsWithKeysThatEndedAfterItWasSeen) {
  for (const char* day : {"2027-01-16", "2028-01-01"}) {
    Trust trust = everything();
    trust.now_unix_seconds = 2'000'000'000;  // 2033-05-18
    trust.signer_keys[0].term.revoked = trust.files_keys[0].term.until = first_second_of(day);
    EXPECT_EQ(verified(trust).state, kVerified) << to_text(verified(trust));
  }
}

TEST_F(Release, IsBrokenByKeysThatEndedBeforeItWasSeen) {
  Trust trust = everything();
  trust.now_unix_seconds = 2'000'000'000;
  trust.signer_keys[0].term.revoked = first_second_of("2027-01-15");
  std::string text = to_text(verified(trust));
  EXPECT_NE(text.find("broken    │ ├ release.json: signed by"), std::string::npos) << text;
  EXPECT_NE(text.find("the key was revoked on 2027-01-15, and witnesses had seen the signature by "
                      "2027-01-15"),
            std::string::npos)
      << text;
  trust = everything();
  trust.now_unix_seconds = 2'000'000'000;
  trust.files_keys[0].term.until = first_second_of("2026-12-31");
  EXPECT_EQ(verified(trust).parts[0].state, kBroken);
}

TEST_F(Release, WithoutWitnessesEndedKeysDoNotCount) {
  Trust trust = everything();
  trust.policy = parse_policy(fmt::format("log {}\nquorum none\n", to_text(log_key()))).value();
  trust.files_keys[0].term.until = trust.signer_keys[0].term.until = first_second_of("2028-01-01");
  trust.now_unix_seconds = *first_second_of("2027-12-31");
  EXPECT_EQ(verified(trust).state, kVerified);
  trust.now_unix_seconds = *first_second_of("2028-01-01");
  const std::string text = to_text(verified(trust));
  EXPECT_NE(
      text.find("broken    ├ signature of all files: the key ended on 2028-01-01, and no time "
                "of witnesses shows when it signed; today is 2028-01-01"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("broken    │ ├ release.json"), std::string::npos) << text;
}

TEST_F(Release, OfAStrangerDoesNotVouchForAnEndedKey) {
  Trust trust = everything();
  trust.now_unix_seconds = 2'000'000'000;
  trust.files_keys[0].term.revoked = first_second_of("2028-01-01");
  EXPECT_EQ(verified(trust).state, kVerified);
  trust.signer_keys.clear();
  EXPECT_EQ(verified(trust).parts[0].state, kBroken);
}

TEST_F(Release, DoesNotVouchForAnotherFilesKeyThanItsOwn) {
  Trust trust = everything();
  trust.now_unix_seconds = 2'000'000'000;
  trust.files_keys[0].term.until = first_second_of("2028-01-01");
  EXPECT_EQ(verified(trust).state, kVerified);
  write("model.pub", crypto::P256SecretKey::generate().public_key().to_pem());
  finish();
  EXPECT_EQ(verified(trust).parts[0].state, kBroken);
}

TEST_F(Release, OfSeveralKeysOneIsEnough) {
  Trust trust = everything();
  trust.files_keys.insert(trust.files_keys.begin(),
                          {crypto::P256SecretKey::generate().public_key()});
  trust.signer_keys.insert(trust.signer_keys.begin(), {key_number(9).public_key()});
  EXPECT_EQ(verified(trust).state, kVerified);
}

}  // namespace
}  // namespace glass::record
