#include "glass/record/release_documents/openness.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release_documents/open_licences.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/test_facts.h"
#include "glass/record/release_documents/test_golden.h"

namespace glass::record {
namespace {

// All that are required, under this licence.
std::vector<PresentComponent> all_under(std::string_view licence) {
  std::vector<PresentComponent> out;
  for (const FrameworkComponent& one : framework_components()) {
    if (one.required) out.push_back({one.id, std::string(licence), ""});
  }
  return out;
}

std::vector<PresentComponent> without(std::vector<PresentComponent> components, int id) {
  std::erase_if(components, [&](const PresentComponent& one) { return one.id == id; });
  return components;
}

std::string proof_of(const std::vector<OpennessTick>& ticks, std::string_view id) {
  for (const OpennessTick& one : ticks) {
    if (one.id == id) return one.proof;
  }
  ADD_FAILURE() << "no tick " << id;
  return "";
}

TEST(OpenLicences, AreThoseOfTheLists) {
  for (const char* open :
       {"MIT", "GPL-3.0-or-later", "CC-BY-SA-3.0", "OpenMDW-1.0", "ODbL-1.0", "0BSD", "xinetd",
        "MIT AND CC-BY-4.0", "(MIT OR ISC) AND Zlib", "GPL-2.0-only WITH Classpath-exception-2.0"})
    EXPECT_TRUE(is_open_licence(open)) << open;
  for (const char* closed : {"", "CC-BY-NC-4.0", "LicenseRef-Llama", "MIT OR CC-BY-NC-4.0",
                             "MIT AND LicenseRef-Own", "mit"})
    EXPECT_FALSE(is_open_licence(closed)) << closed;
}

TEST(OpennessGrade, AClassCountsOnlyOnTopOfTheOneBelow) {
  const auto all = all_under("MIT");
  EXPECT_EQ(openness_grade(all).openness_class, 1);
  EXPECT_EQ(openness_grade(all).needed, (std::array<int, 3>{6, 10, 14}));
  EXPECT_EQ(openness_grade(without(all, 15)).openness_class, 2);  // Datasets
  EXPECT_EQ(openness_grade(without(all, 7)).openness_class, 3);   // Training code
  EXPECT_EQ(openness_grade(without(all, 10)).openness_class, 0);  // Model parameters
  EXPECT_EQ(openness_grade(all_under("CC-BY-NC-4.0")).openness_class, 0);
  EXPECT_EQ(openness_grade({}).openness_class, 0);
}

TEST(OpennessGrade, APaperStandsInForAReport) {
  const auto all = all_under("MIT");
  EXPECT_EQ(openness_grade(without(all, 11)).openness_class, 1);
  EXPECT_EQ(openness_grade(without(all, 21)).openness_class, 2);
  EXPECT_EQ(openness_grade(without(without(all, 11), 21)).openness_class, 0);
}

TEST(Openness, IsTheGoldenOne) {
  const std::string text = to_pretty(openness(some_release()));
  EXPECT_EQ(text, golden("openness.json", text));
  EXPECT_EQ(framework_yaml(some_release()), golden("mof.yml", framework_yaml(some_release())));
}

TEST(Openness, OfNothingKnownIsNone) {
  const std::string text = to_canonical(openness(unknown_release()));
  EXPECT_TRUE(contains(text, R"("class":"none")"));
  EXPECT_FALSE(contains(text, R"("state":"shown")"));
}

TEST(Openness, WhatIsTypedGoesBeforeWhatIsFound) {
  ReleaseFacts facts = some_release();
  facts.answers.components = {
      {.name = "Training code", .licence = "CC-BY-NC-4.0", .location = "elsewhere"},
      {.name = "Research paper", .licence = "CC-BY-4.0", .location = "https://paper.example"}};
  const std::string text = to_canonical(openness(facts));
  EXPECT_TRUE(contains(text, R"("why":"its licence, CC-BY-NC-4.0, is not open")"));
  EXPECT_TRUE(contains(text, R"("class":"Class III - Open Model")"));
  EXPECT_FALSE(contains(text, R"("component":"Technical report","why")"));
}

TEST(Openness, DataCountOnlyWhereTheyCanBeHad) {
  ReleaseFacts facts = some_release();
  const auto has = [&](int id) {
    const auto components = present_components(facts);
    return std::ranges::find(components, id, &PresentComponent::id) != components.end();
  };
  EXPECT_TRUE(has(15));
  EXPECT_TRUE(has(19));
  facts.corpus.datasets[0].url.clear();
  EXPECT_FALSE(has(15));
  facts.files.push_back({"evidence/corpus/documents.bin", 1, "ab"});
  EXPECT_TRUE(has(15));
  facts.corpus.held_out_documents = 0;
  EXPECT_FALSE(has(19));
}

TEST(Openness, WeightsOfACheckpointAreNotTheFinalOnes) {
  ReleaseFacts facts = some_release();
  facts.files = {{"evidence/training/checkpoints/step-1/model.safetensors", 1, "ab"}};
  const auto location = [&](int id) {
    const auto components = present_components(facts);
    const auto at = std::ranges::find(components, id, &PresentComponent::id);
    return at == components.end() ? "" : at->location;
  };
  EXPECT_EQ(location(10), "");
  EXPECT_EQ(location(24), facts.files[0].path);
  EXPECT_EQ(proof_of(open_source_ticks(facts), "parameters"), "");
  facts.files.push_back({"model.safetensors", 1, "cd"});
  EXPECT_EQ(location(10), "model.safetensors");
  EXPECT_EQ(proof_of(open_source_ticks(facts), "parameters"), "model.safetensors, sha256:cd");
}

TEST(Verified, AReplayThatDifferedProvesNothing) {
  ReleaseFacts facts = some_release();
  EXPECT_TRUE(contains(proof_of(verified_ticks(facts), "replay"), "15 steps"));
  facts.replays.push_back(facts.replays.front());
  facts.replays.back().equal = false;
  EXPECT_EQ(proof_of(verified_ticks(facts), "replay"), "");
}

TEST(Verified, EachTickHasItsProof) {
  ReleaseFacts facts = some_release();
  EXPECT_EQ(proof_of(verified_ticks(facts), "energy"), "");
  EXPECT_EQ(proof_of(verified_ticks(facts), "evaluation"), "");
  EXPECT_EQ(proof_of(verified_ticks(facts), "step_log"), "");
  facts.training.energy_kwh = 0.25;
  facts.files.push_back({std::string(kHeldOutEvaluationFile), 1, "cd"});
  EXPECT_EQ(proof_of(verified_ticks(facts), "evaluation"), "");
  facts.files.push_back({"evidence/evaluations/repeated.json", 1, "ef"});
  facts.files.push_back({"evidence/training/metrics.jsonl", 1, "ab"});
  EXPECT_EQ(proof_of(verified_ticks(facts), "energy"), "0.25 kWh, unknown");
  EXPECT_EQ(proof_of(verified_ticks(facts), "evaluation"),
            "evidence/evaluations/repeated.json, sha256:ef");
  EXPECT_EQ(proof_of(verified_ticks(facts), "step_log"),
            "evidence/training/metrics.jsonl, sha256:ab");
}

TEST(OpenSource, TermsHoldForWeightsAndCode) {
  ReleaseFacts facts = some_release();
  EXPECT_EQ(proof_of(open_source_ticks(facts), "terms"), "weights Apache-2.0, code Apache-2.0");
  facts.answers.release.code_licence = "LicenseRef-Own";
  EXPECT_EQ(proof_of(open_source_ticks(facts), "terms"), "");
  EXPECT_NE(proof_of(open_source_ticks(facts), "labelling"), "");
  facts.training.objective = "chat";
  EXPECT_EQ(proof_of(open_source_ticks(facts), "labelling"), "");
}

}  // namespace
}  // namespace glass::record
