// RunViews: what people and other tools look at: report.html, metrics.prom and tensorboard/.
//
// Views are no evidence: they are made of recipe, log, corpus and record, and whoever has those can
// make them again. metrics.prom and tensorboard/ of a finished run are a pure function of them.
#pragma once

#include <cstdint>
#include <string>

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
record::RunFacts facts_of(const Recipe& recipe, const RunLog& log, const RunRecord* record);

system::Path prometheus_file(const RunPaths& paths);
system::Path tensorboard_file(const RunPaths& paths, const Recipe& recipe);

// Renews metrics.prom and tensorboard/.
[[nodiscard]] Status write_metrics(const record::RunFacts& facts, const RunPaths& paths,
                                   const Recipe& recipe, system::Files& files);

// What the report tells besides.
struct ReportSources {
  const data::CorpusReport& corpus;
  std::optional<StartManifest> start;
  int64_t parameters;
  std::vector<record::CheckFact> checks;
  std::vector<std::string> next_commands;
};

// Renews report.html.
[[nodiscard]] Status write_report(record::RunFacts facts, const ReportSources& sources,
                                  const RunPaths& paths, const Services& services);

}  // namespace glass::service
