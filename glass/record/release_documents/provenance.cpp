#include "glass/record/release_documents/provenance.h"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"

namespace glass::record {
namespace {

using release::add_text;
using release::hex_of;

// A ResourceDescriptor by its digest; left out where that is unknown.
void add_resource(Json::Array& resources, std::string_view name, std::string_view digest) {
  if (digest.empty()) return;
  resources.emplace_back(
      Json::Object{{"name", name}, {"digest", Json::Object{{"sha256", hex_of(digest)}}}});
}

// "glass 0.1.0" as its name and version.
std::pair<std::string, std::string> split_program(std::string_view program) {
  const size_t space = program.find(' ');
  if (space == std::string_view::npos) return {std::string(program), ""};
  return {std::string(program.substr(0, space)), std::string(program.substr(space + 1))};
}

Json::Object engine(const ReleaseFacts& facts) {
  const auto [name, version] = split_program(facts.training.program);
  Json::Object resource = {
      {"name", "engine"},
      {"uri", fmt::format("pkg:generic/{}{}", name, version.empty() ? "" : "@" + version)}};
  Json::Object digest;
  add_text(digest, "sha256", hex_of(facts.engine_digest));
  add_text(digest, "gitCommit", facts.engine_commit);
  if (!digest.empty()) resource.emplace("digest", std::move(digest));
  return resource;
}

Json::Array dependencies(const ReleaseFacts& facts) {
  Json::Array resources;
  add_resource(resources, "recipe", facts.records.recipe);
  add_resource(resources, "corpus manifest", facts.records.corpus);
  add_resource(resources, "tokenizer", facts.records.tokenizer);
  add_resource(resources, "shards manifest", facts.records.shards);
  if (facts.base) {
    add_resource(resources, "base model", facts.base->weights);
    add_resource(resources, "run of the base model", facts.base->run);
  }
  if (!facts.training.program.empty()) resources.emplace_back(engine(facts));
  return resources;
}

Json::Object external_parameters(const TrainingFact& training) {
  Json::Object parameters = {{"recipe", kRecipeFile}};
  add_text(parameters, "numerics", training.numerics_class);
  if (training.seed) parameters.emplace("seed", std::to_string(*training.seed));
  return parameters;
}

Json::Object internal_parameters(const TrainingFact& training) {
  Json::Object parameters;
  add_text(parameters, "processor", training.processor);
  add_text(parameters, "architecture", training.architecture);
  add_text(parameters, "operatingSystem", training.operating_system);
  add_text(parameters, "compiler", training.compiler);
  add_text(parameters, "kernels", training.kernels);
  if (training.threads) parameters.emplace("threads", std::to_string(*training.threads));
  return parameters;
}

Json::Object run_details(const ReleaseFacts& facts) {
  const auto [program, version] = split_program(facts.training.program);
  Json::Object builder = {{"id", builder_id(facts)}};
  if (!version.empty()) builder.emplace("version", Json::Object{{program, version}});
  Json::Object metadata;
  if (!facts.records.run.empty())
    metadata.emplace("invocationId", "urn:glassworks:run:" + hex_of(facts.records.run));
  add_text(metadata, "startedOn", facts.training.started);
  add_text(metadata, "finishedOn", facts.training.finished);
  Json::Array byproducts;
  add_resource(byproducts, "last digest of the step chain", facts.records.chain);
  if (const FileFact* record = release::find_file(facts, kRunRecordFile))
    add_resource(byproducts, kRunRecordFile, record->sha256);
  for (const ReplayFact& replay : facts.replays) add_resource(byproducts, "replay", replay.digest);
  return {{"builder", std::move(builder)},
          {"metadata", std::move(metadata)},
          {"byproducts", std::move(byproducts)}};
}

}  // namespace

std::string builder_id(const ReleaseFacts& facts) {
  if (!facts.answers.provider.url.empty()) return facts.answers.provider.url;
  if (!facts.training.signed_by.empty())
    return "urn:glassworks:key:" + facts.training.signed_by.front();
  return "urn:glassworks:builder:unknown";
}

Json provenance_predicate(const ReleaseFacts& facts) {
  return Json::Object{
      {"buildDefinition", Json::Object{{"buildType", kTrainingBuildType},
                                       {"externalParameters", external_parameters(facts.training)},
                                       {"internalParameters", internal_parameters(facts.training)},
                                       {"resolvedDependencies", dependencies(facts)}}},
      {"runDetails", run_details(facts)}};
}

}  // namespace glass::record
