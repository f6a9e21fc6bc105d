#include "glass/record/release_documents/public_summary.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/record/release_documents/internal/form_builder.h"
#include "glass/record/release_documents/internal/form_facts.h"
#include "glass/record/release_documents/internal/phrases.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"

namespace glass::record {
namespace {

using release::FormBuilder;
using release::Lines;
using release::lines_of;

constexpr int64_t kLargePercent = 3;
constexpr size_t kSmallCompanyDomains = 1000;

void head(FormBuilder& form, const ReleaseFacts& facts) {
  form.section("head");
  form.typed("", "version", facts.version);
  form.optional("", "previous", facts.answers.release.previous);
  form.typed("", "updated", release::short_date(facts.date));
}

void provider(FormBuilder& form, const ReleaseFacts& facts) {
  const ProviderAnswers& provider = facts.answers.provider;
  form.typed("1.1", "provider", provider.name);
  form.typed("1.1", "contact", provider.contact);
  if (provider.in_union == Answer::kYes)
    form.typed("1.1", "representative", form.text("not_applicable"));
  else
    form.typed("1.1", "representative", provider.representative);
}

// In tokens; of conversations, whose manifest counts none, in another unit, as the template allows.
Lines size_band(const FormBuilder& form, const CorpusFact& corpus) {
  if (!corpus.tokens && corpus.bytes && corpus.documents)
    return {form.say("size.bytes", release::number(form.language(), *corpus.bytes),
                     release::number(form.language(), *corpus.documents))};
  if (!corpus.tokens) return {};
  constexpr int64_t kBillion = 1'000'000'000, kTenTrillion = 10'000 * kBillion;
  const std::string_view band = *corpus.tokens < kBillion        ? "size.small"
                                : *corpus.tokens <= kTenTrillion ? "size.medium"
                                                                 : "size.large";
  Lines lines = {form.text(band)};
  if (corpus.documents)
    lines.push_back(form.say("size.exactly", release::number(form.language(), *corpus.tokens),
                             release::number(form.language(), *corpus.documents)));
  return lines;
}

Lines content_draft(const FormBuilder& form, const CorpusFact& corpus) {
  Lines lines;
  if (!release::natural_languages(corpus).empty()) lines.push_back(form.text("content.prose"));
  const bool has_code = std::ranges::any_of(corpus.languages, [](const CountFact& one) {
    return one.name == "code" || one.name.starts_with("code/");
  });
  if (has_code) lines.push_back(form.text("content.code"));
  return lines;
}

// First and last month of a dataset's collection: as the archive says, else as somebody typed.
std::pair<std::string, std::string> period(const ReleaseFacts& facts, const DatasetFact& dataset) {
  if (!dataset.collected.empty()) return {dataset.collected, dataset.collected};
  const SourceAnswers* said = release::answers_of(facts, dataset.source);
  if (said == nullptr) return {};
  return {said->from, said->to};
}

std::string period_text(const ReleaseFacts& facts, const DatasetFact& dataset) {
  const auto [from, to] = period(facts, dataset);
  const std::string first = release::month(from), last = release::month(to);
  return first == last ? first : fmt::format("{} - {}", first, last);
}

// Of all datasets; empty if it is not known of one.
Lines latest_acquisition(const ReleaseFacts& facts) {
  std::string latest;
  for (const DatasetFact& dataset : facts.corpus.datasets) {
    const std::string to = period(facts, dataset).second;
    if (release::month(to).empty()) return {};
    latest = std::max(latest, to);
  }
  return lines_of(release::month(latest));
}

FormTable languages_table(const FormBuilder& form, const CorpusFact& corpus) {
  FormTable table{.columns = {form.text("column.language"), form.text("column.share")}, .rows = {}};
  int64_t all = 0;
  for (const CountFact& one : corpus.languages) all += one.bytes.value_or(0);
  if (all == 0) return table;
  for (const CountFact& one : corpus.languages)
    table.rows.push_back({one.name, release::share(form.language(), one.bytes.value_or(0), all)});
  return table;
}

void general(FormBuilder& form, const ReleaseFacts& facts) {
  const DataAnswers& data = facts.answers.data;
  const std::string& run = facts.records.run;
  const std::string& corpus = facts.records.corpus;
  form.section("part_1");
  provider(form, facts);
  form.machine("1.2", "model", release::model_names(form, facts), run);
  form.machine("1.2", "dependencies", release::dependencies_of(form, facts), run);
  form.typed("1.2", "market_date", release::short_date(facts.answers.release.market_date));
  form.machine("1.3", "modalities", {form.text("text")}, corpus);
  form.machine("1.3", "size", size_band(form, facts.corpus),
               facts.corpus.tokens ? facts.records.shards : corpus);
  form.confirmed("1.3", "content_types", data.content_types, content_draft(form, facts.corpus),
                 corpus);
  form.machine("1.3", "acquired", latest_acquisition(facts), corpus);
  form.machine("1.3", "continued", run.empty() ? Lines{} : Lines{form.text("continued.no")}, run);
  form.machine("1.3", "languages", languages_table(form, facts.corpus), corpus);
  form.typed("1.3", "characteristics", data.characteristics);
  form.optional("1.3", "comments", data.comments);
}

// Name, address and period of datasets.
FormTable dataset_table(const FormBuilder& form, const ReleaseFacts& facts,
                        const std::vector<const DatasetFact*>& datasets) {
  FormTable table{
      .columns = {form.text("column.name"), form.text("column.link"), form.text("column.period")},
      .rows = {}};
  for (const DatasetFact* one : datasets) {
    const SourceAnswers* said = release::answers_of(facts, one->source);
    const std::string described = said == nullptr ? "" : said->description;
    table.rows.push_back(
        {one->name, one->url.empty() ? described : one->url, period_text(facts, *one)});
  }
  return table;
}

std::vector<const DatasetFact*> of_category(const ReleaseFacts& facts, SourceCategory category) {
  std::vector<const DatasetFact*> out;
  for (const DatasetFact& dataset : facts.corpus.datasets) {
    if (release::category_of(facts, dataset) == category) out.push_back(&dataset);
  }
  return out;
}

int64_t bytes_of(const std::vector<const DatasetFact*>& datasets) {
  int64_t bytes = 0;
  for (const DatasetFact* one : datasets) bytes += one->bytes.value_or(0);
  return bytes;
}

void other_public(FormBuilder& form, const ReleaseFacts& facts) {
  const auto all = of_category(facts, SourceCategory::kPublic);
  const auto large = large_public_datasets(facts);
  const std::string& corpus = facts.records.corpus;
  if (all.size() == large.size())
    return form.machine("2.1", "public_others", {form.text("none")}, corpus);
  // What is not large has bytes, and so has the whole.
  const int64_t bytes = bytes_of(all);
  form.confirmed("2.1", "public_others", lines_of(facts.answers.data.other_public),
                 {form.say("public.others", all.size() - large.size(),
                           release::share(form.language(), bytes - bytes_of(large), bytes))},
                 corpus);
}

// The fields of a kind of source that was not used do not apply; while that is not known they are
// missing.
bool rests(FormBuilder& form, Answer answer, std::string_view number,
           std::initializer_list<std::string_view> ids, const std::string& record) {
  if (answer == Answer::kYes) return false;
  for (const std::string_view id : ids) {
    if (answer == Answer::kNo)
      form.not_applicable(number, id, record);
    else
      form.machine(number, id, Lines{}, record);
  }
  return true;
}

void public_data(FormBuilder& form, const ReleaseFacts& facts) {
  const std::string& corpus = facts.records.corpus;
  const Answer answer = used(facts, SourceCategory::kPublic);
  form.recorded("2.1", "public_used", answer, corpus);
  if (rests(form, answer, "2.1", {"public_modalities", "public_large", "public_others"}, corpus))
    return;
  form.machine("2.1", "public_modalities", {form.text("text")}, corpus);
  form.machine("2.1", "public_large", dataset_table(form, facts, large_public_datasets(facts)),
               corpus);
  other_public(form, facts);
}

void private_data(FormBuilder& form, const ReleaseFacts& facts) {
  const std::string& corpus = facts.records.corpus;
  const Answer licensed = used(facts, SourceCategory::kLicensed);
  form.recorded("2.2.1", "licensed_used", licensed, corpus);
  if (!rests(form, licensed, "2.2.1", {"licensed_modalities"}, corpus))
    form.machine("2.2.1", "licensed_modalities", {form.text("text")}, corpus);
  const Answer others = used(facts, SourceCategory::kPrivate);
  form.recorded("2.2.2", "private_used", others, corpus);
  if (rests(form, others, "2.2.2", {"private_modalities", "private_list", "private_description"},
            corpus))
    return;
  form.machine("2.2.2", "private_modalities", {form.text("text")}, corpus);
  form.machine("2.2.2", "private_list",
               dataset_table(form, facts, of_category(facts, SourceCategory::kPrivate)), corpus);
  form.typed("2.2.2", "private_description", facts.answers.data.private_description);
}

FormTable domain_table(const FormBuilder& form, const ReleaseFacts& facts) {
  FormTable table{.columns = {form.text("column.domain"), form.text("column.bytes")}, .rows = {}};
  const bool small = facts.answers.provider.small_company == Answer::kYes;
  for (const DomainFact& one : relevant_domains(facts.corpus.domains, small))
    table.rows.push_back({one.domain, release::number(form.language(), one.bytes)});
  return table;
}

Lines crawl_periods(const ReleaseFacts& facts) {
  Lines lines;
  for (const DatasetFact* one : of_category(facts, SourceCategory::kCrawled)) {
    const std::string text = period_text(facts, *one);
    if (text.empty()) return {};
    lines.push_back(fmt::format("{}: {}", one->name, text));
  }
  return lines;
}

void crawled_data(FormBuilder& form, const ReleaseFacts& facts) {
  const std::string& corpus = facts.records.corpus;
  const DataAnswers& data = facts.answers.data;
  const Answer answer = used(facts, SourceCategory::kCrawled);
  form.recorded("2.3", "crawled_used", answer, corpus);
  if (rests(form, answer, "2.3",
            {"crawlers", "crawl_purposes", "crawl_behaviour", "crawl_period", "crawl_content",
             "crawl_modalities", "domains"},
            corpus))
    return;
  Lines crawlers;
  for (const DatasetFact* one : of_category(facts, SourceCategory::kCrawled))
    crawlers.push_back(one->source);
  crawlers.erase(std::ranges::unique(crawlers).begin(), crawlers.end());
  form.machine("2.3", "crawlers", std::move(crawlers), corpus);
  form.typed("2.3", "crawl_purposes", data.crawl_purposes);
  form.typed("2.3", "crawl_behaviour", data.crawl_behaviour);
  form.machine("2.3", "crawl_period", crawl_periods(facts), corpus);
  form.typed("2.3", "crawl_content", data.crawl_content);
  form.machine("2.3", "crawl_modalities", {form.text("text")}, corpus);
  form.machine("2.3", "domains", domain_table(form, facts), corpus);
}

// Fields that follow a question which a person answers. REQUIRES: that a yes of the record stands.
// Whether they ask for something: while only the record says no, that they do not apply is a draft.
bool follows(FormBuilder& form, Answer typed, Answer recorded, std::string_view number,
             std::initializer_list<std::string_view> ids, const std::string& record) {
  if (recorded == Answer::kYes) return true;
  if (typed != Answer::kNotAnswered || recorded == Answer::kNotAnswered)
    return !rests(form, typed, number, ids, record);
  for (const std::string_view id : ids)
    form.confirmed(number, id, {}, {form.text("not_applicable")}, record);
  return false;
}

void other_data(FormBuilder& form, const ReleaseFacts& facts) {
  const DataAnswers& data = facts.answers.data;
  const std::string& corpus = facts.records.corpus;
  // Whose users they are the record does not tell.
  const Answer user =
      used(facts, SourceCategory::kUser) == Answer::kNo ? Answer::kNo : Answer::kNotAnswered;
  form.answered("2.4", "user_of_model", data.user_of_model, user, corpus);
  form.answered("2.4", "user_of_services", data.user_of_services, user, corpus);
  if (follows(form, data.user_of_services, user, "2.4", {"user_services"}, corpus))
    form.typed("2.4", "user_services", data.user_services);
  const Answer synthetic = used(facts, SourceCategory::kSynthetic);
  form.answered("2.5", "synthetic_used", data.synthetic, synthetic, corpus);
  if (follows(form, data.synthetic, synthetic, "2.5", {"synthetic_models", "synthetic_other"},
              corpus)) {
    form.typed("2.5", "synthetic_models", data.synthetic_models);
    form.optional("2.5", "synthetic_other", data.synthetic_other);
  }
  const Answer other = used(facts, SourceCategory::kOther);
  form.answered("2.6", "other_used", data.other, other, corpus);
  if (follows(form, data.other, other, "2.6", {"other_description"}, corpus))
    form.typed("2.6", "other_description", data.other_description);
}

Lines reservations_draft(const FormBuilder& form, const ReleaseFacts& facts) {
  if (used(facts, SourceCategory::kCrawled) != Answer::kNo) return {};
  return {form.say("reservations.draft", facts.corpus.allowed_licences.size())};
}

void processing(FormBuilder& form, const ReleaseFacts& facts) {
  const CopyrightAnswers& copyright = facts.answers.copyright;
  form.section("part_3");
  form.answered("3.1", "code_of_practice", copyright.code_of_practice);
  form.confirmed("3.1", "reservations", lines_of(copyright.reservations),
                 reservations_draft(form, facts), facts.records.corpus);
  form.confirmed("3.2", "illegal_content", lines_of(copyright.illegal_content),
                 release::unsuitable_draft(form, facts), facts.records.corpus);
  form.optional("3.3", "other_processing", copyright.other);
}

}  // namespace

Answer used(const ReleaseFacts& facts, SourceCategory category) {
  bool all_known = !facts.corpus.datasets.empty();
  for (const DatasetFact& dataset : facts.corpus.datasets) {
    const SourceCategory found = release::category_of(facts, dataset);
    if (found == category) return Answer::kYes;
    all_known = all_known && found != SourceCategory::kNotAnswered;
  }
  return all_known ? Answer::kNo : Answer::kNotAnswered;
}

size_t relevant_domain_count(size_t domains, bool small_company) {
  if (!small_company) return (domains + 9) / 10;
  return std::min((domains + 19) / 20, kSmallCompanyDomains);
}

std::vector<DomainFact> relevant_domains(std::vector<DomainFact> domains, bool small_company) {
  std::ranges::sort(domains, [](const DomainFact& a, const DomainFact& b) {
    return std::tie(b.bytes, a.domain) < std::tie(a.bytes, b.domain);
  });
  domains.resize(relevant_domain_count(domains.size(), small_company));
  return domains;
}

std::vector<const DatasetFact*> large_public_datasets(const ReleaseFacts& facts) {
  const auto all = of_category(facts, SourceCategory::kPublic);
  const auto bytes = static_cast<double>(bytes_of(all));
  std::vector<const DatasetFact*> large;
  for (const DatasetFact* one : all) {
    // Of unknown size: told rather than left out.
    if (!one->bytes ||
        100.0 * static_cast<double>(*one->bytes) > static_cast<double>(kLargePercent) * bytes)
      large.push_back(one);
  }
  return large;
}

Form public_summary(const ReleaseFacts& facts, Language language) {
  FormBuilder form(std::string(kPublicSummaryName), "summary", language, facts);
  head(form, facts);
  general(form, facts);
  form.section("part_2");
  public_data(form, facts);
  private_data(form, facts);
  crawled_data(form, facts);
  other_data(form, facts);
  processing(form, facts);
  return form.take();
}

}  // namespace glass::record
