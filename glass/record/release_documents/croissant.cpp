#include "glass/record/release_documents/croissant.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {
namespace {

using release::add_text;
using release::hex_of;

constexpr std::string_view kConformsTo = "http://mlcommons.org/croissant/1.1";
constexpr std::string_view kDocumentList = "evidence/corpus/documents.jsonl";

// Appendix 1 of the specification, and PROV.
Json context() {
  static constexpr std::array kTerms = {"annotation",    "arrayShape",  "citeAs",
                                        "column",        "containedIn", "equivalentProperty",
                                        "excludes",      "extract",     "field",
                                        "fileProperty",  "fileObject",  "fileSet",
                                        "format",        "includes",    "isArray",
                                        "isLiveDataset", "jsonPath",    "key",
                                        "md5",           "parentField", "recordSet",
                                        "references",    "regex",       "readLines",
                                        "sdVersion",     "separator",   "source",
                                        "subField",      "transform",   "unArchive",
                                        "value"};
  Json::Object out = {{"@language", "en"},
                      {"@vocab", "http://schema.org/"},
                      {"sc", "http://schema.org/"},
                      {"cr", "http://mlcommons.org/croissant/"},
                      {"rai", "http://mlcommons.org/croissant/RAI/"},
                      {"dct", "http://purl.org/dc/terms/"},
                      {"prov", "http://www.w3.org/ns/prov#"},
                      {"conformsTo", "dct:conformsTo"},
                      {"data", Json::Object{{"@id", "cr:data"}, {"@type", "@json"}}},
                      {"dataType", Json::Object{{"@id", "cr:dataType"}, {"@type", "@vocab"}}},
                      {"examples", Json::Object{{"@id", "cr:examples"}, {"@type", "@json"}}}};
  for (const std::string_view term : kTerms)
    out.emplace(std::string(term), fmt::format("cr:{}", term));
  return out;
}

Json::Object file_object(std::string_view id, std::string_view url, std::string_view format) {
  return {{"@type", "cr:FileObject"},
          {"@id", id},
          {"name", id},
          {"contentUrl", url},
          {"encodingFormat", format}};
}

std::string_view encoding_format(std::string_view path) {
  if (path.ends_with(".deb")) return "application/vnd.debian.binary-package";
  if (path.ends_with(".jsonl")) return "application/jsonlines";
  if (path.ends_with(".json")) return "application/json";
  return "application/octet-stream";
}

Json::Array distribution(const ReleaseFacts& facts) {
  Json::Array out;
  for (const DatasetFact& one : facts.corpus.datasets) {
    if (one.url.empty()) continue;
    Json::Object file = file_object(one.name, one.url, encoding_format(one.url));
    add_text(file, "sha256", hex_of(one.sha256));
    out.emplace_back(std::move(file));
  }
  for (const FileFact& one : facts.corpus.files) {
    if (release::find_file(facts, one.path) == nullptr) continue;
    Json::Object file = file_object(one.path, one.path, encoding_format(one.path));
    file.emplace("contentSize", fmt::format("{} B", one.bytes));
    add_text(file, "sha256", hex_of(one.sha256));
    out.emplace_back(std::move(file));
  }
  return out;
}

Json::Array derived_from(const CorpusFact& corpus) {
  Json::Array out;
  for (const DatasetFact& one : corpus.datasets) {
    Json::Object origin = {{"@type", "prov:Entity"}, {"name", one.name}};
    add_text(origin, "@id", one.url);
    add_text(origin, "version", one.version);
    add_text(origin, "sha256", hex_of(one.sha256));
    add_text(origin, "license", one.licence);
    out.emplace_back(std::move(origin));
  }
  return out;
}

Json::Object field(std::string_view set, std::string_view name, std::string_view type) {
  return {{"@type", "cr:Field"},
          {"@id", fmt::format("{}/{}", set, name)},
          {"name", name},
          {"dataType", type}};
}

Json::Object languages(const CorpusFact& corpus) {
  Json::Array data;
  for (const CountFact& one : corpus.languages) {
    Json::Object record = {{"languages/language", one.name},
                           {"languages/documents", one.documents}};
    if (one.bytes) record.emplace("languages/bytes", *one.bytes);
    data.emplace_back(std::move(record));
  }
  return {{"@type", "cr:RecordSet"},
          {"@id", "languages"},
          {"name", "languages"},
          {"description", "How many documents and bytes of text there are of each language."},
          {"key", Json::Object{{"@id", "languages/language"}}},
          {"field", Json::Array{field("languages", "language", "sc:Text"),
                                field("languages", "documents", "sc:Integer"),
                                field("languages", "bytes", "sc:Integer")}},
          {"data", std::move(data)}};
}

Json::Object documents() {
  Json::Array fields;
  for (const std::string_view name : {"sha256", "language", "licence", "source", "path"}) {
    Json::Object one = field("documents", name, "sc:Text");
    one.emplace("source",
                Json::Object{{"fileObject", Json::Object{{"@id", kDocumentList}}},
                             {"extract", Json::Object{{"jsonPath", fmt::format("$.{}", name)}}}});
    fields.emplace_back(std::move(one));
  }
  return {{"@type", "cr:RecordSet"},
          {"@id", "documents"},
          {"name", "documents"},
          {"description", "Each document of the corpus: its digest, language, licence and origin."},
          {"key", Json::Object{{"@id", "documents/sha256"}}},
          {"field", std::move(fields)}};
}

Json::Array record_sets(const ReleaseFacts& facts) {
  Json::Array out;
  if (!facts.corpus.languages.empty()) out.emplace_back(languages(facts.corpus));
  if (release::find_file(facts, kDocumentList) != nullptr) out.emplace_back(documents());
  return out;
}

// Addresses of the licences on SPDX's list; a name of one that is on none.
Json::Array licences(const CorpusFact& corpus) {
  Json::Array out;
  for (const std::string& id : release::licence_ids(corpus.licence))
    out.emplace_back(
        id.starts_with("LicenseRef-") ? id : fmt::format("https://spdx.org/licenses/{}.html", id));
  return out;
}

std::string describe_corpus(const ReleaseFacts& facts) {
  return fmt::format(
      "The texts that {} was trained on: {} documents under {}. Where each comes from and what was "
      "left out stands in the corpus's manifest, digest {}.",
      facts.name, release::or_unknown(facts.corpus.documents),
      release::or_unknown(facts.corpus.licence), release::or_unknown(facts.records.corpus));
}

std::string address_of_corpus(const ReleaseFacts& facts) {
  if (!facts.answers.release.url.empty()) return facts.answers.release.url;
  return "urn:uuid:" + release::release_uuid(facts);
}

}  // namespace

Json croissant(const ReleaseFacts& facts) {
  const CorpusFact& corpus = facts.corpus;
  Json::Object out = {{"@context", context()},
                      {"@type", "sc:Dataset"},
                      {"dct:conformsTo", kConformsTo},
                      {"name", corpus.name.empty() ? facts.name + "-corpus" : corpus.name},
                      {"description", describe_corpus(facts)},
                      {"license", licences(corpus)},
                      {"url", address_of_corpus(facts)},
                      {"creator", Json::Object{{"@type", "sc:Organization"},
                                               {"name", release::provider_name(facts)}}},
                      {"isLiveDataset", false},
                      {"distribution", distribution(facts)},
                      {"recordSet", record_sets(facts)},
                      {"prov:wasDerivedFrom", derived_from(corpus)}};
  add_text(out, "datePublished", facts.date);
  add_text(out, "version", facts.version);
  add_text(out, "rai:dataCollection", facts.answers.data.selection);
  add_text(out, "rai:dataBiases", facts.answers.data.biases);
  const std::vector<std::string> spoken = release::natural_languages(corpus);
  if (!spoken.empty()) out.emplace("inLanguage", Json::Array(spoken.begin(), spoken.end()));
  return out;
}

}  // namespace glass::record
