// The record of a run: what was trained from what, and the signature under it.
//
// The *subject* is a function of the recipe and the data alone; its digest is the digest of the
// run, the same whoever executes it. The *execution* tells of one machine; it is signed but
// claimed. Format page: docs/reference/formats/run-record.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/tensor/numerics.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/run_folder.h"
#include "glass/system/files.h"

namespace glass::service {

inline constexpr std::string_view kRunRecordKind = "run-record";
inline constexpr std::string_view kReplayKind = "replay";

// What a training starts from. Its digest is the genesis of the chain of steps.
struct RunOrigin {
  engine::Numerics numerics = engine::Numerics::kPortable1;
  crypto::Digest recipe, corpus, tokenizer, graph;
  // Exactly one of the two: of the shards' manifest, or of the conversations as tokens.
  std::optional<crypto::Digest> shards, examples;
  std::optional<crypto::Digest> start;  // of start/manifest.json; none: the weights were random
};

struct RunSubject {
  RunOrigin origin;
  int64_t steps = 0;
  int64_t tokens = 0;
  crypto::Digest chain;                           // of the last step
  crypto::Digest parameters;                      // of the final ones, as checkpoints name them
  std::map<std::string, crypto::Digest> model;    // file in model/ -> SHA-256
  std::map<std::string, crypto::Digest> adapter;  // file in adapter/; empty: there were none
  std::string held_out_loss_bits;  // float32, hexadecimal; empty if nothing was held out
  double held_out_bits_per_byte = 0;
};

Json to_json(const RunOrigin& origin);
Json to_json(const RunSubject& subject);
[[nodiscard]] Result<RunSubject> run_subject_from_json(const Json& json);

crypto::Digest genesis(const RunOrigin& origin);
crypto::Digest run_digest(const RunSubject& subject);

inline constexpr std::string_view kRunName = "run";  // the subject whose digest is that of the run

// What is said of the run, of model/... and of adapter/..., unsigned yet:
// {"run":...,"execution":...}
record::Statement run_statement(const RunSubject& subject, Json execution);

struct RunRecord {
  record::Statement statement;
  RunSubject subject;
};

// A statement whose signatures hold; kMismatch names the file if it was changed.
[[nodiscard]] Result<record::Statement> read_signed(system::Files& files, const system::Path& file);

// kMismatch if the statement's subject "run" is absent or another run.
[[nodiscard]] Status expect_about(const record::Statement& statement, const crypto::Digest& run);

// Reads record.json and checks its form and its signatures: kMismatch if it was changed.
// kInvalidInput if the run is unfinished, its record one that this program does not know, or a file
// that it names not one of its folder: names are joined to paths.
[[nodiscard]] Result<RunRecord> read_run_record(system::Files& files, const RunPaths& paths);

// The chain is whole and ends as recorded. kMismatch names the file.
[[nodiscard]] Status expect_chain_in_place(const RunRecord& record, const RunPaths& paths,
                                           system::Files& files);

// The chain and the files of model/ are those of the record: what is cheap to look at. kMismatch
// names the file.
[[nodiscard]] Status expect_in_place(const RunRecord& record, const RunPaths& paths,
                                     system::Files& files);

// The digests of training/metrics.jsonl and samples.jsonl when the record was signed, by file name;
// empty in a record of a program that did not take them.
std::map<std::string, crypto::Digest> log_digests(const RunRecord& record);

// The eight hexadecimal digits of a float32.
std::string float_bits(float value);

}  // namespace glass::service
