#include "glass/record/release_documents/openness.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/model_documentation.h"
#include "glass/record/release_documents/open_licences.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"

namespace glass::record {
namespace {

constexpr int kTechnicalReport = 11, kResearchPaper = 21;

constexpr std::array<FrameworkComponent, 17> kComponents = {{
    {9, "Model architecture", "Code of the architecture", 3, true},
    {16, "Data preprocessing code", "Code that reads, cleans and selects the data", 1, true},
    {7, "Training code", "Code that trains", 2, true},
    {8, "Inference code", "Code that runs the model", 2, true},
    {18, "Evaluation code", "Code that evaluates the model", 2, true},
    {22, "Supporting libraries and tools", "Libraries and tools that were used", 2, false},
    {10, "Model parameters (Final)", "Weights at the end of training", 3, true},
    {24, "Model parameters (Intermediate)", "Weights of checkpoints", 1, true},
    {15, "Datasets", "Texts that were trained and tested on", 1, true},
    {19, "Evaluation data", "Texts that were evaluated on", 2, true},
    {20, "Sample model outputs", "Texts that the model wrote", 3, false},
    {17, "Model metadata", "Recipe, settings, state of the optimizer", 1, false},
    {13, "Model card", "What the model is, its use and its limits", 3, true},
    {14, "Data card", "What the data are and where they come from", 3, true},
    {11, "Technical report", "What the model can do and how it is used", 3, true},
    {21, "Research paper", "How the model was developed", 1, true},
    {12, "Evaluation results", "What evaluation found", 3, true},
}};

// Each that is not there yet.
class ComponentList {
 public:
  void add(int id, std::string_view licence, std::string_view location) {
    found_.try_emplace(id, PresentComponent{id, std::string(licence), std::string(location)});
  }

  [[nodiscard]] std::vector<PresentComponent> take() const {
    std::vector<PresentComponent> out;
    for (const auto& [id, component] : found_) out.push_back(component);
    return out;
  }

 private:
  std::map<int, PresentComponent> found_;
};

void add_typed(const ReleaseFacts& facts, ComponentList& list) {
  for (const ComponentAnswers& typed : facts.answers.components) {
    const auto* const known = std::ranges::find(kComponents, typed.name, &FrameworkComponent::name);
    if (known != kComponents.end()) list.add(known->id, typed.licence, typed.location);
  }
}

void add_code(const ReleaseFacts& facts, ComponentList& list) {
  const ReleaseHead& head = facts.answers.release;
  if (head.code_url.empty()) return;
  for (const int id : {9, 16, 7, 8, 18}) list.add(id, head.code_licence, head.code_url);
}

void add_weights(const ReleaseFacts& facts, ComponentList& list) {
  if (const FileFact* last = release::find_weights(facts)) list.add(10, facts.licence, last->path);
  const auto checkpoint = std::ranges::find_if(facts.files, release::is_checkpoint);
  if (checkpoint != facts.files.end()) list.add(24, facts.licence, checkpoint->path);
}

// In the folder, or each at an address with its digest.
bool data_are_obtainable(const ReleaseFacts& facts) {
  if (release::find_ending(facts, "corpus/documents.bin") != nullptr) return true;
  return !facts.corpus.datasets.empty() &&
         std::ranges::all_of(facts.corpus.datasets, [](const DatasetFact& one) {
           return !one.url.empty() && !one.sha256.empty();
         });
}

void add_data(const ReleaseFacts& facts, ComponentList& list) {
  if (!data_are_obtainable(facts)) return;
  list.add(15, facts.corpus.licence, kCroissantFile);
  if (facts.corpus.held_out_documents.value_or(0) > 0)
    list.add(19, facts.corpus.licence, kCroissantFile);
}

void add_papers(const ReleaseFacts& facts, ComponentList& list) {
  const std::string& licence = facts.answers.release.papers_licence;
  list.add(13, licence, kModelCardFile);
  if (!facts.corpus.datasets.empty()) list.add(14, licence, kCroissantFile);
  if (!facts.evaluations.empty()) list.add(12, licence, kModelCardFile);
  const Form documentation = model_documentation(facts, Language::kEnglish);
  if (fields_with(documentation, FieldMark::kMissing).empty())
    list.add(kTechnicalReport, licence, fmt::format("{}.md", kDocumentationName));
  if (const FileFact* recipe = release::find_ending(facts, "recipe.json"))
    list.add(17, licence, recipe->path);
  if (const FileFact* samples = release::find_ending(facts, "samples.jsonl"))
    list.add(20, facts.licence, samples->path);
}

// Components of this class and those below it that are open.
std::set<int> open_of(std::span<const PresentComponent> components, int openness_class) {
  std::set<int> ids;
  for (const FrameworkComponent& one : kComponents) {
    if (!one.required || one.openness_class < openness_class) continue;
    const auto at = std::ranges::find(components, one.id, &PresentComponent::id);
    if (at != components.end() && is_open_licence(at->licence)) ids.insert(one.id);
  }
  return ids;
}

int required_of(int openness_class) {
  return static_cast<int>(std::ranges::count_if(kComponents, [&](const FrameworkComponent& one) {
    return one.required && one.openness_class >= openness_class;
  }));
}

std::string_view class_name(int openness_class) {
  switch (openness_class) {
    case 3: return "Class III - Open Model";
    case 2: return "Class II - Open Tooling";
    case 1: return "Class I - Open Science";
    default: return "none";
  }
}

// Why a component does not count.
std::string lack_of(std::span<const PresentComponent> components, int id) {
  const auto at = std::ranges::find(components, id, &PresentComponent::id);
  if (at == components.end()) return "it is not there";
  if (at->licence.empty()) return "nobody says under which licence it is";
  return fmt::format("its licence, {}, is not open", at->licence);
}

Json missing_for(std::span<const PresentComponent> components, int openness_class) {
  const std::set<int> open = open_of(components, openness_class);
  // Up to Class II a paper of whatever class may stand in for the report; in Class I it is asked
  // for.
  const bool has_paper = open_of(components, 1).contains(kResearchPaper);
  Json::Array out;
  for (const FrameworkComponent& one : kComponents) {
    if (!one.required || one.openness_class < openness_class || open.contains(one.id)) continue;
    if (one.id == kTechnicalReport && has_paper) continue;
    out.emplace_back(Json::Object{{"component", one.name}, {"why", lack_of(components, one.id)}});
  }
  return out;
}

Json progress(const OpennessGrade& grade) {
  static constexpr std::array kNames = {"III", "II", "I"};
  Json::Object out;
  for (size_t i = 0; i < kNames.size(); ++i)
    out.emplace(kNames[i], Json::Object{{"open", grade.have[i]}, {"required", grade.needed[i]}});
  return out;
}

Json ticks_json(const std::vector<OpennessTick>& ticks) {
  Json::Array out;
  for (const OpennessTick& one : ticks)
    out.emplace_back(Json::Object{{"id", one.id},
                                  {"what", one.what},
                                  {"state", one.proof.empty() ? "missing" : "shown"},
                                  {"proof", one.proof.empty() ? Json() : Json(one.proof)}});
  return out;
}

Json components_json(std::span<const PresentComponent> components) {
  Json::Array out;
  for (const FrameworkComponent& one : kComponents) {
    const auto at = std::ranges::find(components, one.id, &PresentComponent::id);
    if (at == components.end()) continue;
    out.emplace_back(Json::Object{{"component", one.name},
                                  {"licence", at->licence.empty() ? Json() : Json(at->licence)},
                                  {"location", at->location},
                                  {"open", is_open_licence(at->licence)}});
  }
  return out;
}

}  // namespace

std::span<const FrameworkComponent> framework_components() {
  return kComponents;
}

std::vector<PresentComponent> present_components(const ReleaseFacts& facts) {
  ComponentList list;
  add_typed(facts, list);
  add_code(facts, list);
  add_weights(facts, list);
  add_data(facts, list);
  add_papers(facts, list);
  return list.take();
}

OpennessGrade openness_grade(std::span<const PresentComponent> components) {
  const std::set<int> all_open = open_of(components, 1);
  const bool paper = all_open.contains(kResearchPaper),
             report = all_open.contains(kTechnicalReport);
  OpennessGrade grade;
  for (const int openness_class : {3, 2, 1}) {
    const auto i = static_cast<size_t>(3 - openness_class);
    std::set<int> open = open_of(components, openness_class);
    if (openness_class > 1 && !report && paper) open.insert(kResearchPaper);
    grade.have[i] = static_cast<int>(open.size());
    grade.needed[i] = required_of(openness_class);
    if (openness_class == 1 && !report && paper) --grade.needed[i];
    // Whoever lacks something for a class lacks it for the next one, too.
    if (grade.have[i] >= grade.needed[i]) grade.openness_class = openness_class;
  }
  return grade;
}

Json openness(const ReleaseFacts& facts) {
  const std::vector<PresentComponent> components = present_components(facts);
  const OpennessGrade grade = openness_grade(components);
  const int next = grade.openness_class == 0 ? 3 : grade.openness_class - 1;
  Json::Object framework = {{"name", "Model Openness Framework"},
                            {"version", "1.0"},
                            {"class", class_name(grade.openness_class)},
                            {"progress", progress(grade)},
                            {"components", components_json(components)}};
  if (next > 0) {
    framework.emplace("next_class", class_name(next));
    framework.emplace("missing_for_next_class", missing_for(components, next));
  }
  return Json::Object{
      {"kind", "openness"},
      {"model", facts.name},
      {"model_openness_framework", std::move(framework)},
      {"open_source_ai_definition",
       Json::Object{{"version", "1.0"}, {"ticks", ticks_json(open_source_ticks(facts))}}},
      {"verified", ticks_json(verified_ticks(facts))}};
}

std::string framework_yaml(const ReleaseFacts& facts) {
  const auto quoted = [](std::string_view text) { return json_quote(text); };
  const std::vector<PresentComponent> components = present_components(facts);
  std::string out = fmt::format(
      "framework:\n  name: 'Model Openness Framework'\n  version: '1.0'\n  date: '2024-12-15'\n"
      "release:\n  name: {}\n  version: {}\n  date: {}\n  type: language\n"
      "  architecture: 'transformer decoder'\n  treatment: {}\n  origin: {}\n  producer: {}\n"
      "  contact: {}\n  repository: {}\n  huggingface: ''\n  components:\n",
      quoted(facts.name), quoted(facts.version), quoted(facts.date),
      facts.training.objective == "next_token" ? "pre-trained" : "'chat fine-tuned'",
      quoted(facts.base ? facts.base->name : ""), quoted(facts.answers.provider.name),
      quoted(facts.answers.provider.contact), quoted(facts.answers.release.code_url));
  for (const FrameworkComponent& one : kComponents) {
    const auto at = std::ranges::find(components, one.id, &PresentComponent::id);
    if (at == components.end()) continue;
    out += fmt::format("    -\n      name: {}\n      description: {}\n", quoted(one.name),
                       quoted(one.description));
    if (!at->licence.empty()) out += fmt::format("      license: {}\n", quoted(at->licence));
    out += fmt::format("      component_path: {}\n", quoted(at->location));
  }
  return out;
}

}  // namespace glass::record
