#include "glass/record/release_documents/model_card.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/json.h"
#include "glass/base/units_text.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"

namespace glass::record {
namespace {

using release::markdown;
using release::or_unknown;
using release::yaml;

// SPDX identifiers that the hub has a name for, which is the same in lower case but for the last.
constexpr std::array<std::string_view, 34> kHubLicences = {"AFL-3.0",
                                                           "AGPL-3.0",
                                                           "Apache-2.0",
                                                           "Artistic-2.0",
                                                           "BSD-2-Clause",
                                                           "BSD-3-Clause",
                                                           "BSL-1.0",
                                                           "CC-BY-2.0",
                                                           "CC-BY-2.5",
                                                           "CC-BY-3.0",
                                                           "CC-BY-4.0",
                                                           "CC-BY-SA-3.0",
                                                           "CC-BY-SA-4.0",
                                                           "CC0-1.0",
                                                           "CDLA-Permissive-1.0",
                                                           "CDLA-Permissive-2.0",
                                                           "CDLA-Sharing-1.0",
                                                           "ECL-2.0",
                                                           "EPL-1.0",
                                                           "EPL-2.0",
                                                           "EUPL-1.1",
                                                           "EUPL-1.2",
                                                           "GPL-2.0",
                                                           "GPL-3.0",
                                                           "ISC",
                                                           "LGPL-2.1",
                                                           "LGPL-3.0",
                                                           "MIT",
                                                           "MPL-2.0",
                                                           "MS-PL",
                                                           "OSL-3.0",
                                                           "PostgreSQL",
                                                           "Unlicense",
                                                           "Zlib"};

// Empty: the hub has none.
std::string hub_licence(std::string_view spdx) {
  std::string_view id = spdx;
  for (const std::string_view suffix : {"-only", "-or-later"}) {
    if (id.ends_with(suffix)) id.remove_suffix(suffix.size());
  }
  return std::ranges::find(kHubLicences, id) == kHubLicences.end() ? "" : to_lower(id);
}

std::string licence_head(const ReleaseFacts& facts) {
  if (facts.licence.empty()) return "";
  const std::string known = hub_licence(facts.licence);
  if (!known.empty()) return fmt::format("license: {}\n", yaml(known));
  const std::string& link = facts.answers.release.licence_link;
  return fmt::format("license: other\nlicense_name: {}\nlicense_link: {}\n",
                     yaml(to_lower(facts.licence)), yaml(link.empty() ? "LICENSE" : link));
}

std::string list_head(std::string_view key, const std::vector<std::string>& values) {
  if (values.empty()) return "";
  std::string out = fmt::format("{}:\n", key);
  for (const std::string& value : values) out += fmt::format("- {}\n", yaml(value));
  return out;
}

std::string library_head(const ReleaseFacts& facts) {
  if (release::find_file(facts, "config.json") != nullptr) return "library_name: transformers\n";
  if (release::find_ending(facts, ".gguf") != nullptr) return "library_name: gguf\n";
  return "";
}

std::string base_head(const ReleaseFacts& facts) {
  if (!facts.base || facts.base->name.empty()) return "";
  std::string out = list_head("base_model", {facts.base->name});
  if (!facts.base->relation.empty())
    out += fmt::format("base_model_relation: {}\n", yaml(facts.base->relation));
  return out;
}

std::string index_head(const ReleaseFacts& facts) {
  if (facts.evaluations.empty()) return "";
  std::string out = fmt::format("model-index:\n- name: {}\n  results:\n", yaml(facts.name));
  for (const EvaluationFact& one : facts.evaluations) {
    out += fmt::format(
        "  - task:\n      type: text-generation\n      name: Text generation\n"
        "    dataset:\n      type: {0}\n      name: {0}\n      split: {1}\n"
        "    metrics:\n    - type: {2}\n      name: {3}\n      value: {4}\n",
        yaml(one.dataset), yaml(one.split), yaml(one.metric), yaml(one.name),
        number_text(one.value));
  }
  return out;
}

std::vector<std::string> tags(const ReleaseFacts& facts) {
  std::vector<std::string> out = {"glassworks", "reproducible-training"};
  if (!facts.architecture.family.empty()) out.push_back(facts.architecture.family);
  if (!facts.training.numerics_class.empty()) out.push_back(facts.training.numerics_class);
  return out;
}

std::string head(const ReleaseFacts& facts) {
  std::vector<std::string> datasets;
  if (!facts.corpus.name.empty()) datasets.push_back(facts.corpus.name);
  return "---\n" + list_head("language", release::natural_languages(facts.corpus)) +
         licence_head(facts) + library_head(facts) + "pipeline_tag: text-generation\n" +
         list_head("tags", tags(facts)) + list_head("datasets", datasets) + base_head(facts) +
         index_head(facts) + "---\n";
}

std::string stated(std::string_view text) {
  return text.empty() ? "Not stated." : markdown(text);
}

std::string row(std::string_view name, std::string_view value) {
  return fmt::format("| {} | {} |\n", name, value);
}

std::string digest_text(std::string_view digest) {
  return digest.empty() ? "unknown" : fmt::format("`{}`", digest);
}

std::string facts_table(const ReleaseFacts& facts) {
  const ArchitectureFact& a = facts.architecture;
  return "| | |\n|---|---|\n" + row("Version", markdown(or_unknown(facts.version))) +
         row("Date", markdown(or_unknown(facts.date))) +
         row("Provider", stated(facts.answers.provider.name)) +
         row("Licence of the weights", markdown(or_unknown(facts.licence))) +
         row("Architecture",
             fmt::format("{}, layers: {}, width: {}, heads: {}", markdown(or_unknown(a.name)),
                         or_unknown(a.layers), or_unknown(a.width), or_unknown(a.heads))) +
         row("Parameters", or_unknown(a.parameters)) +
         row("Context", fmt::format("{} tokens", or_unknown(a.context))) +
         row("Vocabulary", fmt::format("{} tokens", or_unknown(a.vocabulary))) +
         row("Numerics class", markdown(or_unknown(facts.training.numerics_class))) +
         row("Digest of the run", digest_text(facts.records.run));
}

std::string what_it_is(const ReleaseFacts& facts) {
  std::string out = fmt::format("# {}\n\n", markdown(facts.name));
  if (!facts.description.empty()) out += markdown(facts.description) + "\n\n";
  out += facts_table(facts) + "\n";
  if (!facts.base) return out + "It began from random weights.\n";
  return out + fmt::format("It goes on from {} (weights {}, licence {}).\n",
                           facts.base->name.empty() ? "another model" : markdown(facts.base->name),
                           digest_text(facts.base->weights),
                           markdown(or_unknown(facts.base->licence)));
}

std::string use(const UseAnswers& use) {
  return fmt::format(
      "## Intended use and limits\n\n**Intended use.** {}\n\n**Restricted use.** {}\n\n"
      "**Limits.** {}\n",
      stated(use.intended), stated(use.restricted), stated(use.limitations));
}

std::string counts(std::string_view heading, const std::vector<CountFact>& rows) {
  if (rows.empty()) return fmt::format("{}: unknown.\n", heading);
  std::string out = fmt::format("| {} | documents | text |\n|---|---:|---:|\n", heading);
  for (const CountFact& one : rows)
    out += fmt::format("| {} | {} | {} |\n", markdown(one.name), count_text(one.documents),
                       one.bytes ? bytes_text(static_cast<uint64_t>(*one.bytes)) : "");
  return out;
}

std::string address(std::string_view url) {
  const bool can_be_link = url.find_first_of("<> \n") == std::string_view::npos;
  return can_be_link ? fmt::format("<{}>", url) : markdown(url);
}

std::string data(const ReleaseFacts& facts) {
  const CorpusFact& corpus = facts.corpus;
  std::string out = fmt::format(
      "## Data\n\nDocuments: {}; text: {}; tokens to train on: {}; licence of all texts together: "
      "{}. "
      "What each text is and where it comes from stands in the corpus's manifest (`{}`).\n\n",
      or_unknown(corpus.documents),
      corpus.bytes ? bytes_text(static_cast<uint64_t>(*corpus.bytes)) : "unknown",
      or_unknown(corpus.tokens), markdown(or_unknown(corpus.licence)),
      or_unknown(facts.records.corpus));
  out += counts("Language", corpus.languages) + "\n" + counts("Licence", corpus.licences);
  if (corpus.datasets.empty()) return out;
  out += "\nTaken from:\n\n";
  for (const DatasetFact& one : corpus.datasets)
    out += fmt::format("- {}: {}, {}\n", markdown(one.name), markdown(or_unknown(one.licence)),
                       one.url.empty() ? "no public address" : address(one.url));
  return out;
}

std::string training(const TrainingFact& training) {
  std::string out =
      "## Training\n\n| | |\n|---|---|\n" + row("Steps", or_unknown(training.steps)) +
      row("Tokens read", or_unknown(training.tokens)) +
      row("Floating-point operations",
          training.flops ? release::two_figures(*training.flops) : "unknown") +
      row("Time",
          training.seconds ? duration_text(std::llround(*training.seconds * 1000)) : "unknown") +
      row("Energy", training.energy_kwh ? fmt::format("{} kWh", number_text(*training.energy_kwh))
                                        : "not metered") +
      row("Processor", markdown(or_unknown(training.processor))) +
      row("Program", markdown(or_unknown(training.program))) +
      row("Optimizer", markdown(or_unknown(training.optimizer))) +
      row("Learning rate", markdown(or_unknown(training.schedule)));
  return out + "\nEvery setting stands in the recipe, which is part of the evidence.\n";
}

std::string evaluation(const ReleaseFacts& facts) {
  std::string out = "## Evaluation\n\n";
  if (facts.evaluations.empty()) return out + "No evaluation is known.\n";
  out += "| measure | text | value |\n|---|---|---:|\n";
  for (const EvaluationFact& one : facts.evaluations)
    out += fmt::format("| {} | {}, {} | {:.4f} |\n", markdown(one.name), markdown(one.dataset),
                       markdown(one.split), one.value);
  return out;
}

std::string verifying(const ReleaseFacts& facts) {
  std::string out = fmt::format(
      "## How to verify\n\nThe training is a pure function of the recipe: any part of it can be "
      "executed again and must give the same bits. [{0}]({0}) says how to check everything, with "
      "and without Glassworks.\n\n",
      kVerifyGuideFile);
  if (facts.replays.empty()) return out + "No replay by anyone is known yet.\n";
  for (const ReplayFact& one : facts.replays)
    out += fmt::format("- `{}` executed {} again, {}: {}.\n", one.by,
                       count_text(one.segments, "segment"), count_text(one.steps, "step"),
                       one.equal ? "every bit was equal" : "NOT equal");
  return out;
}

std::string using_it(const ReleaseFacts& facts) {
  std::string out =
      "## How to use\n\nWith Glassworks, in the folder of this release:\n\n"
      "```\nglass generate . --prompt \"Once upon a time\"\n```\n";
  if (release::find_file(facts, "config.json") != nullptr)
    out +=
        "\nWith transformers:\n\n```python\nfrom transformers import AutoModelForCausalLM, "
        "AutoTokenizer\n\nmodel = AutoModelForCausalLM.from_pretrained(\".\")\n"
        "tokenizer = AutoTokenizer.from_pretrained(\".\")\n```\n";
  if (const FileFact* gguf = release::find_ending(facts, ".gguf"))
    out += fmt::format(
        "\nWith llama.cpp:\n\n```\nllama-completion -m {} -p \"Once upon a time\"\n```\n",
        gguf->path);
  return out;
}

}  // namespace

std::string model_card(const ReleaseFacts& facts) {
  std::string out = head(facts) + "\n";
  const std::string sections[] = {
      what_it_is(facts), use(facts.answers.use), data(facts),    training(facts.training),
      evaluation(facts), verifying(facts),       using_it(facts)};
  for (const std::string& section : sections) out += section + "\n";
  out.pop_back();
  return out;
}

}  // namespace glass::record
