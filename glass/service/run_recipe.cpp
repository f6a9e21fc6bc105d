// run_recipe: the main job. Train, verify, replay, report; whatever is finished is found.
#include <utility>

#include "glass/base/result.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/use_cases.h"

namespace glass::service {

Result<Summary> run_recipe(const RecipeChoice& choice, const Services& services) {
  GLASS_TRY(Summary summary, train_model(choice, services));
  GLASS_TRY(Summary verified_run, verify_run(summary.out, services));
  GLASS_TRY(Summary replayed, replay_run(summary.out, {}, services));
  for (record::CheckFact& check : verified_run.checks) {
    // What the replay checks is told by the replay.
    if (check.verdict != record::Verdict::kNotChecked) summary.checks.push_back(std::move(check));
  }
  for (record::CheckFact& check : replayed.checks) summary.checks.push_back(std::move(check));
  summary.replayed_segments = replayed.replayed_segments;
  summary.peak_memory_bytes = replayed.peak_memory_bytes;
  GLASS_TRY_STATUS(write_report(summary.out, summary, services));
  summary.places.insert(summary.places.begin(), {(summary.out / "report.html").string(), "report"});
  return summary;
}

}  // namespace glass::service
