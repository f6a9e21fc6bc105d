#include "glass/record/release_documents/spdx.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"

namespace glass::record {
namespace {

using release::add_text;
using release::hex_of;
using release::to_the_second;

constexpr std::string_view kCreation = "_:creation";

// The elements of the document, each under an IRI of the release's own.
class SpdxGraph {
 public:
  explicit SpdxGraph(const ReleaseFacts& facts)
      : base_("urn:uuid:" + release::release_uuid(facts)) {}

  [[nodiscard]] std::string id(std::string_view local) const {
    return fmt::format("{}#{}", base_, local);
  }

  [[nodiscard]] const std::string& document_id() const { return base_; }

  std::string add(std::string_view local, std::string_view type, Json::Object members) {
    return add_as(id(local), type, std::move(members));
  }

  std::string add_as(std::string iri, std::string_view type, Json::Object members) {
    members.emplace("type", type);
    members.emplace("spdxId", iri);
    members.emplace("creationInfo", kCreation);
    elements_.emplace_back(std::move(members));
    return iri;
  }

  void add_creation(Json::Object creation) { elements_.emplace_back(std::move(creation)); }

  void relate(std::string_view from, std::string_view type, std::vector<std::string> to) {
    if (to.empty()) return;
    add(fmt::format("relationship-{}", ++relationships_), "Relationship",
        {{"from", from}, {"relationshipType", type}, {"to", Json::Array(to.begin(), to.end())}});
  }

  // Declared and concluded are the same: nobody has looked for another licence.
  void license(std::string_view element, std::string_view expression) {
    if (expression.empty()) return;
    const std::string at =
        add(fmt::format("licence-{}", ++licences_), "simplelicensing_LicenseExpression",
            {{"simplelicensing_licenseExpression", expression}});
    relate(element, "hasDeclaredLicense", {at});
    relate(element, "hasConcludedLicense", {at});
  }

  Json::Array take() { return std::move(elements_); }

 private:
  std::string base_;
  Json::Array elements_;
  int relationships_ = 0, licences_ = 0;
};

Json::Array hash_of(std::string_view digest) {
  return {Json::Object{{"type", "Hash"}, {"algorithm", "sha256"}, {"hashValue", hex_of(digest)}}};
}

void add_entries(Json::Object& element, std::string_view key,
                 const std::vector<std::pair<std::string, std::string>>& entries) {
  if (entries.empty()) return;
  Json::Array out;
  for (const auto& [name, value] : entries)
    out.emplace_back(Json::Object{{"type", "DictionaryEntry"}, {"key", name}, {"value", value}});
  element.emplace(std::string(key), std::move(out));
}

Json::Object energy_of_training(double kilowatt_hours) {
  const Json description = Json::Object{{"type", "ai_EnergyConsumptionDescription"},
                                        {"ai_energyQuantity", kilowatt_hours},
                                        {"ai_energyUnit", "kilowattHour"}};
  return {{"type", "ai_EnergyConsumption"},
          {"ai_trainingEnergyConsumption", Json::Array{description}}};
}

std::string add_model(SpdxGraph& graph, const ReleaseFacts& facts, std::string_view provider) {
  Json::Object model = {
      {"name", facts.name}, {"suppliedBy", provider}, {"software_primaryPurpose", "model"}};
  add_text(model, "description", facts.description);
  add_text(model, "releaseTime", to_the_second(facts.date));
  add_text(model, "software_packageVersion", facts.version);
  add_text(model, "software_downloadLocation", facts.answers.release.url);
  add_text(model, "ai_limitation", facts.answers.use.limitations);
  add_text(model, "ai_informationAboutApplication", facts.answers.use.intended);
  const TrainingFact& training = facts.training;
  if (!training.optimizer.empty())
    add_text(model, "ai_informationAboutTraining",
             fmt::format("{}; {}. Numerics class {}, digest of the run {}.", training.optimizer,
                         release::or_unknown(training.schedule),
                         release::or_unknown(training.numerics_class),
                         release::or_unknown(facts.records.run)));
  if (!facts.architecture.name.empty())
    model.emplace("ai_typeOfModel", Json::Array{"transformer", facts.architecture.name});
  model.emplace("ai_domain", Json::Array{"natural language processing"});
  add_entries(model, "ai_hyperparameter", training.settings);
  std::vector<std::pair<std::string, std::string>> measured;
  for (const EvaluationFact& one : facts.evaluations)
    measured.emplace_back(fmt::format("{} ({}, {})", one.metric, one.dataset, one.split),
                          number_text(one.value));
  add_entries(model, "ai_metric", measured);
  if (training.energy_kwh)
    model.emplace("ai_energyConsumption", energy_of_training(*training.energy_kwh));
  return graph.add("model", "ai_AIPackage", std::move(model));
}

// Its manifest at least, which says where each text can be had.
bool holds_corpus(const ReleaseFacts& facts) {
  return std::ranges::any_of(
      facts.files, [](const FileFact& file) { return file.path.starts_with(kCorpusFolder); });
}

std::string add_corpus(SpdxGraph& graph, const ReleaseFacts& facts, std::string_view provider) {
  Json::Object corpus = {{"name", facts.corpus.name.empty() ? "corpus" : facts.corpus.name},
                         {"originatedBy", Json::Array{provider}},
                         {"software_primaryPurpose", "data"},
                         {"dataset_datasetType", Json::Array{"text"}},
                         {"dataset_hasSensitivePersonalInformation", "noAssertion"}};
  add_text(corpus, "builtTime", to_the_second(facts.training.started));
  add_text(corpus, "releaseTime", to_the_second(facts.date));
  if (holds_corpus(facts)) add_text(corpus, "software_downloadLocation", facts.answers.release.url);
  add_text(corpus, "dataset_dataCollectionProcess", facts.answers.data.selection);
  if (!facts.answers.data.biases.empty())
    corpus.emplace("dataset_knownBias", Json::Array{facts.answers.data.biases});
  if (facts.corpus.bytes) corpus.emplace("dataset_datasetSize", *facts.corpus.bytes);
  if (!facts.records.corpus.empty()) corpus.emplace("verifiedUsing", hash_of(facts.records.corpus));
  return graph.add("corpus", "dataset_DatasetPackage", std::move(corpus));
}

std::string add_dataset(SpdxGraph& graph, const DatasetFact& dataset, size_t number,
                        std::string_view origin) {
  Json::Object package = {{"name", dataset.name},
                          {"originatedBy", Json::Array{origin}},
                          {"software_primaryPurpose", "data"},
                          {"dataset_datasetType", Json::Array{"text"}},
                          {"dataset_hasSensitivePersonalInformation", "noAssertion"}};
  add_text(package, "software_packageVersion", dataset.version);
  add_text(package, "software_downloadLocation", dataset.url);
  add_text(package, "builtTime", to_the_second(dataset.collected));
  add_text(package, "releaseTime", to_the_second(dataset.collected));
  if (!dataset.url.empty()) package.emplace("dataset_datasetAvailability", "directDownload");
  if (!dataset.sha256.empty()) package.emplace("verifiedUsing", hash_of(dataset.sha256));
  std::string at =
      graph.add(fmt::format("dataset-{}", number), "dataset_DatasetPackage", std::move(package));
  graph.license(at, dataset.licence);
  return at;
}

// Whom each dataset comes from: an archive by its origin, else nobody that is known.
std::vector<std::string> add_datasets(SpdxGraph& graph, const CorpusFact& corpus) {
  std::string archive, unknown;
  const auto origin_of = [&](const DatasetFact& dataset) {
    const bool known = dataset.kind == "debian" && !corpus.archives.empty() &&
                       !corpus.archives.front().origin.empty();
    std::string& agent = known ? archive : unknown;
    if (agent.empty())
      agent = known
                  ? graph.add("archive", "Organization", {{"name", corpus.archives.front().origin}})
                  : graph.add("unknown-origin", "Agent", {{"name", "unknown"}});
    return agent;
  };
  std::vector<std::string> out;
  for (const DatasetFact& dataset : corpus.datasets)
    out.push_back(add_dataset(graph, dataset, out.size() + 1, origin_of(dataset)));
  return out;
}

std::vector<std::string> add_files(SpdxGraph& graph, const ReleaseFacts& facts) {
  std::vector<std::string> out;
  for (const FileFact& file : facts.files)
    out.push_back(graph.add(fmt::format("file-{}", out.size() + 1), "software_File",
                            {{"name", file.path}, {"verifiedUsing", hash_of(file.sha256)}}));
  return out;
}

void add_base(SpdxGraph& graph, const ReleaseFacts& facts, std::string_view model) {
  if (!facts.base) return;
  const BaseFact& base = *facts.base;
  Json::Object package = {{"name", base.name.empty() ? "base model" : base.name},
                          {"software_primaryPurpose", "model"}};
  if (!base.weights.empty()) package.emplace("verifiedUsing", hash_of(base.weights));
  const std::string at = graph.add("base", "software_Package", std::move(package));
  graph.license(at, base.licence);
  graph.relate(model, "descendantOf", {at});
}

// The profiles whose mandatory fields are all known.
Json::Array profiles(const ReleaseFacts& facts) {
  Json::Array out = {"core", "software", "simpleLicensing"};
  const bool published = !facts.date.empty() && !facts.answers.release.url.empty();
  if (published && !facts.version.empty() && !facts.licence.empty()) out.emplace_back("ai");
  const bool datasets_known =
      std::ranges::all_of(facts.corpus.datasets, [](const DatasetFact& one) {
        return !one.url.empty() && !one.collected.empty() && !one.licence.empty();
      });
  if (published && holds_corpus(facts) && datasets_known && !facts.training.started.empty() &&
      !facts.corpus.licence.empty())
    out.emplace_back("dataset");
  return out;
}

}  // namespace

Json spdx_document(const ReleaseFacts& facts) {
  GLASS_CHECK(!facts.date.empty());
  SpdxGraph graph(facts);
  const std::string provider = graph.id("provider");
  graph.add_creation({{"type", "CreationInfo"},
                      {"@id", kCreation},
                      {"specVersion", "3.0.1"},
                      {"createdBy", Json::Array{provider}},
                      {"created", to_the_second(facts.date)}});
  graph.add("provider", facts.answers.provider.name.empty() ? "Agent" : "Organization",
            {{"name", release::provider_name(facts)}});
  const std::string model = add_model(graph, facts, provider);
  graph.license(model, facts.licence);
  const std::string corpus = add_corpus(graph, facts, provider);
  graph.license(corpus, facts.corpus.licence);
  graph.relate(model, "trainedOn", {corpus});
  if (!facts.evaluations.empty()) graph.relate(model, "testedOn", {corpus});
  graph.relate(corpus, "descendantOf", add_datasets(graph, facts.corpus));
  graph.relate(model, "contains", add_files(graph, facts));
  add_base(graph, facts, model);
  graph.add_as(graph.document_id(), "SpdxDocument",
               {{"name", facts.name},
                {"rootElement", Json::Array{model}},
                {"profileConformance", profiles(facts)}});
  return Json::Object{{"@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"},
                      {"@graph", graph.take()}};
}

}  // namespace glass::record
