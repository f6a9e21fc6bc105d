// The use cases on a run: one function each, one file each. What the command line offers.
//
// All of them leave earlier results as they were when they fail. A check that fails is not an Error
// but a kFailed in the summary, so that the rest is still checked and told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/examples/example_set.h"
#include "glass/engine/plan/memory_report.h"
#include "glass/service/log/statement_log.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/system/files.h"

namespace glass::service {

struct RecipeChoice {
  system::Path file;
  std::vector<std::string> overrides;  // of --set
  std::optional<system::Path> out;     // else out/NAME
};

// Where the run of a recipe lies.
[[nodiscard]] Result<system::Path> out_folder_of(const RecipeChoice& choice, system::Files& files);

// Data, training, model and record; what is finished already is found by its digest.
[[nodiscard]] Result<Summary> train_model(const RecipeChoice& choice, const Services& services);

// What a facility's clearance of a training by the recipe has to name. The data are prepared as for
// training, and nothing is trained.
struct TrainingTerms {
  crypto::Digest recipe;
  std::vector<crypto::Digest> data;
  std::string numerics;
  int64_t teraflops = 0;  // of all steps, 10^12 operations each, with a tenth for restarts
  int64_t steps = 0;
  std::optional<crypto::Digest> base;  // of what it goes on from; none: from random weights
};

[[nodiscard]] Result<TrainingTerms> training_terms(const RecipeChoice& choice,
                                                   const Services& services);

// The conversations of a recipe as they are learned: so many of the first, each as runs of text of
// which the model learns to write every token, or none. The data are prepared as for training.
// kInvalidInput if the recipe's objective is not of conversations.
struct MaskedExamples {
  std::vector<std::vector<data::MaskedText>> texts;
  int64_t units = 0;                // there are, to train on
  int64_t tokens = 0, learned = 0;  // of all of them
};

[[nodiscard]] Result<MaskedExamples> show_mask(const RecipeChoice& choice, int64_t count,
                                               const Services& services);

// Recomputes everything about a run that can be recomputed without training.
[[nodiscard]] Result<Summary> verify_run(const system::Path& run, const Services& services);

struct ReplayChoice {
  // Steps [begin, end) counted from 0; else `random` segments.
  std::optional<std::pair<int64_t, int64_t>> segment;
  std::optional<int64_t> random;  // else as many as the recipe says
  std::optional<uint64_t> seed;   // of the choice; else unpredictable, and told
  // A log that names the run: the seed is drawn from its checkpoint, and the statement of the
  // replay becomes an entry. Outlives the call.
  StatementLog* challenge = nullptr;
};

// Executes segments of the training again and compares every step's digest, bit for bit. Writes a
// signed replay statement.
[[nodiscard]] Result<Summary> replay_run(const system::Path& run, const ReplayChoice& choice,
                                         const Services& services);

// train_model, verify_run, replay_run and the report: the main job.
[[nodiscard]] Result<Summary> run_recipe(const RecipeChoice& choice, const Services& services);

struct PlanReport {
  std::string numerics_class;
  int64_t parameters;
  int64_t active_parameters;  // that one token passes: fewer where there are experts
  double flops_per_token;
  int64_t tokens;  // of the whole training
  engine::MemoryReport memory;
  int64_t available_bytes;
};

// How long the training takes, and what it draws: the operations at a share of the peak.
struct PlanEstimate {
  std::string machine;
  int64_t count = 1;  // of the accelerators
  double peak_flops = 0, share = 0;
  double seconds = 0;
  std::optional<double> kilowatt_hours;  // at rated power; unknown for processors
};

struct PlanChoice {
  RecipeChoice recipe;
  std::string accelerator;  // empty: this machine only
  int64_t count = 1;
};

struct PlannedRecipe {
  PlanReport report;
  std::vector<PlanEstimate> estimates;  // this machine, measured for a moment; the accelerators
};

// What training by the recipe would need; no data is read. kRefused, with the figures, if it does
// not fit here and no accelerator is asked about.
[[nodiscard]] Result<PlannedRecipe> plan_recipe(const PlanChoice& choice, const Services& services);

struct GenerateChoice {
  system::Path model;  // the folder of a run or of a model, or a GGUF file
  std::vector<std::string> prompts;
  std::string
      role;  // prompts are turns of this role, to be answered (chat.json); empty: plain text
  int64_t max_tokens = 200;
  double temperature = 0.8;
  double top_p = 0.95;
  uint64_t seed = 1;
  std::string weights = "f32";  // how they are stored: f32, f16, bf16, q8_0
};

// The continuation of each prompt; that of the first one is streamed through Progress::generated.
[[nodiscard]] Result<std::vector<std::string>> generate_text(const GenerateChoice& choice,
                                                             const Services& services);

// The numerics class of what is generated so. REQUIRES: the choice has been carried out.
std::string_view numerics_class_of(const GenerateChoice& choice);

}  // namespace glass::service
