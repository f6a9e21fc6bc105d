#include "glass/service/prepare_data.h"

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/shard/shard.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/trainer.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/services.h"
#include "glass/service/staged_folder.h"

namespace glass::service {
namespace {

// The identity of what goes into a stage: settings and the results before it.
crypto::Digest inputs_digest(Json::Object parts) {
  return crypto::sha256(to_canonical(std::move(parts)));
}

Result<crypto::Digest> digest_setting(std::string_view key, std::string_view value) {
  auto digest = crypto::digest_from_text(fmt::format("sha256:{}", value));
  if (!digest)
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("corpus.source.{} is '{}'; it must be 64 hexadecimal digits", key, value));
  return digest;
}

Result<data::DebianSource> debian_source(const SourceSettings& settings) {
  data::DebianSource source;
  source.packages = settings.packages;
  source.include_tests = settings.include_tests;
  for (const LicenceNameSettings& name : settings.licence_names) {
    GLASS_TRY(const crypto::Digest text,
              digest_setting("licence_name.text_sha256", name.text_sha256));
    source.licence_names.push_back({name.package, name.name, name.spdx, text});
  }
  for (const DeclarationSettings& declaration : settings.declarations) {
    GLASS_TRY(const crypto::Digest file,
              digest_setting("declaration.copyright_sha256", declaration.copyright_sha256));
    source.declarations.push_back(
        {declaration.package, declaration.spdx, file, declaration.declared_by});
  }
  for (const PathMappingSettings& mapping : settings.path_mappings)
    source.path_mappings.push_back({mapping.package, mapping.installed, mapping.source});
  return source;
}

std::vector<system::Path> resolved(const std::vector<std::string>& paths,
                                   const system::Path& folder) {
  std::vector<system::Path> out;
  for (const std::string& path : paths) out.push_back(folder / path);
  return out;
}

data::JsonlForm form_of(const Recipe& recipe) {
  if (recipe.train.objective == "chat") return data::JsonlForm::kConversation;
  if (recipe.train.objective == "preference") return data::JsonlForm::kPreference;
  return data::JsonlForm::kText;
}

// A recipe's source may name several folders; each becomes a source of its own.
Status add_sources(const SourceSettings& settings, std::string name, data::JsonlForm form,
                   const system::Path& recipe_folder, data::CorpusConfig& config) {
  const auto add = [&](std::string source_name, auto kind) {
    config.sources.push_back({.name = std::move(source_name),
                              .kind = std::move(kind),
                              .max_bytes = static_cast<uint64_t>(settings.max_bytes)});
  };
  const std::vector<system::Path> paths = resolved(settings.paths, recipe_folder);
  if (settings.kind == "debian") {
    GLASS_TRY(data::DebianSource debian, debian_source(settings));
    add(std::move(name), std::move(debian));
  } else if (settings.kind == "jsonl") {
    add(std::move(name), data::JsonlSource{.files = paths,
                                           .form = form,
                                           .text_field = settings.text_field,
                                           .id_field = settings.id_field,
                                           .licence_field = settings.licence_field,
                                           .language_field = settings.language_field,
                                           .licence = settings.licence,
                                           .language = settings.language});
  } else {
    for (size_t i = 0; i < paths.size(); ++i)
      add(paths.size() == 1 ? name : fmt::format("{}-{}", name, i + 1),
          data::FolderSource{.folder = paths[i],
                             .licence = settings.licence,
                             .language = settings.language,
                             .include_tests = settings.include_tests});
  }
  return {};
}

std::string_view name(data::CorpusProgress::Stage stage) {
  switch (stage) {
    case data::CorpusProgress::Stage::kArchive: return "checking the archive's signature";
    case data::CorpusProgress::Stage::kFetch: return "fetching packages";
    case data::CorpusProgress::Stage::kRead: return "reading";
    case data::CorpusProgress::Stage::kSelect: return "selecting";
    case data::CorpusProgress::Stage::kWrite: return "writing";
  }
  return "";
}

data::TrainerOptions trainer_options(const TokenizerSettings& settings) {
  return {.vocabulary_size = static_cast<int32_t>(settings.vocabulary), .min_count = 1};
}

void tell_corpus(const data::CorpusReport& report, Progress& progress) {
  progress.note(fmt::format("{}, {} of text in {}, under {}",
                            count_text(static_cast<int64_t>(report.total.documents), "document"),
                            bytes_text(report.total.bytes),
                            count_text(std::ssize(report.by_language), "language"),
                            count_text(std::ssize(report.by_licence), "licence")));
  for (const auto& [reason, count] : report.dropped)
    progress.note(
        fmt::format("left out: {} ({})", reason, count_text(static_cast<int64_t>(count))));
}

// The result of a finished stage is not what it was.
tl::unexpected<Error> harmed(const system::Path& folder, std::string_view how) {
  return fail(ErrorCode::kCorruption,
              fmt::format("{} was changed: {}. Remove the folder {} to have "
                          "it made again, or restore it from a copy",
                          folder.string(), how, folder.string()));
}

// A stage whose folder was gone gave what it gave before. Else what it gave is removed again, for
// the rest of the run was made from something else.
Status expect_as_before(const system::Path& folder, const std::optional<crypto::Digest>& before,
                        const crypto::Digest& now, system::Files& files) {
  if (!before || *before == now) return {};
  GLASS_TRY_STATUS(files.remove_all(folder));
  return fail(ErrorCode::kMismatch,
              fmt::format("{} was gone, and made again it has the digest {}, not {}: its sources "
                          "have changed. Restore it from a copy, or run the recipe anew into "
                          "another folder (--out)",
                          folder.string(), crypto::to_text(now), crypto::to_text(*before)));
}

crypto::Digest corpus_inputs(const Recipe& recipe) {
  Json::Object parts{{"corpus", *to_json(recipe).find("corpus")}};
  if (form_of(recipe) != data::JsonlForm::kText) parts.emplace("objective", recipe.train.objective);
  return inputs_digest(std::move(parts));
}

Result<data::CorpusReport> corpus_stage(const Recipe& recipe, const system::Path& recipe_folder,
                                        RunFolder& folder, const Services& services) {
  const crypto::Digest inputs = corpus_inputs(recipe);
  const data::CorpusServices corpus_services{services.files, services.process, services.parallel};
  const system::Path corpus = folder.paths().corpus();
  const auto digest = folder.finished("corpus", inputs);
  if (digest && services.files.exists(corpus)) {
    auto report = data::load_corpus(corpus, corpus_services);
    if (!report) return harmed(corpus, report.error().message);
    if (report->manifest_digest != *digest)
      return harmed(corpus, "its manifest is not the one this run was made with");
    services.progress.stage("corpus", true);
    return report;
  }
  services.progress.stage("corpus", false);
  GLASS_TRY(const data::CorpusConfig config, corpus_config(recipe, recipe_folder, folder.paths()));
  auto with_cache = config;
  with_cache.cache = services.cache;
  GLASS_TRY(data::CorpusReport report,
            data::build_corpus(with_cache, corpus_services, [&](const data::CorpusProgress& part) {
              services.progress.part(fmt::format("{} {}", name(part.stage), part.detail), part.done,
                                     part.total);
              return !services.interrupted();
            }));
  GLASS_TRY_STATUS(expect_as_before(corpus, digest, report.manifest_digest, services.files));
  GLASS_TRY_STATUS(folder.finish("corpus", inputs, report.manifest_digest));
  tell_corpus(report, services.progress);
  return report;
}

struct TokenizerStage {
  data::Tokenizer tokenizer;
  crypto::Digest digest;  // of tokenizer.json
};

Result<TokenizerStage> finished_tokenizer(const RunPaths& paths, system::Files& files) {
  GLASS_TRY(const std::string text, files.read_text(paths.tokenizer_json()));
  GLASS_TRY(data::Tokenizer tokenizer,
            data::Tokenizer::from_json(text, paths.tokenizer_json().string()));
  return TokenizerStage{.tokenizer = std::move(tokenizer), .digest = crypto::sha256(text)};
}

// Writes `files` of a folder aside and publishes the folder, replacing an unfinished one.
Status publish_folder(system::Files& files, const system::Path& folder,
                      std::initializer_list<std::pair<std::string_view, std::string_view>> texts) {
  return publish_filled(folder, files, [&](const system::Path& staged) -> Status {
    for (const auto& [file, text] : texts)
      GLASS_TRY_STATUS(files.write_atomic(staged / file, as_bytes(text)));
    return {};
  });
}

Result<TokenizerStage> tokenizer_stage(const Recipe& recipe, const data::CorpusReport& corpus,
                                       const data::DocumentStore& documents, RunFolder& folder,
                                       const Services& services) {
  const crypto::Digest inputs =
      inputs_digest({{"tokenizer", *to_json(recipe).find("tokenizer")},
                     {"corpus", crypto::to_text(corpus.manifest_digest)}});
  const RunPaths& paths = folder.paths();
  const auto digest = folder.finished("tokenizer", inputs);
  if (digest && services.files.exists(paths.tokenizer())) {
    auto found = finished_tokenizer(paths, services.files);
    if (!found) return harmed(paths.tokenizer(), found.error().message);
    if (found->digest != *digest)
      return harmed(paths.tokenizer(), "tokenizer.json is not the one this run was made with");
    services.progress.stage("tokenizer", true);
    return found;
  }
  services.progress.stage("tokenizer", false);
  GLASS_TRY(const data::TrainedTokenizer trained,
            make_tokenizer(documents, recipe.tokenizer, services.parallel));
  const std::string json = trained.tokenizer.to_json();
  GLASS_TRY_STATUS(
      publish_folder(services.files, paths.tokenizer(),
                     {{"tokenizer.json", json},
                      {"manifest.json", tokenizer_manifest(recipe.tokenizer, trained.facts)}}));
  GLASS_TRY_STATUS(
      expect_as_before(paths.tokenizer(), digest, crypto::sha256(json), services.files));
  GLASS_TRY_STATUS(folder.finish("tokenizer", inputs, crypto::sha256(json)));
  services.progress.note(fmt::format(
      "{} tokens from {} distinct words", count_text(trained.tokenizer.vocabulary_size()),
      count_text(static_cast<int64_t>(trained.facts.distinct_words))));
  return finished_tokenizer(paths, services.files);
}

// The start's tokenizer, which its vocabulary and its embedding belong to.
Result<TokenizerStage> start_tokenizer_stage(const StartModel& start, RunFolder& folder,
                                             const Services& services) {
  const RunPaths& paths = folder.paths();
  const crypto::Digest inputs =
      inputs_digest({{"start", crypto::to_text(start.manifest.tokenizer)}});
  const auto digest = folder.finished("tokenizer", inputs);
  const bool found = digest && services.files.exists(paths.tokenizer());
  services.progress.stage("tokenizer", found);
  if (!found) {
    GLASS_TRY(const std::string json, services.files.read_text(paths.start() / "tokenizer.json"));
    GLASS_TRY_STATUS(
        publish_folder(services.files, paths.tokenizer(),
                       {{"tokenizer.json", json}, {"manifest.json", tokenizer_manifest(start)}}));
    GLASS_TRY_STATUS(folder.finish("tokenizer", inputs, start.manifest.tokenizer));
  }
  GLASS_TRY(TokenizerStage tokenizer, finished_tokenizer(paths, services.files));
  if (tokenizer.digest != start.manifest.tokenizer)
    return harmed(paths.tokenizer(), "tokenizer.json is not that of the start");
  GLASS_TRY(tokenizer.tokenizer, tokenizer.tokenizer.with_end_of_text(start.manifest.end_of_text));
  if (!found)
    services.progress.note(
        fmt::format("{} of the start", count_text(tokenizer.tokenizer.vocabulary_size(), "token")));
  return tokenizer;
}

// Conversations are few, and made again in seconds: they are not kept on disk.
Result<data::ExampleSets> example_stage(const Recipe& recipe, const data::DocumentStore& documents,
                                        const data::Tokenizer& tokenizer,
                                        const Services& services) {
  services.progress.stage("examples", false);
  GLASS_TRY(data::ExampleSets sets, make_examples(recipe, documents, tokenizer));
  const std::string_view unit = recipe.train.objective == "chat" ? "conversation" : "preference";
  services.progress.note(fmt::format(
      "{} to train on, {} held out; {} of {} are learned", count_text(sets.train.units(), unit),
      count_text(sets.held_out.units()), count_text(sets.train.learned_tokens()),
      count_text(sets.train.tokens(), "token")));
  if (sets.too_long > 0)
    services.progress.note(fmt::format("left out: {} longer than train.sequence_length ({})",
                                       count_text(sets.too_long, unit),
                                       recipe.train.sequence_length));
  return sets;
}

Result<data::ShardSet> shard_stage(const data::CorpusReport& corpus,
                                   const data::DocumentStore& documents,
                                   const TokenizerStage& tokenizer, RunFolder& folder,
                                   const Services& services) {
  const crypto::Digest inputs =
      inputs_digest({{"tokenizer", crypto::to_text(tokenizer.digest)},
                     {"corpus", crypto::to_text(corpus.manifest_digest)}});
  const RunPaths& paths = folder.paths();
  const auto digest = folder.finished("shards", inputs);
  const bool found = digest && services.files.exists(paths.shards());
  services.progress.stage("shards", found);
  if (!found) {
    GLASS_TRY_STATUS(services.files.remove_all(paths.shards()));
    GLASS_TRY(
        data::ShardSetWriter writer,
        data::ShardSetWriter::create(services.files, paths.shards(),
                                     shard_options(corpus.manifest_digest, tokenizer.tokenizer)));
    GLASS_TRY_STATUS(make_shards(documents, tokenizer.tokenizer, std::move(writer), services));
  }
  auto shards = data::ShardSet::open(services.files, paths.shards());
  if (!shards) return harmed(paths.shards(), shards.error().message);
  if (found && shards->manifest_digest() != *digest)
    return harmed(paths.shards(), "its manifest is not the one this run was made with");
  if (const Status whole = shards->verify(services.parallel); !whole)
    return harmed(paths.shards(), whole.error().message);
  if (!found) {
    GLASS_TRY_STATUS(
        expect_as_before(paths.shards(), digest, shards->manifest_digest(), services.files));
    GLASS_TRY_STATUS(folder.finish("shards", inputs, shards->manifest_digest()));
    services.progress.note(fmt::format(
        "{} tokens to train on, {} held out",
        count_text(static_cast<int64_t>(shards->part(data::Split::kTrain).tokens())),
        count_text(static_cast<int64_t>(shards->part(data::Split::kHeldOut).tokens()))));
  }
  return shards;
}

}  // namespace

Result<data::Tokenizer> read_tokenizer(const RunPaths& paths, system::Files& files) {
  GLASS_TRY(TokenizerStage stage, finished_tokenizer(paths, files));
  return std::move(stage.tokenizer);
}

Result<data::CorpusConfig> corpus_config(const Recipe& recipe, const system::Path& recipe_folder,
                                         const RunPaths& paths) {
  const CorpusSettings& settings = recipe.corpus;
  data::CorpusConfig config;
  config.allowed_licences = settings.licences;
  config.languages = settings.languages;
  config.min_characters = static_cast<uint64_t>(settings.minimum_characters);
  config.documents = static_cast<uint64_t>(settings.documents);
  config.max_bytes_per_language = static_cast<uint64_t>(settings.max_bytes_per_language);
  config.held_out_share = settings.held_out_share;
  config.out = paths.corpus();
  for (size_t i = 0; i < settings.sources.size(); ++i) {
    const SourceSettings& source = settings.sources[i];
    std::string source_name =
        source.name.empty() ? fmt::format("{}-{}", source.kind, i + 1) : source.name;
    GLASS_TRY_STATUS(
        add_sources(source, std::move(source_name), form_of(recipe), recipe_folder, config));
  }
  return config;
}

std::vector<std::string_view> tokenizer_texts(const data::DocumentStore& documents,
                                              const TokenizerSettings& settings) {
  // Documents of one language lie together, so the share is taken evenly over the whole corpus.
  const uint64_t limit = static_cast<uint64_t>(settings.training_bytes);
  const uint64_t total = documents.text_bytes();
  std::vector<std::string_view> texts;
  uint64_t seen = 0, taken = 0;
  for (uint64_t id = 0; id < documents.size(); ++id) {
    const data::Document document = documents.document(id);
    seen += document.text.size();
    if (document.held_out) continue;
    const bool due = total <= limit || static_cast<double>(taken) * static_cast<double>(total) <
                                           static_cast<double>(seen) * static_cast<double>(limit);
    if (!due || taken + document.text.size() > limit) continue;
    texts.push_back(document.text);
    taken += document.text.size();
  }
  return texts;
}

Result<data::TrainedTokenizer> make_tokenizer(const data::DocumentStore& documents,
                                              const TokenizerSettings& settings,
                                              Parallel& parallel) {
  const std::vector<std::string_view> texts = tokenizer_texts(documents, settings);
  return data::train_tokenizer(texts, trainer_options(settings), parallel);
}

std::string tokenizer_manifest(const TokenizerSettings& settings, const data::TrainerFacts& facts) {
  return to_canonical(data::describe(trainer_options(settings), facts));
}

std::string tokenizer_manifest(const StartModel& start) {
  return to_canonical(
      Json::Object{{"taken_from", "start"}, {"sha256", crypto::to_text(start.manifest.tokenizer)}});
}

data::ShardSetOptions shard_options(const crypto::Digest& corpus_manifest,
                                    const data::Tokenizer& tokenizer) {
  data::ShardSetOptions options;
  options.tokenizer = crypto::sha256(tokenizer.to_json());
  options.corpus = corpus_manifest;
  options.end_of_text = tokenizer.end_of_text();
  options.text_lengths = tokenizer.text_lengths();
  return options;
}

Result<crypto::Digest> make_shards(const data::DocumentStore& documents,
                                   const data::Tokenizer& tokenizer, data::ShardSetWriter writer,
                                   const Services& services) {
  data::BatchEncoder encoder(tokenizer, services.parallel);
  constexpr uint64_t kDocumentsAtOnce = 1024;
  std::vector<std::string_view> texts;
  std::vector<std::vector<data::TokenId>> tokens;
  for (uint64_t begin = 0; begin < documents.size(); begin += kDocumentsAtOnce) {
    if (services.interrupted())
      return fail(ErrorCode::kInterrupted, "stopped while the shards were written");
    const uint64_t end = std::min(documents.size(), begin + kDocumentsAtOnce);
    texts.clear();
    for (uint64_t id = begin; id < end; ++id) texts.push_back(documents.document(id).text);
    encoder.encode(texts, tokens);
    for (uint64_t id = begin; id < end; ++id) {
      const data::Document document = documents.document(id);
      GLASS_TRY_STATUS(writer.add(document.held_out ? data::Split::kHeldOut : data::Split::kTrain,
                                  document.sha256, tokens[id - begin]));
    }
    services.progress.part("tokenizing", end, documents.size());
  }
  GLASS_TRY(const Json manifest, writer.finish());
  return crypto::sha256(to_canonical(manifest));
}

Result<PreparedData> prepare_data(const Recipe& recipe, const system::Path& recipe_folder,
                                  RunFolder& folder, const Services& services) {
  std::optional<StartModel> start;
  if (applies(recipe, "start")) {
    GLASS_TRY(start, prepare_start(recipe, recipe_folder, folder, services));
  }
  GLASS_TRY(data::CorpusReport corpus, corpus_stage(recipe, recipe_folder, folder, services));
  GLASS_TRY(const data::DocumentStore documents,
            data::DocumentStore::open(services.files, folder.paths().documents()));
  GLASS_TRY(TokenizerStage tokenizer,
            start ? start_tokenizer_stage(*start, folder, services)
                  : tokenizer_stage(recipe, corpus, documents, folder, services));
  TokenData tokens;
  if (recipe.train.objective == "next_token") {
    GLASS_TRY(tokens.shards, shard_stage(corpus, documents, tokenizer, folder, services));
  } else {
    GLASS_TRY(tokens.examples, example_stage(recipe, documents, tokenizer.tokenizer, services));
  }
  return PreparedData{.start = std::move(start),
                      .corpus = std::move(corpus),
                      .tokenizer = std::move(tokenizer.tokenizer),
                      .tokenizer_digest = tokenizer.digest,
                      .tokens = std::move(tokens)};
}

}  // namespace glass::service
