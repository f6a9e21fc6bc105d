#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/units_text.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/open_licences.h"
#include "glass/record/release_documents/openness.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {
namespace {

std::string if_so(bool holds, std::string proof) {
  return holds ? std::move(proof) : "";
}

std::string manifest_proof(const ReleaseFacts& facts) {
  return facts.records.corpus.empty() ? "" : "corpus manifest " + facts.records.corpus;
}

std::string file_proof(const FileFact* file) {
  return file == nullptr ? "" : fmt::format("{}, sha256:{}", file->path, file->sha256);
}

// Of the first file below this folder.
std::string folder_proof(const ReleaseFacts& facts, std::string_view folder) {
  for (const FileFact& file : facts.files) {
    if (file.path.starts_with(folder)) return fmt::format("{}, sha256:{}", file.path, file.sha256);
  }
  return "";
}

std::string replay_proof(const ReleaseFacts& facts) {
  int64_t steps = 0;
  for (const ReplayFact& replay : facts.replays) {
    if (!replay.equal) return "";
    steps += replay.steps;
  }
  if (facts.replays.empty()) return "";
  return fmt::format("{}, {} executed again with equal bits, the first is {}",
                     count_text(std::ssize(facts.replays), "replay"), count_text(steps, "step"),
                     facts.replays.front().digest);
}

std::string energy_proof(const TrainingFact& training) {
  if (!training.energy_kwh) return "";
  return fmt::format("{} kWh, {}", number_text(*training.energy_kwh),
                     release::or_unknown(training.energy_method));
}

// Of a statement besides the one that whoever makes the release gives in passing.
std::string evaluation_proof(const ReleaseFacts& facts) {
  const auto at = std::ranges::find_if(facts.files, [](const FileFact& file) {
    return file.path.starts_with("evidence/evaluations/") && file.path != kHeldOutEvaluationFile;
  });
  return at == facts.files.end() ? "" : file_proof(&*at);
}

}  // namespace

std::vector<OpennessTick> open_source_ticks(const ReleaseFacts& facts) {
  const ReleaseHead& head = facts.answers.release;
  const std::string manifest = manifest_proof(facts);
  const bool has_data = !facts.corpus.datasets.empty() && !manifest.empty();
  const bool listed = has_data && std::ranges::all_of(facts.corpus.datasets, [&](const auto& one) {
                        const SourceAnswers* said = release::answers_of(facts, one.source);
                        return !one.url.empty() || (said != nullptr && !said->description.empty());
                      });
  const bool terms = is_open_licence(facts.licence) && is_open_licence(head.code_licence);
  return {
      {"provenance", "where the data come from", if_so(has_data, manifest)},
      {"scope", "scope and characteristics of the data",
       if_so(!facts.corpus.languages.empty(), manifest)},
      {"selection", "how the data were selected",
       if_so(!facts.corpus.allowed_licences.empty() && !facts.records.recipe.empty(),
             "recipe " + facts.records.recipe)},
      {"labelling", "how the data were labelled",
       if_so(facts.training.objective == "next_token",
             "not applicable: the next token of the text itself is learned")},
      {"processing", "how the data were processed and filtered", if_so(has_data, manifest)},
      {"data_list", "list of all data, public and obtainable", if_so(listed, manifest)},
      {"code", "the complete code to train and run it", head.code_url},
      {"parameters", "the parameters", file_proof(release::find_weights(facts))},
      {"terms", "all of it under approved terms",
       if_so(terms, fmt::format("weights {}, code {}", facts.licence, head.code_licence))},
  };
}

std::vector<OpennessTick> verified_ticks(const ReleaseFacts& facts) {
  return {
      {"replay", "parts of the training were executed again, bit for bit", replay_proof(facts)},
      {"data_order", "the batch of every step is known by its digest",
       file_proof(release::find_ending(facts, "training/chain.jsonl"))},
      {"step_log", "the log of all steps is published",
       file_proof(release::find_ending(facts, "training/metrics.jsonl"))},
      {"signed_weights", "the files are signed",
       if_so(!facts.signing_key_hint.empty(), "key " + facts.signing_key_hint)},
      {"decisions", "decisions and votes are logged", folder_proof(facts, "evidence/decisions/")},
      {"opt_outs", "reservations that were honoured are listed",
       folder_proof(facts, "evidence/opt-outs/")},
      {"energy", "the energy of training was metered", energy_proof(facts.training)},
      {"evaluation", "the evaluation was computed again", evaluation_proof(facts)},
      {"trace", "outputs can be traced to training texts", folder_proof(facts, "evidence/trace/")},
      {"incidents", "incidents are told", folder_proof(facts, "evidence/incidents/")},
  };
}

}  // namespace glass::record
