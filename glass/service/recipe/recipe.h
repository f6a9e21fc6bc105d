// Recipe: everything that decides a run, as plain data read from recipe.toml.
//
// What always holds of a Recipe that read_recipe returned: every key was known, in range and of the
// right type, and no two keys contradict each other. Its canonical JSON, and with it its digest,
// depends on the resolved values alone: not on comments, order, defaults written out, or --set.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::service {

// debian: a short licence name of a copyright file that stands for an SPDX identifier where the
// text has this digest.
struct LicenceNameSettings {
  std::string package;
  std::string name;
  std::string spdx;
  std::string text_sha256;
};

// debian: the licence of a package whose copyright file is free text, and who says so.
struct DeclarationSettings {
  std::string package;
  std::string spdx;
  std::string copyright_sha256;
  std::string declared_by;
};

// debian: paths in a copyright file are those of the source tree.
struct PathMappingSettings {
  std::string package;
  std::string installed;
  std::string source;
};

struct SourceSettings {
  std::string name;                                // empty: made of kind and position
  std::string kind = "folder";                     // debian, folder, jsonl
  std::vector<std::string> packages;               // debian
  std::vector<LicenceNameSettings> licence_names;  // debian
  std::vector<DeclarationSettings> declarations;   // debian
  std::vector<PathMappingSettings> path_mappings;  // debian
  std::vector<std::string> paths;                  // folder, jsonl; relative to the recipe
  std::string licence;                             // folder, jsonl: declared by the recipe
  std::string language;                            // folder, jsonl: declared by the recipe
  bool include_tests = false;                      // debian, folder
  std::string text_field = "text";                 // jsonl
  std::string id_field;                            // jsonl
  std::string licence_field;                       // jsonl
  std::string language_field;                      // jsonl
  int64_t max_bytes = 0;                           // 0 for no limit
};

struct CorpusSettings {
  std::vector<std::string> licences;   // SPDX identifiers that may be used
  std::vector<std::string> languages;  // empty for all
  int64_t documents = 0;               // exactly so many, 0 for all there are
  int64_t minimum_characters = 32;
  int64_t max_bytes_per_language = 0;  // 0 for no limit
  double held_out_share = 0.01;
  std::vector<SourceSettings> sources;
};

struct TokenizerSettings {
  int64_t vocabulary = 4096;
  int64_t training_bytes = 32'000'000;
};

struct ModelSettings {
  std::string family = "llama";  // the table of engine/models/family.cpp
  int64_t layers = 4;
  int64_t d_model = 256;
  int64_t heads = 4;
  int64_t kv_heads = 4;
  int64_t d_ff = 704;
  double norm_epsilon = 1e-5;
  double rope_theta = 10000.0;
  bool tied_embeddings = true;
  int64_t window = 0;             // 0: as in the family's paper
  int64_t experts = 0;            // of mixtral, olmoe, qwen3_moe
  int64_t experts_per_token = 0;  // likewise
  double expert_balance = 0.01;   // likewise
};

// A model to go on from instead of a new one; it brings its tokenizer.
struct StartSettings {
  std::string model;      // folder of a model or a run, a GGUF or llama2.c file; empty: none
  std::string tokenizer;  // llama2.c: its vocabulary's file; GGUF: a tokenizer.json, or empty
  std::string sha256;     // of the file with the weights
  std::string licence;    // SPDX expression
};

// LoRA: small matrices beside the start's weights, which stay as they are.
struct AdapterSettings {
  int64_t rank = 0;  // 0: none, everything is trained
  double alpha = 16;
  std::vector<std::string> targets = {"qkv", "out", "up", "down"};
};

// How the turns of one role are written.
struct ChatRoleSettings {
  std::string name;
  std::string before, after;
  bool learned = false;
};

struct ChatSettings {
  std::vector<ChatRoleSettings> roles;
};

struct PreferenceSettings {
  std::string loss = "sigmoid";  // sigmoid, hinge, ipo
  double beta = 0.1;
};

struct NumericsSettings {
  std::string numerics_class = "portable-1";  // portable-1, portable-1-bf16
};

struct TrainSettings {
  std::string objective = "next_token";  // next_token, chat, preference
  int64_t steps = 1000;
  int64_t sequence_length = 256;
  int64_t micro_batch_sequences = 16;
  int64_t micro_batches = 1;
  std::string recompute = "none";        // none, light, blocks
  std::string on_non_finite = "stop";    // stop, skip_step, roll_back
  std::string on_loss_spike = "record";  // record, stop, skip_step, roll_back
  double loss_spike_factor = 2.0;        // against the mean of the last 64 losses
  int64_t max_events_in_a_row = 8;
  int64_t max_roll_backs = 10;
  int64_t recheck = 0;                 // every so many steps; 0 for never
  std::string on_difference = "stop";  // stop, retry
};

// Parameters that learn at another rate or decay otherwise; the first group that holds one decides.
struct GroupSettings {
  std::vector<std::string> parameters;  // patterns of names; empty for any
  std::vector<std::string> kinds;       // embedding, head, matrix, norm, bias; empty for any
  double learning_rate_factor = 1;
  double weight_decay_factor = 1;
  std::string decay = "matrices";  // matrices, all, none
};

// What keeps a training from fitting its text too closely; off in evaluation and generation.
struct RegularizationSettings {
  double label_smoothing = 0;
  double z_loss = 0;
  double embedding_dropout = 0;
  double residual_dropout = 0;
  double attention_dropout = 0;
};

// An exponential moving average of the weights.
struct AverageSettings {
  double decay = 0;  // 0: there is none
  bool use = false;  // it is what is evaluated, sampled and exported
};

struct OptimizerSettings {
  std::string kind = "adamw";  // adamw, lion, sgd, muon
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double weight_decay = 0.1;
  double clip_norm = 1.0;               // 0 for none
  double momentum = 0.95;               // muon
  bool nesterov = true;                 // muon
  std::string update_scale = "jordan";  // muon: jordan, moonlight
  std::vector<GroupSettings> groups;
};

struct PieceSettings {
  std::string shape = "linear";  // constant, linear, cosine, sqrt, inverse_sqrt
  int64_t steps = 0;             // 0 for what the other pieces leave
  double to = 1.0;               // of the learning rate
};

struct ScheduleSettings {
  std::string shape = "wsd";  // constant, linear, cosine, wsd, pieces
  int64_t warmup_steps = 100;
  int64_t decay_steps = 200;  // wsd: the last so many steps
  double final_factor = 0.1;  // of the learning rate at the last step
  std::vector<PieceSettings> pieces;
};

struct EvaluationSettings {
  int64_t every_steps = 100;
  int64_t tokens = 65'536;  // of the held-out text, at most
  int64_t samples_every_steps = 250;
  int64_t sample_tokens = 80;
  std::vector<std::string> prompts;
};

struct CheckpointSettings {
  int64_t every_steps = 100;
  int64_t keep_last = 3;
  int64_t keep_every_steps = 0;  // kept for ever; 0 for none
};

struct ReplaySettings {
  int64_t segments = 3;
  int64_t segment_steps = 10;  // at most; a segment starts at a checkpoint
};

struct Recipe {
  std::string name;
  std::string description;
  int64_t seed = 1;
  CorpusSettings corpus;
  StartSettings start;
  TokenizerSettings tokenizer;
  ModelSettings model;
  AdapterSettings adapter;
  ChatSettings chat;
  PreferenceSettings preference;
  TrainSettings train;
  NumericsSettings numerics;
  RegularizationSettings regularization;
  OptimizerSettings optimizer;
  AverageSettings average;
  ScheduleSettings schedule;
  EvaluationSettings evaluation;
  CheckpointSettings checkpoint;
  ReplaySettings replay;
};

// `file` names the recipe in messages; `overrides` are "section.key=value" of --set, applied in
// order. kInvalidInput lists every problem found, one a line: "recipe.toml:12: ...".
[[nodiscard]] Result<Recipe> read_recipe(std::string_view text, std::string_view file,
                                         std::span<const std::string> overrides);

// Whether a section says something: [start] and [adapter] where they are used, [model] and
// [tokenizer] where no start brings them, [chat] and [preference] where the objective asks for
// them, [numerics] where the class is another than portable-1. Only such sections are in the JSON.
bool applies(const Recipe& recipe, std::string_view section);

// What is hashed, signed and stored with the run; recipe_from_json reads it back.
Json to_json(const Recipe& recipe);
[[nodiscard]] Result<Recipe> recipe_from_json(const Json& json);

// The text of docs/reference/recipe.md: every section, key, default, range and meaning.
std::string recipe_reference();

}  // namespace glass::service
