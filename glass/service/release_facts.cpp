#include "glass/service/release_facts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/recorded_file.h"
#include "glass/service/release_corpus.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

constexpr std::string_view kFlopsMethod =
    "counted, not measured: 6 operations for each active parameter and token and 12 for each "
    "layer, "
    "head dimension and position of attention (PaLM, appendix B), times the tokens of all steps";

std::string text_of(const Json& object, std::string_view key) {
  auto text = object.get_string(key);
  return text ? std::move(*text) : "";
}

std::optional<int64_t> count_of(const Json& object, std::string_view key) {
  const auto count = object.get_int(key);
  return count ? std::optional(*count) : std::nullopt;
}

Result<Json> recorded_json(system::Files& files, const system::Path& file,
                           const crypto::Digest& digest) {
  GLASS_TRY(const auto mapped, recorded_file(files, file, digest));
  auto json = parse_json(as_text(mapped->bytes()));
  if (!json) return in_context(system::path_text(file), json.error());
  return json;
}

record::ArchitectureFact architecture_of(const engine::DecoderConfig& config,
                                         const engine::ModelFamily& family,
                                         const std::vector<engine::ParameterSpec>& parameters) {
  record::ArchitectureFact fact{
      .family = std::string(family.name),
      .name = std::string(family.architecture),
      .parameters = engine::parameter_count(parameters),
      .active_parameters = engine::active_parameter_count(config, parameters),
      .layers = config.n_layers,
      .width = config.d_model,
      .feed_forward = config.d_ff,
      .heads = config.n_heads,
      .key_value_heads = config.n_kv_heads,
      .vocabulary = config.vocabulary,
      .context = config.context,
      .experts = {},
      .experts_per_token = {},
      .tied_embeddings = config.tied_embeddings,
      .number_format = ""};
  if (config.n_experts > 0) {
    fact.experts = config.n_experts;
    fact.experts_per_token = config.experts_per_token;
  }
  return fact;
}

Status add_model(const RunRecord& record, const RunPaths& paths, system::Files& files,
                 const Recipe& recipe, record::ReleaseFacts& facts) {
  const auto recorded = record.subject.model.find("config.json");
  if (recorded == record.subject.model.end()) return {};
  GLASS_TRY(const Json json, recorded_json(files, paths.model() / "config.json", recorded->second));
  GLASS_TRY(const engine::ModelFamily* family, engine::hugging_face_family(json));
  GLASS_TRY(const engine::DecoderConfig config, family->from_hugging_face(json));
  GLASS_TRY(const auto parameters, engine::parameters(config));
  facts.architecture = architecture_of(config, *family, parameters);
  facts.architecture.number_format = text_of(json, "dtype");
  facts.tokenizer.vocabulary = config.vocabulary;
  if (recipe.adapter.rank > 0) return {};  // what an adapter's training costs is another sum
  GLASS_TRY(const double flops,
            engine::training_flops_per_token(config, recipe.train.sequence_length));
  facts.training.flops = flops * static_cast<double>(record.subject.tokens);
  facts.training.flops_method = kFlopsMethod;
  return {};
}

std::string optimizer_words(const OptimizerSettings& optimizer) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames = {
      {{"adamw", "AdamW"}, {"lion", "Lion"}, {"muon", "Muon"}, {"sgd", "SGD"}}};
  const auto* const named = std::ranges::find(
      kNames, optimizer.kind, &std::pair<std::string_view, std::string_view>::first);
  std::string out =
      fmt::format("{}: learning rate {}", named == kNames.end() ? optimizer.kind : named->second,
                  optimizer.learning_rate);
  if (optimizer.kind == "adamw" || optimizer.kind == "lion")
    out += fmt::format(", beta1 {}, beta2 {}", optimizer.beta1, optimizer.beta2);
  if (optimizer.kind == "sgd" || optimizer.kind == "muon")
    out += fmt::format(", momentum {}", optimizer.momentum);
  out += fmt::format(", weight decay {}", optimizer.weight_decay);
  if (optimizer.clip_norm > 0) out += fmt::format(", gradients clipped at {}", optimizer.clip_norm);
  if (!optimizer.groups.empty())
    out +=
        fmt::format(", {} groups of parameters with factors of their own", optimizer.groups.size());
  return out;
}

std::string schedule_words(const ScheduleSettings& schedule) {
  const std::string warmup = fmt::format("warm-up over {} steps", schedule.warmup_steps);
  if (schedule.shape == "constant") return warmup + ", then constant";
  if (schedule.shape == "wsd")
    return fmt::format("{}, constant, then down to {} of it over the last {} steps", warmup,
                       schedule.final_factor, schedule.decay_steps);
  if (schedule.shape == "pieces") {
    std::string out = warmup;
    for (const PieceSettings& piece : schedule.pieces)
      out += fmt::format(", {} to {} of it", piece.shape, piece.to);
    return out;
  }
  return fmt::format("{}, then {} down to {} of it", warmup, schedule.shape, schedule.final_factor);
}

// Every value outside lists, "section.key" first.
std::vector<std::pair<std::string, std::string>> settings_of(const Recipe& recipe) {
  static constexpr std::array kSections = {"adapter",   "average",    "model",
                                           "optimizer", "preference", "regularization",
                                           "schedule",  "tokenizer",  "train"};
  std::vector<std::pair<std::string, std::string>> out;
  const Json json = to_json(recipe);
  for (const char* section : kSections) {
    const Json* found = json.find(section);
    if (found == nullptr || found->if_object() == nullptr) continue;
    for (const auto& [key, value] : *found->if_object()) {
      if (value.if_array() != nullptr) continue;
      const std::string* text = value.if_string();
      out.emplace_back(fmt::format("{}.{}", section, key),
                       text != nullptr ? *text : to_canonical(value));
    }
  }
  return out;
}

void add_recipe(const Recipe& recipe, record::ReleaseFacts& facts) {
  facts.name = recipe.name;
  facts.description = recipe.description;
  facts.corpus.name = recipe.name + "-corpus";
  facts.corpus.allowed_licences = recipe.corpus.licences;
  record::TrainingFact& training = facts.training;
  training.seed = recipe.seed;
  training.objective = recipe.train.objective;
  training.optimizer = optimizer_words(recipe.optimizer);
  training.schedule = schedule_words(recipe.schedule);
  training.settings = settings_of(recipe);
}

void add_execution(const record::Statement& statement, record::TrainingFact& training) {
  for (const record::StatementSignature& one : statement.signatures)
    training.signed_by.push_back(crypto::to_text(one.key));
  const Json* execution = statement.predicate.find("execution");
  if (execution == nullptr) return;
  training.program = text_of(*execution, "program");
  training.compiler = text_of(*execution, "compiler");
  training.kernels = text_of(*execution, "kernels");
  training.finished = text_of(*execution, "finished");
  training.threads = count_of(*execution, "threads");
  training.peak_memory_bytes = count_of(*execution, "peak_memory_bytes");
  if (const auto seconds = execution->get_number("training_seconds")) training.seconds = *seconds;
  if (const Json* machine = execution->find("machine")) {
    training.processor = text_of(*machine, "processor");
    training.architecture = text_of(*machine, "architecture");
    training.operating_system = text_of(*machine, "operating_system");
    training.memory_bytes = count_of(*machine, "memory_bytes");
  }
}

// The float32 of eight hexadecimal digits.
std::optional<double> float_of(std::string_view bits) {
  uint32_t word = 0;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), word, 16);
  if (error != std::errc() || end != bits.data() + bits.size()) return std::nullopt;
  const auto value = static_cast<double>(std::bit_cast<float>(word));
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

void add_subject(const RunSubject& subject, record::ReleaseFacts& facts) {
  facts.training.steps = subject.steps;
  facts.training.tokens = subject.tokens;
  facts.training.numerics_class = engine::name(subject.origin.numerics);
  facts.records = {.run = crypto::to_text(run_digest(subject)),
                   .recipe = crypto::to_text(subject.origin.recipe),
                   .corpus = crypto::to_text(subject.origin.corpus),
                   .tokenizer = crypto::to_text(subject.origin.tokenizer),
                   .shards = subject.origin.shards ? crypto::to_text(*subject.origin.shards) : "",
                   .chain = crypto::to_text(subject.chain),
                   .answers = ""};
  if (subject.held_out_loss_bits.empty()) return;
  const std::string& corpus = facts.corpus.name;
  facts.evaluations.push_back(
      {"bits_per_byte", "bits per byte", subject.held_out_bits_per_byte, corpus, "held out"});
  if (const auto loss = float_of(subject.held_out_loss_bits))
    facts.evaluations.push_back({"loss", "loss, nats per token", *loss, corpus, "held out"});
}

// When the first step began. A log that was changed gives nothing.
void add_begin(const RunRecord& record, const RunPaths& paths, system::Files& files,
               record::TrainingFact& training) {
  const auto digests = log_digests(record);
  const auto recorded = digests.find(paths.metrics().filename().string());
  if (recorded == digests.end() || !recorded_file(files, paths.metrics(), recorded->second)) return;
  const Status read = read_run_log(files, paths.metrics(), [&](const LogLine& line) {
    const auto* step = std::get_if<StepMetric>(&line);
    if (step == nullptr || step->step != 1 || !training.started.empty()) return Status();
    training.started =
        time_text(step->unix_ms - static_cast<int64_t>(std::llround(step->seconds * 1000)));
    return Status();
  });
  if (!read) training.started.clear();
}

Status add_start(const RunRecord& record, const RunPaths& paths, system::Files& files,
                 record::ReleaseFacts& facts) {
  if (!record.subject.origin.start) return {};
  GLASS_TRY(const Json start,
            recorded_json(files, paths.start() / "manifest.json", *record.subject.origin.start));
  facts.base = record::BaseFact{.name = "",
                                .weights = text_of(start, "weights"),
                                .licence = text_of(start, "licence"),
                                .run = text_of(start, "run"),
                                .relation = "finetune"};
  return {};
}

// A replay of this run whose signatures hold; others are no evidence for it.
std::optional<record::ReplayFact> replay_fact(const record::Statement& statement,
                                              const crypto::Digest& run) {
  if (!record::verify(statement) || !record::expect_kind(statement, kReplayKind, 1) ||
      std::ranges::find(statement.subjects, run, &record::Subject::digest) ==
          statement.subjects.end())
    return std::nullopt;
  const auto segments = statement.predicate.get_array("segments");
  if (!segments) return std::nullopt;
  record::ReplayFact fact{.by = record::signers(statement),
                          .digest = crypto::to_text(record::payload_digest(statement)),
                          .segments = static_cast<int64_t>((*segments)->size()),
                          .steps = 0,
                          .equal = true};
  for (const Json& segment : **segments) {
    fact.steps += segment.get_int("end").value_or(0) - segment.get_int("begin").value_or(0);
    fact.equal = fact.equal && segment.get_bool("equal").value_or(false);
  }
  return fact;
}

Status add_replays(const RunPaths& paths, system::Files& files, const crypto::Digest& run,
                   record::ReleaseFacts& facts) {
  if (!files.exists(paths.replays())) return {};
  GLASS_TRY(const std::vector<system::Entry> entries, files.list(paths.replays()));
  for (const system::Entry& entry : entries) {
    if (!entry.name.ends_with(".json") || entry.name.starts_with('.')) continue;
    GLASS_TRY(const std::string text, files.read_text(paths.replays() / entry.name));
    const auto statement = record::parse_statement(text);
    if (!statement) continue;
    if (auto fact = replay_fact(*statement, run)) facts.replays.push_back(*std::move(fact));
  }
  return {};
}

}  // namespace

Result<record::ReleaseFacts> release_facts(const system::Path& run, system::Files& files) {
  const RunPaths paths{.root = run};
  GLASS_TRY(const RunRecord record, read_run_record(files, paths));
  GLASS_TRY_STATUS(recorded_file(files, paths.recipe(), record.subject.origin.recipe));
  GLASS_TRY(const Recipe recipe, recorded_recipe(files, paths));
  record::ReleaseFacts facts;
  add_recipe(recipe, facts);
  add_subject(record.subject, facts);
  add_execution(record.statement, facts.training);
  add_begin(record, paths, files, facts.training);
  GLASS_TRY_STATUS(add_model(record, paths, files, recipe, facts));
  GLASS_TRY_STATUS(add_start(record, paths, files, facts));
  if (!facts.base) facts.tokenizer.kind = "byte-level BPE";
  GLASS_TRY(const Json corpus,
            recorded_json(files, paths.corpus() / "manifest.json", record.subject.origin.corpus));
  add_corpus_manifest(corpus, facts.corpus);
  if (record.subject.origin.shards) {
    GLASS_TRY(const Json shards, recorded_json(files, paths.shards() / "manifest.json",
                                               *record.subject.origin.shards));
    add_shards_manifest(shards, facts.corpus);
  }
  GLASS_TRY_STATUS(add_replays(paths, files, run_digest(record.subject), facts));
  return facts;
}

void add_answers(record::ReleaseAnswers answers, std::string_view text,
                 record::ReleaseFacts& facts) {
  facts.version = answers.release.version;
  facts.date = answers.release.date;
  facts.licence = answers.release.licence;
  facts.records.answers = crypto::to_text(crypto::sha256(text));
  if (facts.base) facts.base->name = answers.release.base_model;
  for (record::DatasetFact& dataset : facts.corpus.datasets) {
    const auto said =
        std::ranges::find(answers.sources, dataset.source, &record::SourceAnswers::name);
    if (said != answers.sources.end() && dataset.url.empty()) dataset.url = said->link;
  }
  facts.answers = std::move(answers);
}

}  // namespace glass::service
