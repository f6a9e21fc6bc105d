#include "glass/institution/petitions/petition_events.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/settings/fields.h"
#include "glass/settings/json_fields.h"
#include "glass/settings/problems.h"

namespace glass::institution {
namespace {

// One of every event there is.
template <size_t... I>
std::vector<PetitionEvent> every_event(std::index_sequence<I...>) {
  return {PetitionEvent(std::in_place_index<I>)...};
}

std::vector<PetitionEvent> every_event() {
  return every_event(std::make_index_sequence<std::variant_size_v<PetitionEvent>>());
}

// Other values than the defaults: texts and numbers count, words are the last of theirs.
class Filling final : public settings::FieldVisitor {
 public:
  void integer(std::string_view, int64_t& value, settings::IntRange, std::string_view) override {
    value = ++last_;
  }

  void real(std::string_view, double&, settings::RealRange, std::string_view) override {
    ADD_FAILURE() << "an event has whole numbers";
  }

  void boolean(std::string_view, bool& value, std::string_view) override { value = !value; }

  void text(std::string_view, std::string& value, std::string_view) override {
    value = std::to_string(++last_);
  }

  void choice(std::string_view, std::string& value, settings::Choices choices,
              std::string_view) override {
    EXPECT_NE(std::ranges::find(choices, value), choices.end()) << "the default is no choice";
    value = choices.back();
  }

  void texts(std::string_view, std::vector<std::string>&, std::string_view) override {
    ADD_FAILURE() << "no event of a petition has a list of texts";
  }

  void tables(std::string_view, settings::Tables& value, std::string_view) override {
    value.append();
    value.describe_item(*this, 0);
  }

 private:
  int64_t last_ = 0;
};

TEST(PetitionEvents, AreReadAsTheyWereWritten) {
  for (PetitionEvent event : every_event()) {
    std::visit(
        [](auto& one) {
          Filling filling;
          describe(filling, one);
          settings::JsonWriter writer;
          describe(writer, one);
          std::decay_t<decltype(one)> back;
          settings::Problems problems;
          settings::JsonReader reader(Json(std::move(writer).take()), "event", problems);
          describe(reader, back);
          EXPECT_TRUE(problems.empty()) << one.kKind << ": " << problems.front();
          EXPECT_TRUE(back == one) << one.kKind;
          EXPECT_FALSE(back == std::decay_t<decltype(one)>()) << one.kKind;
        },
        event);
  }
}

// The names of an event's fields, in their order.
class Keys final : public settings::FieldVisitor {
 public:
  void integer(std::string_view key, int64_t&, settings::IntRange, std::string_view) override {
    add(key);
  }

  void real(std::string_view key, double&, settings::RealRange, std::string_view) override {
    add(key);
  }

  void boolean(std::string_view key, bool&, std::string_view) override { add(key); }

  void text(std::string_view key, std::string&, std::string_view) override { add(key); }

  void choice(std::string_view key, std::string&, settings::Choices, std::string_view) override {
    add(key);
  }

  void texts(std::string_view key, std::vector<std::string>&, std::string_view) override {
    add(key);
  }

  void tables(std::string_view key, settings::Tables&, std::string_view) override { add(key); }

  std::string text() && { return std::move(text_); }

 private:
  void add(std::string_view key) {
    text_ += ' ';
    text_ += key;
  }

  std::string text_;
};

// Journals are kept for ever, so nothing here may change but by more lines.
constexpr std::string_view kFields =
    "petition.drafted: petition text creator\n"
    "petition.confirmed: petition\n"
    "petition.sponsored: petition sponsors\n"
    "petition.submitted: petition\n"
    "petition.moderation_delayed: petition\n"
    "petition.opened: petition by closes_ms retention_from\n"
    "petition.rejected: petition by code reasons\n"
    "petition.appealed: petition reasons\n"
    "petition.hiding_proposed: petition by reason reasons\n"
    "petition.hidden: petition by\n"
    "petition.paused: petition by reason until_ms\n"
    "petition.resumed: petition by\n"
    "petition.closed: petition cause\n"
    "petition.counted: petition hour_ms validated withdrawn invalidated size root country\n"
    "petition.paper_counted: petition batch by country number\n"
    "petition.paper_confirmed: petition batch by number\n"
    "petition.paper_dropped: petition batch by\n"
    "petition.invalidation_proposed: petition invalidation by rule reason reasons number pending\n"
    "petition.invalidated: petition invalidation by number pending\n"
    "petition.invalidation_undone: petition invalidation by reasons number\n"
    "petition.threshold_reached: petition threshold body count countries_above due_ms\n"
    "petition.answered: petition threshold body answer\n"
    "petition.overdue: petition threshold\n"
    "petition.secret_destroyed: petition secret\n"
    "petition.archived: petition\n";

TEST(PetitionEvents, HaveTheFieldsOfTheJournalsThatThereAre) {
  std::string all;
  for (PetitionEvent event : every_event()) {
    std::visit(
        [&](auto& one) {
          Keys keys;
          describe(keys, one);
          all += std::string(one.kKind) + ":" + std::move(keys).text() + "\n";
        },
        event);
  }
  EXPECT_EQ(all, kFields);
}

TEST(PetitionEvents, HaveKindsOfTheirOwnAndAPetition) {
  std::set<std::string_view> kinds;
  for (const PetitionEvent& event : every_event()) {
    EXPECT_TRUE(kinds.insert(kind_of(event)).second) << kind_of(event);
    EXPECT_TRUE(kind_of(event).starts_with("petition."));
    EXPECT_EQ(petition_of(event), "");
  }
}

TEST(PetitionEvents, SomeOnlyFollow) {
  std::vector<std::string_view> kinds;
  for (const PetitionEvent& event : every_event()) {
    if (only_follows(event)) kinds.push_back(kind_of(event));
  }
  EXPECT_EQ(kinds, (std::vector<std::string_view>{"petition.submitted",
                                                  "petition.moderation_delayed", "petition.resumed",
                                                  "petition.closed", "petition.threshold_reached",
                                                  "petition.overdue", "petition.archived"}));
  EXPECT_FALSE(only_follows(PetitionResumed{.petition = "", .by = "officer/1"}));
  EXPECT_FALSE(only_follows(PetitionClosed{.petition = "", .cause = "withdrawn"}));
}

TEST(RejectionCodes, AreEighteenOfWhichTwoHide) {
  EXPECT_EQ(std::set<std::string_view>(kRejectionCodes.begin(), kRejectionCodes.end()).size(), 18U);
  EXPECT_EQ(std::ranges::count_if(kRejectionCodes, code_hides), 2);
  EXPECT_TRUE(code_hides("libellous") && code_hides("offensive") && !code_hides("local"));
}

}  // namespace
}  // namespace glass::institution
