#include "glass/data/corpus/corpus.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/data/corpus/document_store.h"
#include "glass/data/corpus/internal/assembly.h"
#include "glass/data/corpus/internal/config_json.h"
#include "glass/data/corpus/internal/debian_source.h"
#include "glass/data/corpus/internal/manifest.h"
#include "glass/data/corpus/internal/unit.h"
#include "glass/data/rights/policy.h"

namespace glass::data {
namespace {

using Stage = CorpusProgress::Stage;

// Units read before their results are put together: bounds memory, keeps the workers busy.
constexpr size_t kWaveUnitsPerWorker = 4;

tl::unexpected<Error> stopped(std::string_view doing) {
  return fail(ErrorCode::kInterrupted, fmt::format("stopped while {}", doing));
}

Result<std::vector<Unit>> plan_units(const UnitContext& context, CorpusProgressCallback progress,
                                     Json::Array& archives) {
  std::vector<Unit> units;
  for (size_t i = 0; i < context.config.sources.size(); ++i) {
    const CorpusSource& source = context.config.sources[i];
    Result<std::vector<Unit>> planned;
    if (const auto* debian = std::get_if<DebianSource>(&source.kind)) {
      planned = debian_units(context, i, *debian, progress, archives);
    } else if (const auto* folder = std::get_if<FolderSource>(&source.kind)) {
      planned = folder_units(context, i, *folder);
    } else {
      planned = jsonl_units(context, i, std::get<JsonlSource>(source.kind));
    }
    if (!planned) return in_context("source " + source.name, planned.error());
    for (Unit& unit : *planned) units.push_back(std::move(unit));
  }
  return units;
}

// Reads units[begin, end), each by whichever worker is free. False if the user stopped it.
bool read_wave(const UnitContext& context, const std::vector<Unit>& units, size_t begin, size_t end,
               CorpusProgressCallback progress, std::vector<Result<UnitResult>>& results) {
  std::atomic<size_t> next = begin;
  std::atomic<bool> go_on = true;
  context.services.parallel.run([&](int worker) {
    for (size_t i = next++; i < end && go_on; i = next++) {
      results[i - begin] = units[i].read();
      // Worker 0 is the caller, so this is its thread.
      if (worker != 0) continue;
      const size_t taken = std::min(next.load(), end);
      if (!progress({.stage = Stage::kRead,
                     .done = taken,
                     .total = units.size(),
                     .detail = units[i].label}))
        go_on = false;
    }
  });
  return go_on;
}

Status read_all(const UnitContext& context, std::vector<Unit>& units,
                CorpusProgressCallback progress, Assembly& assembly) {
  const auto wave = kWaveUnitsPerWorker * static_cast<size_t>(context.services.parallel.workers());
  for (size_t begin = 0; begin < units.size(); begin += wave) {
    const size_t end = std::min(begin + wave, units.size());
    std::vector<Result<UnitResult>> results(end - begin);
    if (!read_wave(context, units, begin, end, progress, results))
      return stopped("reading documents");
    for (size_t i = begin; i < end; ++i) {
      Result<UnitResult>& result = results[i - begin];
      if (!result)
        return in_context("source " + context.config.sources[units[i].source].name, result.error());
      GLASS_TRY_STATUS(assembly.add(units[i].source, *std::move(result)));
      units[i].read = nullptr;
    }
  }
  return {};
}

// A corpus without documents is an error whose kind depends on why.
Status check_not_empty(const Assembly& assembly) {
  if (assembly.documents() > 0) return {};
  std::string counts;
  for (const auto& [reason, count] : assembly.dropped())
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, reason);
  if (!assembly.first_refusal().empty())
    return fail(ErrorCode::kRefused,
                fmt::format("no document has a licence that the recipe allows ({}); the first one: "
                            "{}. Add the licence to the recipe's list if it may be used, or choose "
                            "other sources.",
                            counts, assembly.first_refusal()));
  return fail(ErrorCode::kInvalidInput,
              fmt::format("the corpus is empty after the filters (dropped: {}); relax them or add "
                          "sources",
                          counts.empty() ? "nothing, the sources have no documents" : counts));
}

Result<CorpusReport> write_corpus(const UnitContext& context, const system::Path& folder,
                                  CorpusProgressCallback progress) {
  system::Files& files = context.services.files;
  Json::Array archives;
  GLASS_TRY(std::vector<Unit> units, plan_units(context, progress, archives));
  GLASS_TRY(Assembly assembly, Assembly::create(context.config, files, folder));
  GLASS_TRY_STATUS(read_all(context, units, progress, assembly));
  GLASS_TRY_STATUS(check_not_empty(assembly));
  if (!progress({.stage = Stage::kSelect, .done = 0, .total = 1, .detail = ""}))
    return stopped("choosing documents");
  GLASS_TRY_STATUS(assembly.finish());
  if (!progress({.stage = Stage::kWrite, .done = 0, .total = 1, .detail = ""}))
    return stopped("writing the corpus");
  GLASS_TRY(const DocumentStore store, DocumentStore::open(files, folder / "documents.bin"));
  GLASS_TRY(Json manifest, make_manifest(context.config, files, folder, store, assembly,
                                         context.policy, std::move(archives)));
  GLASS_TRY_STATUS(files.write_atomic(folder / "manifest.json", as_bytes(to_canonical(manifest))));
  return read_manifest(std::move(manifest));
}

}  // namespace

crypto::Digest config_digest(const CorpusConfig& config) {
  return crypto::sha256(to_canonical(config_json(config)));
}

Result<CorpusReport> build_corpus(const CorpusConfig& config, const CorpusServices& services,
                                  CorpusProgressCallback progress) {
  GLASS_TRY_STATUS(check_config(config));
  GLASS_TRY(const LicencePolicy policy, LicencePolicy::create(config.allowed_licences));
  const UnitContext context{.config = config, .services = services, .policy = policy};
  system::Path staging = config.out.has_filename() ? config.out : config.out.parent_path();
  staging += ".partial";
  GLASS_TRY_STATUS(services.files.remove_all(staging));
  GLASS_TRY_STATUS(services.files.make_folders(staging));
  auto report = write_corpus(context, staging, progress);
  if (!report) {
    // The reason for stopping matters more than whether cleaning up after it worked.
    [[maybe_unused]] const Status cleaned = services.files.remove_all(staging);
    return report;
  }
  GLASS_TRY_STATUS(services.files.remove_all(config.out));
  GLASS_TRY_STATUS(services.files.publish(staging, config.out));
  return report;
}

namespace {

// The file is the one that the manifest names.
Status expect_digest(const system::Path& file, const Json& facts, system::Files& files) {
  GLASS_TRY(const std::string expected, facts.get_string("sha256"));
  GLASS_TRY(const auto mapped, files.map(file));
  if (crypto::to_text(crypto::sha256(mapped->bytes())) == expected) return {};
  return fail(ErrorCode::kCorruption,
              fmt::format("{}: it does not have the digest that the manifest names; remove the "
                          "corpus folder and build the corpus again",
                          file.string()));
}

}  // namespace

Result<CorpusReport> load_corpus(const system::Path& folder, const CorpusServices& services) {
  const system::Path file = folder / "manifest.json";
  GLASS_TRY(const std::string text, services.files.read_text(file));
  auto manifest = parse_json(text);
  if (!manifest)
    return fail(ErrorCode::kCorruption, file.string() + ": " + manifest.error().message);
  auto report = read_manifest(*std::move(manifest));
  if (!report) return in_context(file.string(), report.error());
  const auto named = report->manifest.get_object("files");
  if (!named || !(*named)->contains("documents.bin"))
    return fail(ErrorCode::kCorruption, file.string() + ": it names no documents.bin");
  for (const auto& [name, facts] : **named)
    GLASS_TRY_STATUS(expect_digest(folder / name, facts, services.files));
  return report;
}

}  // namespace glass::data
