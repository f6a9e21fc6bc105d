// Verification: a finished run, checked part by part without training. The inside of verify_run.
//
// What is found is a tree of evidence:
//
//   run
//   ├ record       who signed it
//   ├ origin       recipe, start, corpus, tokenizer, shards or examples
//   ├ training     graph, chain, batches, checkpoints, log, replay
//   ├ results      model, held-out text, views
//   └ other files  that no check came to: missing, for nobody knows what they are
//
// Each check stands for itself. One that finds something wrong names the file and says how; one
// that cannot be made, because what it needs is itself wrong, is missing. Later checks build only
// on what has the digest that the record says. The arithmetic of the training is attested by
// whoever signed the record, and by those who have replayed parts of it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/shard/shard.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/train/manifest.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/training_plan.h"
#include "glass/engine/train/training_state.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/service/batches.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_chain.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/start_model.h"

namespace glass::service {

// A step of the chain that has a checkpoint in the folder.
struct ChainMark {
  engine::StepRecord step;
  crypto::Digest head;  // of the chain after it
};

class Verification {
 public:
  Verification(const RunRecord& record, const RunPaths& paths, const Services& services);

  // An Error only when interrupted.
  [[nodiscard]] Result<record::EvidenceNode> run();

 private:
  // verify_run.cpp: what is not of data or training.
  [[nodiscard]] Status signature();
  [[nodiscard]] Status recipe();
  [[nodiscard]] Status log();
  [[nodiscard]] Status expect_as_in_chain();
  [[nodiscard]] Status replay();
  [[nodiscard]] Status views();
  [[nodiscard]] Status tell_files(record::EvidenceNode& run);

  // verify_data.cpp
  [[nodiscard]] Status start();
  [[nodiscard]] Status corpus();
  [[nodiscard]] Status tokenizer();
  [[nodiscard]] Status shards();
  [[nodiscard]] Status examples();

  [[nodiscard]] bool has_tokens() const { return tokens_.shards || tokens_.examples; }

  [[nodiscard]] Status batches();

  // verify_training.cpp
  [[nodiscard]] Status graph();
  [[nodiscard]] Status chain();
  [[nodiscard]] Status checkpoints();
  [[nodiscard]] Status checkpoint(int64_t step, engine::TrainingState& state) const;
  [[nodiscard]] Status expect_in_chain(int64_t step, const engine::Manifest& manifest) const;
  [[nodiscard]] Status model();
  [[nodiscard]] Status model_files(const std::map<std::string, crypto::Digest>& digests,
                                   const system::Path& folder);
  [[nodiscard]] Status merged_model(const engine::ModelFile& file);
  [[nodiscard]] Status held_out();

  // Ends a check that cannot be made, or not to its end.
  [[nodiscard]] Status blocked(std::string why);

  // Whoever calls it looks at the file, or tells that nobody could.
  void covers(const system::Path& file);

  // recorded_file() of a file that is thereby covered.
  [[nodiscard]] Result<std::unique_ptr<system::MappedFile>> recorded(const system::Path& file,
                                                                     const crypto::Digest& digest);

  const RunRecord& record_;
  const RunSubject& subject_;
  const RunPaths& paths_;
  const Services& services_;

  // What the checks found right, for those after them.
  std::optional<Recipe> recipe_;
  std::optional<StartModel> start_;
  std::optional<data::DocumentStore> documents_;
  std::optional<data::Tokenizer> tokenizer_;
  TokenData tokens_;  // none of both: what there is is wrong
  std::optional<engine::TrainingPlan> plan_;
  std::optional<RunChain> chain_;
  std::map<int64_t, ChainMark> marks_;                     // by steps
  std::map<std::string, engine::ModelTensor> parameters_;  // as the last step left them
  bool log_is_right_ = false;

  // Of the check at hand.
  record::EvidenceState state_ = record::EvidenceState::kVerified;
  std::string detail_;
  std::set<std::string> covered_;  // files that a check looked at, from the folder of the run
};

// One error that tells all of them; none, no error.
[[nodiscard]] Status joined(const std::vector<std::string>& errors);

}  // namespace glass::service
