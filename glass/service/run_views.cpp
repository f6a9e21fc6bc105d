#include "glass/service/run_views.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/corpus.h"
#include "glass/record/documents/facts.h"
#include "glass/record/documents/metrics.h"
#include "glass/record/documents/report.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/run_summary.h"
#include "glass/service/services.h"
#include "glass/system/machine.h"

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
    if (step.preferred) facts.preferred.push_back({step.step, step.unix_ms, *step.preferred});
    if (step.margin) facts.margin.push_back({step.step, step.unix_ms, *step.margin});
    facts.seconds += step.seconds;
    facts.tokens += step.tokens;
    facts.steps = step.step;
  }
  for (const EvaluationMetric& evaluation : log.evaluations) {
    facts.held_out_loss.push_back({evaluation.step, evaluation.unix_ms, evaluation.loss});
    facts.bits_per_byte = evaluation.bits_per_byte;
  }
  for (const SampleText& sample : log.samples)
    facts.samples.push_back({sample.step, sample.prompt, sample.text});
  const Speed speed = speed_of(log);
  facts.tokens_per_second = speed.tokens_per_second;
  if (speed.mfu > 0) facts.mfu = speed.mfu;
}

void add_corpus(const data::CorpusReport& corpus, record::RunFacts& facts) {
  facts.corpus_licence = corpus.licence;
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

record::StartFact start_fact(const StartManifest& start) {
  return {.weights = crypto::to_text(start.weights),
          .licence = start.licence,
          .run = start.run ? crypto::to_text(*start.run) : ""};
}

void add_record(const RunRecord& record, record::RunFacts& facts) {
  const RunSubject& subject = record.subject;
  facts.digest = crypto::to_text(run_digest(subject));
  facts.steps = subject.steps;
  facts.tokens = subject.tokens;
  facts.bits_per_byte.reset();
  if (!subject.held_out_loss_bits.empty()) facts.bits_per_byte = subject.held_out_bits_per_byte;
  for (const record::StatementSignature& one : record.statement.signatures)
    facts.signed_by += (facts.signed_by.empty() ? "" : ", ") + crypto::to_text(one.key);
  const Json* execution = record.statement.payload.find("execution");
  if (execution == nullptr) return;
  facts.peak_memory_bytes = execution->get_int("peak_memory_bytes").value_or(0);
  facts.build =
      fmt::format("{}, {}, kernels {}", text_member(*execution, "program"),
                  text_member(*execution, "compiler"), text_member(*execution, "kernels"));
  if (const Json* machine = execution->find("machine"))
    facts.machine = fmt::format("{}, {}", text_member(*machine, "processor"),
                                text_member(*machine, "operating_system"));
}

// A file that is as it should be is left alone.
Status renew(system::Files& files, const system::Path& file, ByteView bytes) {
  if (files.exists(file)) {
    GLASS_TRY(const auto mapped, files.map(file));
    if (std::ranges::equal(mapped->bytes(), bytes)) return {};
  }
  return files.write_atomic(file, bytes);
}

}  // namespace

record::RunFacts facts_of(const Recipe& recipe, const RunLog& log, const RunRecord* record) {
  record::RunFacts facts;
  facts.name = recipe.name;
  facts.description = recipe.description;
  facts.numerics_class = recipe.numerics.numerics_class;
  add_log(log, facts);
  if (record != nullptr)
    add_record(*record, facts);
  else
    facts.peak_memory_bytes = static_cast<int64_t>(system::peak_memory_bytes());
  return facts;
}

system::Path prometheus_file(const RunPaths& paths) {
  return paths.root / "metrics.prom";
}

system::Path tensorboard_file(const RunPaths& paths, const Recipe& recipe) {
  return paths.root / "tensorboard" / fmt::format("events.out.tfevents.{}", recipe.name);
}

Status write_metrics(const record::RunFacts& facts, const RunPaths& paths, const Recipe& recipe,
                     system::Files& files) {
  GLASS_TRY_STATUS(renew(files, prometheus_file(paths), as_bytes(record::prometheus_text(facts))));
  const system::Path events = tensorboard_file(paths, recipe);
  GLASS_TRY_STATUS(files.make_folders(events.parent_path()));
  return renew(files, events, record::tensorboard_events(facts));
}

Status write_report(record::RunFacts facts, const ReportSources& sources, const RunPaths& paths,
                    const Services& services) {
  facts.parameters = sources.parameters;
  if (sources.start) facts.start = start_fact(*sources.start);
  facts.checks = sources.checks;
  facts.places = places(paths);
  facts.next_commands = sources.next_commands;
  facts.program = services.program;
  add_corpus(sources.corpus, facts);
  return services.files.write_atomic(paths.report(), as_bytes(record::html_report(facts)));
}

}  // namespace glass::service
