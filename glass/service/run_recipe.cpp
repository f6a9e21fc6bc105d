// run_recipe: the main job. Train, verify, replay, report; whatever is finished is found.
#include <optional>
#include <string>
#include <utility>

#include "glass/base/result.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/record/documents/facts.h"
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

// What verify did not check because a replay does.
bool is_left_to_replay(const record::CheckFact& check) {
  return check.verdict == record::Verdict::kNotChecked &&
         (check.what == "training" || check.what == "replays");
}

// The report of the training, now with what was checked.
Status report_checks(const Summary& summary, const Services& services) {
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
                       .checks = summary.checks,
                       .next_commands = summary.next_commands},
                      paths, services);
}

}  // namespace

Result<Summary> run_recipe(const RecipeChoice& choice, const Services& services) {
  GLASS_TRY(Summary summary, train_model(choice, services));
  GLASS_TRY(Summary found, verify_run(summary.out, services));
  std::erase_if(found.checks, is_left_to_replay);
  summary.checks = std::move(found.checks);
  if (failed(summary)) {  // nothing is made from what is not as it was
    finish(summary, {});
    return summary;
  }
  GLASS_TRY(const Summary replayed, replay_run(summary.out, {}, services));
  summary.checks.insert(summary.checks.end(), replayed.checks.begin(), replayed.checks.end());
  summary.replayed_segments = replayed.replayed_segments;
  finish(summary, {"generate", "replay"});
  GLASS_TRY_STATUS(report_checks(summary, services));
  summary.places.insert(summary.places.begin(),
                        {RunPaths{.root = summary.out}.report().string(), "report"});
  return summary;
}

}  // namespace glass::service
