// verify_run: everything about a run that can be recomputed without training.
//
// Each check stands for itself: one that fails is told and the others go on, as far as they do not
// need what failed. What is not recomputed here is named as not checked.
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
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/loader/loader.h"
#include "glass/data/shard/shard.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/checkpoint.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/training_plan.h"
#include "glass/record/documents/facts.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/run_summary.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/training_run.h"
#include "glass/service/training_settings.h"
#include "glass/service/use_cases.h"

namespace glass::service {
namespace {

Status expect_same(std::string_view what, const crypto::Digest& recorded,
                   const crypto::Digest& found) {
  if (recorded == found) return {};
  return fail(ErrorCode::kMismatch,
              fmt::format("{} has the digest {}, and the record says {}", what,
                          crypto::to_text(found), crypto::to_text(recorded)));
}

class Verification {
 public:
  Verification(const Recipe& recipe, const RunRecord& record, const RunPaths& paths,
               const Services& services)
      : recipe_(recipe),
        record_(record),
        subject_(record.subject),
        paths_(paths),
        services_(services) {}

  [[nodiscard]] Result<std::vector<record::CheckFact>> run() {
    struct Step {
      std::string_view what;
      Status (Verification::*check)();
    };

    static constexpr Step kSteps[] = {
        {"signature", &Verification::signature},
        {"recipe", &Verification::recipe},
        {"corpus", &Verification::corpus},
        {"tokenizer", &Verification::tokenizer},
        {"shards", &Verification::shards},
        {"graph", &Verification::graph},
        {"chain", &Verification::chain},
        {"batches", &Verification::batches},
        {"checkpoints", &Verification::checkpoints},
        {"model", &Verification::model},
    };
    uint64_t done = 0;
    for (const Step& step : kSteps) {
      if (services_.interrupted()) return fail(ErrorCode::kInterrupted, "verification was stopped");
      services_.progress.part(step.what, done++, std::size(kSteps));
      detail_.clear();
      const Status found = (this->*step.check)();
      GLASS_TRY(record::CheckFact fact, check_fact(step.what, detail_, found));
      checks_.push_back(std::move(fact));
    }
    checks_.push_back({record::Verdict::kNotChecked, "training",
                       fmt::format("the arithmetic of the {} steps: glass replay {}",
                                   count_text(subject_.steps), paths_.root.string())});
    return std::move(checks_);
  }

 private:
  [[nodiscard]] Status signature() {
    GLASS_TRY_STATUS(record::verify(record_.statement));
    for (const record::StatementSignature& one : record_.statement.signatures)
      detail_ +=
          fmt::format("{}signed by {}", detail_.empty() ? "" : ", ", crypto::to_text(one.key));
    return {};
  }

  [[nodiscard]] Status recipe() {
    detail_ = "the digest is the recorded one";
    return expect_same(paths_.recipe().string(), subject_.origin.recipe, recipe_digest(recipe_));
  }

  [[nodiscard]] Status corpus() {
    const data::CorpusServices corpus_services{services_.files, services_.process,
                                               services_.parallel};
    GLASS_TRY(const data::CorpusReport report, data::load_corpus(paths_.corpus(), corpus_services));
    GLASS_TRY_STATUS(expect_same((paths_.corpus() / "manifest.json").string(),
                                 subject_.origin.corpus, report.manifest_digest));
    GLASS_TRY(documents_, data::DocumentStore::open(services_.files, paths_.documents()));
    GLASS_TRY_STATUS(documents_->verify(services_.parallel));
    detail_ = fmt::format("{} documents hashed again, {}",
                          count_text(static_cast<int64_t>(documents_->size())),
                          bytes_text(documents_->text_bytes()));
    return {};
  }

  [[nodiscard]] Status tokenizer() {
    GLASS_TRY(const std::string text, services_.files.read_text(paths_.tokenizer_json()));
    GLASS_TRY_STATUS(expect_same(paths_.tokenizer_json().string(), subject_.origin.tokenizer,
                                 crypto::sha256(text)));
    GLASS_TRY_STATUS(need_documents());
    GLASS_TRY(data::TrainedTokenizer trained,
              make_tokenizer(*documents_, recipe_.tokenizer, services_.parallel));
    GLASS_TRY_STATUS(expect_same("the tokenizer trained again from the documents",
                                 subject_.origin.tokenizer,
                                 crypto::sha256(trained.tokenizer.to_json())));
    tokenizer_ = std::move(trained.tokenizer);
    detail_ = "trained again from the documents";
    return {};
  }

  [[nodiscard]] Status shards() {
    GLASS_TRY(shards_, data::ShardSet::open(services_.files, paths_.shards()));
    GLASS_TRY_STATUS(shards_->verify(services_.parallel));
    GLASS_TRY_STATUS(expect_same((paths_.shards() / "manifest.json").string(),
                                 subject_.origin.shards, shards_->manifest_digest()));
    GLASS_TRY_STATUS(need_documents());
    if (!tokenizer_)
      return fail(ErrorCode::kMismatch, "cannot be made again without the tokenizer");
    GLASS_TRY(data::ShardSetWriter writer,
              data::ShardSetWriter::create_dry(shard_options(subject_.origin.corpus, *tokenizer_)));
    GLASS_TRY(const crypto::Digest again,
              make_shards(*documents_, *tokenizer_, std::move(writer), services_));
    detail_ = "encoded again from the documents";
    return expect_same("the shards encoded again", subject_.origin.shards, again);
  }

  [[nodiscard]] Status graph() {
    if (!tokenizer_) return fail(ErrorCode::kMismatch, "cannot be built without the tokenizer");
    GLASS_TRY(const engine::TrainingSettings settings,
              training_settings(recipe_, tokenizer_->vocabulary_size()));
    GLASS_TRY(plan_, engine::plan_training(settings, kernels(), services_.parallel.workers()));
    detail_ =
        fmt::format("built again from the recipe, {} operations", plan_->step.graph.nodes().size());
    return expect_same("the graph built from the recipe", subject_.origin.graph,
                       graph_digest(*plan_));
  }

  [[nodiscard]] Status chain() {
    GLASS_TRY(const std::string text, services_.files.read_text(paths_.chain()));
    const auto end = record::read_step_chain(
        text, genesis(subject_.origin), record::TornLine::kRefuse,
        [&](const record::ChainLink& link) -> Status {
          GLASS_TRY(engine::StepRecord step, engine::step_record_from_json(link.record));
          steps_.push_back(std::move(step));
          heads_.push_back(link.digest);
          return {};
        });
    if (!end) return in_context(paths_.chain().string(), end.error());
    GLASS_TRY_STATUS(expect_same("the last line of the chain", subject_.chain, end->digest));
    if (end->step != subject_.steps)
      return fail(
          ErrorCode::kMismatch,
          fmt::format("the chain has {} steps, and the record says {}", end->step, subject_.steps));
    detail_ = fmt::format("{} links hashed again", count_text(end->step));
    return {};
  }

  [[nodiscard]] Status batches() {
    if (!shards_) return fail(ErrorCode::kMismatch, "cannot be drawn without the shards");
    GLASS_TRY(const data::Loader loader,
              data::Loader::create(*shards_,
                                   {.sequence_length = recipe_.train.sequence_length,
                                    .micro_batch_sequences = recipe_.train.micro_batch_sequences,
                                    .micro_batches_per_step = recipe_.train.micro_batches,
                                    .seed = static_cast<uint64_t>(recipe_.seed)}));
    data::Batch batch;
    for (const engine::StepRecord& step : steps_) {
      crypto::Sha256 digests;
      for (int64_t micro = 0; micro < recipe_.train.micro_batches; ++micro) {
        GLASS_TRY_STATUS(loader.batch(step.step - 1, micro, batch));  // the loader counts from 0
        digests.update(engine::digest_of(batch).bytes);
      }
      GLASS_TRY_STATUS(expect_same(fmt::format("the batch of step {}", step.step), step.batch,
                                   digests.finish()));
    }
    detail_ = fmt::format("the tokens of {} steps drawn again",
                          count_text(static_cast<int64_t>(steps_.size())));
    return {};
  }

  [[nodiscard]] Status checkpoints() {
    if (!plan_) return fail(ErrorCode::kMismatch, "cannot be read without the graph");
    GLASS_TRY(const std::vector<int64_t> found,
              engine::list_checkpoints(services_.files, paths_.checkpoints()));
    engine::TrainingState state(plan_->layout);
    for (const int64_t step : found) {
      GLASS_TRY(
          const engine::Manifest manifest,
          engine::load_checkpoint(services_.files, paths_.checkpoints(), step,
                                  plan_->settings.model, plan_->layout, state, services_.parallel));
      GLASS_TRY_STATUS(expect_in_chain(step, manifest));
      if (step == subject_.steps) final_ = manifest.digests.parameters;
    }
    if (found.empty() || found.back() != subject_.steps)
      return fail(ErrorCode::kNotFound, "the checkpoint of the last step is missing");
    detail_ = fmt::format("{} read, every tensor hashed again", found.size());
    return {};
  }

  // A checkpoint is that of the chain's step, in its head and in the digests of its tensors.
  [[nodiscard]] Status expect_in_chain(int64_t step, const engine::Manifest& manifest) {
    const std::string name = engine::checkpoint_name(step);
    if (step > std::ssize(steps_))
      return fail(ErrorCode::kMismatch, fmt::format("the chain does not reach {}", name));
    const engine::StepRecord& record = steps_[static_cast<size_t>(step) - 1];
    if (!record.parameters || !record.optimizer)
      return fail(ErrorCode::kMismatch, fmt::format("the chain knows of no {}", name));
    GLASS_TRY_STATUS(
        expect_same(name + "'s chain", heads_[static_cast<size_t>(step) - 1], manifest.chain_head));
    GLASS_TRY_STATUS(expect_same(name + "'s parameters", *record.parameters,
                                 engine::total(manifest.digests.parameters)));
    return expect_same(name + "'s optimizer state", *record.optimizer,
                       engine::total(manifest.digests.optimizer));
  }

  [[nodiscard]] Status model() {
    for (const auto& [file, digest] : subject_.model) {
      GLASS_TRY(const auto mapped, services_.files.map(paths_.model() / file));
      GLASS_TRY_STATUS(
          expect_same((paths_.model() / file).string(), digest, crypto::sha256(mapped->bytes())));
    }
    if (steps_.empty() || steps_.back().parameters != subject_.parameters)
      return fail(ErrorCode::kMismatch, "the last step's parameters are not the record's");
    if (final_.empty())
      return fail(ErrorCode::kMismatch,
                  "cannot be compared without the checkpoint of the last step");
    GLASS_TRY(const engine::ModelFile file,
              engine::import_huggingface(services_.files, paths_.model()));
    for (const auto& [name, tensor] : file.tensors) {
      const auto known = final_.find(name);
      if (known == final_.end())
        return fail(ErrorCode::kMismatch, fmt::format("the training has no parameter {}", name));
      GLASS_TRY_STATUS(
          expect_same(name + " in the model", known->second,
                      crypto::sha256_chunked(as_bytes(std::span<const float>(tensor.values)),
                                             services_.parallel)));
    }
    detail_ = fmt::format("{} files hashed again, {} tensors equal to the last checkpoint's",
                          subject_.model.size(), file.tensors.size());
    return {};
  }

  [[nodiscard]] Status need_documents() const {
    if (documents_) return {};
    return fail(ErrorCode::kMismatch, "cannot be made again without the corpus");
  }

  const Recipe& recipe_;
  const RunRecord& record_;
  const RunSubject& subject_;
  const RunPaths& paths_;
  const Services& services_;
  std::optional<data::DocumentStore> documents_;
  std::optional<data::Tokenizer> tokenizer_;
  std::optional<data::ShardSet> shards_;
  std::optional<engine::TrainingPlan> plan_;
  std::vector<engine::StepRecord> steps_;  // of the chain, from step 1
  std::vector<crypto::Digest> heads_;      // the chain's digest after each
  engine::TensorDigests final_;            // of the last checkpoint
  std::string detail_;
  std::vector<record::CheckFact> checks_;
};

}  // namespace

Result<Summary> verify_run(const system::Path& run, const Services& services) {
  const RunPaths paths{.root = run};
  GLASS_TRY(const RunRecord record, read_run_record(services.files, paths));
  GLASS_TRY(const Recipe recipe, recorded_recipe(services.files, paths));
  services.progress.stage("verify", false);
  GLASS_TRY(Summary summary, summarize(record.subject, paths, services));
  GLASS_TRY(summary.checks, Verification(recipe, record, paths, services).run());
  return summary;
}

}  // namespace glass::service
