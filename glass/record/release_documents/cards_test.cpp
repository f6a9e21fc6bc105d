#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/model_card.h"
#include "glass/record/release_documents/provenance.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/test_facts.h"
#include "glass/record/release_documents/test_golden.h"

namespace glass::record {
namespace {

TEST(ModelCard, IsTheGoldenOne) {
  const std::string card = model_card(some_release());
  EXPECT_EQ(card, golden("README.md", card));
}

TEST(ModelCard, WhatIsUnknownIsSaidToBeUnknown) {
  const std::string card = model_card(unknown_release());
  EXPECT_TRUE(contains(card, "| Parameters | unknown |"));
  EXPECT_TRUE(contains(card, "| Energy | not metered |"));
  EXPECT_TRUE(contains(card, "**Intended use.** Not stated."));
  EXPECT_TRUE(contains(card, "No evaluation is known."));
  EXPECT_FALSE(contains(card, "license:"));
  EXPECT_FALSE(contains(card, "model-index:"));
}

TEST(ModelCard, ALicenceThatTheHubDoesNotKnowIsOtherWithItsNameAndPlace) {
  ReleaseFacts facts = some_release();
  facts.licence = "OpenMDW-1.0 AND CC-BY-SA-3.0";
  EXPECT_TRUE(contains(model_card(facts),
                       "license: other\nlicense_name: \"openmdw-1.0 and cc-by-sa-3.0\"\n"
                       "license_link: LICENSE\n"));
  facts.answers.release.licence_link = "https://licence.example/text";
  EXPECT_TRUE(contains(model_card(facts), "license_link: \"https://licence.example/text\"\n"));
  facts.licence = "GPL-3.0-or-later";
  EXPECT_TRUE(contains(model_card(facts), "license: gpl-3.0\n"));
}

TEST(ModelCard, NamesTheModelItGoesOnFrom) {
  ReleaseFacts facts = some_release();
  facts.base = {.name = "example/base",
                .weights = "sha256:12",
                .licence = "MIT",
                .run = "",
                .relation = "adapter"};
  const std::string card = model_card(facts);
  EXPECT_TRUE(contains(card, "base_model:\n- example/base\nbase_model_relation: adapter\n"));
  EXPECT_TRUE(contains(card, "It goes on from example/base (weights `sha256:12`, licence MIT)."));
}

// The language Norwegian is the word "no", which is a truth value to many readers of YAML.
TEST(ModelCard, NoWordOfTheHeadCanBeTakenForSomethingElse) {
  ReleaseFacts facts = some_release();
  facts.corpus.languages = {
      {"no", 1, 1}, {"de-AT", 1, 1}, {"de", 1, 1}, {"code/c", 1, 1}, {"und", 1, 1}};
  EXPECT_TRUE(contains(model_card(facts), "language:\n- de\n- \"no\"\nlicense:"));
  facts.name = "a: [b]\n# c";
  EXPECT_TRUE(contains(model_card(facts), "- name: \"a: [b]\\n# c\"\n"));
  EXPECT_TRUE(contains(model_card(facts), "# a: \\[b\\] \\# c\n"));
}

TEST(ModelCard, AReplayThatDifferedIsTold) {
  ReleaseFacts facts = some_release();
  facts.replays[0].equal = false;
  EXPECT_TRUE(contains(model_card(facts), "3 segments again, 15 steps: NOT equal."));
}

TEST(Provenance, IsTheGoldenOne) {
  const std::string text = to_pretty(provenance_predicate(some_release()));
  EXPECT_EQ(text, golden("provenance-predicate.json", text));
}

TEST(Provenance, WhatIsUnknownIsLeftOut) {
  const Json predicate = provenance_predicate(unknown_release());
  EXPECT_EQ(to_canonical(*predicate.find("buildDefinition")),
            R"({"buildType":"https://glassworks/training/v1","externalParameters":{"recipe":)"
            R"("evidence/recipe.json"},"internalParameters":{},"resolvedDependencies":[]})");
  EXPECT_EQ(to_canonical(*predicate.find("runDetails")),
            R"({"builder":{"id":"urn:glassworks:builder:unknown"},"byproducts":[],"metadata":{}})");
}

TEST(Provenance, ABaseModelIsADependency) {
  ReleaseFacts facts = unknown_release();
  facts.base = {
      .name = "", .weights = "sha256:12", .licence = "", .run = "sha256:34", .relation = ""};
  EXPECT_EQ(to_canonical(
                *provenance_predicate(facts).find("buildDefinition")->find("resolvedDependencies")),
            R"([{"digest":{"sha256":"12"},"name":"base model"},)"
            R"({"digest":{"sha256":"34"},"name":"run of the base model"}])");
}

TEST(ReleaseText, TwoFiguresAreEnough) {
  EXPECT_EQ(release::two_figures(0), "0");
  EXPECT_EQ(release::two_figures(4'066'560), "4.1e6");
  EXPECT_EQ(release::two_figures(99'400), "99,000");
  EXPECT_EQ(release::two_figures(99'600), "1.0e5");
  EXPECT_EQ(release::two_figures(12.6), "13");
  EXPECT_EQ(release::two_figures(0.0123), "0.012");
  EXPECT_EQ(release::two_figures(3.14e-7), "3.1e-7");
}

TEST(ReleaseText, TheIdsOfALicenceAreThoseOfLicencesAlone) {
  using Ids = std::vector<std::string>;
  EXPECT_EQ(release::licence_ids("(MIT OR GPL-2.0+) AND MIT"), (Ids{"MIT", "GPL-2.0+"}));
  EXPECT_EQ(release::licence_ids("GPL-2.0-only WITH Classpath-exception-2.0 AND ISC"),
            (Ids{"GPL-2.0-only", "ISC"}));
  EXPECT_EQ(release::licence_ids(""), Ids{});
}

}  // namespace
}  // namespace glass::record
