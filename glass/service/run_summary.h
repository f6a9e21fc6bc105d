// What the use cases share at their begin and end: the recipe that was chosen, the summary of a
// run.
#pragma once

#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/record/documents/facts.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/use_cases.h"

namespace glass::service {

struct ChosenRecipe {
  Recipe recipe;
  system::Path folder;  // what relative paths of the recipe start from
  system::Path out;
};

[[nodiscard]] Result<ChosenRecipe> read_chosen(const RecipeChoice& choice, system::Files& files);

// From the record and the log of a finished run.
[[nodiscard]] Result<Summary> summarize(const RunSubject& subject, const RunPaths& paths,
                                        const Services& services);

// The floating-point operations this machine can do in a second with the workers at hand: the best
// of a few bursts of about 10 ms, since whatever else runs can only slow one down. What a share of
// the peak (MFU) refers to.
double peak_flops(const Services& services);

// A check that found what it looked for, or the error that says what it found instead. An
// interruption is no finding and is passed on.
[[nodiscard]] Result<record::CheckFact> check_fact(std::string_view what, std::string detail,
                                                   const Status& found);

// The text in one line, for a progress note: line breaks become ⏎.
std::string one_line(std::string_view text);

}  // namespace glass::service
