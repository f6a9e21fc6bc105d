// train_model: from a recipe to a trained model with its signed record.
//
//   data stages -> [ resume or start -> step ... step ] -> model/ -> record.json
//
// What always holds: the chain on disk is never behind the checkpoint that relies on it; a run
// whose record.json exists is complete and is not computed again.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/data/shard/shard.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/formats/peft.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/checkpoint.h"
#include "glass/engine/train/merged_model.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/trainer.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/service/governance.h"
#include "glass/service/interlock.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/recorded_file.h"
#include "glass/service/run_chain.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/run_summary.h"
#include "glass/service/run_views.h"
#include "glass/service/sampling.h"
#include "glass/service/services.h"
#include "glass/service/staged_folder.h"
#include "glass/service/summary.h"
#include "glass/service/training_run.h"
#include "glass/service/use_cases.h"
#include "glass/system/machine.h"

namespace glass::service {
namespace {

// Whoever resumes makes the steps after the newest checkpoint again.
constexpr double kMadeAgain = 1.1;

int64_t tokens_of_a_step(const Recipe& recipe) {
  const auto& train = recipe.train;
  return train.micro_batches * train.micro_batch_sequences * train.sequence_length;
}

bool due(int64_t step, int64_t every) {
  return every > 0 && step % every == 0;
}

// Views are renewed after at least this many times as long as making them took: two percent.
constexpr int64_t kViewsPause = 50;

// One training from where it stands to its last step.
class TrainingLoop {
 public:
  TrainingLoop(const Recipe& recipe, const PreparedData& data, TrainingRun& run,
               const RunPaths& paths, const Services& services)
      : recipe_(recipe),
        data_(data),
        run_(run),
        trainer_(*run.trainer),
        paths_(paths),
        services_(services),
        peak_flops_(peak_flops(services)),
        views_(recipe, paths, services.files) {}

  TrainingLoop(const TrainingLoop&) = delete;
  TrainingLoop& operator=(const TrainingLoop&) = delete;

  [[nodiscard]] Status run() {
    GLASS_TRY_STATUS(resume());
    while (!trainer_.done()) {
      if (services_.interrupted()) return stop();
      if (services_.interlock != nullptr) {
        if (const Status may = services_.interlock->pass(meter()); !may) return stop(may.error());
      }
      if (const Status made = step(); !made)
        return is_stop(made.error()) ? stop(made.error()) : made;
    }
    GLASS_TRY_STATUS(chain_->sync());
    return trainer_.finish();
  }

  [[nodiscard]] const record::ChainEnd& chain_end() const { return chain_->end(); }

  // What this process has done so far.
  [[nodiscard]] TrainingMeter meter() const {
    const double flops = static_cast<double>(timed_tokens_) * run_.flops_per_token;
    const int64_t made = trainer_.progress().step - first_step_;
    return {.step = trainer_.progress().step,
            .steps = recipe_.train.steps,
            .flops = flops,
            .flops_of_next_step = made > 0 ? flops / static_cast<double>(made) : 0};
  }

 private:
  // Takes the newest good checkpoint that the chain reaches, and cuts chain and log behind it.
  [[nodiscard]] Status resume() {
    GLASS_TRY_STATUS(services_.files.make_folders(paths_.training()));
    const crypto::Digest origin = genesis(run_.origin);
    std::map<int64_t, record::ChainEnd> ends = {{0, {.step = 0, .digest = origin}}};
    GLASS_TRY(const int64_t last_step, read_chain(ends));
    GLASS_TRY(const engine::Trainer::Resumed resumed, trainer_.resume(last_step));
    for (const std::string& broken : resumed.broken)
      services_.progress.note(fmt::format("passed over: {}", broken));
    GLASS_CHECK(ends.contains(resumed.step));
    GLASS_TRY(chain_, record::StepChainWriter::open(services_.files, paths_.chain(),
                                                    ends.at(resumed.step)));
    if (resumed.chain_head && *resumed.chain_head != chain_->end().digest)
      return fail(ErrorCode::kCorruption,
                  fmt::format("the checkpoint of step {} belongs to another chain than {}; remove "
                              "{} to train anew",
                              resumed.step, paths_.chain().string(), paths_.training().string()));
    GLASS_TRY(log_,
              RunLogWriter::open(services_.files, paths_.metrics(), paths_.samples(), resumed.step,
                                 [this](const LogLine& line) { return views_.add(line); }));
    first_step_ = resumed.step;
    // What a new model says before its first step is noise; what a start says is what to improve
    // on.
    if (resumed.step == 0) return data_.start ? look_at_model(0) : Status{};
    services_.progress.note(fmt::format("going on after step {}", resumed.step));
    return look_at_model(resumed.step);
  }

  // Checks the chain, finds how far it goes, and where it ends at each step that has a checkpoint.
  [[nodiscard]] Result<int64_t> read_chain(std::map<int64_t, record::ChainEnd>& ends) const {
    if (!services_.files.exists(paths_.chain())) return 0;
    GLASS_TRY(const std::vector<int64_t> kept,
              engine::list_checkpoints(services_.files, paths_.checkpoints()));
    GLASS_TRY(const auto text, services_.files.map(paths_.chain()));
    auto read = record::read_step_chain(
        as_text(text->bytes()), genesis(run_.origin), record::TornLine::kTolerate,
        [&](const record::ChainLink& link) {
          if (std::ranges::binary_search(kept, link.step))
            ends[link.step] = {
                .step = link.step, .digest = link.digest, .size_bytes = link.end_bytes};
          return Status();
        });
    if (!read) return in_context(paths_.chain().string(), std::move(read).error());
    return read->step;
  }

  [[nodiscard]] Status step() {
    const int64_t begin_ns = services_.clock.monotonic_ns();
    const auto made = trainer_.step();
    if (trainer_.corruption()) GLASS_TRY_STATUS(tell(*trainer_.corruption()));
    GLASS_TRY(const engine::StepRecord record, made);
    const double seconds = static_cast<double>(services_.clock.monotonic_ns() - begin_ns) * 1e-9;
    GLASS_TRY(const crypto::Digest head, chain_->append(engine::to_json(record)));
    StepMetric metric{
        .step = record.step,
        .unix_ms = services_.clock.unix_ms(),
        .seconds = seconds,
        .tokens = record.tokens,
        .loss = static_cast<double>(record.loss),
        .gradient_norm = static_cast<double>(record.gradient_norm),
        .learning_rate = static_cast<double>(record.learning_rate),
        .mfu = static_cast<double>(record.tokens) / seconds * run_.flops_per_token / peak_flops_};
    if (record.preference) {
      metric.preferred = preferred_share(record);
      metric.margin = static_cast<double>(record.preference->margin);
    }
    GLASS_TRY_STATUS(log_->add(metric));
    if (record.parameters) {
      GLASS_TRY_STATUS(chain_->sync());
      GLASS_TRY_STATUS(log_->sync());
      trainer_.save(head);
    }
    tell(metric);
    if (record.event) GLASS_TRY_STATUS(tell(*record.event, record));
    GLASS_TRY_STATUS(look_at_model(record.step));
    return record.parameters ? renew_views() : Status{};
  }

  // Writing them is as long as many steps of a small model: without a bound, one that has many
  // checkpoints would come to do little else.
  [[nodiscard]] Status renew_views() {
    const int64_t begin_ns = services_.clock.monotonic_ns();
    if (begin_ns < next_views_ns_) return {};
    GLASS_TRY_STATUS(write_views(nullptr));
    const int64_t end_ns = services_.clock.monotonic_ns();
    next_views_ns_ = end_ns + (end_ns - begin_ns) * kViewsPause;
    return {};
  }

  void tell(const StepMetric& metric) {
    timed_seconds_ += metric.seconds;
    timed_tokens_ += metric.tokens;
    const double speed = static_cast<double>(timed_tokens_) / timed_seconds_;
    const int64_t left = recipe_.train.steps - metric.step;
    services_.progress.training(
        {.step = metric.step,
         .steps = recipe_.train.steps,
         .loss = metric.loss,
         .tokens_per_second = speed,
         .mfu = speed * run_.flops_per_token / peak_flops_,
         .remaining_ms = std::llround(static_cast<double>(left * metric.tokens) / speed * 1000)});
  }

  // It stands in the log even where the training ends by it.
  [[nodiscard]] Status tell(const engine::Corruption& corruption) {
    services_.progress.note(fmt::format("step {}: silent data corruption: {}{}", corruption.step,
                                        corruption.what,
                                        corruption.settled ? "; a third time settled it" : ""));
    GLASS_TRY_STATUS(log_->add(CorruptionEvent{.step = corruption.step,
                                               .unix_ms = services_.clock.unix_ms(),
                                               .what = corruption.what,
                                               .settled = corruption.settled}));
    return log_->sync();
  }

  [[nodiscard]] Status tell(const engine::StepEvent& event, const engine::StepRecord& record) {
    const std::string what = fmt::format("step {}: {} (loss {}, gradient norm {}), {}", record.step,
                                         engine::name(event.cause), record.loss,
                                         record.gradient_norm, engine::name(event.action));
    services_.progress.note(what);
    if (event.action != engine::Action::kStop) return {};
    GLASS_TRY_STATUS(chain_->sync());
    return fail(ErrorCode::kMismatch,
                fmt::format("{}. The chain and the checkpoints up to here are kept; change the "
                            "recipe (a lower optimizer.learning_rate, or another "
                            "train.on_non_finite) and train into another folder",
                            what));
  }

  // Held-out loss and sample texts, where the recipe asks for them. The last step is measured on
  // all held-out text when the record is made.
  [[nodiscard]] Status look_at_model(int64_t step) {
    if (due(step, recipe_.evaluation.every_steps) && step < recipe_.train.steps &&
        run_.batches.held_out().batches > 0) {
      GLASS_TRY(const engine::Evaluation evaluation,
                trainer_.evaluate(run_.batches.held_out(), recipe_.evaluation.tokens));
      GLASS_TRY_STATUS(log_evaluation(step, evaluation));
      services_.progress.note(fmt::format("step {}: held-out loss {:.4f}, {:.4f} bits per byte",
                                          step, evaluation.loss, evaluation.bits_per_byte));
    }
    if (due(step, recipe_.evaluation.samples_every_steps)) return write_samples(step);
    return {};
  }

  [[nodiscard]] Status write_samples(int64_t step) {
    if (recipe_.evaluation.prompts.empty()) return {};
    GLASS_TRY(const std::vector<std::string> texts,
              sample_texts(trainer_, data_.tokenizer, recipe_, services_));
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::string& prompt = recipe_.evaluation.prompts[i];
      services_.progress.note(fmt::format("step {}: {}{}", step, prompt, one_line(texts[i])));
      GLASS_TRY_STATUS(log_->add(SampleText{.step = step, .prompt = prompt, .text = texts[i]}));
    }
    return {};
  }

 public:
  // Renews what people look at. `record` is null before the end.
  [[nodiscard]] Status write_views(const RunRecord* record) {
    const record::RunFacts facts = views_.facts(record);
    GLASS_TRY_STATUS(views_.renew(facts, record != nullptr));
    const ReportSources sources{
        .corpus = data_.corpus,
        .start = data_.start ? std::optional(data_.start->manifest) : std::nullopt,
        .parameters = engine::parameter_count(trainer_.plan().parameters),
        .evidence = {},
        .next_commands = record == nullptr
                             ? std::vector<std::string>{}
                             : next_commands(paths_, {"generate", "verify", "replay"})};
    return write_report(facts, sources, paths_, services_);
  }

  [[nodiscard]] Status log_evaluation(int64_t step, const engine::Evaluation& evaluation) {
    return log_->add(EvaluationMetric{.step = step,
                                      .unix_ms = services_.clock.unix_ms(),
                                      .loss = static_cast<double>(evaluation.loss),
                                      .bits_per_byte = evaluation.bits_per_byte});
  }

 private:
  // Somebody ended the step; nothing is wrong with it.
  static bool is_stop(const Error& error) {
    return error.code == ErrorCode::kInterrupted || error.code == ErrorCode::kRefused;
  }

  [[nodiscard]] Status stop() {
    return stop({ErrorCode::kInterrupted, "the same command goes on from the newest checkpoint"});
  }

  // With everything on the disk that a later process goes on from.
  [[nodiscard]] Status stop(const Error& why) {
    GLASS_TRY_STATUS(chain_->sync());
    GLASS_TRY_STATUS(trainer_.finish());
    return fail(why.code, fmt::format("stopped after step {} of {}; {}", trainer_.progress().step,
                                      recipe_.train.steps, why.message));
  }

  const Recipe& recipe_;
  const PreparedData& data_;
  TrainingRun& run_;
  engine::Trainer& trainer_;
  const RunPaths& paths_;
  const Services& services_;
  double peak_flops_;
  std::optional<record::StepChainWriter> chain_;
  LiveViews views_;
  std::optional<RunLogWriter> log_;  // tells the views of its lines
  double timed_seconds_ = 0;
  int64_t timed_tokens_ = 0, first_step_ = 0;
  int64_t next_views_ns_ = 0;
};

Status add_file_digests(const system::Path& folder, system::Files& files,
                        std::map<std::string, crypto::Digest>& digests) {
  GLASS_TRY(const std::vector<system::Entry> entries, files.list(folder));
  for (const system::Entry& entry : entries) {
    GLASS_TRY(const auto mapped, files.map(folder / entry.name));
    digests.emplace(entry.name, crypto::sha256(mapped->bytes()));
  }
  return {};
}

// How turns are written: chat.json for us, tokenizer_config.json for other programs.
Status export_chat(const data::ChatTemplate& chat, const data::Tokenizer& tokenizer,
                   const system::Path& folder, system::Files& files) {
  const Json config = Json::Object{{"tokenizer_class", "PreTrainedTokenizerFast"},
                                   {"eos_token", tokenizer.piece(chat.end_of_turn())},
                                   {"chat_template", chat.to_jinja()}};
  GLASS_TRY_STATUS(
      files.write_atomic(folder / "tokenizer_config.json", as_bytes(to_pretty(config))));
  const std::string roles = to_pretty(data::to_json(chat.roles()));
  return files.write_atomic(folder / "chat.json", as_bytes(roles));
}

// model/: what other programs load.
Status export_model(const Recipe& recipe, const engine::ModelFamily& family,
                    const engine::DecoderConfig& config, const engine::TensorViews& tensors,
                    const data::Tokenizer& tokenizer, const RunPaths& paths, system::Files& files) {
  return publish_filled(paths.model(), files, [&](const system::Path& folder) -> Status {
    engine::SpecialTokens special{.begin = tokenizer.end_of_text(), .end = tokenizer.end_of_text()};
    if (applies(recipe, "chat")) {
      GLASS_TRY(const data::ChatTemplate chat, chat_template(recipe, tokenizer));
      GLASS_TRY_STATUS(export_chat(chat, tokenizer, folder, files));
      special.end = chat.end_of_turn();
    }
    GLASS_TRY_STATUS(engine::export_huggingface(files, folder, family, config, tensors, special));
    return files.write_atomic(folder / "tokenizer.json", as_bytes(tokenizer.to_json()));
  });
}

// Where there are adapters: they alone in adapter/, and merged with the start in model/.
Status export_results(const Recipe& recipe, const PreparedData& data, const TrainingRun& run,
                      const RunPaths& paths, const Services& services) {
  const engine::ModelFamily& family = family_of(recipe, data);
  const engine::DecoderConfig& config = run.trainer->plan().settings.model;
  const engine::TensorViews tensors = run.trainer->model();
  system::Files& files = services.files;
  if (config.adapters.rank == 0)
    return export_model(recipe, family, config, tensors, data.tokenizer, paths, files);
  GLASS_TRY_STATUS(publish_filled(paths.adapter(), files, [&](const system::Path& folder) {
    return engine::export_peft(files, folder, family, config, tensors, recipe.start.model);
  }));
  GLASS_TRY(const engine::ModelFile merged,
            engine::merge_adapters(config, tensors, kernels(), services.parallel));
  return export_model(recipe, family, merged.config, engine::views(merged), data.tokenizer, paths,
                      files);
}

Result<Json> execution_facts(const RunPaths& paths, const Services& services) {
  GLASS_TRY(const SpeedMeter speed, speed_of(services.files, paths.metrics()));
  Json::Object log_files;
  for (const system::Path& file : {paths.metrics(), paths.samples()}) {
    GLASS_TRY(const auto mapped, services.files.map(file));
    log_files.emplace(file.filename().string(), crypto::to_text(crypto::sha256(mapped->bytes())));
  }
  const system::Machine machine = system::this_machine();
  return Json::Object{
      {"program", "glass " GLASS_VERSION},
      {"compiler", GLASS_COMPILER},
      {"kernels", kernels().name()},
      {"threads", services.parallel.workers()},
      {"machine", Json::Object{{"architecture", machine.architecture},
                               {"processor", machine.processor},
                               {"operating_system", machine.operating_system},
                               {"cores", machine.cores},
                               {"memory_bytes", machine.memory_bytes}}},
      {"log", std::move(log_files)},
      {"training_seconds", speed.seconds()},
      {"finished", time_text(services.clock.unix_ms())},
      {"peak_memory_bytes", system::peak_memory_bytes()},
  };
}

Result<int64_t> tokens_of_chain(const RunOrigin& origin, const RunPaths& paths,
                                system::Files& files) {
  int64_t tokens = 0;
  GLASS_TRY_STATUS(RunChain::read(files, paths.chain(), origin, record::TornLine::kRefuse,
                                  [&](const engine::StepRecord& step, const crypto::Digest&) {
                                    tokens += step.tokens;
                                    return Status();
                                  }));
  return tokens;
}

// The last evaluation, the exported model and the signed record of a training that is done.
Result<RunRecord> conclude(const Recipe& recipe, const PreparedData& data, TrainingRun& run,
                           TrainingLoop& loop, const RunPaths& paths, const Services& services) {
  RunSubject subject;
  subject.origin = run.origin;
  subject.steps = recipe.train.steps;
  GLASS_TRY(subject.tokens, tokens_of_chain(run.origin, paths, services.files));
  subject.chain = loop.chain_end().digest;
  subject.parameters = run.trainer->model_digest();
  if (run.batches.held_out().batches > 0) {
    GLASS_TRY(const engine::Evaluation evaluation,
              run.trainer->evaluate(run.batches.held_out(), INT64_MAX));
    GLASS_TRY_STATUS(loop.log_evaluation(recipe.train.steps, evaluation));
    subject.held_out_loss_bits = float_bits(evaluation.loss);
    subject.held_out_bits_per_byte = evaluation.bits_per_byte;
  }
  GLASS_TRY_STATUS(export_results(recipe, data, run, paths, services));
  GLASS_TRY_STATUS(add_file_digests(paths.model(), services.files, subject.model));
  if (recipe.adapter.rank > 0)
    GLASS_TRY_STATUS(add_file_digests(paths.adapter(), services.files, subject.adapter));
  GLASS_TRY(Json execution, execution_facts(paths, services));
  if (services.interlock != nullptr)
    execution.if_object()->emplace("governed", to_json(services.interlock->governance()));
  RunRecord record{.statement = run_statement(subject, std::move(execution)),
                   .subject = std::move(subject)};
  record::sign(record.statement, services.key);
  GLASS_TRY_STATUS(loop.write_views(&record));
  GLASS_TRY_STATUS(
      services.files.write_atomic(paths.record(), as_bytes(record::to_text(record.statement))));
  return record;
}

// The record of a finished run, if it is of this origin and what it names is in place.
Result<std::optional<RunRecord>> finished_run(const RunOrigin& origin, const RunPaths& paths,
                                              system::Files& files) {
  if (!files.exists(paths.record())) return std::nullopt;
  GLASS_TRY(RunRecord record, read_run_record(files, paths));
  if (genesis(record.subject.origin) != genesis(origin))
    return fail(ErrorCode::kCorruption,
                fmt::format("{} is the record of another run; remove it and {} to train anew",
                            paths.record().string(), paths.training().string()));
  GLASS_TRY_STATUS(expect_in_place(record, paths, files));
  return std::optional(std::move(record));
}

// Nothing is made from a log that is not the recorded one; verify says what is wrong with it.
Status renew_metrics(const Recipe& recipe, const RunRecord& record, const RunPaths& paths,
                     system::Files& files) {
  const std::map<std::string, crypto::Digest> digests = log_digests(record);
  for (const auto& [name, digest] : digests) {
    if (!recorded_file(files, paths.training() / name, digest)) return {};
  }
  if (digests.empty()) return {};
  GLASS_TRY(const record::RunFacts facts, facts_of(recipe, paths, &record, files));
  return write_metrics(facts, paths, recipe, files);
}

// What of the training lies on the disk, whether a checkpoint reaches it or not.
Result<TrainingStand> stand_of(const Recipe& recipe, const TrainingRun& run, const RunPaths& paths,
                               system::Files& files) {
  TrainingStand stand{
      .steps = 0,
      .flops_of_a_step = static_cast<double>(tokens_of_a_step(recipe)) * run.flops_per_token};
  if (!files.exists(paths.chain())) return stand;
  GLASS_TRY(const auto chain, files.map(paths.chain()));
  auto end = record::check_step_chain(as_text(chain->bytes()), genesis(run.origin),
                                      record::TornLine::kTolerate);
  if (!end) return in_context(paths.chain().string(), std::move(end).error());
  stand.steps = end->step;
  return stand;
}

// Nothing of a training is trained by another governance than the one it began with.
Status admit(const Recipe& recipe, const TrainingRun& run, const RunPaths& paths,
             const Services& services) {
  if (services.interlock == nullptr) return expect_governance(std::nullopt, paths, services.files);
  GLASS_TRY_STATUS(expect_governance(services.interlock->governance(), paths, services.files));
  GLASS_TRY(const TrainingStand stand, stand_of(recipe, run, paths, services.files));
  GLASS_TRY_STATUS(services.interlock->admit(run.origin, stand));
  return mark_governed(services.interlock->governance(), paths, services.files);
}

// Whoever governs a training that is done may not know it yet: its process was killed before.
Status tell_finished(const RunRecord& record, const RunPaths& paths, const Services& services) {
  if (services.interlock == nullptr) return {};
  GLASS_TRY(const std::optional<GovernedBy> by, governed_by(record.statement));
  if (by != services.interlock->governance())
    return fail(ErrorCode::kRefused,
                fmt::format("{} holds a finished training that is not run {} of this facility; "
                            "train into another folder with --out",
                            paths.root.string(), services.interlock->governance().run));
  return services.interlock->finished(record, {});
}

// Long steps end within a second where somebody wants them to.
Status may_go_on(const Services& services) {
  if (services.interrupted())
    return fail(ErrorCode::kInterrupted, "the same command goes on from the newest checkpoint");
  return services.interlock == nullptr ? Status() : services.interlock->still();
}

}  // namespace

Result<system::Path> out_folder_of(const RecipeChoice& choice, system::Files& files) {
  return read_chosen(choice, files).map([](const ChosenRecipe& chosen) { return chosen.out; });
}

Result<TrainingTerms> training_terms(const RecipeChoice& choice, const Services& services) {
  GLASS_TRY(const ChosenRecipe chosen, read_chosen(choice, services.files));
  GLASS_TRY(RunFolder folder, RunFolder::open(services.files, chosen.out, chosen.recipe));
  GLASS_TRY(const PreparedData data, prepare_data(chosen.recipe, chosen.folder, folder, services));
  GLASS_TRY(const TrainingRun run, open_training(chosen.recipe, data, folder.paths(), services));
  const double flops = static_cast<double>(chosen.recipe.train.steps) *
                       static_cast<double>(tokens_of_a_step(chosen.recipe)) * run.flops_per_token;
  TrainingTerms terms{.recipe = run.origin.recipe,
                      .data = {run.origin.corpus},
                      .numerics = std::string(engine::name(run.origin.numerics)),
                      .teraflops = std::llround(std::ceil(flops * kMadeAgain / 1e12)),
                      .steps = chosen.recipe.train.steps,
                      .base = run.origin.start};
  if (run.origin.start) terms.data.push_back(*run.origin.start);
  return terms;
}

Result<Summary> train_model(const RecipeChoice& choice, const Services& services) {
  GLASS_TRY(const ChosenRecipe chosen, read_chosen(choice, services.files));
  GLASS_TRY(RunFolder folder, RunFolder::open(services.files, chosen.out, chosen.recipe));
  const RunPaths& paths = folder.paths();
  GLASS_TRY(const PreparedData data, prepare_data(chosen.recipe, chosen.folder, folder, services));
  GLASS_TRY(TrainingRun run, open_training(chosen.recipe, data, paths, services,
                                           [&services] { return may_go_on(services); }));
  GLASS_TRY(std::optional<RunRecord> record, finished_run(run.origin, paths, services.files));
  services.progress.stage("training", record.has_value());
  if (record) {
    GLASS_TRY_STATUS(tell_finished(*record, paths, services));
    GLASS_TRY_STATUS(renew_metrics(chosen.recipe, *record, paths, services.files));
  } else {
    services.progress.note(fmt::format("memory {}", engine::to_text(run.trainer->plan().memory)));
    GLASS_TRY_STATUS(admit(chosen.recipe, run, paths, services));
    TrainingLoop loop(chosen.recipe, data, run, paths, services);
    GLASS_TRY_STATUS(loop.run());
    GLASS_TRY(record, conclude(chosen.recipe, data, run, loop, paths, services));
    if (services.interlock != nullptr)
      GLASS_TRY_STATUS(services.interlock->finished(*record, loop.meter()));
  }
  Summary summary = summarize(record->subject, paths, services.files);
  finish(summary, {"generate", "verify", "replay"});
  return summary;
}

}  // namespace glass::service
