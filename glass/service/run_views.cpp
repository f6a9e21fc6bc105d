#include "glass/service/run_views.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/corpus.h"
#include "glass/record/documents/curve.h"
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

constexpr size_t kEventsAtOnce = size_t{1} << 16;  // bytes

Status add_log(const RunPaths& paths, system::Files& files, record::RunFacts& facts) {
  SpeedMeter speed;
  GLASS_TRY_STATUS(read_run_log(files, paths.metrics(), [&](const LogLine& line) {
    if (const auto* step = std::get_if<StepMetric>(&line)) {
      speed.add(*step);
      facts.loss.add({step->step, step->unix_ms, step->loss});
      facts.steps = step->step;
    } else if (const auto* evaluation = std::get_if<EvaluationMetric>(&line)) {
      facts.held_out_loss.add({evaluation->step, evaluation->unix_ms, evaluation->loss});
      facts.bits_per_byte = evaluation->bits_per_byte;
    }
    return Status();
  }));
  facts.seconds = speed.seconds();
  facts.tokens = speed.tokens();
  facts.tokens_per_second = speed.tokens_per_second();
  if (speed.mfu() > 0) facts.mfu = speed.mfu();
  return read_run_log(files, paths.samples(), [&](const LogLine& line) {
    if (const auto* sample = std::get_if<SampleText>(&line))
      facts.samples.push_back({sample->step, sample->prompt, sample->text});
    return Status();
  });
}

// Evaluations by their steps; few, while steps may be many.
using Evaluations = std::multimap<int64_t, EvaluationMetric>;

// The evaluations up to this step, which are then gone.
void add_evaluations(int64_t up_to, Evaluations& evaluations, record::EventFile& events) {
  while (!evaluations.empty() && evaluations.begin()->first <= up_to) {
    const EvaluationMetric& one = evaluations.begin()->second;
    events.add("loss/held_out", {one.step, one.unix_ms, one.loss});
    evaluations.erase(evaluations.begin());
  }
}

void add_step(const StepMetric& step, Evaluations& evaluations, record::EventFile& events) {
  const auto point = [&](double value) {
    return record::StepPoint{step.step, step.unix_ms, value};
  };
  add_evaluations(step.step - 1, evaluations, events);
  events.add("gradient_norm", point(step.gradient_norm));
  events.add("learning_rate", point(step.learning_rate));
  add_evaluations(step.step, evaluations, events);
  events.add("loss/train", point(step.loss));
  if (step.margin) events.add("preference/margin", point(*step.margin));
  if (step.preferred) events.add("preference/preferred", point(*step.preferred));
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
  facts.signed_by = record::signers(record.statement);
  const Json* execution = record.statement.predicate.find("execution");
  if (execution == nullptr) return;
  facts.peak_memory_bytes = execution->get_int("peak_memory_bytes").value_or(0);
  facts.build =
      fmt::format("{}, {}, kernels {}", text_member(*execution, "program"),
                  text_member(*execution, "compiler"), text_member(*execution, "kernels"));
  if (const Json* machine = execution->find("machine"))
    facts.machine = fmt::format("{}, {}", text_member(*machine, "processor"),
                                text_member(*machine, "operating_system"));
}

bool is_as(system::Files& files, const system::Path& file, ByteView bytes) {
  if (!files.exists(file)) return false;
  const auto mapped = files.map(file);
  return mapped && std::ranges::equal((*mapped)->bytes(), bytes);
}

Status renew_events(const RunPaths& paths, const system::Path& file, system::Files& files) {
  GLASS_TRY_STATUS(files.make_folders(file.parent_path()));
  // Whoever watches the folder must not take it for events of another run, so its name is not like.
  const system::Path staged = file.parent_path() / ".new";
  GLASS_TRY(const auto out, files.create(staged));
  GLASS_TRY_STATUS(write_events(paths, files, [&](ByteView bytes) { return out->append(bytes); }));
  GLASS_TRY_STATUS(out->close());
  GLASS_TRY(const auto made, files.map(staged));
  if (is_as(files, file, made->bytes())) return files.remove_all(staged);
  return files.publish(staged, file);
}

}  // namespace

Result<record::RunFacts> facts_of(const Recipe& recipe, const RunPaths& paths,
                                  const RunRecord* record, system::Files& files) {
  record::RunFacts facts;
  facts.name = recipe.name;
  facts.description = recipe.description;
  facts.numerics_class = recipe.numerics.numerics_class;
  GLASS_TRY_STATUS(add_log(paths, files, facts));
  if (record != nullptr)
    add_record(*record, facts);
  else
    facts.peak_memory_bytes = static_cast<int64_t>(system::peak_memory_bytes());
  return facts;
}

Status write_events(const RunPaths& paths, system::Files& files,
                    FunctionRef<Status(ByteView)> sink) {
  Evaluations evaluations;
  std::optional<int64_t> begin_ms;
  GLASS_TRY_STATUS(read_run_log(files, paths.metrics(), [&](const LogLine& line) {
    if (const auto* step = std::get_if<StepMetric>(&line); step != nullptr && !begin_ms)
      begin_ms = step->unix_ms;
    if (const auto* evaluation = std::get_if<EvaluationMetric>(&line))
      evaluations.emplace(evaluation->step, *evaluation);
    return Status();
  }));
  record::EventFile events(begin_ms.value_or(0));
  GLASS_TRY_STATUS(read_run_log(files, paths.metrics(), [&](const LogLine& line) -> Status {
    if (const auto* step = std::get_if<StepMetric>(&line)) add_step(*step, evaluations, events);
    if (events.size() < kEventsAtOnce) return {};
    return sink(events.take());
  }));
  add_evaluations(INT64_MAX, evaluations, events);
  return sink(events.take());
}

system::Path prometheus_file(const RunPaths& paths) {
  return paths.root / "metrics.prom";
}

system::Path tensorboard_file(const RunPaths& paths, const Recipe& recipe) {
  return paths.root / "tensorboard" / fmt::format("events.out.tfevents.{}", recipe.name);
}

Status write_metrics(const record::RunFacts& facts, const RunPaths& paths, const Recipe& recipe,
                     system::Files& files) {
  const std::string gauges = record::prometheus_text(facts);
  if (!is_as(files, prometheus_file(paths), as_bytes(gauges)))
    GLASS_TRY_STATUS(files.write_atomic(prometheus_file(paths), as_bytes(gauges)));
  return renew_events(paths, tensorboard_file(paths, recipe), files);
}

Status write_report(record::RunFacts facts, const ReportSources& sources, const RunPaths& paths,
                    const Services& services) {
  facts.parameters = sources.parameters;
  if (sources.start) facts.start = start_fact(*sources.start);
  facts.evidence = sources.evidence;
  facts.places = places(paths);
  facts.next_commands = sources.next_commands;
  facts.program = services.program;
  add_corpus(sources.corpus, facts);
  return services.files.write_atomic(paths.report(), as_bytes(record::html_report(facts)));
}

}  // namespace glass::service
