#include "glass/institution/petitions/petition.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/test_petitions.h"

namespace glass::institution {
namespace {

using Kinds = std::vector<std::string_view>;

bool has(const std::string& message, std::string_view part) {
  return message.find(part) != std::string::npos;
}

PetitionRejected rejection(const std::string& by) {
  return {.petition = kTestPetition, .by = by, .code = "local", .reasons = kTestCommitment};
}

PetitionOpened opening(const TestPetition& one, const std::string& by) {
  return {.petition = kTestPetition,
          .by = by,
          .retention_from = "closing",
          .closes_ms = one.now_ms + one.rules.open_ms};
}

PetitionInvalidationProposed invalidation_of(int64_t number) {
  PetitionInvalidationProposed proposed;
  proposed.petition = kTestPetition;
  proposed.invalidation = test_id('1');
  proposed.by = "officer/1";
  proposed.reasons = kTestCommitment;
  proposed.number = number;
  return proposed;
}

PetitionInvalidated invalidated_by(const std::string& by, int64_t number) {
  return {.petition = kTestPetition,
          .invalidation = test_id('1'),
          .by = by,
          .number = number,
          .pending = 0};
}

TEST(Petition, GoesToModerationWithItsFifthSponsor) {
  TestPetition one;
  one.collect_sponsors();
  EXPECT_TRUE(has(one.refusal(PetitionSponsored{.petition = kTestPetition, .sponsors = 2}),
                  "has 0 sponsors, and the next one makes 1"));
  for (int64_t i = 1; i < 5; ++i)
    EXPECT_EQ(one.must(PetitionSponsored{.petition = kTestPetition, .sponsors = i}),
              Kinds{"petition.sponsored"});
  EXPECT_EQ(one.petition.state, PetitionState::kCollectingSponsors);
  EXPECT_EQ(one.must(PetitionSponsored{.petition = kTestPetition, .sponsors = 5}),
            (Kinds{"petition.sponsored", "petition.submitted"}));
  EXPECT_EQ(one.petition.state, PetitionState::kModeration);
  for (int64_t i = 6; i <= 20; ++i)
    EXPECT_EQ(one.must(PetitionSponsored{.petition = kTestPetition, .sponsors = i}),
              Kinds{"petition.sponsored"});
  EXPECT_TRUE(has(one.refusal(PetitionSponsored{.petition = kTestPetition, .sponsors = 21}),
                  "all it may have"));
}

TEST(Petition, HoldsCommitmentsAndNoText) {
  const TestPetition one;
  PetitionDrafted draft{.petition = kTestPetition, .text = "Halt it!", .creator = kTestCommitment};
  EXPECT_TRUE(has(one.refusal(draft), "'text' has to be 64 lower-case hexadecimal digits"));
  draft.text = kTestCommitment;
  draft.creator = "m.curie@example.org";
  EXPECT_TRUE(has(one.refusal(draft), "'creator' has to be 64"));
  draft.creator = kTestCommitment;
  draft.petition = "halt";
  EXPECT_TRUE(has(one.refusal(draft), "'petition' has to be 32"));
}

TEST(Petition, IsOpenedForItsTimeByAModerator) {
  TestPetition one;
  one.moderate();
  PetitionOpened early = opening(one, "moderator/1");
  early.closes_ms -= 1;
  EXPECT_TRUE(has(one.refusal(early), "name a time from"));
  early.closes_ms += 2 * kTestDayMs + 2;
  EXPECT_TRUE(has(one.refusal(early), "at most two days later"));
  early = opening(one, "moderator/1");
  early.retention_from = "never";
  EXPECT_TRUE(has(one.refusal(early), "it has to be one of closing, answer"));
  one.must(opening(one, "moderator/1"));
  EXPECT_TRUE(has(one.refusal(PetitionClosed{.petition = kTestPetition, .cause = "ended"}),
                  "it is closed from"));
  one.wait(one.rules.open_ms);
  one.must(PetitionClosed{.petition = kTestPetition, .cause = "ended"});
  EXPECT_EQ(to_text(public_state(one.petition)), "closed");
  EXPECT_TRUE(has(one.refusal(opening(one, "moderator/2")), "it is closed; that happens only to"));
}

TEST(Petition, ThatNobodyLooksAtIsLateInPublic) {
  TestPetition one;
  one.moderate();
  const PetitionModerationDelayed delayed{.petition = kTestPetition};
  one.wait(14 * kTestDayMs - 1);
  EXPECT_TRUE(has(one.refusal(delayed), "moderation is late from"));
  EXPECT_TRUE(due(one.petition, one.rules, one.now_ms).empty());
  one.wait(1);
  EXPECT_EQ(due(one.petition, one.rules, one.now_ms).front().duty, PetitionDuty::kDelayModeration);
  one.must(delayed);
  EXPECT_TRUE(one.petition.is_moderation_late);
  EXPECT_TRUE(has(one.refusal(delayed), "told before"));
  EXPECT_TRUE(due(one.petition, one.rules, one.now_ms).empty());
}

TEST(Petition, ThatWasRejectedIsDecidedAnewByAnotherModeratorOnce) {
  TestPetition one;
  one.moderate();
  PetitionRejected wrong = rejection("moderator/1");
  wrong.code = "boring";
  EXPECT_TRUE(has(one.refusal(wrong), "'code' is 'boring'; it has to be one of duplicate"));
  one.must(rejection("moderator/1"));
  EXPECT_EQ(one.petition.rejection_code, "local");
  one.must(PetitionAppealed{.petition = kTestPetition, .reasons = kTestCommitment});
  EXPECT_EQ(one.petition.state, PetitionState::kModeration);
  EXPECT_TRUE(has(one.refusal(rejection("moderator/1")), "another moderator decides"));
  EXPECT_TRUE(has(one.refusal(opening(one, "moderator/1")), "another moderator decides"));
  one.must(rejection("moderator/2"));
  EXPECT_TRUE(
      has(one.refusal(PetitionAppealed{.petition = kTestPetition, .reasons = kTestCommitment}),
          "decided on twice"));
  EXPECT_EQ(due(one.petition, one.rules, one.now_ms).front().duty, PetitionDuty::kDestroyKey);
}

TEST(Petition, ThatWasRejectedKeepsItsKeyWhileItMayBeAppealed) {
  TestPetition one;
  one.moderate();
  one.must(rejection("moderator/1"));
  const PetitionSecretDestroyed key{.petition = kTestPetition, .secret = "key"};
  EXPECT_TRUE(has(one.refusal(key), "its key may be destroyed from"));
  one.wait(30 * kTestDayMs);
  EXPECT_TRUE(
      has(one.refusal(PetitionAppealed{.petition = kTestPetition, .reasons = kTestCommitment}),
          "could be appealed until"));
  one.must(key);
  EXPECT_TRUE(has(one.refusal(key), "destroyed before"));
}

TEST(Petition, IsHiddenByTwoPeople) {
  TestPetition one;
  one.open();
  EXPECT_TRUE(has(one.refusal(PetitionHidden{.petition = kTestPetition, .by = "moderator/2"}),
                  "nobody has proposed to hide it"));
  one.must(PetitionHidingProposed{.petition = kTestPetition,
                                  .by = "moderator/1",
                                  .reason = "libellous",
                                  .reasons = kTestCommitment});
  EXPECT_EQ(one.petition.state, PetitionState::kOpen);
  EXPECT_TRUE(has(one.refusal(PetitionHidden{.petition = kTestPetition, .by = "moderator/1"}),
                  "a second person has to agree"));
  EXPECT_TRUE(has(one.refusal(PetitionHidden{.petition = kTestPetition, .by = ""}),
                  "name the seat that does it"));
  one.must(PetitionHidden{.petition = kTestPetition, .by = "moderator/2"});
  EXPECT_EQ(to_text(public_state(one.petition)), "hidden");
  one.wait(kTestHourMs);
  EXPECT_TRUE(has(one.refusal(one.next_count(1)), "it is hidden"));
}

TEST(Petition, AProposalToHideEndsWithModeration) {
  TestPetition one;
  one.moderate();
  one.must(PetitionHidingProposed{.petition = kTestPetition,
                                  .by = "moderator/1",
                                  .reason = "libellous",
                                  .reasons = kTestCommitment});
  one.must(opening(one, "moderator/2"));
  EXPECT_TRUE(has(one.refusal(PetitionHidden{.petition = kTestPetition, .by = "moderator/3"}),
                  "nobody has proposed to hide it"));
}

TEST(Petition, ThatWasPausedIsOpenForAsMuchLonger) {
  TestPetition one;
  one.open();
  const int64_t closes_ms = one.petition.closes_ms;
  one.count(100);
  PetitionPaused pause{
      .petition = kTestPetition, .by = "officer/1", .reason = "integrity", .until_ms = one.now_ms};
  EXPECT_TRUE(has(one.refusal(pause), "ends after now"));
  pause.until_ms = one.now_ms + 10 * kTestDayMs;
  one.must(pause);
  one.wait(kTestHourMs);
  EXPECT_TRUE(has(one.refusal(one.next_count(101)), "nobody could sign in that hour"));
  PetitionCounted withdrawn = one.next_count(100);
  withdrawn.totals.withdrawn = 1;
  one.must(withdrawn);
  const PetitionResumed by_clock{.petition = kTestPetition, .by = ""};
  EXPECT_TRUE(has(one.refusal(by_clock), "the pause is over from"));
  EXPECT_TRUE(has(one.refusal(PetitionClosed{.petition = kTestPetition, .cause = "ended"}),
                  "it is paused"));
  one.wait(kTestDayMs);
  one.must(PetitionResumed{.petition = kTestPetition, .by = "officer/1"});
  EXPECT_EQ(one.petition.closes_ms, closes_ms + kTestHourMs + kTestDayMs);
  one.must(PetitionPaused{.petition = kTestPetition,
                          .by = "officer/1",
                          .reason = "technical",
                          .until_ms = one.now_ms + kTestDayMs});
  one.wait(kTestDayMs);
  EXPECT_EQ(due(one.petition, one.rules, one.now_ms).front().duty, PetitionDuty::kResume);
  one.must(by_clock);
  EXPECT_EQ(one.petition.state, PetitionState::kOpen);
}

TEST(Petition, IsWithdrawnByItsCreatorUntilItHasEnded) {
  const PetitionClosed withdrawn{.petition = kTestPetition, .cause = "withdrawn"};
  TestPetition draft, open;
  draft.must(PetitionDrafted{
      .petition = kTestPetition, .text = kTestCommitment, .creator = kTestCommitment});
  draft.must(withdrawn);
  draft.wait(kTestHourMs);
  EXPECT_TRUE(has(draft.refusal(draft.next_count(1)), "it was never open"));
  open.open();
  open.count(9'999);
  open.wait(kTestHourMs);
  open.must(withdrawn);
  // Of the last hour in which people could sign; a threshold no longer matters.
  EXPECT_EQ(open.must(open.next_count(10'001)), Kinds{"petition.counted"});
  EXPECT_TRUE(has(open.refusal(withdrawn), "it is closed"));
}

TEST(Petition, CountsOnlyWhatContinuesTheHourBefore) {
  TestPetition one;
  one.open();
  EXPECT_TRUE(has(one.refusal(one.next_count(0)), "it was not open in that hour"));
  one.count(100);
  EXPECT_TRUE(has(one.refusal(one.next_count(100)), "was counted before"));
  one.wait(kTestHourMs);
  PetitionCounted next = one.next_count(120);
  next.hour_ms += kTestHourMs;
  EXPECT_TRUE(has(one.refusal(next), "is not over"));
  next.hour_ms -= kTestHourMs + 1;
  EXPECT_TRUE(has(one.refusal(next), "on the hour"));
  EXPECT_TRUE(has(one.refusal(one.next_count(99)), "fewer than the 100"));
  next = one.next_count(120);
  next.size = 119;
  EXPECT_TRUE(has(one.refusal(next), "has 119 leaves, and 120 signatures were confirmed"));
  next = one.next_count(120);
  next.root = "none";
  EXPECT_TRUE(has(one.refusal(next), "'root' has to be 64"));
  next = one.next_count(120);
  next.totals.withdrawn = 121;
  EXPECT_TRUE(has(one.refusal(next), "than were confirmed"));
  next = one.next_count(120);
  next.totals.withdrawn = 20;
  one.must(next);
  EXPECT_EQ(signature_count(one.petition), 100);
}

TEST(Petition, NamesACountryFromTenSignaturesOn) {
  TestPetition one;
  one.open();
  one.wait(kTestHourMs);
  PetitionCounted counted = one.next_count(100);
  const auto row = [](const std::string& code, int64_t validated) {
    PetitionCountryTotals country;
    country.country = code;
    country.totals.validated = validated;
    return country;
  };
  const auto refusal_of = [&](std::vector<PetitionCountryTotals> rows) {
    counted.countries = std::move(rows);
    return one.refusal(counted);
  };
  EXPECT_TRUE(has(refusal_of({row("LU", 9)}), "LU has fewer than 10 signatures; leave it out"));
  EXPECT_TRUE(has(refusal_of({row("XX", 10)}), "'XX' is no country's code"));
  EXPECT_TRUE(has(refusal_of({row("LU", 10), row("DE", 50)}), "'DE' is no country's code in"));
  EXPECT_TRUE(has(refusal_of({row("DE", 10), row("DE", 50)}), "each once"));
  EXPECT_TRUE(has(refusal_of({row("DE", 60), row("LU", 41)}), "more than the totals"));
  counted.countries = {row("DE", 60), row("LU", 10)};
  one.must(counted);
  one.wait(kTestHourMs);
  counted = one.next_count(100);
  EXPECT_TRUE(has(refusal_of({row("DE", 60)}), "LU was named the hour before, and is missing"));
  EXPECT_TRUE(has(refusal_of({row("LU", 10)}), "DE was named the hour before, and is missing"));
  EXPECT_TRUE(has(refusal_of({row("DE", 59), row("LU", 10)}), "DE has fewer signatures"));
  counted.countries = {row("AT", 12), row("DE", 60), row("FR", 10), row("LU", 10)};
  one.must(counted);
  one.rules.small_count = 50;
  one.count(100);
}

TEST(Petition, PaperIsCountedByTwoPeople) {
  TestPetition one;
  one.open();
  PetitionPaperCounted batch{.petition = kTestPetition,
                             .batch = test_id('b'),
                             .country = "LU",
                             .by = "officer/1",
                             .number = 9};
  EXPECT_TRUE(has(one.refusal(batch), "a batch has at least 10 signatures"));
  batch.number = 150;
  batch.country = "Luxembourg";
  EXPECT_TRUE(has(one.refusal(batch), "'country' is 'Luxembourg'"));
  batch.country = "LU";
  one.must(batch);
  EXPECT_EQ(signature_count(one.petition), 0);
  EXPECT_TRUE(has(one.refusal(batch), "draw another id"));
  PetitionPaperConfirmed confirmed{
      .petition = kTestPetition, .batch = test_id('b'), .by = "officer/1", .number = 150};
  EXPECT_TRUE(has(one.refusal(confirmed), "officer/1 has counted the batch; a second person"));
  confirmed.by = "officer/2";
  confirmed.number = 149;
  EXPECT_TRUE(has(one.refusal(confirmed), "counted as 150 and then as 149; drop it"));
  one.must(
      PetitionPaperDropped{.petition = kTestPetition, .batch = test_id('b'), .by = "officer/2"});
  confirmed.number = 150;
  EXPECT_TRUE(has(one.refusal(confirmed), "there is no batch"));
  one.must(batch);
  one.must(confirmed);
  EXPECT_EQ(signature_count(one.petition), 150);
  EXPECT_TRUE(has(one.refusal(confirmed), "two people have counted this batch"));
}

TEST(Petition, SignaturesAreInvalidatedByTwoPeopleAndTheCountTellsIt) {
  TestPetition one;
  one.open();
  one.count(100);
  EXPECT_TRUE(has(one.refusal(invalidation_of(101)), "would invalidate 101 signatures, and 100"));
  EXPECT_TRUE(has(one.refusal(invalidation_of(0)), "at least one signature"));
  PetitionInvalidationProposed proposed = invalidation_of(30);
  proposed.reasons = "they look odd";
  EXPECT_TRUE(has(one.refusal(proposed), "'reasons' has to be 64"));
  one.must(invalidation_of(30));
  EXPECT_EQ(signature_count(one.petition), 100);
  EXPECT_TRUE(has(one.refusal(invalidated_by("officer/1", 30)), "a second person has to agree"));
  EXPECT_TRUE(has(one.refusal(invalidated_by("officer/2", 31)), "more than the 30"));
  one.must(invalidated_by("officer/2", 28));
  EXPECT_EQ(signature_count(one.petition), 72);
  EXPECT_TRUE(has(one.refusal(invalidated_by("officer/2", 1)), "is done"));
  one.wait(kTestHourMs);
  PetitionCounted more = one.next_count(100);
  more.totals.invalidated = 29;
  EXPECT_TRUE(has(one.refusal(more),
                  "29 signatures are invalidated, and two people have decided "
                  "that of 28"));
  one.must(one.next_count(100));
  EXPECT_EQ(signature_count(one.petition), 72);
}

TEST(Petition, AnInvalidationIsUndoneAsFarAsItHolds) {
  TestPetition one;
  one.open();
  one.count(100);
  one.must(invalidation_of(30));
  PetitionInvalidationUndone undone;
  undone.petition = kTestPetition;
  undone.invalidation = test_id('1');
  undone.by = "officer/3";
  undone.reasons = kTestCommitment;
  undone.number = 10;
  EXPECT_TRUE(has(one.refusal(undone), "nothing to undo"));
  one.must(invalidated_by("officer/2", 30));
  one.must(undone);
  EXPECT_EQ(signature_count(one.petition), 80);
  undone.number = 21;
  EXPECT_TRUE(has(one.refusal(undone), "this invalidation holds 20"));
  undone.number = 20;
  one.must(undone);
  EXPECT_EQ(signature_count(one.petition), 100);
  undone.invalidation = test_id('9');
  EXPECT_TRUE(has(one.refusal(undone), "nobody has proposed the invalidation"));
}

TEST(Petition, AThresholdStartsTheClockOfABody) {
  TestPetition one;
  one.open();
  one.count(9'999);
  EXPECT_EQ(public_state(one.petition), PetitionState::kOpen);
  one.wait(kTestHourMs);
  EXPECT_EQ(one.must(one.next_count(10'000)),
            (Kinds{"petition.counted", "petition.threshold_reached"}));
  EXPECT_EQ(to_text(public_state(one.petition)), "threshold_reached");
  const PetitionClock& clock = one.petition.clocks.front();
  EXPECT_EQ(clock.body, "secretariat");
  EXPECT_EQ(clock.due_ms, one.now_ms + 60 * kTestDayMs);
  const PetitionOverdue overdue{.petition = kTestPetition, .threshold = "response"};
  EXPECT_TRUE(has(one.refusal(overdue), "the answer is overdue from"));
  one.wait(60 * kTestDayMs);
  EXPECT_EQ(
      due(one.petition, one.rules, one.now_ms),
      (std::vector<PetitionDeadline>{
          {.duty = PetitionDuty::kMarkOverdue, .at_ms = one.now_ms, .threshold = "response"}}));
  one.must(overdue);
  EXPECT_EQ(to_text(public_state(one.petition)), "overdue");
  PetitionAnswered answer{.petition = kTestPetition,
                          .threshold = "response",
                          .body = "council",
                          .answer = kTestCommitment};
  EXPECT_TRUE(has(one.refusal(answer), "it is secretariat that has to answer"));
  answer.body = "secretariat";
  one.must(answer);
  EXPECT_EQ(public_state(one.petition), PetitionState::kOpen) << "people still sign it";
  EXPECT_TRUE(has(one.refusal(answer), "was answered before"));
  EXPECT_TRUE(has(one.refusal(overdue), "was answered before"));
  one.count(10'001);
  EXPECT_EQ(one.petition.clocks.size(), 1U) << "a threshold is reached once";
}

TEST(Petition, NobodyDeclaresWhatFollows) {
  TestPetition one;
  one.open();
  PetitionThresholdReached reached;
  reached.petition = kTestPetition;
  EXPECT_TRUE(has(one.refusal(reached), "nobody declares it"));
  EXPECT_TRUE(has(one.refusal(PetitionSubmitted{.petition = kTestPetition}), "nobody declares it"));
}

// Thirty thousand with seven countries above their floors, or a hundred thousand.
TEST(Petition, AHearingNeedsCountriesOrManyMoreSignatures) {
  const std::vector<std::pair<std::string, int64_t>> floors = {
      {"AT", 432}, {"BE", 475}, {"DE", 2073}, {"EE", 151}, {"FR", 1749}, {"LU", 129}};
  TestPetition narrow, broad;
  for (TestPetition* one : {&narrow, &broad}) {
    one->open();
    one->wait(kTestHourMs);
    PetitionCounted counted = one->next_count(30'000);
    for (const auto& [code, validated] : floors) {
      PetitionCountryTotals& row = counted.countries.emplace_back();
      row.country = code;
      row.totals.validated = validated;
    }
    EXPECT_EQ(one->must(counted), (Kinds{"petition.counted", "petition.threshold_reached"}));
    EXPECT_EQ(one->petition.clocks.size(), 1U) << "six countries are not enough";
  }
  const PetitionPaperCounted paper{.petition = kTestPetition,
                                   .batch = test_id('b'),
                                   .country = "MT",
                                   .by = "officer/1",
                                   .number = 129};
  broad.must(paper);
  EXPECT_EQ(
      broad.must(PetitionPaperConfirmed{
          .petition = kTestPetition, .batch = test_id('b'), .by = "officer/2", .number = 129}),
      (Kinds{"petition.paper_confirmed", "petition.threshold_reached"}));
  EXPECT_EQ(broad.petition.clocks.back().threshold, "hearing");
  EXPECT_EQ(broad.petition.clocks.back().body, "council");
  broad.count(100'000);
  EXPECT_EQ(broad.petition.clocks.size(), 2U) << "by either way it is one hearing";
  narrow.count(99'999);
  EXPECT_EQ(narrow.petition.clocks.size(), 1U);
  narrow.count(100'000);
  EXPECT_EQ(narrow.petition.clocks.back().threshold, "hearing");
}

TEST(Petition, KeepsItsSecretsUntilTheRetentionIsOver) {
  TestPetition one;
  one.open();
  one.count(10'000);
  const PetitionSecretDestroyed key{.petition = kTestPetition, .secret = "key"};
  const PetitionSecretDestroyed salts{.petition = kTestPetition, .secret = "salts"};
  EXPECT_TRUE(has(one.refusal(key), "in use"));
  one.now_ms = one.petition.closes_ms;
  one.must(PetitionOverdue{.petition = kTestPetition, .threshold = "response"});
  one.must(PetitionClosed{.petition = kTestPetition, .cause = "ended"});
  EXPECT_TRUE(has(one.refusal(salts), "its key has to be destroyed before its salts"));
  one.must(key);
  EXPECT_TRUE(has(one.refusal(salts), "its salts may be destroyed from"));
  one.wait(183 * kTestDayMs);
  one.must(salts);
  EXPECT_TRUE(has(one.refusal(one.next_count(10'000)), "anonymised"));
  const PetitionArchived archived{.petition = kTestPetition};
  EXPECT_TRUE(has(one.refusal(archived), "a body has not answered yet"));
  EXPECT_EQ(to_text(public_state(one.petition)), "overdue");
  one.must(PetitionAnswered{.petition = kTestPetition,
                            .threshold = "response",
                            .body = "secretariat",
                            .answer = kTestCommitment});
  EXPECT_EQ(to_text(public_state(one.petition)), "answered");
  EXPECT_EQ(due(one.petition, one.rules, one.now_ms).front().duty, PetitionDuty::kArchive);
  one.must(archived);
  EXPECT_EQ(to_text(public_state(one.petition)), "archived");
  EXPECT_TRUE(deadlines(one.petition, one.rules).empty());
}

// From the answer on, but never beyond the time when there should have been one.
TEST(Petition, TheRetentionBeginsWithTheAnswerOrItsTime) {
  const auto salts_ms = [](std::optional<int64_t> answer_days) {
    TestPetition one;
    one.open();
    one.now_ms = one.petition.closes_ms - kTestHourMs;
    one.count(10'000);
    const int64_t reached_ms = one.now_ms;
    one.must(PetitionClosed{.petition = kTestPetition, .cause = "ended"});
    one.must(PetitionSecretDestroyed{.petition = kTestPetition, .secret = "key"});
    one.wait(answer_days.value_or(0) * kTestDayMs);
    if (answer_days)
      one.must(PetitionAnswered{.petition = kTestPetition,
                                .threshold = "response",
                                .body = "secretariat",
                                .answer = kTestCommitment});
    for (const PetitionDeadline& one_of : deadlines(one.petition, one.rules)) {
      if (one_of.duty == PetitionDuty::kDestroySalts)
        return (one_of.at_ms - reached_ms) / kTestDayMs;
    }
    return int64_t{-1};
  };
  EXPECT_EQ(salts_ms(20), 20 + 183);
  EXPECT_EQ(salts_ms(std::nullopt), 60 + 183);
  EXPECT_EQ(salts_ms(400), 60 + 183);
}

TEST(Petition, IsOnlyItselfAndNeverEarlier) {
  TestPetition one;
  one.open();
  EXPECT_TRUE(has(one.refusal(PetitionClosed{.petition = test_id('9'), .cause = "withdrawn"}),
                  "it is another petition"));
  one.now_ms -= 1;
  EXPECT_TRUE(has(one.refusal(PetitionClosed{.petition = kTestPetition, .cause = "withdrawn"}),
                  "its last event was at"));
}

}  // namespace
}  // namespace glass::institution
