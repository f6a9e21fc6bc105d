#include "glass/service/recipe/sections.h"

#include <array>
#include <string_view>

#include "glass/service/recipe/recipe.h"
#include "glass/settings/fields.h"

namespace glass::service {

using settings::FieldVisitor;
using settings::RealRange;
using settings::TablesOf;

namespace {

constexpr std::array<std::string_view, 3> kSourceKinds = {"debian", "folder", "jsonl"};
constexpr std::array<std::string_view, 12> kFamilies = {"gemma2",  "gemma3",  "gpt2",  "llama",
                                                        "mistral", "mixtral", "neox",  "olmo2",
                                                        "olmoe",   "qwen2",   "qwen3", "qwen3_moe"};
constexpr std::array<std::string_view, 3> kObjectives = {"next_token", "chat", "preference"};
constexpr std::array<std::string_view, 3> kPreferenceLosses = {"sigmoid", "hinge", "ipo"};
constexpr std::array<std::string_view, 3> kRecompute = {"none", "light", "blocks"};
constexpr std::array<std::string_view, 2> kNumerics = {"portable-1", "portable-1-bf16"};
constexpr std::array<std::string_view, 3> kOnNonFinite = {"stop", "skip_step", "roll_back"};
constexpr std::array<std::string_view, 4> kOnLossSpike = {"record", "stop", "skip_step",
                                                          "roll_back"};
constexpr std::array<std::string_view, 2> kOnDifference = {"stop", "retry"};
constexpr std::array<std::string_view, 4> kOptimizers = {"adamw", "lion", "sgd", "muon"};
constexpr std::array<std::string_view, 2> kUpdateScales = {"jordan", "moonlight"};
constexpr std::array<std::string_view, 3> kDecay = {"matrices", "all", "none"};
constexpr std::array<std::string_view, 5> kShapes = {"constant", "linear", "cosine", "wsd",
                                                     "pieces"};
constexpr std::array<std::string_view, 5> kPieceShapes = {"constant", "linear", "cosine", "sqrt",
                                                          "inverse_sqrt"};

constexpr int64_t kMaxSteps = 1'000'000'000;
constexpr int64_t kMaxExtent = 1'000'000;
constexpr RealRange kFraction = {.min = 0, .max = 1};
constexpr RealRange kBelowOne = {.min = 0, .max = 0.999};

}  // namespace

void describe(FieldVisitor& fields, Recipe& recipe) {
  fields.text("name", recipe.name,
              "what the run is called; also the name of its folder under out/");
  fields.text("description", recipe.description, "one sentence for the report");
  fields.integer("seed", recipe.seed, {.min = 0},
                 "decides initial weights, the order of documents and sampled texts");
}

void describe(FieldVisitor& fields, CorpusSettings& corpus) {
  fields.texts("licences", corpus.licences,
               "SPDX identifiers that may be used; a document under any other is dropped");
  fields.texts("languages", corpus.languages,
               "languages to keep, 'code' among them; 'de' covers 'de-AT'; empty for all");
  fields.integer("documents", corpus.documents, {.min = 0},
                 "take exactly this many documents; 0 for all there are");
  fields.integer("minimum_characters", corpus.minimum_characters, {.min = 1, .max = kMaxExtent},
                 "shorter documents are dropped");
  fields.integer("max_bytes_per_language", corpus.max_bytes_per_language, {.min = 0},
                 "at most so much text of each language, chosen by digest; 0 for no limit");
  fields.real("held_out_share", corpus.held_out_share, {.min = 0, .max = 0.5},
              "share of the documents that is never trained on");
  TablesOf sources(corpus.sources);
  fields.tables("source", sources, "one origin of documents, as often as needed");
}

void describe(FieldVisitor& fields, SourceSettings& source) {
  fields.text("name", source.name, "how the manifest calls it; empty for kind and position");
  fields.choice("kind", source.kind, kSourceKinds, "where the documents lie");
  fields.texts("packages", source.packages, "names of Debian packages (debian)");
  TablesOf licence_names(source.licence_names);
  fields.tables("licence_name", licence_names,
                "a licence name of a copyright file that SPDX does not know (debian)");
  TablesOf declarations(source.declarations);
  fields.tables("declaration", declarations,
                "the licence of a package whose copyright file is free text (debian)");
  TablesOf path_mappings(source.path_mappings);
  fields.tables("path_mapping", path_mappings,
                "where installed files lie in the source tree that a copyright file describes "
                "(debian)");
  fields.texts("paths", source.paths, "files or folders, relative to the recipe (folder, jsonl)");
  fields.text("licence", source.licence,
              "declared by the recipe's author for texts that name none (folder, jsonl)");
  fields.text("language", source.language,
              "declared by the recipe's author for texts that name none (folder, jsonl)");
  fields.boolean("include_tests", source.include_tests,
                 "also take test code and test data (debian, folder)");
  fields.text("text_field", source.text_field, "key of the text (jsonl)");
  fields.text("id_field", source.id_field, "key of the document's name (jsonl)");
  fields.text("licence_field", source.licence_field, "key of the licence (jsonl)");
  fields.text("language_field", source.language_field, "key of the language (jsonl)");
  fields.integer("max_bytes", source.max_bytes, {.min = 0},
                 "at most so much text of this source; 0 for no limit");
}

void describe(FieldVisitor& fields, LicenceNameSettings& licence_name) {
  fields.text("package", licence_name.package, "the package");
  fields.text("name", licence_name.name, "the short name in its copyright file");
  fields.text("spdx", licence_name.spdx, "the SPDX identifier it stands for");
  fields.text("text_sha256", licence_name.text_sha256, "digest of the licence's text there");
}

void describe(FieldVisitor& fields, DeclarationSettings& declaration) {
  fields.text("package", declaration.package, "the package");
  fields.text("spdx", declaration.spdx, "the SPDX expression");
  fields.text("copyright_sha256", declaration.copyright_sha256,
              "digest of the copyright file that was read");
  fields.text("declared_by", declaration.declared_by, "who read it; part of the manifest");
}

void describe(FieldVisitor& fields, PathMappingSettings& path_mapping) {
  fields.text("package", path_mapping.package, "the package");
  fields.text("installed", path_mapping.installed, "beginning of a packaged path");
  fields.text("source", path_mapping.source, "what stands there in the source tree");
}

void describe(FieldVisitor& fields, TokenizerSettings& tokenizer) {
  fields.integer("vocabulary", tokenizer.vocabulary, {.min = 257, .max = kMaxExtent},
                 "number of tokens: 256 bytes, the merges, and the end-of-document token");
  fields.integer("training_bytes", tokenizer.training_bytes, {.min = 1},
                 "at most so much of the training text is looked at to find the merges");
}

void describe(FieldVisitor& fields, ModelSettings& model) {
  fields.choice("family", model.family, kFamilies, "architecture");
  fields.integer("layers", model.layers, {.min = 1, .max = 1000}, "number of blocks");
  fields.integer("d_model", model.d_model, {.min = 1, .max = kMaxExtent},
                 "channels of the residual stream");
  fields.integer("heads", model.heads, {.min = 1, .max = 10'000}, "attention heads");
  fields.integer("kv_heads", model.kv_heads, {.min = 1, .max = 10'000},
                 "key and value heads; divides heads, and equals them in gpt2 and neox");
  fields.integer("d_ff", model.d_ff, {.min = 1, .max = kMaxExtent}, "hidden width of the MLP");
  fields.real("norm_epsilon", model.norm_epsilon, {.min = 1e-12, .max = 1}, "of the norms");
  fields.real("rope_theta", model.rope_theta, {.min = 1},
              "base of the rotary positions (not gpt2)");
  fields.boolean("tied_embeddings", model.tied_embeddings,
                 "the output layer uses the embedding's weights");
  fields.integer("window", model.window, {.min = 0, .max = kMaxExtent},
                 "keys that a query sees in layers with a window: every layer of mistral, every "
                 "layer but each second of gemma2 and each sixth of gemma3; 0 for the paper's: "
                 "none, 4096, 512");
  fields.integer("experts", model.experts, {.min = 0, .max = 4096},
                 "experts of a block, each of width d_ff (mixtral, olmoe, qwen3_moe)");
  fields.integer("experts_per_token", model.experts_per_token, {.min = 0, .max = 4096},
                 "how many of them a token goes to (mixtral, olmoe, qwen3_moe)");
  fields.real("expert_balance", model.expert_balance, {.min = 0, .max = 100},
              "coefficient of the loss that balances them, 1 for perfect balance times "
              "experts_per_token (mixtral, olmoe, qwen3_moe)");
}

void describe(FieldVisitor& fields, StartSettings& start) {
  fields.text(
      "model", start.model,
      "folder of a model (config.json, model.safetensors, tokenizer.json) or of a run, a GGUF "
      "file, or a llama2.c model; relative to the recipe; empty for a new model");
  fields.text("tokenizer", start.tokenizer,
              "the vocabulary's file of a llama2.c model; a tokenizer.json to take instead of a "
              "GGUF file's");
  fields.text("sha256", start.sha256, "of the file with the weights: 64 hexadecimal digits");
  fields.text("licence", start.licence, "of the model, as an SPDX expression");
}

void describe(FieldVisitor& fields, AdapterSettings& adapter) {
  fields.integer("rank", adapter.rank, {.min = 0, .max = 10'000},
                 "columns and rows of the adapters' matrices; 0 trains all weights instead");
  fields.real("alpha", adapter.alpha, {.min = 1e-6, .max = 1e6},
              "what an adapter adds is multiplied by alpha / rank");
  fields.texts("targets", adapter.targets,
               "layers with an adapter: qkv, out (of attention), up (with gate), down");
}

void describe(FieldVisitor& fields, ChatSettings& chat) {
  TablesOf roles(chat.roles);
  fields.tables("role", roles, "who may speak, and how a turn is written");
}

void describe(FieldVisitor& fields, ChatRoleSettings& role) {
  fields.text("name", role.name, "as the conversations call it, such as user");
  fields.text("before", role.before, "what stands before the content of a turn");
  fields.text("after", role.after,
              "what stands behind it; of a role that is learned with the special token that ends a "
              "turn");
  fields.boolean("learned", role.learned, "the model learns to write these turns");
}

void describe(FieldVisitor& fields, PreferenceSettings& preference) {
  fields.choice("loss", preference.loss, kPreferenceLosses, "of a pair of answers");
  fields.real("beta", preference.beta, {.min = 1e-6, .max = 1e3},
              "how much the difference of the answers' log-probabilities counts");
}

void describe(FieldVisitor& fields, TrainSettings& train) {
  fields.choice("objective", train.objective, kObjectives,
                "what is learned: the next token of texts, the answers of conversations, or which "
                "of two answers is preferred (the last two take jsonl sources)");
  fields.integer("steps", train.steps, {.min = 1, .max = kMaxSteps}, "optimiser steps");
  fields.integer("sequence_length", train.sequence_length, {.min = 2, .max = kMaxExtent},
                 "tokens of one sequence");
  fields.integer("micro_batch_sequences", train.micro_batch_sequences,
                 {.min = 1, .max = kMaxExtent}, "sequences computed at once");
  fields.integer("micro_batches", train.micro_batches, {.min = 1, .max = kMaxExtent},
                 "micro-batches of one step, over all workers");
  fields.choice("recompute", train.recompute, kRecompute,
                "which activations are computed a second time to save memory: light, norms and "
                "activations of "
                "MLPs; blocks, all but the inputs of blocks");
  fields.choice("on_non_finite", train.on_non_finite, kOnNonFinite,
                "what to do when the loss or the gradient norm is not finite");
  fields.choice("on_loss_spike", train.on_loss_spike, kOnLossSpike,
                "what to do when the loss jumps");
  fields.real("loss_spike_factor", train.loss_spike_factor, {.min = 1.0001, .max = 1e6},
              "a loss above this multiple of the mean of the last 64 is a spike");
  fields.integer("max_events_in_a_row", train.max_events_in_a_row, {.min = 1, .max = kMaxExtent},
                 "so many steps in a row without an update end the training");
  fields.integer("max_roll_backs", train.max_roll_backs, {.min = 0, .max = kMaxExtent},
                 "one roll-back more than this, over the whole training, ends it");
  fields.integer("recheck", train.recheck, {.min = 0, .max = kMaxSteps},
                 "every so many steps one is made twice and compared bit for bit; 0 for never");
  fields.choice("on_difference", train.on_difference, kOnDifference,
                "what to do when the two differ; retry makes the step a third time, and two of "
                "three decide");
}

void describe(FieldVisitor& fields, NumericsSettings& numerics) {
  fields.choice(
      "class", numerics.numerics_class, kNumerics,
      "portable-1-bf16 keeps matrices and activations as numbers of bfloat16, with about a third "
      "less memory for what waits for the backward pass; sums stay in binary32");
}

void describe(FieldVisitor& fields, RegularizationSettings& regularization) {
  fields.real("label_smoothing", regularization.label_smoothing, kBelowOne,
              "share of the target's probability that all tokens are to have equally");
  fields.real("z_loss", regularization.z_loss, kFraction,
              "this times log(sum of exp(logits)) squared is added to the loss");
  fields.real("embedding_dropout", regularization.embedding_dropout, kBelowOne,
              "share of the embeddings that is dropped");
  fields.real("residual_dropout", regularization.residual_dropout, kBelowOne,
              "share that is dropped of what attention and MLP add to the stream");
  fields.real("attention_dropout", regularization.attention_dropout, kBelowOne,
              "share that is dropped of what the heads of attention give");
}

void describe(FieldVisitor& fields, AverageSettings& average) {
  fields.real("decay", average.decay, {.min = 0, .max = 0.9999999},
              "how much of it an update leaves; 0 for no average");
  fields.boolean("use", average.use,
                 "it is what is evaluated, sampled and exported, instead of the weights");
}

void describe(FieldVisitor& fields, OptimizerSettings& optimizer) {
  fields.choice("kind", optimizer.kind, kOptimizers, "how gradients become steps");
  fields.real("learning_rate", optimizer.learning_rate, {.min = 0, .max = 10}, "the highest one");
  fields.real("beta1", optimizer.beta1, {.min = 0, .max = 0.999999},
              "decay of the first moment; the momentum of sgd");
  fields.real("beta2", optimizer.beta2, {.min = 0, .max = 0.999999},
              "decay of the second moment (adamw, muon), of the momentum (lion)");
  fields.real("epsilon", optimizer.epsilon, {.min = 1e-30, .max = 1},
              "added to the denominator (adamw, muon)");
  fields.real("weight_decay", optimizer.weight_decay, {.min = 0, .max = 10},
              "of matrices; norms and biases do not decay, unless a group says so");
  fields.real("clip_norm", optimizer.clip_norm, {.min = 0},
              "gradients are scaled down to this norm; 0 for never");
  fields.real("momentum", optimizer.momentum, {.min = 0, .max = 0.999999},
              "of the matrices (muon); what is no matrix, embeddings and the head learn by adamw");
  fields.boolean("nesterov", optimizer.nesterov, "the momentum looks one step ahead (muon)");
  fields.choice("update_scale", optimizer.update_scale, kUpdateScales,
                "what a step is multiplied by (muon): jordan sqrt(max(1, rows / cols)), moonlight "
                "0.2 sqrt(max(rows, cols)), with which learning rates of adamw fit");
  TablesOf groups(optimizer.groups);
  fields.tables("group", groups,
                "parameters that learn at another rate or decay otherwise; the first group that "
                "holds one decides");
}

void describe(FieldVisitor& fields, GroupSettings& group) {
  fields.texts("parameters", group.parameters,
               "patterns of names in which * stands for anything, as in 'blocks.*.mlp.*'; empty "
               "for any");
  fields.texts("kinds", group.kinds, "of embedding, head, matrix, norm, bias; empty for any");
  fields.real("learning_rate_factor", group.learning_rate_factor, {.min = 0, .max = 1e6},
              "times the schedule's rate");
  fields.real("weight_decay_factor", group.weight_decay_factor, {.min = 0, .max = 1e6},
              "times optimizer.weight_decay, for what decays");
  fields.choice("decay", group.decay, kDecay, "what of the group decays");
}

void describe(FieldVisitor& fields, ScheduleSettings& schedule) {
  fields.choice("shape", schedule.shape, kShapes, "how the learning rate goes after the warm-up");
  fields.integer("warmup_steps", schedule.warmup_steps, {.min = 0, .max = kMaxSteps},
                 "steps of linear rise from zero (not pieces)");
  fields.integer("decay_steps", schedule.decay_steps, {.min = 0, .max = kMaxSteps},
                 "length of the final linear fall (wsd)");
  fields.real("final_factor", schedule.final_factor, kFraction,
              "share of the learning rate that is left at the end (not pieces)");
  TablesOf pieces(schedule.pieces);
  fields.tables("piece", pieces,
                "the way of the learning rate, one piece after the other from zero (pieces)");
}

void describe(FieldVisitor& fields, PieceSettings& piece) {
  fields.choice(
      "shape", piece.shape, kPieceShapes,
      "the way to its end; constant is there at once, inverse_sqrt falls with the root of "
      "the steps so far");
  fields.integer("steps", piece.steps, {.min = 0, .max = kMaxSteps},
                 "its length; 0, once, for what the others leave");
  fields.real("to", piece.to, kFraction,
              "share of the learning rate at its end (not inverse_sqrt)");
}

void describe(FieldVisitor& fields, EvaluationSettings& evaluation) {
  fields.integer("every_steps", evaluation.every_steps, {.min = 0, .max = kMaxSteps},
                 "held-out loss every so many steps; 0 for only at the end");
  fields.integer("tokens", evaluation.tokens, {.min = 1},
                 "at most so many held-out tokens each time; the last time all of them");
  fields.integer("samples_every_steps", evaluation.samples_every_steps,
                 {.min = 0, .max = kMaxSteps}, "sample texts every so many steps; 0 for never");
  fields.integer("sample_tokens", evaluation.sample_tokens, {.min = 1, .max = kMaxExtent},
                 "length of a sample text");
  fields.texts("prompts", evaluation.prompts, "how the sample texts begin");
}

void describe(FieldVisitor& fields, CheckpointSettings& checkpoint) {
  fields.integer("every_steps", checkpoint.every_steps, {.min = 1, .max = kMaxSteps},
                 "a checkpoint every so many steps, and one at the end");
  fields.integer("keep_last", checkpoint.keep_last, {.min = 1, .max = kMaxExtent},
                 "how many of the newest stay");
  fields.integer("keep_every_steps", checkpoint.keep_every_steps, {.min = 0, .max = kMaxSteps},
                 "checkpoints at multiples of this stay for ever; 0 for none");
}

void describe(FieldVisitor& fields, ReplaySettings& replay) {
  fields.integer("segments", replay.segments, {.min = 0, .max = 1000},
                 "how many randomly chosen segments are executed again after training");
  fields.integer("segment_steps", replay.segment_steps, {.min = 1, .max = kMaxSteps},
                 "steps of one such segment");
}

}  // namespace glass::service
