// run_recipe: the main job. Train, verify, replay, report; whatever is finished is found.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "glass/base/result.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/record/documents/facts.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/run_summary.h"
#include "glass/service/run_views.h"
#include "glass/service/services.h"
#include "glass/service/start_model.h"
#include "glass/service/summary.h"
#include "glass/service/training_run.h"
#include "glass/service/use_cases.h"

namespace glass::service {
namespace {

// What verify left to a replay, now with what it found.
void put_replay(record::EvidenceNode replay, record::EvidenceNode& run) {
  for (record::EvidenceNode& branch : run.parts) {
    const auto left = std::ranges::find(branch.parts, replay.what, &record::EvidenceNode::what);
    if (left == branch.parts.end()) continue;
    *left = std::move(replay);
    settle(branch);
    settle(run);
    return;
  }
}

// The report of the training, now with what was checked.
Status report_evidence(const Summary& summary, const Services& services) {
  const RunPaths paths{.root = summary.out};
  system::Files& files = services.files;
  GLASS_TRY(const RunRecord record, read_run_record(files, paths));
  GLASS_TRY(const Recipe recipe, recorded_recipe(files, paths));
  GLASS_TRY(record::RunFacts facts, facts_of(recipe, paths, &record, files));
  GLASS_TRY(const data::CorpusReport corpus,
            data::load_corpus(paths.corpus(), {files, services.process, services.parallel}));
  GLASS_TRY(const data::Tokenizer tokenizer, read_tokenizer(paths, files));
  std::optional<StartModel> start;
  ModelBasis basis{.vocabulary = tokenizer.vocabulary_size(), .start = nullptr};
  if (applies(recipe, "start")) {
    GLASS_TRY(start, read_start(paths, services));
    basis.start = &start->model.config;
  }
  GLASS_TRY(const PlanReport plan, plan_of(recipe, basis, services));
  return write_report(std::move(facts),
                      {.corpus = corpus,
                       .start = start ? std::optional(start->manifest) : std::nullopt,
                       .parameters = plan.parameters,
                       .evidence = summary.evidence,
                       .next_commands = summary.next_commands},
                      paths, services);
}

}  // namespace

Result<Summary> run_recipe(const RecipeChoice& choice, const Services& services) {
  GLASS_TRY(Summary summary, train_model(choice, services));
  GLASS_TRY(Summary found, verify_run(summary.out, services));
  summary.evidence = std::move(found.evidence);
  if (failed(summary)) {  // nothing is made from what is not as it was
    finish(summary, {});
    return summary;
  }
  GLASS_TRY(Summary replayed, replay_run(summary.out, {}, services));
  put_replay(std::move(*replayed.evidence), *summary.evidence);
  summary.replayed_segments = replayed.replayed_segments;
  finish(summary, {"generate", "replay"});
  GLASS_TRY_STATUS(report_evidence(summary, services));
  summary.places.insert(summary.places.begin(),
                        {RunPaths{.root = summary.out}.report().string(), "report"});
  return summary;
}

}  // namespace glass::service
