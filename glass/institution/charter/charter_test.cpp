#include "glass/institution/charter/charter.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/voting/vote.h"

namespace glass::institution {
namespace {

const std::set<std::string, std::less<>> kActs = {"seat.bound", "vote.cast"};

constexpr std::string_view kSmall = R"(name = "Small"
founded = "2026-01-01"

[[member]]
code = "A"
population = 60
share = 1

[[member]]
code = "B"
population = 30
share = 2

[[member]]
code = "C"
population = 10
share = 3

[[body]]
name = "council"
votes = "members"
weight = "population"

[[body]]
name = "board"

[[seat]]
name = "council/A"
body = "council"
member = "A"

[[seat]]
name = "council/B"
body = "council"
member = "B"

[[seat]]
name = "council/C"
body = "council"
member = "C"

[[seat]]
name = "board/1"
body = "board"
member = "A"

[[seat]]
name = "board/2"
body = "board"
member = "B"

[[seat]]
name = "clerk"
roles = ["registrar", "runner"]

[[rule]]
name = "majority"
count = "more than 1/2 of voting"

[[rule]]
name = "weighed"
count = "more than 1/2 of voting"
weight = "at least 2/3 of all"

[[decision]]
matter = "charter"
body = "council"
rule = "weighed"

[[decision]]
matter = "arrears"
body = "council"
rule = "majority"

[[decision]]
matter = "seat"
body = "council"
rule = "majority"

[[decision]]
matter = "petition"
body = "council"
rule = "majority"

[[decision]]
matter = "objection"
body = "board"
rule = "majority"

[[decision]]
matter = "borders"
body = "board"
rule = "majority"

[[right]]
name = "seats"
acts = ["seat.bound"]
holders = ["registrar"]

[[right]]
name = "voting"
acts = ["vote.cast"]
holders = ["council", "board"]

[[criterion]]
name = "quality"

[[level]]
level = "SL-1"
[[level.start]]
roles = ["runner"]
approvers = 1
[[level.restart]]
roles = ["runner"]
approvers = 1
[[level.stop]]
role = "runner"

[[level]]
level = "SL-2"
[[level.start]]
roles = ["runner"]
approvers = 1
[[level.restart]]
roles = ["runner"]
approvers = 1
[[level.lowering]]
roles = ["runner"]
approvers = 1
[[level.stop]]
role = "runner"

[[level]]
level = "SL-3"
[[level.start]]
roles = ["runner"]
approvers = 1
[[level.restart]]
roles = ["runner"]
approvers = 1
[[level.lowering]]
roles = ["runner"]
approvers = 1
[[level.stop]]
role = "runner"

[[level]]
level = "SL-4"
[[level.start]]
roles = ["runner"]
approvers = 1
[[level.restart]]
roles = ["runner"]
approvers = 1
[[level.lowering]]
roles = ["runner"]
approvers = 1
[[level.stop]]
role = "runner"

[[release_path]]
level = "SL-1"
[[release_path.approvals]]
roles = ["runner"]
approvers = 1

[[release_path]]
level = "SL-2"
[[release_path.approvals]]
roles = ["runner"]
approvers = 1

[[release_path]]
level = "SL-3"
[[release_path.approvals]]
roles = ["runner"]
approvers = 1

[[release_path]]
level = "SL-4"
is_possible = false

[[petitions.threshold]]
name = "response"
body = "council"

[incident_clocks]
session_body = "council"
)";

std::string replaced(std::string_view old_text, std::string_view new_text) {
  std::string text(kSmall);
  const size_t place = text.find(old_text);
  EXPECT_NE(place, std::string::npos) << old_text;
  text.replace(place, old_text.size(), new_text);
  return text;
}

// What is wrong with it; empty if nothing is.
std::string problems_of(std::string_view toml) {
  const auto read = Charter::read(toml, "charter.toml", kActs);
  return read ? "" : read.error().message;
}

Charter small() {
  return Charter::read(kSmall, "charter.toml", kActs).value();
}

TEST(Charter, LooksUpWhatItNames) {
  const Charter charter = small();
  EXPECT_EQ(charter.member("B")->share, 2);
  EXPECT_EQ(charter.member("D"), nullptr);
  EXPECT_EQ(charter.body("board")->votes, "seats");
  EXPECT_EQ(charter.seat("clerk")->roles.front(), "registrar");
  EXPECT_TRUE(charter.rule("weighed")->weight.has_value());
  EXPECT_EQ(charter.right_to("vote.cast").name, "voting");
}

TEST(Charter, LetsMembersVoteInACouncilAndSeatsOnABoard) {
  const Charter charter = small();
  const auto council = charter.electorate("council");
  ASSERT_EQ(council.size(), 3U);
  EXPECT_EQ(council[0].id, "A");
  EXPECT_EQ(council[0].weight, 60);
  const auto board = charter.electorate("board");
  ASSERT_EQ(board.size(), 2U);
  EXPECT_EQ(board[1].id, "board/2");
  EXPECT_EQ(board[1].weight, 1);
  EXPECT_EQ(board[1].group, "B");
  EXPECT_EQ(charter.voter_of("council/C", "council"), "C");
  EXPECT_EQ(charter.voter_of("board/1", "board"), "board/1");
  EXPECT_FALSE(charter.voter_of("board/1", "council"));
  EXPECT_FALSE(charter.voter_of("nobody", "council"));
}

TEST(Charter, ChoosesTheDecisionsOfTheFarthestReach) {
  const std::string more = R"([[decision]]
matter = "award"
above_minutes = 100
body = "council"
rule = "majority"

[[decision]]
matter = "award"
from_level = 3
body = "board"
rule = "majority"

[[decision]]
matter = "award"
from_level = 3
body = "council"
rule = "weighed"

[[right]]
name = "seats")";
  const auto charter =
      Charter::read(replaced("[[right]]\nname = \"seats\"", more), "charter.toml", kActs);
  ASSERT_TRUE(charter) << charter.error().message;
  const auto bodies = [&](int64_t level, int64_t minutes) {
    std::string names;
    for (const auto& one : charter->decisions("award", level, minutes)) names += one.body + " ";
    return names;
  };
  EXPECT_EQ(bodies(1, 100), "");
  EXPECT_EQ(bodies(2, 101), "council ");
  EXPECT_EQ(bodies(3, 50), "board council ");
  EXPECT_EQ(bodies(4, 500), "board council ");
}

TEST(Charter, IsReadBackFromItsJson) {
  const Charter charter = small();
  const Json json = to_json(charter.settings());
  const auto settings = settings_from_json(json);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(to_canonical(to_json(*settings)), to_canonical(json));
  EXPECT_TRUE(Charter::from_settings(*settings, kActs));

  Json more = json;
  (*more.if_object())["anthem"] = "loud";
  EXPECT_FALSE(settings_from_json(more));
  Json less = json;
  less.if_object()->erase("founded");
  EXPECT_FALSE(settings_from_json(less));
}

TEST(Charter, TellsEveryContradictionWithItsLine) {
  EXPECT_EQ(problems_of(kSmall), "");
  EXPECT_EQ(problems_of(replaced("\"2026-01-01\"", "\"2026-02-30\"")),
            "charter.toml:2: founded is '2026-02-30'; write a day such as 2026-01-01");
  EXPECT_EQ(problems_of(replaced("code = \"B\"", "code = \"A\"")),
            "charter.toml:10: there are two [[member]] with code 'A'\n"
            "charter.toml:35: there is no member 'B'; did you mean 'A'?\n"
            "charter.toml:50: there is no member 'B'; did you mean 'A'?");
  EXPECT_EQ(problems_of(replaced("body = \"board\"\nrule", "body = \"bord\"\nrule")),
            "charter.toml:87: there is no body 'bord'; did you mean 'board'?");
  EXPECT_EQ(
      problems_of(replaced("votes = \"members\"", "votes = \"seats\"")),
      "charter.toml:22: body 'council' counts seats, which all weigh the same; write weight = "
      "\"equal\", or votes = \"members\"");
  EXPECT_EQ(problems_of(replaced("name = \"board/1\"", "name = \"A\"")),
            "charter.toml:43: 'A' is a member already; call the seat otherwise");
  EXPECT_EQ(
      problems_of(replaced("roles = [\"registrar\", ", "roles = [\"anyone\", ")),
      "charter.toml:54: 'anyone' cannot be a role: it is no name, or means something else already\n"
      "charter.toml:98: 'registrar' is neither a role of a seat nor a body; there are: anyone, "
      "board, council, runner");
  EXPECT_EQ(
      problems_of(replaced("acts = [\"seat.bound\"]", "acts = [\"vote.cast\"]")),
      "charter.toml:102: act 'vote.cast' is a right of 'seats' and of 'voting'; let one have it\n"
      "charter.toml: nobody may do the act 'seat.bound'; name it in the acts of a [[right]]");
  EXPECT_EQ(problems_of(replaced("matter = \"petition\"", "matter = \"award\"")),
            "charter.toml: nobody decides the matter 'petition'; add a [[decision]] with matter = "
            "\"petition\", without from_level and above_minutes");
}

TEST(Charter, TellsWhatIsWrongWithPetitionsWithItsLine) {
  EXPECT_EQ(small().petitions().thresholds.front().count, 10'000);
  const std::string threshold =
      "[[petitions.threshold]]\nname = \"response\"\nbody = \"council\"\n";
  EXPECT_EQ(problems_of(replaced(threshold, "")),
            "charter.toml: there is no [[petitions.threshold]], so nobody would ever have to "
            "answer; say which body answers from how many signatures on");
  EXPECT_EQ(
      problems_of(replaced("\"response\"\nbody = \"council\"", "\"response\"\nbody = \"co\"")),
      "charter.toml:185: there is no body 'co'; every body is: board, council");
  EXPECT_EQ(problems_of(replaced("\"response\"", "\"a response\"")),
            "charter.toml:184: 'a response' is no name; use letters, digits, - and /");
  EXPECT_EQ(problems_of(replaced(threshold, threshold + "[[petitions.country]]\ncode = \"EU\"\n")),
            "charter.toml:186: 'EU' is no country's code of ISO 3166, such as DE");
}

TEST(Charter, TellsAThresholdWhoseBodyMayNotAnswer) {
  const std::set<std::string, std::less<>> acts = {"seat.bound", "vote.cast", "petition.answered"};
  const std::string granted =
      replaced("acts = [\"seat.bound\"]", "acts = [\"seat.bound\", \"petition.answered\"]");
  const auto read = Charter::read(granted, "charter.toml", acts);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            "charter.toml:185: nobody of body 'council' may answer; name 'council' in the holders "
            "of the right to petition.answered");
  const std::string council =
      replaced("acts = [\"vote.cast\"]", "acts = [\"vote.cast\", \"petition.answered\"]");
  EXPECT_TRUE(Charter::read(council, "charter.toml", acts));
}

TEST(Charter, TellsADecisionThatNobodyCanEverTake) {
  EXPECT_EQ(
      problems_of(replaced("count = \"more than 1/2 of voting\"\n\n",
                           "count = \"more than 1/2 of voting\"\nleast_in_favour = 3\n\n")),
      "charter.toml:89: 'objection' can never be adopted by rule 'majority' in body 'board': were "
      "everybody in favour, least_in_favour would be 2 of 3\n"
      "charter.toml:94: 'borders' can never be adopted by rule 'majority' in body 'board': were "
      "everybody in favour, least_in_favour would be 2 of 3");
  EXPECT_EQ(problems_of(replaced("body = \"board\"\nrule = \"majority\"",
                                 "body = \"board\"\nrule = \"weighed\"")),
            "charter.toml:88: rule 'weighed' weighs votes, and in body 'board' all weigh the same; "
            "choose "
            "another rule, or give the body a weight");
}

TEST(Charter, TellsWhatIsWrongWithASafetyLevelByItsLine) {
  EXPECT_EQ(problems_of(replaced("roles = [\"runner\"]\napprovers = 1\n[[level.restart]]",
                                 "roles = [\"runer\"]\napprovers = 1\n[[level.restart]]")),
            "charter.toml:111: 'runer' is neither a role of a seat nor a body; did you mean "
            "'runner'?");
  EXPECT_EQ(problems_of(replaced("roles = [\"runner\"]\napprovers = 1\n[[level.restart]]",
                                 "roles = [\"runner\"]\napprovers = 2\n[[level.restart]]")),
            "charter.toml:112: the seats can never be enough, were all of them held: 2 needed, 1 "
            "there: approvals by runner");
  EXPECT_EQ(
      problems_of(replaced("roles = [\"runner\"]\napprovers = 1\n[[level.restart]]",
                           "body = \"board\"\nrule = \"weighed\"\n[[level.restart]]")),
      "charter.toml:112: rule 'weighed' weighs votes, and in body 'board' all weigh the same; "
      "choose another rule, or give the body a weight");
  EXPECT_EQ(problems_of(
                replaced("[[level.stop]]\nrole = \"runner\"", "[[level.stop]]\nrole = \"clerk\"")),
            "charter.toml:130: SL-2: 1 'clerk' may stop a run at the level below; a higher level "
            "takes nobody's right to stop\n"
            "charter.toml:117: 'clerk' is neither a role of a seat nor a body; there are: board, "
            "council, registrar, runner");
  EXPECT_EQ(problems_of(replaced("matter = \"petition\"", "matter = \"clearance\"")),
            "charter.toml:81: decision.3.matter is 'clearance'; it must be one of: charter, award, "
            "borders, arrears, seat, petition, objection");
}

TEST(Charter, TakesTheVotesOfALevelAsItsDecisions) {
  const auto charter =
      Charter::read(replaced("roles = [\"runner\"]\napprovers = 1\n[[level.restart]]",
                             "body = \"council\"\nrule = \"weighed\"\ndays = 9\n[[level.restart]]"),
                    "charter.toml", kActs);
  ASSERT_TRUE(charter) << charter.error().message;
  const auto votes = charter->decisions("clearance", 1, 0);
  ASSERT_EQ(votes.size(), 1U);
  EXPECT_EQ(votes[0].body, "council");
  EXPECT_EQ(votes[0].rule, "weighed");
  EXPECT_EQ(votes[0].days, 9);
  EXPECT_TRUE(charter->decisions("clearance", 2, 0).empty());
  EXPECT_TRUE(charter->decisions("restart", 1, 0).empty());
}

TEST(Charter, AsksForSharesMembersAndSeats) {
  EXPECT_EQ(
      problems_of("name = \"x\"\nfounded = \"2026-01-01\"\n").substr(0, 96),
      "charter.toml: a charter needs at least one [[member]]\ncharter.toml: a charter needs at "
      "least one");
  std::string none = replaced("share = 1", "share = 0");
  none.replace(none.find("share = 2"), 9, "share = 0");
  none.replace(none.find("share = 3"), 9, "share = 0");
  EXPECT_EQ(problems_of(none),
            "charter.toml:7: no member has a share; give at least one a share above 0");
}

}  // namespace
}  // namespace glass::institution
