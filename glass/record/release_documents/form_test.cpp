#include "glass/record/release_documents/form.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/record/release_documents/internal/form_facts.h"
#include "glass/record/release_documents/internal/phrases.h"
#include "glass/record/release_documents/model_documentation.h"
#include "glass/record/release_documents/public_summary.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/test_facts.h"
#include "glass/record/release_documents/test_golden.h"

namespace glass::record {
namespace {

FormField field(const Form& form, std::string_view id) {
  for (const FormSection& section : form.sections) {
    for (const FormField& one : section.fields) {
      if (one.id == id) return one;
    }
  }
  ADD_FAILURE() << "no field " << id;
  return {};
}

FormField summary_field(const ReleaseFacts& facts, std::string_view id) {
  return field(public_summary(facts, Language::kEnglish), id);
}

FormField documentation_field(const ReleaseFacts& facts, std::string_view id) {
  return field(model_documentation(facts, Language::kEnglish), id);
}

std::vector<std::string> lines(const FormField& one) {
  return one.lines;
}

using Texts = std::vector<std::string>;

TEST(PublicSummary, IsTheGoldenOneInBothLanguages) {
  const Form english = public_summary(some_release(), Language::kEnglish);
  const Form german = public_summary(some_release(), Language::kGerman);
  EXPECT_EQ(to_pretty(to_json(english)),
            golden("public-summary.json", to_pretty(to_json(english))));
  EXPECT_EQ(to_markdown(english), golden("public-summary.md", to_markdown(english)));
  EXPECT_EQ(to_html(english), golden("public-summary.html", to_html(english)));
  EXPECT_EQ(to_markdown(german), golden("public-summary.de.md", to_markdown(german)));
}

TEST(ModelDocumentation, IsTheGoldenOneInBothLanguages) {
  const Form english = model_documentation(some_release(), Language::kEnglish);
  const Form german = model_documentation(some_release(), Language::kGerman);
  EXPECT_EQ(to_pretty(to_json(english)),
            golden("model-documentation.json", to_pretty(to_json(english))));
  EXPECT_EQ(to_markdown(english), golden("model-documentation.md", to_markdown(english)));
  EXPECT_EQ(to_html(english), golden("model-documentation.html", to_html(english)));
  EXPECT_EQ(to_markdown(german), golden("model-documentation.de.md", to_markdown(german)));
}

TEST(ModelDocumentation, HasThe38ItemsInOrderAndTwoFieldsOfTheDocument) {
  const Form form = model_documentation(some_release(), Language::kEnglish);
  Texts numbers;
  for (const FormSection& section : form.sections) {
    for (const FormField& one : section.fields) numbers.push_back(one.number);
  }
  Texts expected = {"", ""};
  for (int i = 1; i <= 38; ++i) expected.push_back(std::to_string(i));
  EXPECT_EQ(numbers, expected);
}

TEST(Forms, OfNothingKnownAreMissingAndNeverNo) {
  for (const Form& form : {public_summary(unknown_release(), Language::kEnglish),
                           model_documentation(unknown_release(), Language::kEnglish)}) {
    for (const FormSection& section : form.sections) {
      for (const FormField& one : section.fields) {
        EXPECT_NE(one.lines, Texts{"No"}) << one.id;
        EXPECT_NE(one.lines, Texts{"0"}) << one.id;
        EXPECT_NE(one.mark, FieldMark::kDrafted) << one.id;
        EXPECT_NE(one.mark, FieldMark::kTyped) << one.id;
      }
    }
  }
}

TEST(Forms, EveryFieldHasAnIdOfItsOwn) {
  for (const Form& form : {public_summary(some_release(), Language::kEnglish),
                           model_documentation(some_release(), Language::kEnglish)}) {
    std::set<std::string> ids;
    for (const FormSection& section : form.sections) {
      for (const FormField& one : section.fields) EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    }
  }
}

TEST(Forms, EveryValueOfARecordNamesIt) {
  for (const Form& form : {public_summary(some_release(), Language::kEnglish),
                           model_documentation(some_release(), Language::kEnglish)}) {
    for (const FormSection& section : form.sections) {
      for (const FormField& one : section.fields) {
        const bool says_something =
            one.mark != FieldMark::kMissing && one.mark != FieldMark::kLeftOut;
        EXPECT_EQ(says_something, one.record.starts_with("sha256:")) << one.id;
      }
    }
  }
}

TEST(Forms, AllPhrasesAreInAllLanguagesOnce) {
  std::set<std::string_view> ids;
  for (const auto table :
       {release::sentences(), release::summary_labels(), release::documentation_labels()}) {
    for (const release::Phrase& one : table) {
      EXPECT_TRUE(ids.insert(one.id).second) << one.id;
      EXPECT_FALSE(one.english.empty() || one.german.empty()) << one.id;
      const auto holes = [](std::string_view text) { return std::ranges::count(text, '{'); };
      EXPECT_EQ(holes(one.english), holes(one.german)) << one.id;
    }
  }
}

TEST(Forms, APageEscapesWhatComesFromOutsideAndAsksForNothing) {
  ReleaseFacts facts = some_release();
  facts.name = "<b>\"bold\"</b>";
  facts.answers.data.characteristics = "<script>alert(1)</script>";
  const std::string page = to_html(public_summary(facts, Language::kGerman));
  EXPECT_FALSE(contains(page, "<script"));
  EXPECT_FALSE(contains(page, "<b>"));
  EXPECT_FALSE(contains(page, "src="));
  EXPECT_TRUE(contains(page, "<html lang=\"de\">"));
  EXPECT_TRUE(contains(page, "Example Facility &lt;EU&gt;"));
}

TEST(PublicSummary, AYesFollowsFromOneSourceAndANoFromAll) {
  ReleaseFacts facts = some_release();
  EXPECT_EQ(used(facts, SourceCategory::kPublic), Answer::kYes);
  EXPECT_EQ(used(facts, SourceCategory::kCrawled), Answer::kNo);
  facts.corpus.datasets[0].kind = "folder";
  EXPECT_EQ(used(facts, SourceCategory::kPublic), Answer::kYes);
  EXPECT_EQ(used(facts, SourceCategory::kCrawled), Answer::kNotAnswered);
  SourceAnswers manuals;
  manuals.name = "manuals";
  manuals.category = SourceCategory::kCrawled;
  facts.answers.sources = {manuals};
  EXPECT_EQ(used(facts, SourceCategory::kCrawled), Answer::kYes);
  EXPECT_EQ(used(facts, SourceCategory::kUser), Answer::kNo);
  facts.corpus.datasets.clear();
  EXPECT_EQ(used(facts, SourceCategory::kPublic), Answer::kNotAnswered);
}

TEST(PublicSummary, ANoThatOnlyAMachineSaysIsADraft) {
  ReleaseFacts facts = some_release();
  const FormField drafted = summary_field(facts, "synthetic_used");
  EXPECT_EQ(drafted.mark, FieldMark::kDrafted);
  EXPECT_EQ(lines(drafted), Texts{"No"});
  EXPECT_EQ(summary_field(facts, "synthetic_models").mark, FieldMark::kDrafted);
  facts.answers.data.synthetic = Answer::kNo;
  EXPECT_EQ(summary_field(facts, "synthetic_used").mark, FieldMark::kTyped);
  EXPECT_EQ(lines(summary_field(facts, "synthetic_models")), Texts{"Not applicable"});
}

TEST(PublicSummary, AYesOfTheRecordStandsAgainstATypedNo) {
  ReleaseFacts facts = some_release();
  SourceAnswers manuals;
  manuals.name = "manuals";
  manuals.category = SourceCategory::kSynthetic;
  facts.answers.sources = {manuals};
  facts.answers.data.synthetic = Answer::kNo;
  EXPECT_EQ(lines(summary_field(facts, "synthetic_used")), Texts{"Yes"});
  EXPECT_EQ(summary_field(facts, "synthetic_models").mark, FieldMark::kMissing);
}

TEST(PublicSummary, ARepresentativeIsNeededOutsideTheUnionAlone) {
  ReleaseFacts facts = some_release();
  EXPECT_EQ(lines(summary_field(facts, "representative")), Texts{"Not applicable"});
  facts.answers.provider.in_union = Answer::kNo;
  EXPECT_EQ(summary_field(facts, "representative").mark, FieldMark::kMissing);
  facts.answers.provider.representative = "Somebody, Berlin";
  EXPECT_EQ(lines(summary_field(facts, "representative")), Texts{"Somebody, Berlin"});
}

TEST(PublicSummary, SizeIsABand) {
  ReleaseFacts facts = some_release();
  const auto band = [&](int64_t tokens) {
    facts.corpus.tokens = tokens;
    return summary_field(facts, "size").lines.at(0);
  };
  EXPECT_EQ(band(999'999'999), "Less than 1 billion tokens");
  EXPECT_EQ(band(1'000'000'000), "1 billion to 10 trillion tokens");
  EXPECT_EQ(band(10'000'000'000'000), "1 billion to 10 trillion tokens");
  EXPECT_EQ(band(10'000'000'000'001), "More than 10 trillion tokens");
}

TEST(PublicSummary, SizeIsInBytesWhereTokensWereNotCounted) {
  ReleaseFacts facts = some_release();
  facts.corpus.tokens.reset();
  EXPECT_EQ(summary_field(facts, "size").lines,
            Texts{"5,212,244 bytes of text in 1,824 documents; tokens were not counted"});
  EXPECT_EQ(summary_field(facts, "size").record, facts.records.corpus);
  facts.corpus.bytes.reset();
  EXPECT_EQ(summary_field(facts, "size").mark, FieldMark::kMissing);
}

TEST(PublicSummary, MostRelevantDomainsAreTheFirstTenth) {
  EXPECT_EQ(relevant_domain_count(0, false), 0U);
  EXPECT_EQ(relevant_domain_count(1, false), 1U);
  EXPECT_EQ(relevant_domain_count(10, false), 1U);
  EXPECT_EQ(relevant_domain_count(11, false), 2U);
  EXPECT_EQ(relevant_domain_count(10'001, false), 1001U);
  EXPECT_EQ(relevant_domain_count(21, true), 2U);
  EXPECT_EQ(relevant_domain_count(100'000, true), 1000U);
  std::vector<DomainFact> domains;
  for (int i = 0; i < 20; ++i)
    domains.push_back({std::string(1, static_cast<char>('t' - i)), i / 2});
  const std::vector<DomainFact> first = relevant_domains(domains, false);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].domain, "a");
  EXPECT_EQ(first[1].domain, "b");
}

TEST(PublicSummary, LargeIsMoreThanThreePercentOfThePublicData) {
  ReleaseFacts facts = some_release();
  facts.corpus.datasets[0].bytes = 3;
  facts.corpus.datasets[1].bytes = 97;
  ASSERT_EQ(large_public_datasets(facts).size(), 1U);
  EXPECT_EQ(lines(summary_field(facts, "public_others")),
            Texts{"1 more datasets, together 3.0 % of the public data, each listed in the corpus's "
                  "manifest."});
  facts.corpus.datasets[0].bytes = 4;
  EXPECT_EQ(large_public_datasets(facts).size(), 2U);
  EXPECT_EQ(lines(summary_field(facts, "public_others")), Texts{"None"});
  facts.corpus.datasets[0].bytes.reset();
  EXPECT_EQ(large_public_datasets(facts).size(), 2U) << "of unknown size";
}

TEST(PublicSummary, TheLatestAcquisitionIsKnownOnlyIfAllAre) {
  ReleaseFacts facts = some_release();
  facts.corpus.datasets[0].collected = "2025-12-31";
  EXPECT_EQ(lines(summary_field(facts, "acquired")), Texts{"07/2026"});
  facts.corpus.datasets[0].collected.clear();
  EXPECT_EQ(summary_field(facts, "acquired").mark, FieldMark::kMissing);
  SourceAnswers manuals;
  manuals.name = "manuals";
  manuals.from = "2026-01";
  manuals.to = "2026-09";
  facts.answers.sources = {manuals};
  EXPECT_EQ(lines(summary_field(facts, "acquired")), Texts{"09/2026"});
  EXPECT_EQ(summary_field(facts, "public_large").table.rows.at(0).at(2), "01/2026 - 09/2026");
}

TEST(PublicSummary, CrawlsAskForTheirDomains) {
  ReleaseFacts facts = some_release();
  EXPECT_EQ(lines(summary_field(facts, "domains")), Texts{"Not applicable"});
  SourceAnswers manuals;
  manuals.name = "manuals";
  manuals.category = SourceCategory::kCrawled;
  facts.answers.sources = {manuals};
  EXPECT_EQ(summary_field(facts, "domains").mark, FieldMark::kMissing);
  EXPECT_EQ(summary_field(facts, "reservations").mark, FieldMark::kMissing);
  facts.corpus.domains = {{"a.example", 10}, {"b.example", 20}};
  EXPECT_EQ(summary_field(facts, "domains").table.rows, (std::vector<Texts>{{"b.example", "20"}}));
}

TEST(ModelDocumentation, ParametersAndTimeHaveBands) {
  EXPECT_EQ(parameter_band(1), "1-500M");
  EXPECT_EQ(parameter_band(500'000'000), "1-500M");
  EXPECT_EQ(parameter_band(500'000'001), "500M-5B");
  EXPECT_EQ(parameter_band(7e9), "5-15B");
  EXPECT_EQ(parameter_band(1e12), "500B-1T");
  EXPECT_EQ(parameter_band(1.1e12), "over 1T");
  constexpr double kMonth = 30.0 * 86'400;
  EXPECT_EQ(training_time_band(kMonth - 1), "months.below_1");
  EXPECT_EQ(training_time_band(kMonth), "months.1_to_3");
  EXPECT_EQ(training_time_band(3 * kMonth + 1), "months.3_to_6");
  EXPECT_EQ(training_time_band(7 * kMonth), "months.above_6");
  EXPECT_EQ(order_of_magnitude(9.99), 0);
  EXPECT_EQ(order_of_magnitude(1e15), 15);
  EXPECT_EQ(order_of_magnitude(0.02), -2);
}

TEST(ModelDocumentation, EnergyIsWhatWasMetered) {
  ReleaseFacts facts = some_release();
  EXPECT_EQ(lines(documentation_field(facts, "energy")),
            Texts{"Not applicable: it was not metered."});
  facts.training.energy_kwh = 1234.5;
  EXPECT_EQ(lines(documentation_field(facts, "energy")), Texts{"1.2 MWh"});
  EXPECT_EQ(documentation_field(facts, "energy_method").mark, FieldMark::kMissing);
}

TEST(ModelDocumentation, ProvenanceIsKnownOnlyIfThatOfEverySourceIs) {
  ReleaseFacts facts = some_release();
  EXPECT_EQ(lines(documentation_field(facts, "provenance")), Texts{"Publicly available datasets"});
  facts.corpus.datasets[0].kind = "jsonl";
  EXPECT_EQ(documentation_field(facts, "provenance").mark, FieldMark::kMissing);
}

TEST(Forms, DatesAreShort) {
  EXPECT_EQ(release::short_date("2026-11-07"), "07/11/26");
  EXPECT_EQ(release::short_date("2026-11"), "");
  EXPECT_EQ(release::short_date("soon"), "");
  EXPECT_EQ(release::month("2026-11"), "11/2026");
  EXPECT_EQ(release::month("2026-11-07"), "11/2026");
  EXPECT_EQ(release::month("26-11"), "");
}

}  // namespace
}  // namespace glass::record
