#include "glass/data/corpus/internal/manifest.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/data/corpus/internal/config_json.h"
#include "glass/data/rights/spdx.h"

namespace glass::data {
namespace {

constexpr std::string_view kKind = "glass-corpus-1";

struct Totals {
  TextCount all, held_out;
  std::map<std::string, TextCount> by_source, by_language, by_licence;
};

void count(TextCount& count, const Document& document) {
  ++count.documents;
  count.bytes += document.text.size();
}

Totals totals_of(const DocumentStore& store) {
  Totals totals;
  for (uint64_t id = 0; id < store.size(); ++id) {
    const Document document = store.document(id);
    count(totals.all, document);
    if (document.held_out) count(totals.held_out, document);
    count(totals.by_source[std::string(document.source)], document);
    count(totals.by_language[std::string(document.language)], document);
    count(totals.by_licence[std::string(document.licence)], document);
  }
  return totals;
}

Json count_json(const TextCount& count) {
  return Json::Object{{"documents", count.documents}, {"bytes", count.bytes}};
}

Json counts_json(const std::map<std::string, TextCount>& counts) {
  Json::Object out;
  for (const auto& [key, count] : counts) out.emplace(key, count_json(count));
  return out;
}

// Each licence of the corpus, with the side taken of its ORs.
Json licences_json(const std::map<std::string, TextCount>& counts, const LicencePolicy& policy) {
  Json::Object out;
  for (const auto& [expression, count] : counts) {
    Json entry = count_json(count);
    const auto parsed = parse_spdx(expression);
    entry.if_object()->emplace("chosen", parsed ? policy.decide(*parsed).chosen : "");
    out.emplace(expression, std::move(entry));
  }
  return out;
}

std::string all_licences(const std::map<std::string, TextCount>& counts) {
  std::vector<std::string_view> expressions;
  for (const auto& [expression, count] : counts) expressions.push_back(expression);
  return spdx_all(expressions);
}

Result<Json> file_json(system::Files& files, const system::Path& folder, const char* name) {
  GLASS_TRY(const auto file, files.map(folder / name));
  return Json(Json::Object{{"bytes", file->bytes().size()},
                           {"sha256", crypto::to_text(crypto::sha256(file->bytes()))}});
}

Result<TextCount> read_count(const Json& json) {
  GLASS_TRY(const int64_t documents, json.get_int("documents"));
  GLASS_TRY(const int64_t bytes, json.get_int("bytes"));
  return TextCount{.documents = static_cast<uint64_t>(documents),
                   .bytes = static_cast<uint64_t>(bytes)};
}

Result<std::map<std::string, TextCount>> read_counts(const Json& manifest, std::string_view key) {
  GLASS_TRY(const Json::Object* const object, manifest.get_object(key));
  std::map<std::string, TextCount> out;
  for (const auto& [name, entry] : *object) {
    GLASS_TRY(const TextCount count, read_count(entry));
    out.emplace(name, count);
  }
  return out;
}

Result<CorpusReport> read_report(const Json& manifest) {
  GLASS_TRY(const std::string kind, manifest.get_string("kind"));
  if (kind != kKind)
    return fail(ErrorCode::kCorruption, fmt::format("its kind is '{}', not {}", kind, kKind));
  CorpusReport report;
  GLASS_TRY(const std::string digest, manifest.get_string("digest"));
  GLASS_TRY(report.digest, crypto::digest_from_text(digest));
  GLASS_TRY(report.licence, manifest.get_string("licence"));
  GLASS_TRY(report.by_source, read_counts(manifest, "by_source"));
  GLASS_TRY(report.by_language, read_counts(manifest, "by_language"));
  GLASS_TRY(report.by_licence, read_counts(manifest, "by_licence"));
  GLASS_TRY(const auto totals, read_counts(manifest, "counts"));
  for (const auto& [name, count] : totals) (name == "all" ? report.total : report.held_out) = count;
  GLASS_TRY(const Json::Object* const dropped, manifest.get_object("dropped"));
  for (const auto& [reason, count] : *dropped)
    if (const int64_t* number = count.if_int())
      report.dropped.emplace(reason, static_cast<uint64_t>(*number));
  return report;
}

}  // namespace

Result<Json> make_manifest(const CorpusConfig& config, system::Files& files,
                           const system::Path& folder, const DocumentStore& store,
                           const Assembly& assembly, const LicencePolicy& policy,
                           Json::Array archives) {
  const Totals totals = totals_of(store);
  Json::Object dropped;
  for (const auto& [reason, number] : assembly.dropped()) dropped.emplace(reason, number);
  Json::Object contents;
  for (const char* const name : {"documents.bin", "documents.jsonl", "dropped.jsonl"}) {
    GLASS_TRY(Json file, file_json(files, folder, name));
    contents.emplace(name, std::move(file));
  }
  Json::Array sources;
  for (size_t i = 0; i < config.sources.size(); ++i)
    sources.emplace_back(
        Json::Object{{"name", config.sources[i].name}, {"units", assembly.unit_facts(i)}});
  return Json(Json::Object{{"kind", kKind},
                           {"config", config_json(config)},
                           {"config_digest", crypto::to_text(config_digest(config))},
                           {"digest", crypto::to_text(store.digest())},
                           {"licence", all_licences(totals.by_licence)},
                           {"counts", Json::Object{{"all", count_json(totals.all)},
                                                   {"held_out", count_json(totals.held_out)}}},
                           {"by_source", counts_json(totals.by_source)},
                           {"by_language", counts_json(totals.by_language)},
                           {"by_licence", licences_json(totals.by_licence, policy)},
                           {"dropped", std::move(dropped)},
                           {"archives", std::move(archives)},
                           {"sources", std::move(sources)},
                           {"files", std::move(contents)}});
}

Result<CorpusReport> read_manifest(Json manifest) {
  auto report = read_report(manifest);
  if (!report)
    return fail(ErrorCode::kCorruption,
                fmt::format("it is no corpus manifest: {}", report.error().message));
  report->manifest_digest = crypto::sha256(to_canonical(manifest));
  report->manifest = std::move(manifest);
  return report;
}

}  // namespace glass::data
