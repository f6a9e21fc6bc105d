// show_mask: what of its conversations a training would learn.
#include <cstdint>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/data/examples/example_set.h"
#include "glass/service/prepare_data.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_summary.h"
#include "glass/service/services.h"
#include "glass/service/use_cases.h"

namespace glass::service {

Result<MaskedExamples> show_mask(const RecipeChoice& choice, int64_t count,
                                 const Services& services) {
  GLASS_TRY(const ChosenRecipe chosen, read_chosen(choice, services.files));
  if (!applies(chosen.recipe, "chat"))
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{} learns every token of its texts: a mask is of conversations, which "
                            "train.objective 'chat' and 'preference' learn from",
                            choice.file.string()));
  GLASS_TRY(RunFolder folder, RunFolder::open(services.files, chosen.out, chosen.recipe));
  GLASS_TRY(const PreparedData data, prepare_data(chosen.recipe, chosen.folder, folder, services));
  const data::ExampleSet& examples = data.tokens.examples->train;
  return MaskedExamples{.texts = data::masked_texts(examples, data.tokenizer, count),
                        .units = examples.units(),
                        .tokens = examples.tokens(),
                        .learned = examples.learned_tokens()};
}

}  // namespace glass::service
