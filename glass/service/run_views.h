// RunViews: what people and other tools look at: report.html, metrics.prom and tensorboard/.
//
// Views are no evidence: they are made of recipe, log, corpus and record, and whoever has those can
// make them again. metrics.prom and tensorboard/ of a finished run are a pure function of them.
#pragma once

#include <cstdint>
#include <string>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/corpus/corpus.h"
#include "glass/record/documents/facts.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/start_model.h"

namespace glass::service {

// What recipe, log and record tell. `record` is null while the run is unfinished.
[[nodiscard]] Result<record::RunFacts> facts_of(const Recipe& recipe, const RunPaths& paths,
                                                const RunRecord* record, system::Files& files);

// The TensorBoard events of the log, in pieces, each handed to `sink`: the scalars loss/train,
// loss/held_out, gradient_norm, learning_rate and, where pairs of answers are judged,
// preference/preferred and preference/margin. In the order of the steps and, within one, of their
// names: the events of a longer log begin with those of a shorter one, so that whoever reads along
// goes on where they were.
[[nodiscard]] Status write_events(const RunPaths& paths, system::Files& files,
                                  FunctionRef<Status(ByteView)> sink);

system::Path prometheus_file(const RunPaths& paths);
system::Path tensorboard_file(const RunPaths& paths, const Recipe& recipe);

// Renews metrics.prom and tensorboard/. What is as it should be is left alone.
[[nodiscard]] Status write_metrics(const record::RunFacts& facts, const RunPaths& paths,
                                   const Recipe& recipe, system::Files& files);

// What the report tells besides.
struct ReportSources {
  const data::CorpusReport& corpus;
  std::optional<StartManifest> start;
  int64_t parameters;
  std::optional<record::EvidenceNode> evidence;
  std::vector<std::string> next_commands;
};

// Renews report.html.
[[nodiscard]] Status write_report(record::RunFacts facts, const ReportSources& sources,
                                  const RunPaths& paths, const Services& services);

}  // namespace glass::service
