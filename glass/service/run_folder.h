// RunFolder: where the parts of a run lie, and which of them are finished.
//
//   OUT/recipe.json     the resolved recipe, canonical JSON
//   OUT/stages.json     per finished stage the digest of what went in and of what came out
//   OUT/corpus/         documents.bin, dropped.jsonl, manifest.json
//   OUT/start/          the model that the training goes on from, where there is one
//   OUT/tokenizer/      tokenizer.json, manifest.json
//   OUT/shards/         token shards, manifest.json
//   OUT/training/       chain.jsonl, metrics.jsonl, samples.jsonl, checkpoints/, and governed.json
//                       where a facility governs the training, and sealed.json where its level
//                       has it seal its weights
//   OUT/model/          the model in Hugging Face's layout, with its tokenizer
//   OUT/adapter/        the adapters alone, as Hugging Face's peft loads them, where there are any
//   OUT/record.json     the signed record of the run
//   OUT/replays/        signed replay statements
//   OUT/report.html     and tensorboard/, metrics.prom: views of the above (run_views.h)
//
// What always holds: a stage named in stages.json is complete; its inputs are those of recipe.json.
// A folder belongs to one recipe once training has begun.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/service/recipe/recipe.h"
#include "glass/system/files.h"

namespace glass::service {

struct RunPaths {
  system::Path root;

  [[nodiscard]] system::Path recipe() const { return root / "recipe.json"; }

  [[nodiscard]] system::Path stages() const { return root / "stages.json"; }

  [[nodiscard]] system::Path corpus() const { return root / "corpus"; }

  [[nodiscard]] system::Path documents() const { return corpus() / "documents.bin"; }

  [[nodiscard]] system::Path start() const { return root / "start"; }

  [[nodiscard]] system::Path tokenizer() const { return root / "tokenizer"; }

  [[nodiscard]] system::Path tokenizer_json() const { return tokenizer() / "tokenizer.json"; }

  [[nodiscard]] system::Path shards() const { return root / "shards"; }

  [[nodiscard]] system::Path training() const { return root / "training"; }

  [[nodiscard]] system::Path chain() const { return training() / "chain.jsonl"; }

  [[nodiscard]] system::Path metrics() const { return training() / "metrics.jsonl"; }

  [[nodiscard]] system::Path samples() const { return training() / "samples.jsonl"; }

  [[nodiscard]] system::Path checkpoints() const { return training() / "checkpoints"; }

  [[nodiscard]] system::Path governed() const { return training() / "governed.json"; }

  [[nodiscard]] system::Path sealed() const { return training() / "sealed.json"; }

  [[nodiscard]] system::Path model() const { return root / "model"; }

  [[nodiscard]] system::Path adapter() const { return root / "adapter"; }

  [[nodiscard]] system::Path record() const { return root / "record.json"; }

  [[nodiscard]] system::Path replays() const { return root / "replays"; }

  [[nodiscard]] system::Path report() const { return root / "report.html"; }
};

// The run folder while a use case works in it. One process at a time.
class RunFolder {
 public:
  // Creates the folder if need be, locks it and checks that it belongs to `recipe`: kRefused, with
  // the keys that differ, if training of another recipe has begun in it.
  [[nodiscard]] static Result<RunFolder> open(system::Files& files, const system::Path& root,
                                              const Recipe& recipe);

  [[nodiscard]] const RunPaths& paths() const { return paths_; }

  // The digest of the stage's result if it was finished from these inputs.
  [[nodiscard]] std::optional<crypto::Digest> finished(std::string_view stage,
                                                       const crypto::Digest& inputs) const;

  // REQUIRES: the result is complete and durable.
  [[nodiscard]] Status finish(std::string_view stage, const crypto::Digest& inputs,
                              const crypto::Digest& result);

 private:
  RunFolder(system::Files& files, RunPaths paths) : files_(&files), paths_(std::move(paths)) {}

  system::Files* files_;
  RunPaths paths_;
  std::unique_ptr<system::FolderLock> lock_;
  Json::Object stages_;
};

// The recipe of an existing run. kNotFound if the folder holds none.
[[nodiscard]] Result<Recipe> recorded_recipe(system::Files& files, const RunPaths& paths);

// "train.steps: 500, not 600" for every value in which the two differ.
std::vector<std::string> differences(const Json& theirs, const Json& ours, std::string_view path);

}  // namespace glass::service
