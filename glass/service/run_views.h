// RunViews: what people and other tools look at: report.html, metrics.prom and tensorboard/.
//
// Views are no evidence: they are made of recipe, log, corpus and record, and whoever has those can
// make them again. metrics.prom and tensorboard/ of a finished run are a pure function of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/corpus/corpus.h"
#include "glass/record/documents/facts.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_events.h"
#include "glass/service/run_figures.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/start_model.h"
#include "glass/system/files.h"

namespace glass::service {

// What recipe, log and record tell. `record` is null while the run is unfinished.
record::RunFacts facts_of(const Recipe& recipe, const RunFigures& figures, const RunRecord* record);

// The same, of the log on disk.
[[nodiscard]] Result<record::RunFacts> facts_of(const Recipe& recipe, const RunPaths& paths,
                                                const RunRecord* record, system::Files& files);

// The TensorBoard events of the log (run_events.h), in pieces, each handed to `sink`.
[[nodiscard]] Status write_events(const RunPaths& paths, system::Files& files,
                                  FunctionRef<Status(ByteView)> sink);

system::Path prometheus_file(const RunPaths& paths);
system::Path tensorboard_file(const RunPaths& paths, const Recipe& recipe);

// Renews metrics.prom and tensorboard/. What is as it should be is left alone.
[[nodiscard]] Status write_metrics(const record::RunFacts& facts, const RunPaths& paths,
                                   const Recipe& recipe, system::Files& files);

// metrics.prom and tensorboard/ of a training that goes on. They are made of what the lines of the
// log so far add up to, so that renewing them takes as long after a million steps as after a
// thousand. The event file grows at its end; a new process begins it anew, aside, and shows it when
// the views are first renewed.
class LiveViews {
 public:
  LiveViews(const Recipe& recipe, const RunPaths& paths, system::Files& files);

  // REQUIRES: every line of the log comes, in its order; none after the end.
  [[nodiscard]] Status add(const LogLine& line);

  [[nodiscard]] record::RunFacts facts(const RunRecord* record) const {
    return facts_of(recipe_, figures_, record);
  }

  // `ended`: no line will be added, so that the files are what write_metrics() makes of the log.
  [[nodiscard]] Status renew(const record::RunFacts& facts, bool ended);

 private:
  [[nodiscard]] Status append(ByteView events);

  const Recipe& recipe_;
  const RunPaths& paths_;
  system::Files& files_;
  RunFigures figures_;
  RunEvents events_;
  std::unique_ptr<system::WritableFile> file_;
  bool is_shown_ = false;  // the event file, under its name
};

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
