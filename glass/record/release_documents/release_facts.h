// ReleaseFacts: what a release knows of its model, as plain data. Whoever fills them has looked.
//
// Unknown is an empty optional, text or list, and is shown as unknown or missing, never as zero and
// never as "no". Digests are "sha256:<64 hex digits>", those of files 64 hex digits alone. Times
// are RFC 3339 in UTC, dates YYYY-MM-DD. Every text is UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "glass/record/documents/facts.h"
#include "glass/record/release_documents/release_answers.h"

namespace glass::record {

struct FileFact {
  std::string path;  // in the folder, with '/'
  int64_t bytes = 0;
  std::string sha256;
};

// What other records call the parts of the run.
struct RecordDigests {
  std::string run;  // of the run's subject
  std::string recipe;
  std::string corpus;     // of corpus/manifest.json
  std::string tokenizer;  // of tokenizer.json
  std::string shards;     // of shards/manifest.json; empty where conversations were trained on
  std::string chain;      // of the last step
  std::string answers;    // of release.toml
};

struct ArchitectureFact {
  std::string family;  // of the recipe or the start: "llama"
  std::string name;    // as config.json says: "LlamaForCausalLM"
  std::optional<int64_t> parameters;
  std::optional<int64_t> active_parameters;  // that one token passes
  std::optional<int64_t> layers, width, feed_forward, heads, key_value_heads;
  std::optional<int64_t> vocabulary;
  std::optional<int64_t> context;  // tokens
  std::optional<int64_t> experts, experts_per_token;
  std::optional<bool> tied_embeddings;
  std::string number_format;  // of the weights: "float32"
};

struct TrainingFact {
  std::optional<int64_t> steps;
  std::optional<int64_t> tokens;  // that the steps read, repetitions counted
  std::optional<double> flops;    // floating-point operations of all steps
  std::string flops_method;       // in words
  std::optional<double> seconds;  // of all steps
  std::string started, finished;
  std::string processor;
  std::string architecture;  // "x86_64"
  std::string operating_system;
  std::optional<int64_t> threads;
  std::optional<int64_t> memory_bytes;  // of the machine
  std::optional<int64_t> peak_memory_bytes;
  std::string program, compiler, kernels;
  std::string numerics_class;
  std::optional<int64_t> seed;
  std::string objective;                                      // "next_token"
  std::string optimizer;                                      // in words
  std::string schedule;                                       // in words
  std::vector<std::pair<std::string, std::string>> settings;  // key of the recipe -> value
  std::optional<double> energy_kwh;                           // metered, never estimated
  std::string energy_method;
  std::vector<std::string> signed_by;  // keys of the run's record
};

struct EvaluationFact {
  std::string metric;  // "bits_per_byte"
  std::string name;    // "bits per byte"
  double value = 0;
  std::string dataset;
  std::string split;
};

struct TokenizerFact {
  std::string kind;  // "byte-level BPE"
  std::optional<int64_t> vocabulary;
  std::string library;  // whose words it is split by: "llama-bpe"
};

// Of a Debian archive, as its signed release file says.
struct ArchiveFact {
  std::string origin, suite, version, url;
  std::string date;
  std::string sha256;  // of InRelease
};

// A package, folder or file that texts were taken from.
struct DatasetFact {
  std::string name;     // unique
  std::string source;   // of the recipe
  std::string kind;     // "debian", "folder", "jsonl"
  std::string version;  // of a package
  std::string url;
  std::string sha256;                // of the package
  std::string licence;               // of the texts taken, SPDX expression
  std::string collected;             // date
  std::optional<int64_t> documents;  // that were taken
  std::optional<int64_t> bytes;
};

struct DomainFact {
  std::string domain;  // registrable, by the list of public suffixes
  int64_t bytes = 0;   // of text after preprocessing
};

struct CorpusFact {
  std::string name;
  std::string licence;  // all texts together, SPDX expression
  std::optional<int64_t> documents, bytes;
  std::optional<int64_t> held_out_documents, held_out_bytes;
  std::optional<int64_t> tokens, held_out_tokens;  // as the tokenizer counts, read once
  std::vector<CountFact> languages;                // "de", "code/python"
  std::vector<CountFact> licences;
  std::vector<CountFact> dropped;  // by reason
  std::vector<DatasetFact> datasets;
  std::vector<ArchiveFact> archives;
  std::vector<DomainFact> domains;  // of crawled texts
  std::vector<FileFact> files;      // by their paths in a release
  std::vector<std::string> allowed_licences;
};

// The model that training went on from.
struct BaseFact {
  std::string name;     // empty: it has none that is known
  std::string weights;  // digest of their file
  std::string licence;
  std::string run;       // digest of the run it came from; empty if there is no record of one
  std::string relation;  // "finetune" or "adapter"
};

struct ReplayFact {
  std::string by;  // the key that signed it
  std::string digest;
  int64_t segments = 0;
  int64_t steps = 0;
  bool equal = false;  // every step had the digest it should have
};

// Where the release's statement stands in a transparency log.
struct LogFact {
  std::string origin;
  std::string url;
  std::optional<int64_t> index;
  std::string key;  // of the log, as a verifier's key
};

struct ReleaseFacts {
  std::string name;
  std::string version;
  std::string date;
  std::string description;
  std::string licence;  // of the weights, SPDX expression
  ArchitectureFact architecture;
  TrainingFact training;
  std::vector<EvaluationFact> evaluations;
  TokenizerFact tokenizer;
  CorpusFact corpus;
  std::optional<BaseFact> base;
  std::vector<ReplayFact> replays;
  std::vector<FileFact> files;  // of the release's folder, documents left out that are not made yet
  std::string engine_commit, engine_digest;  // of the program that trained
  std::optional<LogFact> log;
  std::string statement_key;     // that signs release.json and provenance.json
  std::string signing_key_hint;  // SHA-256 of the public key's PEM text, hexadecimal
  RecordDigests records;
  ReleaseAnswers answers;
};

}  // namespace glass::record
