#include "glass/service/petitions/petition_office.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/signing_limits.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/service/facility/audit_journal.h"
#include "glass/service/facility/facility.h"
#include "glass/service/petitions/signature_receipt.h"
#include "glass/service/petitions/signature_store.h"
#include "glass/service/petitions/test_office.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

using institution::PetitionEvent;
using institution::PetitionState;
using test::kDay;
using test::kHour;
using test::TestOffice;

// Why it was refused; empty if it was not.
template <typename T>
std::string why(const Result<T>& result) {
  return result ? "" : result.error().message;
}

class OfficeTest : public testing::TestWithParam<const char*> {
 protected:
  // The number that the public reads after the next count.
  int64_t counted(const std::string& id) {
    one.now_ms += kHour;
    const auto done = one.office().count(one.now_ms);
    EXPECT_TRUE(done) << done.error().message;
    return institution::signature_count(one.petition(id));
  }

  std::string audited() {
    SerialParallel serial;
    const auto audit = audit_journal(one.files, one.folder, serial);
    return audit ? "" : audit.error().message;
  }

  TestOffice one{GetParam()};
};

TEST_P(OfficeTest, CountsNothingThatNoMailboxHasConfirmed) {
  const std::string id = one.open_petition();
  ASSERT_TRUE(one.office().sign(id, SigningRole::kSigner, TestOffice::form(1), one.now_ms));
  EXPECT_EQ(counted(id), 0);
  const std::string token = one.mailboxes.token(TestOffice::mailbox(1));
  EXPECT_EQ(one.office().confirm("0123", "192.0.2.1", one.now_ms).error().code,
            ErrorCode::kRefused);
  ASSERT_TRUE(one.office().confirm(token, "192.0.2.1", one.now_ms));
  EXPECT_EQ(why(one.office().confirm(token, "192.0.2.1", one.now_ms)),
            "this token is worth nothing: it was used, is too old, or is no token of this office; "
            "sign again, and another one is sent");
  EXPECT_EQ(counted(id), 1);
  EXPECT_EQ(one.petition(id).sponsors, 5);
  EXPECT_EQ(audited(), "");
}

TEST_P(OfficeTest, AMailboxSignsOnceHoweverItIsWritten) {
  const std::string id = one.open_petition();
  ASSERT_EQ(one.sign(id, 1), "");
  SigningForm again = TestOffice::form(1);
  again.mailbox = "Person1+again@Example.org";
  again.address = "192.0.2.1";
  // The answer is the one that anybody gets; what there is to know stands in the letter.
  ASSERT_TRUE(one.office().sign(id, SigningRole::kSigner, again, one.now_ms));
  const auto& letters = one.mailboxes.letters[again.mailbox];
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters.back().subject, "Confirmed: Build a public computing facility.");
  EXPECT_EQ(counted(id), 1);
}

TEST_P(OfficeTest, ALetterThatIsLostIsAskedForAgain) {
  const std::string id = one.open_petition();
  one.mailboxes.is_down = true;
  EXPECT_EQ(
      one.office().sign(id, SigningRole::kSigner, TestOffice::form(1), one.now_ms).error().code,
      ErrorCode::kIo);
  one.mailboxes.is_down = false;
  one.now_ms += 60'000;
  const std::string lost = one.mailboxes.token(TestOffice::mailbox(1));
  EXPECT_EQ(lost, "");
  EXPECT_EQ(one.sign(id, 1), "");
  EXPECT_EQ(counted(id), 1);
}

TEST_P(OfficeTest, ATokenIsWorthNothingAfterItsHours) {
  const std::string id = one.open_petition();
  ASSERT_TRUE(one.office().sign(id, SigningRole::kSigner, TestOffice::form(1), one.now_ms));
  const std::string token = one.mailboxes.token(TestOffice::mailbox(1));
  one.now_ms += 72 * kHour;
  EXPECT_NE(why(one.office().confirm(token, "192.0.2.1", one.now_ms)).find("sign again"),
            std::string::npos);
  EXPECT_EQ(one.office().erase(one.now_ms).value().rows > 0, true);
  EXPECT_EQ(one.sign(id, 1), "");
}

TEST_P(OfficeTest, LimitsAttemptsByPlaceAndLettersByMailbox) {
  const std::string id = one.open_petition();
  SigningForm form = TestOffice::form(1);
  ASSERT_TRUE(one.office().sign(id, SigningRole::kSigner, form, one.now_ms));
  form.mailbox = "other@example.org";
  const auto refused = one.office().sign(id, SigningRole::kSigner, form, one.now_ms);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("too many attempts came from the same place"), 0U);
  EXPECT_EQ(refused.error().message.find("other"), std::string::npos);
  // From many places to one mailbox: two letters, and then none, and nobody is told.
  for (int place = 100; place < 110; ++place) {
    SigningForm one_of = TestOffice::form(place);
    one_of.mailbox = "victim@example.org";
    EXPECT_TRUE(one.office().sign(id, SigningRole::kSigner, one_of, one.now_ms));
  }
  EXPECT_EQ(one.mailboxes.letters["victim@example.org"].size(), 2U);
}

TEST_P(OfficeTest, TellsOfAPlaceOrDomainThatIsConspicuous) {
  const std::string id = one.open_petition();
  for (int number = 0; number < 99; ++number)
    ASSERT_EQ(one.office().sign(id, SigningRole::kSigner, TestOffice::form(number), one.now_ms),
              institution::Trend::kNone);
  EXPECT_EQ(one.office().sign(id, SigningRole::kSigner, TestOffice::form(99), one.now_ms),
            institution::Trend::kLogged);
}

TEST_P(OfficeTest, AReceiptIsCheckedAgainstTheJournalAlone) {
  const std::string id = one.open_petition();
  for (int number = 0; number < 12; ++number) ASSERT_EQ(one.sign(id, number), "");
  const std::string token = one.mailboxes.token(TestOffice::mailbox(7));
  EXPECT_EQ(why(one.office().receipt(token)),
            "the signature is counted when its hour is over; ask again then");
  EXPECT_EQ(counted(id), 12);
  const auto receipt = one.office().receipt(token);
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_TRUE(check_receipt(*receipt));
  EXPECT_EQ(receipt->country, "DE");
  const auto tree = find_tree(one.files, one.folder, *receipt);
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(tree->signatures, 12);
  // It holds whatever comes later, and another root is none of the journal's.
  for (int number = 20; number < 23; ++number) ASSERT_EQ(one.sign(id, number), "");
  EXPECT_EQ(counted(id), 15);
  EXPECT_TRUE(find_tree(one.files, one.folder, *receipt));
  EXPECT_NE(one.office().receipt(token)->tree, receipt->tree);
  SignatureReceipt made_up = *receipt;
  made_up.tree.size += 1;
  EXPECT_EQ(find_tree(one.files, one.folder, made_up).error().code, ErrorCode::kMismatch);
}

TEST_P(OfficeTest, ASignatureIsTakenBackAndItsLeafStays) {
  const std::string id = one.open_petition();
  ASSERT_EQ(one.sign(id, 1), "");
  ASSERT_EQ(one.sign(id, 2), "");
  ASSERT_EQ(counted(id), 2);
  const std::string root = one.petition(id).root;
  const std::string token = one.mailboxes.token(TestOffice::mailbox(1));
  ASSERT_TRUE(one.office().withdraw(token, one.now_ms));
  EXPECT_FALSE(one.office().withdraw(token, one.now_ms));
  EXPECT_EQ(counted(id), 1);
  EXPECT_EQ(one.petition(id).leaves, 2);
  EXPECT_EQ(one.petition(id).root, root);
  EXPECT_EQ(one.petition(id).totals.withdrawn, 1);
  EXPECT_FALSE(one.office().receipt(token));
  one.now_ms += 600'000;
  EXPECT_EQ(one.sign(id, 1), "") << "who has taken it back may sign again";
  EXPECT_EQ(counted(id), 2);
  EXPECT_EQ(one.petition(id).leaves, 3);
  EXPECT_EQ(audited(), "");
}

TEST_P(OfficeTest, TwoSeatsInvalidateWhatARuleFindsAndItCanBeUndone) {
  const std::string id = one.open_petition();
  for (int number = 0; number < 20; ++number) ASSERT_EQ(one.sign(id, number), "");
  ASSERT_EQ(counted(id), 20);
  SigningForm waiting = TestOffice::form(25);
  ASSERT_TRUE(one.office().sign(id, SigningRole::kSigner, waiting, one.now_ms));
  const std::string pending = one.mailboxes.token(waiting.mailbox);
  PetitionOffice::Invalidation wanted{.petition = id,
                                      .rule = "country",
                                      .value = "FR",
                                      .reason = "automated",
                                      .reasons = std::string(64, 'd')};
  EXPECT_EQ(one.office().preview(wanted).value().validated, 4);
  EXPECT_EQ(one.office().preview(wanted).value().pending, 1);
  const auto proposed = one.office().propose(wanted, one.now_ms);
  ASSERT_TRUE(proposed) << proposed.error().message;
  EXPECT_EQ(why(one.office().confirm(pending, "192.0.2.1", one.now_ms)),
            "signatures like this one are being examined; try again later");
  EXPECT_NE(why(one.office().agree(id, proposed->invalidation, one.now_ms))
                .find("a second person has to agree"),
            std::string::npos);
  EXPECT_EQ(counted(id), 20);
  PetitionOffice moderator = one.as("office/moderation-2");
  ASSERT_TRUE(moderator.agree(id, proposed->invalidation, one.now_ms));
  EXPECT_EQ(counted(id), 16);
  EXPECT_FALSE(one.office().withdraw(one.mailboxes.token(TestOffice::mailbox(5)), one.now_ms));
  EXPECT_EQ(one.act("office/moderation-1", PetitionEvent(institution::PetitionInvalidationUndone{
                                               .petition = id,
                                               .invalidation = proposed->invalidation,
                                               .reasons = std::string(64, 'e'),
                                               .number = 4})),
            "");
  EXPECT_EQ(counted(id), 20);
  EXPECT_TRUE(one.office().confirm(pending, "192.0.2.1", one.now_ms));
  EXPECT_EQ(counted(id), 21);
  EXPECT_EQ(audited(), "");
}

// Whatever a kill leaves between two steps, the next count makes good.
TEST_P(OfficeTest, GoesOnWhereItWasKilled) {
  const std::string id = one.open_petition();
  ASSERT_EQ(one.sign(id, 1), "");
  // A confirmed signature whose last letter never left.
  ASSERT_TRUE(one.office().sign(id, SigningRole::kSigner, TestOffice::form(2), one.now_ms));
  const std::string token = one.mailboxes.token(TestOffice::mailbox(2));
  one.mailboxes.is_down = true;
  EXPECT_FALSE(one.office().confirm(token, "192.0.2.1", one.now_ms));
  one.mailboxes.is_down = false;
  one.reopen();
  EXPECT_EQ(counted(id), 2);
  // Leaves that were put down, and never published.
  ASSERT_EQ(one.sign(id, 3), "");
  one.now_ms += kHour;
  {
    PetitionOffice stranger = one.as("council/DE-1");
    EXPECT_FALSE(stranger.count(one.now_ms)) << "its seat has no right to count";
  }
  EXPECT_EQ(one.petition(id).leaves, 2);
  one.reopen();
  EXPECT_EQ(counted(id), 3);
  EXPECT_EQ(one.petition(id).leaves, 3);
}

TEST_P(OfficeTest, CountsTheLastHourOfOneThatWasPausedOrClosed) {
  const std::string id = one.open_petition();
  ASSERT_EQ(one.sign(id, 1), "");
  one.now_ms += 600'000;
  EXPECT_EQ(
      one.act("office/petitions",
              PetitionEvent(institution::PetitionPaused{
                  .petition = id, .by = "", .reason = "technical", .until_ms = one.now_ms + kDay})),
      "");
  EXPECT_NE(one.sign(id, 2), "");
  one.now_ms += 5 * kHour;
  EXPECT_EQ(counted(id), 1);
  one.now_ms += kDay;
  EXPECT_EQ(one.sign(id, 2), "");
  one.now_ms += 600'000;
  EXPECT_EQ(one.act("office/petitions", PetitionEvent(institution::PetitionClosed{
                                            .petition = id, .cause = "withdrawn"})),
            "");
  one.now_ms += 7 * kHour;
  EXPECT_EQ(counted(id), 2);
  // What is found to be wrong after the end still goes down.
  const auto proposed = one.office().propose({.petition = id,
                                              .rule = "domain",
                                              .value = "example.org",
                                              .reason = "automated",
                                              .reasons = std::string(64, 'd'),
                                              .from_ms = 0,
                                              .until_ms = 0},
                                             one.now_ms);
  ASSERT_TRUE(proposed) << proposed.error().message;
  PetitionOffice moderator = one.as("office/moderation-1");
  ASSERT_TRUE(moderator.agree(id, proposed->invalidation, one.now_ms));
  EXPECT_EQ(counted(id), 0);
  EXPECT_EQ(one.petition(id).totals.invalidated, 2);
  EXPECT_EQ(audited(), "");
}

// All bytes of a folder, of the database in it, and of the journal.
std::string bytes_below(const system::Path& folder) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

TEST_P(OfficeTest, KeepsNoAddressAndEndsInNothingThatTellsOfAnybody) {
  const std::string id = one.open_petition();
  for (int number = 0; number < 12; ++number) ASSERT_EQ(one.sign(id, number), "");
  ASSERT_EQ(counted(id), 12);
  const std::string kept = bytes_below(one.folder);
  for (const char* word : {"person1", "example.org", "10.0.1", "10.0.0.0/24"})
    EXPECT_EQ(kept.find(word), std::string::npos) << word;
  const std::string token = one.mailboxes.token(TestOffice::mailbox(1));
  const auto receipt = one.office().receipt(token);
  ASSERT_TRUE(receipt);

  one.now_ms += 184 * kDay;
  const auto ended = one.office().erase(one.now_ms);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_FALSE(one.petition(id).has_key);
  EXPECT_TRUE(one.files.exists(one.folder / "petition-keys" / (id + ".salts")));
  EXPECT_FALSE(one.files.exists(one.folder / "petition-keys" / (id + ".key")));
  EXPECT_TRUE(one.office().receipt(token)) << "until the salts are destroyed";
  EXPECT_FALSE(one.office().withdraw(token, one.now_ms));

  one.now_ms += 184 * kDay;
  const auto anonymised = one.office().erase(one.now_ms);
  ASSERT_TRUE(anonymised) << anonymised.error().message;
  EXPECT_EQ(one.petition(id).state, PetitionState::kArchived);
  EXPECT_FALSE(one.files.exists(one.folder / "petition-keys" / (id + ".salts")));
  EXPECT_FALSE(one.office().receipt(token));
  const std::string left = bytes_below(one.folder);
  EXPECT_EQ(left.find(receipt->salt), std::string::npos);
  EXPECT_TRUE(check_receipt(*receipt)) << "its holder can still prove it";
  EXPECT_TRUE(find_tree(one.files, one.folder, *receipt));
  EXPECT_EQ(one.office().erase(one.now_ms)->acts.size(), 0U);
  EXPECT_EQ(institution::signature_count(one.petition(id)), 12);
  EXPECT_EQ(audited(), "");
}

// The founding example: ten thousand people ask for an open supercomputing facility.
TEST_P(OfficeTest, TenThousandSignaturesPutItOnTheCouncilsAgenda) {
  const std::string id = one.open_petition();
  // In a file as many as it says; in a server enough to see that it is the same.
  const int by_mail = std::string(GetParam()) == "sqlite" ? 9'000 : 900;
  for (int number = 0; number < by_mail; ++number) {
    ASSERT_EQ(one.sign(id, number), "") << number;
    if (number % 900 == 899) {
      ASSERT_EQ(counted(id), number + 1);
    }
  }
  ASSERT_TRUE(one.petition(id).clocks.empty());
  // And the others on paper, counted by two seats.
  const std::string batch(32, 'b');
  EXPECT_EQ(one.act("office/petitions",
                    PetitionEvent(institution::PetitionPaperCounted{.petition = id,
                                                                    .batch = batch,
                                                                    .country = "LU",
                                                                    .by = "",
                                                                    .number = 10'000 - by_mail})),
            "");
  EXPECT_TRUE(one.petition(id).clocks.empty());
  EXPECT_EQ(one.act("office/moderation-1",
                    PetitionEvent(institution::PetitionPaperConfirmed{
                        .petition = id, .batch = batch, .by = "", .number = 10'000 - by_mail})),
            "");
  EXPECT_EQ(institution::signature_count(one.petition(id)), 10'000);
  EXPECT_EQ(institution::public_state(one.petition(id)), PetitionState::kThresholdReached);
  const auto receipt = one.office().receipt(one.mailboxes.token(TestOffice::mailbox(471)));
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_TRUE(check_receipt(*receipt));
  EXPECT_EQ(receipt->tree.size, by_mail);
  EXPECT_EQ(audited(), "");
}

INSTANTIATE_TEST_SUITE_P(Each, OfficeTest, testing::ValuesIn(test::office_databases()),
                         [](const auto& database) { return std::string(database.param); });

}  // namespace
}  // namespace glass::service
