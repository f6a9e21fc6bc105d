// The checks of a verification on the training and what came of it: graph, chain, checkpoints,
// model, held-out text.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/peft.h"
#include "glass/engine/optim/optimizer.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/checkpoint.h"
#include "glass/engine/train/evaluation.h"
#include "glass/engine/train/manifest.h"
#include "glass/engine/train/merged_model.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/training_plan.h"
#include "glass/engine/train/training_state.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/service/batches.h"
#include "glass/service/recorded_file.h"
#include "glass/service/run_chain.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/training_run.h"
#include "glass/service/training_settings.h"
#include "glass/service/verification.h"

namespace glass::service {
Status Verification::graph() {
  if (!recipe_ || !tokenizer_) return blocked("to build it again takes recipe and tokenizer");
  if (subject_.origin.start && !start_) return blocked("to build it again takes the start");
  GLASS_TRY(const engine::TrainingSettings settings,
            training_settings(*recipe_, {.vocabulary = tokenizer_->vocabulary_size(),
                                         .start = start_ ? &start_->model.config : nullptr}));
  if (settings.numerics != subject_.origin.numerics)
    return fail(
        ErrorCode::kMismatch,
        fmt::format("the recipe asks for numerics class {}, the record says {}",
                    engine::name(settings.numerics), engine::name(subject_.origin.numerics)));
  GLASS_TRY(engine::TrainingPlan plan,
            engine::plan_training(settings, kernels(), services_.parallel.workers()));
  GLASS_TRY_STATUS(
      expect_same("the graph built from the recipe", subject_.origin.graph, graph_digest(plan)));
  detail_ = fmt::format("built again from the recipe, {}, numerics {}",
                        count_text(std::ssize(plan.step.graph.nodes()), "operation"),
                        engine::name(settings.numerics));
  plan_ = std::move(plan);
  return {};
}

Status Verification::chain() {
  covers(paths_.chain());
  const auto kept = engine::list_checkpoints(services_.files, paths_.checkpoints());
  std::map<int64_t, ChainMark> marks;
  engine::StepRecord last;
  int64_t tokens = 0;
  auto chain =
      RunChain::read(services_.files, paths_.chain(), subject_.origin, record::TornLine::kRefuse,
                     [&](const engine::StepRecord& step, const crypto::Digest& head) -> Status {
                       tokens += step.tokens;
                       if (kept && std::ranges::binary_search(*kept, step.step))
                         marks.emplace(step.step, ChainMark{.step = step, .head = head});
                       last = step;
                       return {};
                     });
  if (!chain) return changed(paths_.chain(), chain.error().message);
  const record::ChainEnd end = chain->end();
  if (end.digest != subject_.chain || end.step != subject_.steps)
    return changed(paths_.chain(),
                   fmt::format("it ends after step {} with the digest {}, recorded are step {} "
                               "and {}",
                               end.step, crypto::to_text(end.digest), subject_.steps,
                               crypto::to_text(subject_.chain)));
  marks_ = std::move(marks);
  chain_ = std::move(*chain);
  if (tokens != subject_.tokens)
    return fail(ErrorCode::kMismatch,
                fmt::format("its steps have {} together, and the record says {}",
                            count_text(tokens, "token"), count_text(subject_.tokens)));
  const bool averaged = recipe_ ? recipe_->average.use : last.average == subject_.parameters;
  if ((averaged ? last.average : last.parameters) != subject_.parameters)
    return fail(ErrorCode::kMismatch, fmt::format("the last step's {} are not the record's",
                                                  averaged ? "average weights" : "parameters"));
  detail_ = fmt::format("{} hashed again, {} together", count_text(end.step, "link"),
                        count_text(tokens, "token"));
  return {};
}

Status Verification::checkpoints() {
  if (!plan_) return blocked("to read them takes the graph");
  GLASS_TRY(const std::vector<int64_t> found,
            engine::list_checkpoints(services_.files, paths_.checkpoints()));
  engine::TrainingState state(plan_->layout, engine::moments(plan_->settings.optimizer.kind),
                              plan_->settings.average.decay > 0);
  std::vector<std::string> errors;
  for (const int64_t step : found) {
    const system::Path folder = paths_.checkpoints() / engine::checkpoint_name(step);
    for (const char* file : {"manifest.json", "model.safetensors", "optimizer.safetensors"})
      covers(folder / file);
    if (plan_->settings.average.decay > 0) covers(folder / "average.safetensors");
    if (const Status whole = checkpoint(step, state); !whole)
      errors.push_back(changed(folder, whole.error().message).value().message);
  }
  if (found.empty() || found.back() != subject_.steps)
    errors.emplace_back("the checkpoint of the last step is missing");
  GLASS_TRY_STATUS(joined(errors));
  detail_ = fmt::format("{} read, every tensor hashed again", found.size());
  if (!chain_) return blocked(detail_ + "; whether they are the chain's takes the chain");
  return {};
}

Status Verification::checkpoint(int64_t step, engine::TrainingState& state) const {
  GLASS_TRY(
      const engine::Manifest manifest,
      engine::load_checkpoint(services_.files, paths_.checkpoints(), step, plan_->settings.model,
                              plan_->settings.numerics, plan_->layout, state, services_.parallel));
  return chain_ ? expect_in_chain(step, manifest) : Status{};
}

// A checkpoint is that of the chain's step, in its head and in the digests of its tensors.
Status Verification::expect_in_chain(int64_t step, const engine::Manifest& manifest) const {
  const std::string name = engine::checkpoint_name(step);
  if (step > chain_->end().step)
    return fail(ErrorCode::kMismatch, fmt::format("the chain does not reach {}", name));
  const auto mark = marks_.find(step);
  if (mark == marks_.end() || !mark->second.step.parameters || !mark->second.step.optimizer)
    return fail(ErrorCode::kMismatch, fmt::format("the chain knows of no {}", name));
  const engine::StepRecord& record = mark->second.step;
  GLASS_TRY_STATUS(expect_same(name + "'s chain", mark->second.head, manifest.chain_head));
  GLASS_TRY_STATUS(expect_same(name + "'s parameters", *record.parameters,
                               engine::total(manifest.digests.parameters)));
  if (record.average.has_value() != !manifest.digests.average.empty())
    return fail(ErrorCode::kMismatch,
                name + " and the chain differ in whether there is an average");
  if (record.average) {
    GLASS_TRY_STATUS(
        expect_same(name + "'s average", *record.average, engine::total(manifest.digests.average)));
  }
  return expect_same(name + "'s optimizer state", *record.optimizer,
                     engine::total(manifest.digests.optimizer));
}

Status Verification::model_files(const std::map<std::string, crypto::Digest>& digests,
                                 const system::Path& folder) {
  std::vector<std::string> errors;
  for (const auto& [name, digest] : digests) {
    const auto file = recorded(folder / name, digest);
    if (!file) errors.push_back(file.error().message);
  }
  return joined(errors);
}

Status Verification::model() {
  GLASS_TRY_STATUS(model_files(subject_.model, paths_.model()));
  GLASS_TRY(engine::ModelFile file, engine::import_huggingface(services_.files, paths_.model()));
  if (!subject_.adapter.empty()) return merged_model(file);
  GLASS_TRY_STATUS(
      expect_same("what the model's tensors are", subject_.parameters,
                  engine::total(engine::digests_of(file.tensors, services_.parallel))));
  detail_ = fmt::format("{} hashed again, {} are the parameters of the last step",
                        count_text(std::ssize(subject_.model), "file"),
                        count_text(std::ssize(file.tensors), "tensor"));
  parameters_ = std::move(file.tensors);
  return {};
}

// What was trained are the adapters; the model is the start with them.
Status Verification::merged_model(const engine::ModelFile& file) {
  GLASS_TRY_STATUS(model_files(subject_.adapter, paths_.adapter()));
  if (!plan_ || !start_)
    return blocked(
        "its files are the recorded ones; to merge it again takes "
        "graph and start");
  const engine::DecoderConfig& config = plan_->settings.model;
  GLASS_TRY(auto adapters,
            engine::import_peft(services_.files, paths_.adapter(), *start_->family, config));
  GLASS_TRY_STATUS(expect_same("what the adapters' tensors are", subject_.parameters,
                               engine::total(engine::digests_of(adapters, services_.parallel))));
  auto all = start_->model.tensors;
  const int64_t trained = std::ssize(adapters);
  all.merge(adapters);
  GLASS_TRY(const engine::ModelFile merged,
            engine::merge_adapters(config, engine::views(all), kernels(), services_.parallel));
  GLASS_TRY_STATUS(
      expect_same("the start merged with the adapters again",
                  engine::total(engine::digests_of(merged.tensors, services_.parallel)),
                  engine::total(engine::digests_of(file.tensors, services_.parallel))));
  detail_ =
      fmt::format("{} hashed again, {} are the adapters of the last step, merged again",
                  count_text(std::ssize(subject_.model) + std::ssize(subject_.adapter), "file"),
                  count_text(trained, "tensor"));
  parameters_ = std::move(all);
  return {};
}

// The same pass that the training ends with.
Status Verification::held_out() {
  if (!plan_ || !has_tokens() || parameters_.empty())
    return blocked("to measure it again takes graph, tokens and model");
  const engine::TrainingSettings& settings = plan_->settings;
  GLASS_TRY(const Batches batches, Batches::create(*recipe_, tokens_, *tokenizer_));
  engine::HeldOutSource source = batches.held_out();
  const std::string& recorded_bits = subject_.held_out_loss_bits;
  if (source.batches == 0 || recorded_bits.empty()) {
    if (source.batches > 0 || !recorded_bits.empty())
      return fail(ErrorCode::kMismatch, "the record and the tokens differ in whether there is any");
    detail_ = "there is none, and the record names no figures of it";
    return {};
  }
  GLASS_TRY(engine::Evaluator evaluator,
            engine::Evaluator::create(plan_->evaluation,
                                      {.micro_batch = settings.micro_batch,
                                       .micro_batches = settings.micro_batches,
                                       .vocabulary = settings.model.vocabulary},
                                      engine::views(parameters_), kernels(), services_.parallel));
  source.batch = [&, batch = source.batch](int64_t index, data::Batch& out) -> Status {
    if (services_.interrupted()) return fail(ErrorCode::kInterrupted, "verification was stopped");
    return batch(index, out);
  };
  GLASS_TRY(const engine::Evaluation found, evaluator.run(source, INT64_MAX));
  const std::string found_bits = float_bits(found.loss);
  if (found_bits != recorded_bits || found.bits_per_byte != subject_.held_out_bits_per_byte)
    return fail(ErrorCode::kMismatch,
                fmt::format("the model's loss has the bits {} and is {} bits per byte; the record "
                            "says {} and {}",
                            found_bits, found.bits_per_byte, recorded_bits,
                            subject_.held_out_bits_per_byte));
  detail_ = fmt::format("{} predicted again, {:.4f} bits per byte, every bit equal",
                        count_text(found.targets, "token"), found.bits_per_byte);
  return {};
}

}  // namespace glass::service
