#include "glass/institution/petitions/petition_book.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/petitions/test_petitions.h"

namespace glass::institution {
namespace {

class TestBook {
 public:
  // Empty, or why not. What follows happens, too.
  std::string put(const PetitionEvent& event) {
    const Status may = expect_possible(book, rules, event, now_ms);
    if (!may) return may.error().message;
    happen(event);
    return "";
  }

  // The kinds of what the clock has done by then.
  std::string wait(int64_t ms) {
    now_ms += ms;
    std::string kinds;
    while (const auto event = due(book, rules, now_ms)) {
      kinds += std::string(kind_of(*event)) + " ";
      evolve(book, rules, *event, now_ms);
    }
    return kinds;
  }

  void open(const std::string& id) {
    EXPECT_EQ(
        put(PetitionDrafted{.petition = id, .text = kTestCommitment, .creator = kTestCommitment}),
        "");
    EXPECT_EQ(put(PetitionConfirmed{.petition = id}), "");
    for (int64_t i = 1; i <= 5; ++i)
      EXPECT_EQ(put(PetitionSponsored{.petition = id, .sponsors = i}), "");
    EXPECT_EQ(put(PetitionOpened{.petition = id,
                                 .by = "moderator/1",
                                 .retention_from = "closing",
                                 .closes_ms = now_ms + rules.open_ms}),
              "");
  }

  [[nodiscard]] PetitionState state_of(const std::string& id) const { return book.find(id)->state; }

  PetitionBook book;
  PetitionRules rules = test_petition_rules();
  int64_t now_ms = kTestStartMs;

 private:
  void happen(const PetitionEvent& event) {
    evolve(book, rules, event, now_ms);
    while (const auto next = following(*book.find(petition_of(event)), rules, now_ms))
      evolve(book, rules, *next, now_ms);
  }
};

TEST(PetitionBook, KnowsPetitionsByTheirIds) {
  TestBook one;
  EXPECT_EQ(one.put(PetitionConfirmed{.petition = test_id('1')}),
            "there is no petition " + test_id('1'));
  one.open(test_id('1'));
  EXPECT_EQ(one.book.find(test_id('2')), nullptr);
  EXPECT_EQ(one.book.find(test_id('1'))->text, kTestCommitment);
  EXPECT_NE(one.put(PetitionDrafted{
                .petition = test_id('1'), .text = kTestCommitment, .creator = kTestCommitment}),
            "");
}

TEST(PetitionBook, DoesWhatIsDueInItsOrder) {
  TestBook one;
  EXPECT_FALSE(one.book.next_due_ms());
  one.open(test_id('2'));
  one.now_ms += kTestDayMs;
  one.open(test_id('1'));
  EXPECT_EQ(one.book.next_due_ms(), kTestStartMs + one.rules.open_ms);
  EXPECT_EQ(one.wait(one.rules.open_ms - kTestDayMs - 1), "");
  EXPECT_EQ(one.wait(1), "petition.closed ");
  EXPECT_EQ(one.state_of(test_id('2')), PetitionState::kClosed);
  EXPECT_EQ(one.state_of(test_id('1')), PetitionState::kOpen);
  EXPECT_EQ(one.wait(kTestDayMs), "petition.closed ");
  EXPECT_FALSE(one.book.next_due_ms());
}

// Only people destroy keys; the clock does not say that they have.
TEST(PetitionBook, WaitsForPeopleToDestroySecretsAndThenArchives) {
  TestBook one;
  one.open(test_id('1'));
  one.wait(one.rules.open_ms);
  EXPECT_EQ(one.wait(100 * one.rules.retention_ms), "");
  EXPECT_EQ(one.put(PetitionSecretDestroyed{.petition = test_id('1'), .secret = "key"}), "");
  EXPECT_EQ(one.state_of(test_id('1')), PetitionState::kClosed);
  EXPECT_EQ(one.put(PetitionSecretDestroyed{.petition = test_id('1'), .secret = "salts"}), "");
  EXPECT_EQ(one.state_of(test_id('1')), PetitionState::kArchived);
}

TEST(PetitionBook, GoesByOtherRulesFromThenOn) {
  TestBook one;
  one.put(PetitionDrafted{
      .petition = test_id('1'), .text = kTestCommitment, .creator = kTestCommitment});
  one.put(PetitionConfirmed{.petition = test_id('1')});
  for (int64_t i = 1; i <= 5; ++i)
    one.put(PetitionSponsored{.petition = test_id('1'), .sponsors = i});
  EXPECT_EQ(one.book.next_due_ms(), kTestStartMs + 14 * kTestDayMs);
  one.rules.moderation_ms = 3 * kTestDayMs;
  one.book.take(one.rules);
  EXPECT_EQ(one.book.next_due_ms(), kTestStartMs + 3 * kTestDayMs);
  EXPECT_EQ(one.wait(3 * kTestDayMs), "petition.moderation_delayed ");
}

}  // namespace
}  // namespace glass::institution
