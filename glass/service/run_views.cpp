#include "glass/service/run_views.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/corpus.h"
#include "glass/record/documents/facts.h"
#include "glass/record/documents/metrics.h"
#include "glass/record/documents/report.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_events.h"
#include "glass/service/run_figures.h"
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

// Whoever watches the folder must not take it for events of another run, so its name is not like.
system::Path staged_events(const system::Path& file) {
  return file.parent_path() / ".new";
}

Status renew_events(const RunPaths& paths, const system::Path& file, system::Files& files) {
  GLASS_TRY_STATUS(files.make_folders(file.parent_path()));
  const system::Path staged = staged_events(file);
  GLASS_TRY(const auto out, files.create(staged));
  GLASS_TRY_STATUS(write_events(paths, files, [&](ByteView bytes) { return out->append(bytes); }));
  GLASS_TRY_STATUS(out->close());
  GLASS_TRY(const auto made, files.map(staged));
  if (is_as(files, file, made->bytes())) return files.remove_all(staged);
  return files.publish(staged, file);
}

Status renew_gauges(const record::RunFacts& facts, const RunPaths& paths, system::Files& files) {
  const std::string gauges = record::prometheus_text(facts);
  if (is_as(files, prometheus_file(paths), as_bytes(gauges))) return {};
  return files.write_atomic(prometheus_file(paths), as_bytes(gauges));
}

}  // namespace

record::RunFacts facts_of(const Recipe& recipe, const RunFigures& figures,
                          const RunRecord* record) {
  record::RunFacts facts;
  facts.name = recipe.name;
  facts.description = recipe.description;
  facts.numerics_class = recipe.numerics.numerics_class;
  figures.tell(facts);
  if (record != nullptr)
    add_record(*record, facts);
  else
    facts.peak_memory_bytes = static_cast<int64_t>(system::peak_memory_bytes());
  return facts;
}

Result<record::RunFacts> facts_of(const Recipe& recipe, const RunPaths& paths,
                                  const RunRecord* record, system::Files& files) {
  RunFigures figures;
  const auto add = [&](const LogLine& line) {
    figures.add(line);
    return Status();
  };
  GLASS_TRY_STATUS(read_run_log(files, paths.metrics(), add));
  GLASS_TRY_STATUS(read_run_log(files, paths.samples(), add));
  return facts_of(recipe, figures, record);
}

Status write_events(const RunPaths& paths, system::Files& files,
                    FunctionRef<Status(ByteView)> sink) {
  RunEvents events;
  GLASS_TRY_STATUS(read_run_log(files, paths.metrics(), [&](const LogLine& line) -> Status {
    events.add(line);
    return events.size() < kEventsAtOnce ? Status() : sink(events.take());
  }));
  return sink(events.finish());
}

system::Path prometheus_file(const RunPaths& paths) {
  return paths.root / "metrics.prom";
}

system::Path tensorboard_file(const RunPaths& paths, const Recipe& recipe) {
  return paths.root / "tensorboard" / fmt::format("events.out.tfevents.{}", recipe.name);
}

Status write_metrics(const record::RunFacts& facts, const RunPaths& paths, const Recipe& recipe,
                     system::Files& files) {
  GLASS_TRY_STATUS(renew_gauges(facts, paths, files));
  return renew_events(paths, tensorboard_file(paths, recipe), files);
}

LiveViews::LiveViews(const Recipe& recipe, const RunPaths& paths, system::Files& files)
    : recipe_(recipe), paths_(paths), files_(files) {}

Status LiveViews::add(const LogLine& line) {
  figures_.add(line);
  events_.add(line);
  return events_.size() < kEventsAtOnce ? Status() : append(events_.take());
}

Status LiveViews::append(ByteView events) {
  const system::Path staged = staged_events(tensorboard_file(paths_, recipe_));
  if (!file_) {
    GLASS_TRY_STATUS(files_.make_folders(staged.parent_path()));
    GLASS_TRY(file_, files_.create(staged));
  }
  return file_->append(events);
}

Status LiveViews::renew(const record::RunFacts& facts, bool ended) {
  GLASS_TRY_STATUS(renew_gauges(facts, paths_, files_));
  GLASS_TRY_STATUS(append(ended ? events_.finish() : events_.take()));
  if (is_shown_) return ended ? file_->sync() : Status();
  const system::Path file = tensorboard_file(paths_, recipe_);
  GLASS_TRY_STATUS(files_.publish(staged_events(file), file));
  is_shown_ = true;
  return {};
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
