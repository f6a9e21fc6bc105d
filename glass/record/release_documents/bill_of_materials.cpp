#include "glass/record/release_documents/bill_of_materials.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/record/model_signing/model_signature.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"

namespace glass::record {
namespace {

using release::add_text;
using release::hex_of;

void add_hash(Json::Object& component, std::string_view digest) {
  if (digest.empty()) return;
  component.emplace("hashes",
                    Json::Array{Json::Object{{"alg", "SHA-256"}, {"content", hex_of(digest)}}});
}

void add_licence(Json::Object& component, std::string_view expression) {
  if (expression.empty()) return;
  component.emplace("licenses", Json::Array{Json::Object{{"expression", expression}}});
}

void add_property(Json::Array& properties, std::string_view name, std::string value) {
  if (value.empty()) return;
  properties.emplace_back(Json::Object{{"name", name}, {"value", std::move(value)}});
}

void add_reference(Json::Array& references, std::string_view type, std::string_view url,
                   std::string_view comment) {
  if (url.empty()) return;
  Json::Object reference = {{"type", type}, {"url", url}};
  add_text(reference, "comment", comment);
  references.emplace_back(std::move(reference));
}

std::string dataset_ref(const DatasetFact& dataset) {
  return "dataset:" + dataset.name;
}

Json::Object dataset_component(const ReleaseFacts& facts, const DatasetFact& dataset) {
  Json::Object data = {{"type", "dataset"}, {"name", dataset.name}};
  if (!dataset.url.empty()) data.emplace("contents", Json::Object{{"url", dataset.url}});
  if (release::category_of(facts, dataset) == SourceCategory::kPublic)
    data.emplace("classification", "public");
  Json::Object component = {{"type", "data"},
                            {"bom-ref", dataset_ref(dataset)},
                            {"name", dataset.name},
                            {"data", Json::Array{std::move(data)}}};
  add_text(component, "version", dataset.version);
  add_hash(component, dataset.sha256);
  add_licence(component, dataset.licence);
  Json::Array references, properties;
  add_reference(references, "distribution", dataset.url, "");
  if (!references.empty()) component.emplace("externalReferences", std::move(references));
  if (dataset.documents)
    add_property(properties, "glass:documents", std::to_string(*dataset.documents));
  if (dataset.bytes) add_property(properties, "glass:bytes", std::to_string(*dataset.bytes));
  if (!properties.empty()) component.emplace("properties", std::move(properties));
  return component;
}

Json::Object corpus_component(const ReleaseFacts& facts) {
  const std::string name = facts.corpus.name.empty() ? "corpus" : facts.corpus.name;
  Json::Object component = {
      {"type", "data"},
      {"bom-ref", "corpus"},
      {"name", name},
      {"description", "The texts that were trained on; the digest is that of their manifest."},
      {"data", Json::Array{Json::Object{{"type", "dataset"}, {"name", name}}}}};
  add_hash(component, facts.records.corpus);
  add_licence(component, facts.corpus.licence);
  return component;
}

Json::Object base_component(const BaseFact& base) {
  Json::Object component = {{"type", "machine-learning-model"},
                            {"bom-ref", "base"},
                            {"name", base.name.empty() ? "base model" : base.name}};
  add_hash(component, base.weights);
  add_licence(component, base.licence);
  return component;
}

Json::Object engine_component(const ReleaseFacts& facts) {
  const std::string& program = facts.training.program;
  const size_t space = program.find(' ');
  Json::Object component = {
      {"type", "application"}, {"bom-ref", "engine"}, {"name", program.substr(0, space)}};
  if (space != std::string::npos) component.emplace("version", program.substr(space + 1));
  add_hash(component, facts.engine_digest);
  add_licence(component, facts.answers.release.code_licence);
  Json::Array references;
  add_reference(references, "vcs", facts.answers.release.code_url, facts.engine_commit);
  if (!references.empty()) component.emplace("externalReferences", std::move(references));
  return component;
}

Json::Array components(const ReleaseFacts& facts) {
  Json::Array out = {corpus_component(facts)};
  for (const DatasetFact& dataset : facts.corpus.datasets)
    out.emplace_back(dataset_component(facts, dataset));
  if (facts.base) out.emplace_back(base_component(*facts.base));
  if (!facts.training.program.empty()) out.emplace_back(engine_component(facts));
  return out;
}

Json::Array dependencies_of_bill(const ReleaseFacts& facts) {
  Json::Array of_model = {"corpus"}, of_corpus;
  if (facts.base) of_model.emplace_back("base");
  if (!facts.training.program.empty()) of_model.emplace_back("engine");
  for (const DatasetFact& dataset : facts.corpus.datasets)
    of_corpus.emplace_back(dataset_ref(dataset));
  return {Json::Object{{"ref", "model"}, {"dependsOn", std::move(of_model)}},
          Json::Object{{"ref", "corpus"}, {"dependsOn", std::move(of_corpus)}}};
}

std::string approach(std::string_view objective) {
  return objective == "next_token" ? "self-supervised" : "supervised";
}

Json::Object model_parameters(const ReleaseFacts& facts) {
  const Json::Array text = {Json::Object{{"format", "text"}}};
  Json::Object parameters = {{"task", "text-generation"},
                             {"architectureFamily", "transformer"},
                             {"datasets", Json::Array{Json::Object{{"ref", "corpus"}}}},
                             {"inputs", text},
                             {"outputs", text}};
  if (!facts.training.objective.empty())
    parameters.emplace("approach", Json::Object{{"type", approach(facts.training.objective)}});
  add_text(parameters, "modelArchitecture", facts.architecture.name);
  return parameters;
}

Json::Array metrics(const ReleaseFacts& facts) {
  Json::Array out;
  for (const EvaluationFact& one : facts.evaluations)
    out.emplace_back(Json::Object{{"type", one.metric},
                                  {"value", number_text(one.value)},
                                  {"slice", fmt::format("{}, {}", one.dataset, one.split)}});
  return out;
}

Json::Object energy(const ReleaseFacts& facts) {
  const Json used = Json::Object{{"value", *facts.training.energy_kwh}, {"unit", "kWh"}};
  const Json provider = Json::Object{{"organization", Json::Object{{"name", "unknown"}}},
                                     {"energySource", "unknown"},
                                     {"energyProvided", used}};
  Json::Object consumption = {{"activity", "training"},
                              {"energyProviders", Json::Array{provider}},
                              {"activityEnergyCost", used}};
  Json::Array properties;
  add_property(properties, "glass:method", facts.training.energy_method);
  if (!properties.empty()) consumption.emplace("properties", std::move(properties));
  return {{"energyConsumptions", Json::Array{std::move(consumption)}}};
}

Json::Object considerations(const ReleaseFacts& facts) {
  const UseAnswers& use = facts.answers.use;
  Json::Object out;
  if (!use.intended.empty()) out.emplace("useCases", Json::Array{use.intended});
  if (!use.limitations.empty()) out.emplace("technicalLimitations", Json::Array{use.limitations});
  if (facts.training.energy_kwh) out.emplace("environmentalConsiderations", energy(facts));
  return out;
}

Json::Array model_references(const ReleaseFacts& facts) {
  Json::Array references;
  add_reference(references, "distribution", facts.answers.release.url, "");
  const std::pair<std::string_view, std::string_view> files[] = {
      {"model-card", kModelCardFile},
      {"documentation", kVerifyGuideFile},
      {"attestation", kProvenanceStatementFile},
      {"attestation", kModelSignature},
      {"evidence", kRunRecordFile},
      {"evidence", kReleaseProofFile}};
  for (const auto& [type, file] : files) {
    if (release::find_file(facts, file) != nullptr) add_reference(references, type, file, "");
  }
  if (facts.log) add_reference(references, "evidence", facts.log->url, "transparency log");
  return references;
}

Json::Array files_of_bill(const ReleaseFacts& facts) {
  Json::Array out;
  for (const FileFact& file : facts.files) {
    Json::Object component = {
        {"type", "file"}, {"bom-ref", "file:" + file.path}, {"name", file.path}};
    add_hash(component, file.sha256);
    out.emplace_back(std::move(component));
  }
  return out;
}

Json::Object model_component(const ReleaseFacts& facts) {
  Json::Object card = {{"bom-ref", "model-card"}, {"modelParameters", model_parameters(facts)}};
  if (!facts.evaluations.empty())
    card.emplace("quantitativeAnalysis", Json::Object{{"performanceMetrics", metrics(facts)}});
  if (Json::Object said = considerations(facts); !said.empty())
    card.emplace("considerations", std::move(said));
  Json::Object component = {{"type", "machine-learning-model"},
                            {"bom-ref", "model"},
                            {"name", facts.name},
                            {"modelCard", std::move(card)},
                            {"externalReferences", model_references(facts)},
                            {"components", files_of_bill(facts)}};
  add_text(component, "version", facts.version);
  add_text(component, "description", facts.description);
  add_licence(component, facts.licence);
  const std::string& provider = facts.answers.provider.name;
  if (!provider.empty()) component.emplace("supplier", Json::Object{{"name", provider}});
  Json::Array properties;
  add_property(properties, "glass:run", facts.records.run);
  add_property(properties, "glass:numerics", facts.training.numerics_class);
  if (facts.architecture.parameters)
    add_property(properties, "glass:parameters", std::to_string(*facts.architecture.parameters));
  if (!properties.empty()) component.emplace("properties", std::move(properties));
  return component;
}

}  // namespace

Json bill_of_materials(const ReleaseFacts& facts) {
  Json::Object metadata = {{"component", model_component(facts)}};
  add_text(metadata, "timestamp", release::to_the_second(facts.date));
  return Json::Object{{"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"},
                      {"bomFormat", "CycloneDX"},
                      {"specVersion", "1.6"},
                      {"serialNumber", "urn:uuid:" + release::release_uuid(facts)},
                      {"version", 1},
                      {"metadata", std::move(metadata)},
                      {"components", components(facts)},
                      {"dependencies", dependencies_of_bill(facts)}};
}

}  // namespace glass::record
