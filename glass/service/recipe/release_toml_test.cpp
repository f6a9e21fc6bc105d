#include "glass/service/recipe/release_toml.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/record/release_documents/release_answers.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/testkit/test_files.h"

namespace glass::service {
namespace {

std::string refusal(std::string_view text) {
  const auto answers = read_release_toml(text, "release.toml");
  return answers ? "" : answers.error().message;
}

record::ReleaseFacts facts_of_two_sources() {
  record::ReleaseFacts facts;
  facts.name = "small";
  facts.corpus.datasets.resize(2);
  facts.corpus.datasets[0].name = "pkg_1_all";
  facts.corpus.datasets[0].source = "packages";
  facts.corpus.datasets[0].kind = "debian";
  facts.corpus.datasets[1].name = "notes";
  facts.corpus.datasets[1].source = "notes";
  facts.corpus.datasets[1].kind = "folder";
  facts.corpus.allowed_licences = {"MIT"};
  return facts;
}

TEST(ReleaseToml, SaysWhatPeopleSaid) {
  const auto answers = read_release_toml(
      "[release]\nversion = \"1.0\"\ndate = \"2026-11-27\"\n[data]\nsynthetic = \"no\"\n"
      "[[source]]\nname = \"notes\"\ncategory = \"crawled\"\nfrom = \"2026-01\"\n",
      "release.toml");
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_EQ(answers->release.version, "1.0");
  EXPECT_EQ(answers->data.synthetic, record::Answer::kNo);
  EXPECT_EQ(answers->data.user_of_model, record::Answer::kNotAnswered);
  ASSERT_EQ(answers->sources.size(), 1U);
  EXPECT_EQ(answers->sources[0].category, record::SourceCategory::kCrawled);
}

TEST(ReleaseToml, AnUnknownKeyIsAnErrorWithItsLine) {
  EXPECT_EQ(refusal("[provider]\nnmae = \"x\"\n"),
            "release.toml:2: unknown key 'provider.nmae'; did you mean 'name'?");
  EXPECT_EQ(refusal("[provder]\n"),
            "release.toml:1: unknown key 'provder'; did you mean 'provider'?");
  EXPECT_EQ(refusal("[[source]]\nname = \"a\"\nlnk = \"x\"\n"),
            "release.toml:3: unknown key 'source.0.lnk'; did you mean 'link'?");
}

TEST(ReleaseToml, AYesOrNoIsOneOfThreeWords) {
  EXPECT_EQ(refusal("[data]\nother = true\n"),
            "release.toml:2: data.other must be a string, not "
            "true or false");
  EXPECT_EQ(refusal("[data]\nother = \"maybe\"\n"),
            "release.toml:2: data.other is 'maybe'; it must be one of: not answered, no, yes");
}

TEST(ReleaseToml, DatesHaveOneForm) {
  EXPECT_EQ(refusal("[release]\ndate = \"27.11.2026\"\n"),
            "release.toml: release.date is '27.11.2026'; write it as YYYY-MM-DD");
  EXPECT_EQ(refusal("[release]\nmarket_date = \"2026-13-01\"\n"),
            "release.toml: release.market_date is '2026-13-01'; write it as YYYY-MM-DD");
  EXPECT_EQ(refusal("[[source]]\nname = \"a\"\nfrom = \"2026-07\"\nto = \"2026-06\"\n"),
            "release.toml: source[0] ends in 2026-06, before it begins in 2026-07");
}

TEST(ReleaseToml, LicencesAreThoseOfSpdx) {
  EXPECT_EQ(refusal("[release]\nlicence = \"Apache 2.0\"\n").substr(0, 31),
            "release.toml: release.licence: ");
  EXPECT_EQ(refusal("[release]\ncode_licence = \"MIT AND (Apache-2 OR 0BSD)\"\n"),
            "release.toml: release.code_licence: SPDX has no licence 'Apache-2'; write it as "
            "spdx.org/licenses lists it, or as LicenseRef-... if it is one of your own");
  EXPECT_NE(refusal("[[component]]\nname = \"Datasets\"\nlicence = \"Free\"\n")
                .find("component 'Datasets': SPDX has no licence 'Free'"),
            std::string::npos);
  for (const char* good : {"Apache-2.0+", "LicenseRef-Ours", "GPL-2.0", "mit OR CC0-1.0"})
    EXPECT_TRUE(read_release_toml(fmt::format("[release]\npapers_licence = \"{}\"\n", good), ""))
        << good;
}

TEST(ReleaseToml, OtherReleasesAreNamedByDigest) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const auto answers = read_release_toml(
      fmt::format("[release]\nbase_release = \"{}\"\nsupersedes = \"{}\"\n", digest, digest), "");
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_EQ(answers->release.supersedes, digest);
  EXPECT_EQ(
      refusal("[release]\nsupersedes = \"1.0\"\n"),
      "release.toml: release.supersedes is '1.0'; write sha256: and 64 hexadecimal digits, as "
      "`glass verify` tells of that release");
}

TEST(ReleaseToml, ASourceHasANameOfItsOwn) {
  EXPECT_EQ(refusal("[[source]]\nlink = \"x\"\n"), "release.toml: source[0] has no name");
  EXPECT_EQ(refusal("[[source]]\nname = \"a\"\n[[source]]\nname = \"a\"\n"),
            "release.toml: source 'a' stands there twice");
}

TEST(ReleaseToml, AnswersMustNotContradictTheRecord) {
  record::ReleaseFacts facts = facts_of_two_sources();
  record::SourceAnswers notes;
  notes.name = "nots";
  facts.answers.sources = {notes};
  EXPECT_EQ(expect_consistent(facts).error().message,
            "release.toml: the recipe has no source 'nots'; did you mean 'notes'?");
  facts.answers.sources[0].name = "notes";
  facts.answers.data.synthetic = record::Answer::kNo;
  EXPECT_TRUE(expect_consistent(facts));
  facts.answers.sources[0].category = record::SourceCategory::kSynthetic;
  EXPECT_EQ(expect_consistent(facts).error().message,
            "release.toml: data.synthetic is 'no', but a source is of the category 'synthetic'");
  facts.answers.sources[0].category = record::SourceCategory::kUser;
  facts.answers.data.user_of_model = record::Answer::kNo;
  EXPECT_TRUE(expect_consistent(facts)) << "they may be users of another service";
  facts.answers.data.user_of_services = record::Answer::kNo;
  EXPECT_FALSE(expect_consistent(facts));
}

TEST(ReleaseToml, AComponentIsOneOfTheFramework) {
  record::ReleaseFacts facts = facts_of_two_sources();
  facts.answers.components = {{.name = "Research papr", .licence = "MIT", .location = "x"}};
  EXPECT_EQ(expect_consistent(facts).error().message,
            "release.toml: the Model Openness Framework has no component 'Research papr'; did you "
            "mean 'Research paper'?");
  facts.answers.components[0].name = "Research paper";
  EXPECT_TRUE(expect_consistent(facts));
}

// Its keys are what people have written into their files.
TEST(ReleaseQuestions, AreTheGoldenOnes) {
  const auto file = testkit::source_file("tests/golden/release/release.toml");
  const std::string questions = release_questions(facts_of_two_sources());
  if (std::getenv("GLASS_UPDATE_GOLDEN") != nullptr) std::ofstream(file) << questions;
  std::ifstream in(file);
  EXPECT_EQ(questions, std::string(std::istreambuf_iterator<char>(in), {}));
}

TEST(ReleaseQuestions, ReadAgainGiveTheSameAnswers) {
  record::ReleaseFacts facts = facts_of_two_sources();
  facts.answers.release.version = "1.0";
  facts.answers.provider.name = "A \"quoted\" name\nin two lines";
  facts.answers.data.content_types = {"a", "b"};
  facts.answers.data.synthetic = record::Answer::kYes;
  facts.answers.components = {{.name = "Research paper", .licence = "MIT", .location = "x"}};
  const std::string questions = release_questions(facts);
  const auto answers = read_release_toml(questions, "release.toml");
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_EQ(answers->release.version, "1.0");
  EXPECT_EQ(answers->provider.name, "A \"quoted\" name\nin two lines");
  EXPECT_EQ(answers->data.content_types, facts.answers.data.content_types);
  EXPECT_EQ(answers->data.synthetic, record::Answer::kYes);
  EXPECT_EQ(answers->copyright.code_of_practice, record::Answer::kNotAnswered);
  EXPECT_EQ(answers->components.at(0).name, "Research paper");
  ASSERT_EQ(answers->sources.size(), 2U) << "one for each source of the recipe";
  EXPECT_EQ(answers->sources[1].name, "notes");
  facts.answers = *answers;
  EXPECT_EQ(release_questions(facts), questions);
}

TEST(ReleaseQuestions, SayWhatIsMissingAndWhatTheRecordWouldSay) {
  record::ReleaseFacts facts = facts_of_two_sources();
  std::string questions = release_questions(facts);
  const auto contains = [&](std::string_view part) {
    return questions.find(part) != std::string::npos;
  };
  EXPECT_TRUE(
      contains("\n# legal name of the provider\n# MISSING: public summary 1.1\nname = \"\"\n"));
  EXPECT_TRUE(
      contains("# TO BE CONFIRMED: model documentation 26. The record says:\n"
               "#   Taken from 2 datasets in 2 sources named in the recipe; only texts under "
               "one of 1 licences were kept.\nselection = \"\"\n"));
  facts.answers.provider.name = "Example";
  facts.answers.data.selection = "By licence.";
  questions = release_questions(facts);
  EXPECT_FALSE(contains("# MISSING: public summary 1.1\nname"));
  EXPECT_TRUE(contains("# how the data was obtained and selected\nselection = \"By licence.\"\n"));
}

}  // namespace
}  // namespace glass::service
