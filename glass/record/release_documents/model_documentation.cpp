#include "glass/record/release_documents/model_documentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/record/release_documents/internal/form_builder.h"
#include "glass/record/release_documents/internal/form_facts.h"
#include "glass/record/release_documents/internal/phrases.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/open_licences.h"
#include "glass/record/release_documents/public_summary.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"

namespace glass::record {
namespace {

using release::FormBuilder;
using release::Lines;
using release::lines_of;

constexpr double kSecondsPerDay = 86'400;
constexpr std::string_view kNoPolicy = "none";  // as release.toml says it

FormTable weights_table(const FormBuilder& form, const ReleaseFacts& facts) {
  FormTable table{.columns = {form.text("column.file"), "SHA-256"}, .rows = {}};
  for (const FileFact& file : facts.files) {
    if (release::is_final_weights(file)) table.rows.push_back({file.path, file.sha256});
  }
  return table;
}

void identity(FormBuilder& form, const ReleaseFacts& facts) {
  const std::string& run = facts.records.run;
  form.section("head");
  form.typed("", "updated", release::short_date(facts.date));
  form.typed("", "version", facts.version);
  form.section("general");
  form.typed("1", "provider", facts.answers.provider.name);
  form.machine("2", "model", release::model_names(form, facts), run);
  form.machine("3", "authenticity", weights_table(form, facts), run);
  form.typed("4", "release_date", release::short_date(facts.date));
  form.typed("5", "market_date", release::short_date(facts.answers.release.market_date));
  form.machine("6", "dependencies", release::dependencies_of(form, facts), run);
}

Lines architecture_line(const FormBuilder& form, const ArchitectureFact& a) {
  if (!a.layers || !a.width || !a.heads || !a.vocabulary) return {};
  const auto number = [&](int64_t count) { return release::number(form.language(), count); };
  return {form.say("model.architecture", a.family, a.name, number(*a.layers), number(*a.width),
                   number(*a.heads), number(*a.vocabulary))};
}

Lines context_line(const FormBuilder& form, std::string_view id, const ArchitectureFact& a) {
  if (!a.context) return {};
  return {form.say(id, release::number(form.language(), *a.context))};
}

Lines parameters_lines(const FormBuilder& form, const ArchitectureFact& a) {
  if (!a.parameters || *a.parameters <= 0) return {};
  const auto count = static_cast<double>(*a.parameters);
  return {form.say("model.parameters", release::figures(form.language(), count),
                   release::number(form.language(), *a.parameters)),
          form.say("model.band", parameter_band(count))};
}

void properties_of(FormBuilder& form, const ReleaseFacts& facts) {
  const std::string& run = facts.records.run;
  form.section("properties");
  form.machine("7", "architecture", architecture_line(form, facts.architecture), run);
  form.typed("8", "specification", facts.answers.design.specification);
  form.machine("9", "inputs", context_line(form, "model.input", facts.architecture), run);
  form.machine("10", "outputs", context_line(form, "model.output", facts.architecture), run);
  form.machine("11", "parameters", parameters_lines(form, facts.architecture), run);
}

Lines licence_lines(const ReleaseFacts& facts) {
  if (facts.licence.empty()) return {};
  Lines lines = {facts.licence};
  const std::string& link = facts.answers.release.licence_link;
  if (!link.empty()) lines.push_back(link);
  if (link.empty())
    for (const std::string& id : release::licence_ids(facts.licence))
      if (!id.starts_with("LicenseRef-"))
        lines.push_back(fmt::format("https://spdx.org/licenses/{}.html", id));
  return lines;
}

Lines licence_category(const FormBuilder& form, const ReleaseFacts& facts) {
  if (facts.licence.empty()) return {};
  return {form.text(is_open_licence(facts.licence) ? "licence.open" : "licence.other")};
}

FormTable assets_table(const FormBuilder& form, const ReleaseFacts& facts) {
  const ReleaseHead& head = facts.answers.release;
  const auto known = [&](const std::string& text) {
    return text.empty() ? form.text("unknown") : text;
  };
  return {.columns = {form.text("column.asset"), form.text("column.licence")},
          .rows = {{form.text("asset.data"), known(facts.corpus.licence)},
                   {form.say("asset.code", known(head.code_url)), known(head.code_licence)},
                   {form.text("asset.papers"), known(head.papers_licence)}}};
}

void distribution_of(FormBuilder& form, const ReleaseFacts& facts) {
  form.section("distribution");
  form.typed("12", "channels", facts.answers.release.channels);
  form.typed("13", "licence_link", licence_lines(facts));
  form.machine("14", "licence_category", licence_category(form, facts), facts.records.answers);
  form.machine("15", "assets", assets_table(form, facts), facts.records.corpus);
}

Lines integration_draft(const FormBuilder& form, const ReleaseFacts& facts) {
  std::vector<std::string> files;
  for (const FileFact& file : facts.files) {
    if (release::is_final_weights(file)) files.push_back(file.path);
  }
  if (files.empty()) return {};
  return {form.say("integration.draft", fmt::format("{}", fmt::join(files, ", ")))};
}

Lines software(const FormBuilder& form, const ReleaseFacts& facts) {
  Lines lines;
  if (!facts.training.program.empty())
    lines.push_back(form.say("software.program", facts.training.program));
  if (release::find_file(facts, "config.json") != nullptr)
    lines.push_back(form.text("software.transformers"));
  if (release::find_ending(facts, ".gguf") != nullptr) lines.push_back(form.text("software.gguf"));
  return lines;
}

Lines uses(const UseAnswers& use) {
  Lines lines = lines_of(use.intended);
  if (!use.restricted.empty()) lines.push_back(use.restricted);
  return lines;
}

void use_of(FormBuilder& form, const ReleaseFacts& facts) {
  const UseAnswers& use = facts.answers.use;
  form.section("use");
  form.typed("16", "policy", use.policy == kNoPolicy ? form.text("none") : use.policy);
  form.typed("17", "intended", uses(use));
  form.typed("18", "systems", use.systems);
  form.confirmed("19", "integration", lines_of(use.integration), integration_draft(form, facts),
                 facts.records.run);
  form.typed("20", "hardware", use.hardware);
  form.machine("21", "software", software(form, facts), facts.records.run);
}

Lines training_draft(const FormBuilder& form, const TrainingFact& training) {
  if (training.objective.empty()) return {};
  return {form.say("training.draft", training.objective, training.optimizer, training.schedule)};
}

void process_of(FormBuilder& form, const ReleaseFacts& facts) {
  form.section("process");
  form.confirmed("22", "training", lines_of(facts.answers.design.training),
                 training_draft(form, facts.training), facts.records.recipe);
  form.typed("23", "reasons", facts.answers.design.reasons);
}

// The kinds of sources there are; none while one is not known.
Lines provenance_lines(const FormBuilder& form, const ReleaseFacts& facts) {
  static constexpr std::array<std::pair<SourceCategory, std::string_view>, 7> kCategories = {
      {{SourceCategory::kCrawled, "category.crawled"},
       {SourceCategory::kPrivate, "category.private"},
       {SourceCategory::kLicensed, "category.licensed"},
       {SourceCategory::kUser, "category.user"},
       {SourceCategory::kPublic, "category.public"},
       {SourceCategory::kSynthetic, "category.synthetic"},
       {SourceCategory::kOther, "category.other"}}};
  const bool all_known = std::ranges::all_of(facts.corpus.datasets, [&](const DatasetFact& one) {
    return release::category_of(facts, one) != SourceCategory::kNotAnswered;
  });
  Lines lines;
  for (const auto& [category, id] : kCategories) {
    if (all_known && used(facts, category) == Answer::kYes) lines.push_back(form.text(id));
  }
  return lines;
}

Lines points(const FormBuilder& form, const CorpusFact& corpus) {
  if (!corpus.documents || *corpus.documents <= 0) return {};
  const auto count = static_cast<double>(*corpus.documents);
  return {form.say("authorities", form.say("magnitude", order_of_magnitude(count))),
          form.say("ai_office", form.say("documents", release::figures(form.language(), count)))};
}

void data_of(FormBuilder& form, const ReleaseFacts& facts) {
  const DataAnswers& data = facts.answers.data;
  const std::string& corpus = facts.records.corpus;
  form.section("data");
  form.machine("24", "modalities", {form.text("text")}, corpus);
  form.machine("25", "provenance", provenance_lines(form, facts), corpus);
  form.confirmed("26", "obtained", lines_of(data.selection), release::selection_draft(form, facts),
                 corpus);
  form.machine("27", "points", points(form, facts.corpus), corpus);
  form.confirmed("28", "scope", lines_of(data.scope), release::scope_draft(form, facts), corpus);
  form.confirmed("29", "curation", lines_of(data.curation), release::curation_draft(form, facts),
                 corpus);
  form.confirmed("30", "unsuitable", lines_of(data.unsuitable),
                 release::unsuitable_draft(form, facts), corpus);
  form.typed("31", "biases", data.biases);
}

Lines time_lines(const FormBuilder& form, const TrainingFact& training) {
  if (!training.seconds) return {};
  const std::string days = release::figures(form.language(), *training.seconds / kSecondsPerDay);
  return {form.say("authorities", form.text(training_time_band(*training.seconds))),
          form.say("ai_office", form.say("days", days, days))};
}

Lines compute_lines(const FormBuilder& form, const TrainingFact& training) {
  if (!training.flops || *training.flops <= 0) return {};
  return {
      form.say("authorities", form.say("magnitude", order_of_magnitude(*training.flops))),
      form.say("ai_office", form.say("flop", release::figures(form.language(), *training.flops)))};
}

void resources_of(FormBuilder& form, const ReleaseFacts& facts) {
  const TrainingFact& training = facts.training;
  const std::string& run = facts.records.run;
  form.section("resources");
  form.machine("32", "time", time_lines(form, training), run);
  form.machine("33", "compute", compute_lines(form, training), run);
  form.machine("34", "compute_method", lines_of(training.flops_method), run);
  if (training.energy_kwh) {
    form.machine(
        "35", "energy",
        {form.say("energy.used", release::figures(form.language(), *training.energy_kwh / 1000))},
        run);
    form.machine("36", "energy_method", lines_of(training.energy_method), run);
  } else {
    form.machine("35", "energy", {form.text("energy.not_metered")}, run);
    form.machine("36", "energy_method", {form.text("energy.not_metered")}, run);
  }
  form.section("inference");
  if (facts.architecture.active_parameters) {
    const double flops = 2.0 * static_cast<double>(*facts.architecture.active_parameters);
    form.machine("37", "inference_compute",
                 {form.say("inference.flop", release::figures(form.language(), flops))}, run);
    form.machine("38", "inference_task", {form.text("inference.task")}, run);
  } else {
    form.machine("37", "inference_compute", Lines{}, run);
    form.machine("38", "inference_task", Lines{}, run);
  }
}

}  // namespace

std::string_view parameter_band(double parameters) {
  static constexpr std::array<std::pair<double, std::string_view>, 7> kBands = {
      {{5e8, "1-500M"},
       {5e9, "500M-5B"},
       {1.5e10, "5-15B"},
       {5e10, "15-50B"},
       {1e11, "50-100B"},
       {5e11, "100-500B"},
       {1e12, "500B-1T"}}};
  for (const auto& [most, band] : kBands) {
    if (parameters <= most) return band;
  }
  return "over 1T";
}

std::string_view training_time_band(double seconds) {
  const double months = seconds / (30 * kSecondsPerDay);
  if (months < 1) return "months.below_1";
  if (months <= 3) return "months.1_to_3";
  return months <= 6 ? "months.3_to_6" : "months.above_6";
}

int order_of_magnitude(double value) {
  int power = 0;
  while (value >= 10) {
    value /= 10;
    ++power;
  }
  while (value < 1) {
    value *= 10;
    --power;
  }
  return power;
}

Form model_documentation(const ReleaseFacts& facts, Language language) {
  FormBuilder form(std::string(kDocumentationName), "documentation", language, facts);
  identity(form, facts);
  properties_of(form, facts);
  distribution_of(form, facts);
  use_of(form, facts);
  process_of(form, facts);
  data_of(form, facts);
  resources_of(form, facts);
  return form.take();
}

}  // namespace glass::record
