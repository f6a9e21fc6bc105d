// The checks of a verification on what a training learned from: corpus, tokenizer, shards, batches.
#include <cstdint>
#include <iterator>
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
#include "glass/data/corpus/document_store.h"
#include "glass/data/loader/loader.h"
#include "glass/data/shard/shard.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/step_record.h"
#include "glass/service/batches.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recorded_file.h"
#include "glass/service/run_folder.h"
#include "glass/service/services.h"
#include "glass/service/verification.h"

namespace glass::service {

Status Verification::start() {
  GLASS_TRY_STATUS(recorded(paths_.start() / "manifest.json", *subject_.origin.start));
  GLASS_TRY(start_, read_start(paths_, services_));
  for (const char* file :
       {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json"})
    covers(paths_.start() / file);
  if (start_->manifest.run) covers(paths_.start() / "record.json");
  detail_ = fmt::format(
      "{} hashed again, under {}, {}", count_text(std::ssize(start_->model.tensors), "tensor"),
      start_->manifest.licence,
      start_->manifest.run ? "the model of the signed record beside it" : "of no recorded run");
  return {};
}

Status Verification::corpus() {
  GLASS_TRY(const auto manifest,
            recorded(paths_.corpus() / "manifest.json", subject_.origin.corpus));
  GLASS_TRY(const Json json, parse_json(as_text(manifest->bytes())));
  GLASS_TRY(const Json::Object* files, json.get_object("files"));
  std::vector<std::string> errors;
  for (const auto& [name, facts] : *files) {
    GLASS_TRY(const std::string text, facts.get_string("sha256"));
    GLASS_TRY(const crypto::Digest digest, crypto::digest_from_text(text));
    const auto file = recorded(paths_.corpus() / name, digest);
    if (!file) errors.push_back(file.error().message);
  }
  GLASS_TRY_STATUS(joined(errors));
  GLASS_TRY(data::DocumentStore documents,
            data::DocumentStore::open(services_.files, paths_.documents()));
  GLASS_TRY_STATUS(documents.verify(services_.parallel));
  detail_ = fmt::format("{} hashed again, {}",
                        count_text(static_cast<int64_t>(documents.size()), "document"),
                        bytes_text(documents.text_bytes()));
  documents_ = std::move(documents);
  return {};
}

Status Verification::tokenizer() {
  GLASS_TRY(const auto file, recorded(paths_.tokenizer_json(), subject_.origin.tokenizer));
  GLASS_TRY(tokenizer_,
            data::Tokenizer::from_json(as_text(file->bytes()), paths_.tokenizer_json().string()));
  if (start_) {
    GLASS_TRY_STATUS(expect_same("the start's tokenizer", subject_.origin.tokenizer,
                                 start_->manifest.tokenizer));
    GLASS_TRY(tokenizer_, tokenizer_->with_end_of_text(start_->manifest.end_of_text));
    const std::string manifest = tokenizer_manifest(*start_);
    GLASS_TRY_STATUS(recorded(paths_.tokenizer() / "manifest.json", crypto::sha256(manifest)));
    detail_ = "that of the start";
    return {};
  }
  if (!recipe_ || !documents_ || subject_.origin.start) {
    covers(paths_.tokenizer() / "manifest.json");
    return blocked(
        "its digest is the recorded one; to make it and its manifest again takes recipe and "
        "corpus, or the start");
  }
  GLASS_TRY(const data::TrainedTokenizer trained,
            make_tokenizer(*documents_, recipe_->tokenizer, services_.parallel));
  GLASS_TRY_STATUS(expect_same("the tokenizer trained again from the documents",
                               subject_.origin.tokenizer,
                               crypto::sha256(trained.tokenizer.to_json())));
  const std::string manifest = tokenizer_manifest(recipe_->tokenizer, trained.facts);
  GLASS_TRY_STATUS(recorded(paths_.tokenizer() / "manifest.json", crypto::sha256(manifest)));
  detail_ = "trained again from the documents";
  return {};
}

Status Verification::shards() {
  GLASS_TRY(const auto manifest,
            recorded(paths_.shards() / "manifest.json", *subject_.origin.shards));
  GLASS_TRY(const Json json, parse_json(as_text(manifest->bytes())));
  for (const std::string_view part : {"train", "held_out"}) {
    const Json* counts = json.find(part);
    if (counts == nullptr) continue;
    GLASS_TRY(const Json::Array* files, counts->get_array("shards"));
    for (const Json& file : *files) {
      GLASS_TRY(const std::string name, file.get_string("file"));
      covers(paths_.shards() / name);
    }
  }
  auto shards = data::ShardSet::open(services_.files, paths_.shards());
  if (!shards) return changed(paths_.shards(), shards.error().message);
  if (const Status whole = shards->verify(services_.parallel); !whole)
    return changed(paths_.shards(), whole.error().message);
  tokens_.shards = std::move(*shards);
  if (!documents_ || !tokenizer_)
    return blocked("their digests are the recorded ones; to encode them again takes the corpus");
  GLASS_TRY(data::ShardSetWriter writer,
            data::ShardSetWriter::create_dry(shard_options(subject_.origin.corpus, *tokenizer_)));
  GLASS_TRY(const crypto::Digest again,
            make_shards(*documents_, *tokenizer_, std::move(writer), services_));
  detail_ = "encoded again from the documents";
  return expect_same("the shards encoded again", *subject_.origin.shards, again);
}

Status Verification::examples() {
  if (!recipe_ || !documents_ || !tokenizer_)
    return blocked("to render them again takes recipe, corpus and tokenizer");
  GLASS_TRY(data::ExampleSets sets, make_examples(*recipe_, *documents_, *tokenizer_));
  GLASS_TRY_STATUS(
      expect_same("the conversations rendered again", *subject_.origin.examples, sets.digest()));
  detail_ = fmt::format("{} rendered again, {} learned",
                        count_text(sets.train.tokens() + sets.held_out.tokens(), "token"),
                        count_text(sets.train.learned_tokens() + sets.held_out.learned_tokens()));
  tokens_.examples = std::move(sets);
  return {};
}

Status Verification::batches() {
  if (!recipe_ || !has_tokens() || !chain_ || !tokenizer_)
    return blocked("to draw them again takes recipe, tokenizer, tokens and chain");
  GLASS_TRY(const Batches batches, Batches::create(*recipe_, tokens_, *tokenizer_));
  const engine::BatchSource source = batches.training();
  data::Batch batch;
  for (StepReader steps = chain_->steps(); !steps.at_end();) {
    GLASS_TRY(const engine::StepRecord step, steps.next());
    crypto::Sha256 digests;
    for (int64_t micro = 0; micro < recipe_->train.micro_batches; ++micro) {
      GLASS_TRY_STATUS(source(step.step - 1, micro, batch));  // sources count from 0
      digests.update(engine::digest_of(batch).bytes);
    }
    GLASS_TRY_STATUS(
        expect_same(fmt::format("the batch of step {}", step.step), step.batch, digests.finish()));
  }
  detail_ = fmt::format("the tokens of {} drawn again", count_text(chain_->end().step, "step"));
  return {};
}

}  // namespace glass::service
