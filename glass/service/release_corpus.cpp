#include "glass/service/release_corpus.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/json.h"
#include "glass/data/rights/spdx.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"

namespace glass::service {
namespace {

std::string manifest_text(const Json& object, std::string_view key) {
  auto text = object.get_string(key);
  return text ? std::move(*text) : "";
}

std::optional<int64_t> manifest_count(const Json& object, std::string_view key) {
  const auto count = object.get_int(key);
  return count ? std::optional(*count) : std::nullopt;
}

// "Sat, 11 Jul 2026 10:16:37 UTC" as 2026-07-11; empty if it is written otherwise.
std::string date_of(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const size_t comma = text.find(", ");
  if (comma == std::string_view::npos) return "";
  text.remove_prefix(comma + 2);
  const size_t space = text.find(' ');
  if (space == std::string_view::npos || text.size() < space + 9) return "";
  const auto day = parse_decimal(text.substr(0, space));
  const auto month = std::ranges::find(kMonths, text.substr(space + 1, 3));
  const auto year = parse_decimal(text.substr(space + 5, 4));
  if (!day || !year || month == kMonths.end()) return "";
  return fmt::format("{:04}-{:02}-{:02}", *year, month - kMonths.begin() + 1, *day);
}

std::string digits_of(const std::string& digest) {
  const size_t colon = digest.find(':');
  return colon == std::string::npos ? digest : digest.substr(colon + 1);
}

std::vector<record::CountFact> counts_of(const Json& manifest, std::string_view key) {
  std::vector<record::CountFact> out;
  const auto object = manifest.get_object(key);
  if (!object) return out;
  for (const auto& [name, entry] : **object)
    out.push_back({name, entry.get_int("documents").value_or(0), manifest_count(entry, "bytes")});
  return out;
}

std::vector<record::CountFact> dropped_of(const Json& manifest) {
  std::vector<record::CountFact> out;
  const auto object = manifest.get_object("dropped");
  if (!object) return out;
  for (const auto& [reason, count] : **object) {
    if (const int64_t* number = count.if_int()) out.push_back({reason, *number, std::nullopt});
  }
  return out;
}

std::vector<record::ArchiveFact> archives_of(const Json& manifest) {
  std::vector<record::ArchiveFact> out;
  const auto archives = manifest.get_array("archives");
  if (!archives) return out;
  for (const Json& archive : **archives)
    out.push_back({.origin = manifest_text(archive, "origin"),
                   .suite = manifest_text(archive, "suite"),
                   .version = manifest_text(archive, "version"),
                   .url = manifest_text(archive, "uri"),
                   .date = date_of(manifest_text(archive, "date")),
                   .sha256 = digits_of(manifest_text(archive, "inrelease_sha256"))});
  return out;
}

// The licences of the texts of these units, all together; empty if one cannot be read.
std::string licence_of(std::span<const Json> units) {
  std::vector<data::SpdxExpression> parts;
  for (const Json& unit : units) {
    const auto licences = unit.get_array("licences");
    if (!licences) return "";
    for (const Json& licence : **licences) {
      if (licence.get_int("documents").value_or(0) == 0) continue;
      auto parsed = data::parse_spdx(manifest_text(licence, "licence"));
      if (!parsed) return "";
      parts.push_back(*std::move(parsed));
    }
  }
  return parts.empty() ? "" : data::to_text(data::spdx_and(std::move(parts)));
}

std::string kind_of(const Json& manifest, std::string_view source) {
  const Json* config = manifest.find("config");
  if (config == nullptr) return "";
  const auto sources = config->get_array("sources");
  if (!sources) return "";
  for (const Json& one : **sources) {
    if (manifest_text(one, "name") == source) return manifest_text(one, "kind");
  }
  return "";
}

// A source's folder or files: one dataset, as its texts name one source.
record::DatasetFact source_dataset(const std::string& source, std::string kind,
                                   std::span<const Json> units) {
  return {.name = source,
          .source = source,
          .kind = std::move(kind),
          .version = "",
          .url = "",
          .sha256 = units.size() == 1 ? digits_of(manifest_text(units.front(), "sha256")) : "",
          .licence = licence_of(units),
          .collected = "",
          .documents = {},
          .bytes = {}};
}

record::DatasetFact package_dataset(const std::string& source, std::string kind, const Json& unit,
                                    const std::vector<record::ArchiveFact>& archives) {
  record::DatasetFact fact = source_dataset(source, std::move(kind), std::span(&unit, 1));
  fact.version = manifest_text(unit, "version");
  fact.name = fmt::format("{}_{}_{}", manifest_text(unit, "package"), fact.version,
                          manifest_text(unit, "architecture"));
  const auto index = manifest_count(unit, "archive");
  if (!index || *index < 0 || *index >= std::ssize(archives)) return fact;
  const record::ArchiveFact& archive = archives[static_cast<size_t>(*index)];
  fact.url = archive.url + manifest_text(unit, "pool");
  fact.collected = archive.date;
  return fact;
}

// What of it is in the corpus: what a unit offered may have been left out later.
void add_counts(const Json& manifest, record::DatasetFact& dataset) {
  const Json* by_source = manifest.find("by_source");
  const Json* taken = by_source == nullptr ? nullptr : by_source->find(dataset.name);
  if (taken == nullptr) return;
  dataset.documents = manifest_count(*taken, "documents");
  dataset.bytes = manifest_count(*taken, "bytes");
}

std::vector<record::DatasetFact> datasets_of(const Json& manifest,
                                             const std::vector<record::ArchiveFact>& archives) {
  std::vector<record::DatasetFact> out;
  const auto sources = manifest.get_array("sources");
  if (!sources) return out;
  for (const Json& source : **sources) {
    const std::string name = manifest_text(source, "name"), kind = kind_of(manifest, name);
    const auto units = source.get_array("units");
    if (!units) continue;
    if (kind == "debian") {
      for (const Json& unit : **units) out.push_back(package_dataset(name, kind, unit, archives));
    } else {
      out.push_back(source_dataset(name, kind, **units));
    }
  }
  for (record::DatasetFact& dataset : out) add_counts(manifest, dataset);
  return out;
}

std::vector<record::FileFact> files_of(const Json& manifest) {
  std::vector<record::FileFact> out;
  const auto files = manifest.get_object("files");
  if (!files) return out;
  for (const auto& [name, file] : **files)
    out.push_back({std::string(record::kCorpusFolder) + name, file.get_int("bytes").value_or(0),
                   digits_of(manifest_text(file, "sha256"))});
  return out;
}

}  // namespace

void add_corpus_manifest(const Json& manifest, record::CorpusFact& corpus) {
  corpus.licence = manifest_text(manifest, "licence");
  if (const Json* counts = manifest.find("counts")) {
    if (const Json* all = counts->find("all")) {
      corpus.documents = manifest_count(*all, "documents");
      corpus.bytes = manifest_count(*all, "bytes");
    }
    if (const Json* held_out = counts->find("held_out")) {
      corpus.held_out_documents = manifest_count(*held_out, "documents");
      corpus.held_out_bytes = manifest_count(*held_out, "bytes");
    }
  }
  corpus.languages = counts_of(manifest, "by_language");
  corpus.licences = counts_of(manifest, "by_licence");
  corpus.dropped = dropped_of(manifest);
  const std::vector<record::ArchiveFact> archives = archives_of(manifest);
  corpus.datasets = datasets_of(manifest, archives);
  corpus.files = files_of(manifest);
  for (const record::ArchiveFact& archive : archives) {
    if (std::ranges::find(corpus.archives, archive.sha256, &record::ArchiveFact::sha256) ==
        corpus.archives.end())
      corpus.archives.push_back(archive);
  }
}

void add_shards_manifest(const Json& manifest, record::CorpusFact& corpus) {
  if (const Json* train = manifest.find("train")) corpus.tokens = manifest_count(*train, "tokens");
  if (const Json* held_out = manifest.find("held_out"))
    corpus.held_out_tokens = manifest_count(*held_out, "tokens");
}

}  // namespace glass::service
