// What the use cases share at their begin and end: the recipe that was chosen, the summary of a
// run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/record/documents/facts.h"
#include "glass/record/evidence/evidence_tree.h"
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

// What of a finished run people look for.
std::vector<record::PlaceFact> places(const RunPaths& paths);

// From the record and the log of a finished run. A log that cannot be read gives no speed; what is
// wrong with it is found by verify.
Summary summarize(const RunSubject& subject, const RunPaths& paths, system::Files& files);

// Commands to go on with, of "generate", "verify" and "replay".
std::vector<std::string> next_commands(const RunPaths& paths, std::vector<std::string_view> verbs);

// The end of a use case: the memory it took, and what may follow. After a check that failed nothing
// is proposed but to verify.
void finish(Summary& summary, std::vector<std::string_view> next_verbs);

// The floating-point operations this machine can do in a second with the workers at hand: the best
// of a few bursts of about 10 ms, since whatever else runs can only slow one down. What a share of
// the peak (MFU) refers to.
double peak_flops(const Services& services);

// A check that found what it looked for, or the error that says what it found instead. An
// interruption is no finding and is passed on.
[[nodiscard]] Result<record::EvidenceNode> finding(std::string_view what, std::string detail,
                                                   const Status& found);

// The text in one line, for a progress note: line breaks become ⏎.
std::string one_line(std::string_view text);

}  // namespace glass::service
