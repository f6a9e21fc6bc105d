// plan_recipe: what a training would need, from the recipe alone: no data is read.
#include <cstdint>

#include "glass/base/result.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/train/training_plan.h"
#include "glass/service/run_summary.h"
#include "glass/service/services.h"
#include "glass/service/training_run.h"
#include "glass/service/training_settings.h"
#include "glass/service/use_cases.h"
#include "glass/system/machine.h"

namespace glass::service {

Result<PlanReport> plan_of(const Recipe& recipe, int64_t vocabulary, const Services& services) {
  GLASS_TRY(const engine::TrainingSettings settings, training_settings(recipe, vocabulary));
  GLASS_TRY(const engine::TrainingPlan plan,
            engine::plan_training(settings, kernels(), services.parallel.workers()));
  GLASS_TRY(const double flops_per_token,
            engine::training_flops_per_token(settings.model, recipe.train.sequence_length));
  return PlanReport{.parameters = engine::parameter_count(plan.parameters),
                    .flops_per_token = flops_per_token,
                    .memory = plan.memory,
                    .available_bytes = static_cast<int64_t>(system::available_memory_bytes())};
}

Result<PlanReport> plan_recipe(const RecipeChoice& choice, const Services& services) {
  GLASS_TRY(const ChosenRecipe chosen, read_chosen(choice, services.files));
  GLASS_TRY(PlanReport report,
            plan_of(chosen.recipe, chosen.recipe.tokenizer.vocabulary, services));
  GLASS_TRY_STATUS(engine::expect_fits(report.memory, report.available_bytes));
  return report;
}

}  // namespace glass::service
