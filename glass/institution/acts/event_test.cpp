#include "glass/institution/acts/event.h"

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/testkit/test_files.h"

namespace glass::institution {
namespace {

TEST(Event, IsReadAsItWasWritten) {
  const VoteClosed closed{
      .vote = "v",
      .outcome = "adopted",
      .in_favour = 3,
      .against = 1,
      .abstaining = 0,
      .barred = {"A"},
      .findings = {{.what = "count", .part = 3, .whole = 4, .result = "holds"}}};
  const Json json = to_json(VoteEvent(closed));
  const auto read = event_from_json(json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(std::get<VoteClosed>(std::get<VoteEvent>(*read)), closed);
  EXPECT_EQ(to_canonical(json),
            R"({"abstaining":0,"against":1,"barred":["A"],"finding":[{"part":3,"result":"holds",)"
            R"("what":"count","whole":4}],"in_favour":3,"kind":"vote.closed","outcome":"adopted",)"
            R"("vote":"v"})");
}

TEST(Event, HoldsAWholeCharter) {
  CharterProposed proposed;
  proposed.charter.name = "Small";
  proposed.charter.members = {{.code = "A", .share = 1}};
  const auto read = event_from_json(to_json(CharterEvent(proposed)));
  ASSERT_TRUE(read) << read.error().message;
  const auto& back = std::get<CharterProposed>(std::get<CharterEvent>(*read));
  EXPECT_EQ(to_canonical(to_json(back.charter)), to_canonical(to_json(proposed.charter)));
}

TEST(Event, IsRefusedWithWhatItLacksOrHasTooMuch) {
  const auto message = [](const char* text) {
    const auto read = event_from_json(parse_json(text).value());
    return read ? "" : read.error().message;
  };
  EXPECT_EQ(message(R"({"kind":"vote.won"})"),
            "'vote.won' is no kind of event that this program knows; a newer one may");
  EXPECT_EQ(message(R"({"kind":"vote.cast","vote":"v","ballot":"maybe","reasons":""})"),
            "the recorded vote.cast.ballot is missing or out of range");
  EXPECT_EQ(message(R"({"kind":"vote.cast","vote":"v","ballot":"yes","reasons":"","mood":"good"})"),
            "the recorded vote.cast has members that it should not have");
  EXPECT_FALSE(event_from_json(Json(Json::Array{})));
}

TEST(Event, IsARightByItsKindOrByItsStep) {
  EXPECT_EQ(right_name(VoteEvent(VoteCast{})), "vote.cast");
  EXPECT_EQ(right_name(ProposalEvent(ProposalChecked{.proposal = "p", .step = "safety-check"})),
            "proposal.checked/safety-check");
  EXPECT_TRUE(act_names().contains("proposal.checked/allocation"));
  EXPECT_FALSE(act_names().contains("proposal.checked"));
  EXPECT_FALSE(act_names().contains("vote.closed"));
  EXPECT_FALSE(only_follows(VoteEvent(VoteCast{})));
  EXPECT_TRUE(only_follows(VoteEvent(VoteClosed{})));
}

TEST(Event, ReferencePageIsCurrent) {
  std::ifstream in(testkit::source_file("docs/reference/acts.md"));
  const std::string page((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const size_t tables = page.find("\n## ");
  ASSERT_NE(tables, std::string::npos);
  EXPECT_EQ(page.substr(tables), events_reference())
      << "renew it: keep its head, then append what glass facility acts prints";
}

}  // namespace
}  // namespace glass::institution
