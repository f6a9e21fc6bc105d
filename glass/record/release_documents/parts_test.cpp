#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/record/release_documents/bill_of_materials.h"
#include "glass/record/release_documents/croissant.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/spdx.h"
#include "glass/record/release_documents/test_facts.h"
#include "glass/record/release_documents/test_golden.h"

namespace glass::record {
namespace {

ReleaseFacts metered() {
  ReleaseFacts facts = some_release();
  facts.training.energy_kwh = 0.25;
  facts.training.energy_method = "meter at the socket";
  return facts;
}

TEST(BillOfMaterials, IsTheGoldenOne) {
  const std::string text = to_pretty(bill_of_materials(some_release()));
  EXPECT_EQ(text, golden("bom.cdx.json", text));
}

TEST(BillOfMaterials, TellsEnergyOnlyWhereItWasMetered) {
  EXPECT_FALSE(contains(to_canonical(bill_of_materials(some_release())), "energy"));
  const std::string text = to_canonical(bill_of_materials(metered()));
  EXPECT_TRUE(contains(text, R"("activityEnergyCost":{"unit":"kWh","value":0.25})"));
  EXPECT_TRUE(contains(text, R"({"name":"glass:method","value":"meter at the socket"})"));
}

TEST(BillOfMaterials, WhatIsUnknownIsLeftOut) {
  const std::string text = to_canonical(bill_of_materials(unknown_release()));
  for (const char* absent :
       {"version\":\"\"", "hashes", "licenses", "timestamp", "engine", "performanceMetrics"})
    EXPECT_FALSE(contains(text, absent)) << absent;
}

TEST(BillOfMaterials, ADatasetIsPublicOnlyIfSomebodyOrItsKindSaysSo) {
  ReleaseFacts facts = some_release();
  facts.corpus.datasets[0].kind = "folder";
  facts.corpus.datasets[1].kind = "folder";
  EXPECT_FALSE(contains(to_canonical(bill_of_materials(facts)), "classification"));
  facts.answers.sources = {{.name = "manuals",
                            .category = SourceCategory::kPublic,
                            .link = "",
                            .from = "",
                            .to = "",
                            .description = ""}};
  EXPECT_TRUE(contains(to_canonical(bill_of_materials(facts)), R"("classification":"public")"));
}

TEST(Spdx, IsTheGoldenOne) {
  const std::string text = to_pretty(spdx_document(some_release()));
  EXPECT_EQ(text, golden("spdx.json", text));
}

TEST(Spdx, SaysThatItConformsOnlyWithAllTheFieldsOfAProfile) {
  const std::string all =
      R"("profileConformance":["core","software","simpleLicensing","ai","dataset"])";
  EXPECT_TRUE(contains(to_canonical(spdx_document(some_release())), all));
  ReleaseFacts facts = some_release();
  facts.answers.release.url.clear();
  EXPECT_TRUE(contains(to_canonical(spdx_document(facts)),
                       R"("profileConformance":["core","software","simpleLicensing"])"));
  facts = some_release();
  facts.corpus.datasets[0].url.clear();
  EXPECT_TRUE(contains(to_canonical(spdx_document(facts)),
                       R"("profileConformance":["core","software","simpleLicensing","ai"])"));
  facts = some_release();
  std::erase_if(facts.files,
                [](const FileFact& file) { return file.path.starts_with("evidence/corpus/"); });
  EXPECT_TRUE(contains(to_canonical(spdx_document(facts)),
                       R"("profileConformance":["core","software","simpleLicensing","ai"])"));
}

TEST(Spdx, TellsEnergyOnlyWhereItWasMetered) {
  EXPECT_FALSE(contains(to_canonical(spdx_document(some_release())), "nergy"));
  EXPECT_TRUE(contains(to_canonical(spdx_document(metered())), R"("ai_energyQuantity":0.25)"));
}

TEST(Spdx, TheModelDescendsFromTheOneItGoesOnFrom) {
  ReleaseFacts facts = some_release();
  facts.base = {
      .name = "base", .weights = "sha256:12", .licence = "MIT", .run = "", .relation = ""};
  const std::string text = to_canonical(spdx_document(facts));
  EXPECT_TRUE(contains(text, R"(#model","relationshipType":"descendantOf")"));
}

TEST(Croissant, IsTheGoldenOne) {
  const std::string text = to_pretty(croissant(some_release()));
  EXPECT_EQ(text, golden("croissant.json", text));
}

TEST(Croissant, ListsOnlyFilesThatCanBeFetched) {
  ReleaseFacts facts = some_release();
  EXPECT_FALSE(contains(to_canonical(croissant(facts)), "evidence/corpus/documents.jsonl"));
  facts.files.push_back({"evidence/corpus/documents.jsonl", 711'289, std::string(64, '9')});
  const std::string text = to_canonical(croissant(facts));
  EXPECT_TRUE(
      contains(text, R"("contentSize":"711289 B","contentUrl":"evidence/corpus/documents.jsonl")"));
  EXPECT_TRUE(contains(text, R"({"jsonPath":"$.licence"})"));
}

TEST(Croissant, ALicenceOnNoListIsNamed) {
  ReleaseFacts facts = some_release();
  facts.corpus.licence = "LicenseRef-Own AND MIT";
  EXPECT_TRUE(contains(to_canonical(croissant(facts)),
                       R"("license":["LicenseRef-Own","https://spdx.org/licenses/MIT.html"])"));
}

TEST(ReleaseText, EachReleaseHasAUuidOfItsOwn) {
  ReleaseFacts facts = some_release();
  const std::string first = release::release_uuid(facts);
  EXPECT_EQ(first.size(), 36U);
  EXPECT_EQ(first[14], '8');
  facts.version = "1.0.1";
  EXPECT_NE(release::release_uuid(facts), first);
}

}  // namespace
}  // namespace glass::record
