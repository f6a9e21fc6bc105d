// plan_recipe: what a training would need, from the recipe alone: no data is read.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "glass/base/result.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/plan/memory_report.h"
#include "glass/engine/train/training_plan.h"
#include "glass/service/accelerators.h"
#include "glass/service/run_summary.h"
#include "glass/service/services.h"
#include "glass/service/start_model.h"
#include "glass/service/training_run.h"
#include "glass/service/training_settings.h"
#include "glass/service/use_cases.h"
#include "glass/system/machine.h"

namespace glass::service {
namespace {

// What a training's process holds besides: code, stacks and heap. Measured: 22 to 24 MB on x86-64
// with small corpora, the peak of the process less the plan.
constexpr int64_t kProgramBytes = 24 << 20;

}  // namespace

Result<PlanReport> plan_of(const Recipe& recipe, const ModelBasis& basis,
                           const Services& services) {
  GLASS_TRY(const engine::TrainingSettings settings, training_settings(recipe, basis));
  GLASS_TRY(const engine::TrainingPlan plan,
            engine::plan_training(settings, kernels(), services.parallel.workers()));
  GLASS_TRY(const double flops_per_token,
            engine::training_flops_per_token(settings.model, recipe.train.sequence_length));
  engine::MemoryReport memory = plan.memory;
  memory.program = kProgramBytes;
  return PlanReport{
      .numerics_class = recipe.numerics.numerics_class,
      .parameters = engine::parameter_count(plan.parameters),
      .active_parameters = engine::active_parameter_count(settings.model, plan.parameters),
      .flops_per_token = flops_per_token,
      .tokens = recipe.train.steps * recipe.train.micro_batches *
                recipe.train.micro_batch_sequences * recipe.train.sequence_length,
      .memory = memory,
      .available_bytes = static_cast<int64_t>(system::available_memory_bytes())};
}

namespace {

PlanEstimate estimate(std::string machine, double peak_flops, double share,
                      const PlanReport& report) {
  const double flops = report.flops_per_token * static_cast<double>(report.tokens);
  return {.machine = std::move(machine),
          .peak_flops = peak_flops,
          .share = share,
          .seconds = flops / (peak_flops * share),
          .kilowatt_hours = std::nullopt};
}

Result<PlanEstimate> estimate_on(const PlanChoice& choice, const PlanReport& report) {
  GLASS_TRY(const Accelerator one, accelerator(choice.accelerator));
  const auto count = static_cast<double>(choice.count);
  PlanEstimate there =
      estimate(choice.accelerator, count * one.peak_teraflops * 1e12, kAcceleratorShare, report);
  there.count = choice.count;
  there.kilowatt_hours = count * one.rated_watts * there.seconds / 3.6e6;
  return there;
}

}  // namespace

Result<PlannedRecipe> plan_recipe(const PlanChoice& choice, const Services& services) {
  GLASS_TRY(const ChosenRecipe chosen, read_chosen(choice.recipe, services.files));
  ModelBasis basis{.vocabulary = chosen.recipe.tokenizer.vocabulary, .start = nullptr};
  engine::DecoderConfig start;
  if (applies(chosen.recipe, "start")) {
    GLASS_TRY(start, start_config(chosen.recipe, chosen.folder, services));
    basis.start = &start;
  }
  GLASS_TRY(const PlanReport report, plan_of(chosen.recipe, basis, services));
  PlannedRecipe planned{.report = report, .estimates = {}};
  if (choice.accelerator.empty())
    GLASS_TRY_STATUS(engine::expect_fits(report.memory, report.available_bytes));
  planned.estimates.push_back(
      estimate("this machine", peak_flops(services), kProcessorShare, report));
  if (!choice.accelerator.empty()) {
    GLASS_TRY(PlanEstimate there, estimate_on(choice, report));
    planned.estimates.push_back(std::move(there));
  }
  return planned;
}

}  // namespace glass::service
