// TrainingPlan: what is known about a training before anything runs: that its settings fit
// together, the graph of a micro-batch, where everything lies, and how much memory it takes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/optim/optimizer.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/optim/schedule.h"
#include "glass/engine/plan/memory_report.h"
#include "glass/engine/plan/plan.h"
#include "glass/engine/train/checkpoint_writer.h"
#include "glass/engine/train/preference.h"
#include "glass/engine/train/recheck.h"
#include "glass/engine/train/step_record.h"

namespace glass::engine {

// What happens when a step goes wrong.
struct StepPolicy {
  Action on_non_finite = Action::kStop;  // not kRecord
  Action on_loss_spike = Action::kRecord;
  double loss_spike_factor = 2.0;  // times the mean of the last kRecentLosses losses
  // What would exceed these ends the training, whatever the actions: steps in a row without an
  // update, and roll-backs in the whole training.
  int64_t max_events_in_a_row = 8;
  int64_t max_roll_backs = 10;
};

// An exponential moving average of the weights (Polyak and Juditsky 1992 with a forgetting factor):
// after every update average = decay * average + (1 - decay) * weights, from the initial weights
// on.
struct AverageSettings {
  double decay = 0;  // 0: there is none
  bool use = false;  // what is evaluated, sampled and exported is the average
};

struct TrainingSettings {
  DecoderConfig model;
  uint64_t seed = 1;  // of the initial weights
  BatchShape micro_batch;
  int64_t micro_batches = 1;  // of a step, over all workers
  Recompute recompute = Recompute::kNone;
  Numerics numerics = Numerics::kPortable1;
  Regularization regularization;
  OptimizerSettings optimizer;
  AverageSettings average;
  Schedule schedule;  // its steps are those of the training
  StepPolicy policy;
  RecheckSettings recheck;
  int64_t checkpoint_every = 100;  // steps; also after the last one
  Retention retention;
  std::optional<PreferenceSettings> preference;  // none: every target of a batch is learned
  bool from_start = false;  // the parameters begin as those of a model, which stays in memory
  // Data parallel, one after the other in this process, each with memory of its own.
  int64_t workers = 1;
};

struct TrainingPlan {
  TrainingSettings settings;
  std::vector<ParameterSpec> parameters;
  ParameterLayout layout;         // of those that are trained, in that order
  Plan step;                      // of the training graph of one micro-batch
  Plan evaluation;                // of its loss graph
  std::optional<Plan> reference;  // of preferences: of the start's loss graph, without adapters
  MemoryReport memory;            // of everything: also the optimizer's state and its snapshot
};

// kInvalidInput names the setting that is out of range. `threads` is the most that will compute.
[[nodiscard]] Result<TrainingPlan> plan_training(const TrainingSettings& settings,
                                                 const Kernels& kernels, int threads);

// By the decoder's names (decoder.h). A bias is a bias, that of a norm too.
ParameterTraits traits_of(const ParameterSpec& spec, const TrainingSettings& settings);

// Of those that are trained.
ParameterLayout layout_of(const std::vector<ParameterSpec>& parameters,
                          const TrainingSettings& settings);

// `start` has every parameter of the model but adapters, and of its shape. kInvalidInput names what
// is missing; `start` may be null where nothing is taken from it.
[[nodiscard]] Status expect_start(const TrainingPlan& plan, const TensorViews* start);

}  // namespace glass::engine
