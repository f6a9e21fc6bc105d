#include "glass/institution/review/conflict_detection.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/institution/review/conflict.h"
#include "glass/settings/json_fields.h"

namespace glass::institution {
namespace {

constexpr int64_t kToday = 20'000;

ReviewProfile curie() {
  return {.account = "u1", .orcid = "0000-0001", .names = {"Marie Curie"}};
}

ReviewProfile meitner() {
  return {.account = "u2", .orcid = "0000-0002", .names = {"Lise Meitner"}};
}

// "CODE severity basis papers", one after another.
std::string found(const ReviewProfile& reviewer, const std::vector<ReviewProfile>& team,
                  const ConflictWindows& windows = {}) {
  std::string all;
  for (const DetectedConflict& one : detect(reviewer, team, kToday, windows))
    all += fmt::format(
        "{}{} {} {} {} {}", all.empty() ? "" : "; ", to_text(one.code), to_text(one.severity),
        one.team_index,
        std::vector<std::string_view>{"identifier", "name", "fact"}[static_cast<size_t>(one.basis)],
        one.papers);
  return all;
}

TEST(ConflictDetection, FindsNothingBetweenStrangers) {
  EXPECT_EQ(found(curie(), {meitner()}), "");
  EXPECT_EQ(found({}, {{}}), "");  // what is not known is not the same
}

TEST(ConflictDetection, WhoIsNamedOnTheProposalIsFoundByWhateverIsKnown) {
  ReviewProfile same = meitner();
  same.account = "u1";
  EXPECT_EQ(found(curie(), {meitner(), same}), "ROLE_NAMED real 1 identifier 0");
  same = {.orcid = "0000-0001"};
  EXPECT_EQ(found(curie(), {same}), "ROLE_NAMED real 0 identifier 0");
  ReviewProfile with_address = curie();
  with_address.emails = {"x@example.org", "Marie@Example.org"};
  EXPECT_EQ(found(with_address, {{.emails = {"marie@example.org"}}}),
            "ROLE_NAMED real 0 identifier 0");
  EXPECT_EQ(found(curie(), {{.names = {"CURIE Marié"}}}), "ROLE_NAMED real 0 name 0");
  EXPECT_EQ(found(curie(), {{.names = {"Mario Curi"}}}), "");
  // Two people of one name, whose ORCIDs tell them apart.
  EXPECT_EQ(found(curie(), {{.orcid = "0000-0009", .names = {"Marie Curie"}}}), "");
}

TEST(ConflictDetection, WorkplacesCountNowAndForTwoYears) {
  const auto at = [](std::string department, int64_t from, std::optional<int64_t> until) {
    ReviewProfile profile;
    profile.affiliations = {{"ror:1", std::move(department), from, until}};
    return profile;
  };
  const ReviewProfile now = at("physics", 100, {});
  EXPECT_EQ(found(now, {at("chemistry", 1, kToday)}), "INST_SAME real 0 fact 0");
  EXPECT_EQ(found(now, {at("physics", 1, {})}),
            "INST_SAME real 0 fact 0; INST_DEPT apparent 0 fact 0");
  EXPECT_EQ(found(now, {at("physics", 1, kToday - 1)}), "INST_FORMER apparent 0 fact 0");
  EXPECT_EQ(found(now, {at("", 1, kToday - 731)}), "INST_FORMER apparent 0 fact 0");
  EXPECT_EQ(found(now, {at("", 1, kToday - 732)}), "");
  EXPECT_EQ(found(at("", 1, kToday - 9), {at("", 1, kToday - 9)}), "INST_FORMER apparent 0 fact 0");
  EXPECT_EQ(found(now, {at("", kToday + 5, {})}), "INST_FORMER apparent 0 fact 0");
  EXPECT_EQ(found(now, {at("", 1, kToday - 9)}, {.former_institution_days = 8}), "");
}

Paper paper(std::string_view identifier, int64_t age_days, std::vector<PaperAuthor> authors) {
  return {.identifier = std::string(identifier),
          .title = "On rays",
          .day = kToday - age_days,
          .authors = std::move(authors)};
}

TEST(ConflictDetection, PapersAreSharedByIdentifierOrcidOrName) {
  ReviewProfile reviewer = curie(), other = meitner();
  reviewer.papers = {paper("10.1/A", 1'096, {})};
  other.papers = {paper("10.1/a", 1'096, {})};
  EXPECT_EQ(found(reviewer, {other}), "COAUTH_RECENT apparent 0 identifier 1");
  other.papers = {};
  reviewer.papers = {paper("10.1/a", 10, {{"L. M.", "0000-0002"}})};
  EXPECT_EQ(found(reviewer, {other}), "COAUTH_RECENT apparent 0 identifier 1");
  reviewer.papers = {paper("10.1/a", 10, {{"Lise Meitnerr", ""}})};
  EXPECT_EQ(found(reviewer, {other}), "COAUTH_RECENT apparent 0 name 1");
  reviewer.papers = {paper("10.1/a", 10, {{"Lise Meitner", "0000-0009"}})};
  EXPECT_EQ(found(reviewer, {other}), "");
  reviewer.papers = {paper("10.1/a", 10, {{"Otto Hahn", ""}})};
  EXPECT_EQ(found(reviewer, {other}), "");
  // The list of the other says the same as one's own.
  reviewer.papers = {};
  other.papers = {paper("", 10, {{"Curie, Marie", ""}})};
  EXPECT_EQ(found(reviewer, {other}), "COAUTH_RECENT apparent 0 name 1");
}

TEST(ConflictDetection, ThreePapersWithAYoungOneAreReal) {
  const PaperAuthor with{"", "0000-0002"};
  ReviewProfile reviewer = curie();
  reviewer.papers = {paper("a", 366, {with}), paper("b", 900, {with}), paper("c", 1'000, {with})};
  EXPECT_EQ(found(reviewer, {meitner()}), "COAUTH_RECENT real 0 identifier 3");
  reviewer.papers[0].day -= 1;
  EXPECT_EQ(found(reviewer, {meitner()}), "COAUTH_RECENT apparent 0 identifier 3");
  reviewer.papers[0].day += 1;
  reviewer.papers[2].identifier = "A";  // the same as the first
  EXPECT_EQ(found(reviewer, {meitner()}), "COAUTH_RECENT apparent 0 identifier 2");
  reviewer.papers = {paper("a", 1'097, {with})};
  EXPECT_EQ(found(reviewer, {meitner()}), "COAUTH_OLD potential 0 identifier 1");
}

TEST(ConflictDetection, MemberStateIsTheApplicantsAndFundersAreTheTeams) {
  ReviewProfile reviewer = curie(), first = meitner(), second = meitner();
  reviewer.member_state = second.member_state = "FR";
  reviewer.funders = {"erc", "anr"};
  second.funders = {"dfg", "anr"};
  EXPECT_EQ(found(reviewer, {first, second}), "FUND_SAME potential 1 fact 0");
  EXPECT_EQ(found(reviewer, {second, first}),
            "NAT_SAME potential 0 fact 0; FUND_SAME potential 0 fact 0");
}

TEST(ConflictDetection, WindowsAreReadAsTheyAreWritten) {
  ConflictWindows windows{.coauthor_days = 1,
                          .coauthor_papers = 2,
                          .coauthor_real_papers = 3,
                          .coauthor_active_days = 4,
                          .former_institution_days = 5,
                          .author_name_percent = 6,
                          .named_percent = 7};
  settings::JsonWriter writer;
  describe(writer, windows);
  ConflictWindows read;
  std::vector<std::string> problems;
  settings::JsonReader reader(Json(std::move(writer).take()), "", problems);
  describe(reader, read);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(read.coauthor_days, 1);
  EXPECT_EQ(read.coauthor_papers, 2);
  EXPECT_EQ(read.coauthor_real_papers, 3);
  EXPECT_EQ(read.coauthor_active_days, 4);
  EXPECT_EQ(read.former_institution_days, 5);
  EXPECT_EQ(read.author_name_percent, 6);
  EXPECT_EQ(read.named_percent, 7);
}

}  // namespace
}  // namespace glass::institution
