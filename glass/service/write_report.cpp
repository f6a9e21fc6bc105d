// write_report: report.html, tensorboard/ and metrics.prom, derived from record, log and manifest.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/data/corpus/corpus.h"
#include "glass/record/documents/facts.h"
#include "glass/record/documents/metrics.h"
#include "glass/record/documents/report.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/training_run.h"
#include "glass/service/training_settings.h"
#include "glass/service/use_cases.h"

namespace glass::service {
namespace {

std::string text_member(const Json& object, std::string_view key) {
  auto text = object.get_string(key);
  return text ? std::move(*text) : "";
}

void add_log(const RunLog& log, record::RunFacts& facts) {
  for (const StepMetric& step : log.steps) {
    facts.loss.push_back({step.step, step.unix_ms, step.loss});
    facts.gradient_norm.push_back({step.step, step.unix_ms, step.gradient_norm});
    facts.learning_rate.push_back({step.step, step.unix_ms, step.learning_rate});
    facts.seconds += step.seconds;
  }
  for (const EvaluationMetric& evaluation : log.evaluations)
    facts.held_out_loss.push_back({evaluation.step, evaluation.unix_ms, evaluation.loss});
  for (const SampleText& sample : log.samples)
    facts.samples.push_back({sample.step, sample.prompt, sample.text});
}

void add_corpus(const data::CorpusReport& corpus, record::RunFacts& facts) {
  for (const auto& [name, count] : corpus.by_licence)
    facts.licences.push_back(
        {name, static_cast<int64_t>(count.documents), static_cast<int64_t>(count.bytes)});
  for (const auto& [name, count] : corpus.by_source)
    facts.sources.push_back(
        {name, static_cast<int64_t>(count.documents), static_cast<int64_t>(count.bytes)});
  for (const auto& [name, count] : corpus.by_language)
    facts.languages.push_back(
        {name, static_cast<int64_t>(count.documents), static_cast<int64_t>(count.bytes)});
  for (const auto& [reason, count] : corpus.dropped)
    facts.dropped.push_back({reason, static_cast<int64_t>(count), std::nullopt});
}

void add_record(const RunRecord& record, record::RunFacts& facts) {
  facts.numerics_class = kNumericsClass;
  for (const record::StatementSignature& one : record.statement.signatures)
    facts.signed_by += (facts.signed_by.empty() ? "" : ", ") + crypto::to_text(one.key);
  const Json* execution = record.statement.payload.find("execution");
  if (execution == nullptr) return;
  facts.build =
      fmt::format("{}, {}, kernels {}", text_member(*execution, "program"),
                  text_member(*execution, "compiler"), text_member(*execution, "kernels"));
  if (const Json* machine = execution->find("machine"))
    facts.machine = fmt::format("{}, {}", text_member(*machine, "processor"),
                                text_member(*machine, "operating_system"));
}

}  // namespace

Status write_report(const system::Path& run, const Summary& summary, const Services& services) {
  const RunPaths paths{.root = run};
  GLASS_TRY(const RunRecord record, read_run_record(services.files, paths));
  GLASS_TRY(const Recipe recipe, recorded_recipe(services.files, paths));
  GLASS_TRY(const RunLog log, read_run_log(services.files, paths.metrics(), paths.samples()));
  GLASS_TRY(
      const data::CorpusReport corpus,
      data::load_corpus(paths.corpus(), {services.files, services.process, services.parallel}));
  GLASS_TRY(const data::Tokenizer tokenizer, read_tokenizer(paths, services.files));
  GLASS_TRY(const PlanReport plan, plan_of(recipe, tokenizer.vocabulary_size(), services));
  record::RunFacts facts;
  facts.name = recipe.name;
  facts.description = recipe.description;
  facts.digest = summary.digest;
  facts.parameters = plan.parameters;
  facts.steps = summary.steps;
  facts.tokens = summary.tokens;
  facts.tokens_per_second = summary.tokens_per_second;
  facts.mfu = summary.mfu;
  facts.bits_per_byte = summary.bits_per_byte;
  facts.peak_memory_bytes = summary.peak_memory_bytes;
  facts.corpus_licence = corpus.licence;
  facts.checks = summary.checks;
  facts.places = summary.places;
  facts.next_commands = summary.next_commands;
  add_record(record, facts);
  add_log(log, facts);
  add_corpus(corpus, facts);
  GLASS_TRY_STATUS(
      services.files.write_atomic(paths.report(), as_bytes(record::html_report(facts))));
  GLASS_TRY_STATUS(
      services.files.write_atomic(run / "metrics.prom", as_bytes(record::prometheus_text(facts))));
  GLASS_TRY_STATUS(services.files.make_folders(run / "tensorboard"));
  return services.files.write_atomic(
      run / "tensorboard" / fmt::format("events.out.tfevents.{}", recipe.name),
      record::tensorboard_events(facts));
}

}  // namespace glass::service
