// Sections: which keys a recipe has, in the order of the reference. The only place that names them.
#pragma once

#include <concepts>
#include <string_view>

#include "glass/service/recipe/recipe.h"
#include "glass/settings/fields.h"

namespace glass::service {

void describe(settings::FieldVisitor& fields, Recipe& recipe);  // the keys outside any section
void describe(settings::FieldVisitor& fields, CorpusSettings& corpus);
void describe(settings::FieldVisitor& fields, SourceSettings& source);
void describe(settings::FieldVisitor& fields, LicenceNameSettings& licence_name);
void describe(settings::FieldVisitor& fields, DeclarationSettings& declaration);
void describe(settings::FieldVisitor& fields, PathMappingSettings& path_mapping);
void describe(settings::FieldVisitor& fields, TokenizerSettings& tokenizer);
void describe(settings::FieldVisitor& fields, ModelSettings& model);
void describe(settings::FieldVisitor& fields, StartSettings& start);
void describe(settings::FieldVisitor& fields, AdapterSettings& adapter);
void describe(settings::FieldVisitor& fields, ChatSettings& chat);
void describe(settings::FieldVisitor& fields, ChatRoleSettings& role);
void describe(settings::FieldVisitor& fields, PreferenceSettings& preference);
void describe(settings::FieldVisitor& fields, TrainSettings& train);
void describe(settings::FieldVisitor& fields, NumericsSettings& numerics);
void describe(settings::FieldVisitor& fields, RegularizationSettings& regularization);
void describe(settings::FieldVisitor& fields, OptimizerSettings& optimizer);
void describe(settings::FieldVisitor& fields, AverageSettings& average);
void describe(settings::FieldVisitor& fields, GroupSettings& group);
void describe(settings::FieldVisitor& fields, ScheduleSettings& schedule);
void describe(settings::FieldVisitor& fields, PieceSettings& piece);
void describe(settings::FieldVisitor& fields, EvaluationSettings& evaluation);
void describe(settings::FieldVisitor& fields, CheckpointSettings& checkpoint);
void describe(settings::FieldVisitor& fields, ReplaySettings& replay);

// Calls visit(name, help, section) for every [section] of a recipe, in the order of the reference.
template <typename Visit>
void for_each_section(Recipe& recipe, Visit visit) {
  visit("corpus", "where the text comes from and what may be used of it", recipe.corpus);
  visit("start", "the model to go on from, instead of a new one", recipe.start);
  visit("tokenizer", "the byte-level BPE trained on the corpus, where there is no start",
        recipe.tokenizer);
  visit("model", "the decoder, where there is no start", recipe.model);
  visit("adapter", "LoRA: what is trained instead of the start's own weights", recipe.adapter);
  visit("chat", "how conversations are written, where the objective is chat or preference",
        recipe.chat);
  visit("preference", "DPO: what is learned from pairs of answers, where that is the objective",
        recipe.preference);
  visit("train", "how long, in which pieces, and what to do when a step goes wrong", recipe.train);
  visit("numerics", "the class of the results, where it is not portable-1", recipe.numerics);
  visit("regularization",
        "what keeps a training from fitting its text too closely; off in evaluation",
        recipe.regularization);
  visit("optimizer", "how gradients become steps, with decoupled weight decay", recipe.optimizer);
  visit("average", "an exponential moving average of the weights", recipe.average);
  visit("schedule", "the learning rate over the steps", recipe.schedule);
  visit("evaluation", "held-out loss and sample texts during training", recipe.evaluation);
  visit("checkpoint", "what can be resumed from and replayed", recipe.checkpoint);
  visit("replay", "the check after training", recipe.replay);
}

}  // namespace glass::service
