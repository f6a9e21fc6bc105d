// For tests: a folder that has everything a release has, small, signed with test keys.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/base64.h"
#include "glass/base/json.h"
#include "glass/base/time_text.h"
#include "glass/record/evidence/envelope.h"
#include "glass/record/evidence/held_out.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/evidence/replay_choice.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/model_signing/model_signature.h"
#include "glass/record/release/verify_release.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_files.h"
#include "glass/testkit/test_keys.h"

namespace glass::record::fixture {

namespace fs = std::filesystem;
using testkit::key_number;
using enum EvidenceState;

inline constexpr uint8_t kStater = 1, kLog = 2, kWitness = 3;

inline crypto::P256SecretKey model_key() {
  std::array<uint8_t, 32> scalar{};
  scalar.fill(1);
  return crypto::P256SecretKey::from_scalar(scalar).value();
}

inline std::string digest_text(std::string_view text) {
  return crypto::to_text(crypto::sha256(text));
}

// The smallest folder that has everything a release has.
class Release : public testing::Test {
 protected:
  void SetUp() override { make(); }

  void make() {
    write("config.json", "{}");
    write("model.safetensors", "weights");
    write("evidence/recipe.json", "recipe");
    write("evidence/corpus/manifest.json", R"({"counts":{"all":{"documents":1824}}})");
    write("evidence/tokenizer/tokenizer.json", "tokenizer");
    write("evidence/shards/manifest.json", "shards");
    write("model.pub", model_key().public_key().to_pem());
    write("log.key", to_text(log_key()) + "\n");
    write_run();
    finish();
  }

  // The record and a replay.
  void write_run() {
    Json::Object run{{"numerics", "portable-1"},
                     {"recipe", digest_text("recipe")},
                     {"corpus", digest_text(read("evidence/corpus/manifest.json"))},
                     {"tokenizer", digest_text("tokenizer")},
                     {"shards", digest_text("shards")},
                     {"graph", digest_text("graph")}};
    const crypto::Digest genesis = crypto::sha256(to_canonical(run));
    const fs::path chain = folder() / "evidence/training/chain.jsonl";
    ASSERT_TRUE(files_.make_folders(chain.parent_path()));
    ASSERT_TRUE(files_.remove_all(chain));
    auto writer = StepChainWriter::open(files_, chain, genesis, 0);
    ASSERT_TRUE(writer);
    for (int step = 0; step < 3; ++step) ASSERT_TRUE(writer->append({{"loss", step}}));
    ASSERT_TRUE(writer->sync());
    if (held_out_) run.emplace("held_out", *held_out_);
    run.emplace("steps", 3);
    run.emplace("tokens", 100);
    run.emplace("chain", crypto::to_text(writer->end().digest));
    run.emplace("parameters", digest_text("parameters"));
    run.emplace("model", Json::Object{{"config.json", digest_text("{}")},
                                      {"model.safetensors", digest_text("weights")}});
    run_ = crypto::sha256(to_canonical(run));
    record_ = state(predicate_type("run-record", 1),
                    {{"run", run_},
                     {"model/config.json", crypto::sha256("{}")},
                     {"model/model.safetensors", crypto::sha256("weights")}},
                    Json::Object{{"run", run}, {"execution", execution_}});
    sign(record_, key_number(kStater));
    write("evidence/record.json", to_text(record_));
    write_replay(true);
  }

  // `further` goes before what is usual.
  void write_replay(bool equal, Json::Object further = {}) {
    const Json segment = Json::Object{{"begin", 0}, {"end", 2}, {"equal", equal}};
    further.emplace("seed", 1);
    further.emplace("kernels", "avx2");
    further.emplace("segments", Json::Array{segment});
    Statement replay = state(predicate_type("replay", 1), {{"run", run_}}, std::move(further));
    sign(replay, key_number(kStater));
    write("evidence/replays/a.json", to_text(replay));
  }

  void write_provenance_of(const std::string& file) {
    provenance_of_ = file;
    finish();
  }

  // The statements, the proof and the signatures over whatever lies in the folder.
  void finish() {
    for (const char* last :
         {"provenance.json", "release.json", "release.tlog-proof", "SHA256SUMS", "model.sig"})
      ASSERT_TRUE(files_.remove_all(folder() / last));
    Statement provenance =
        state("https://slsa.dev/provenance/v1",
              {{provenance_of_, crypto::sha256(read(provenance_of_))}}, Json::Object{});
    sign(provenance, key_number(kStater));
    write("provenance.json", to_text(provenance));
    std::vector<Subject> subjects;
    for (const auto& [file, digest] : digests()) subjects.push_back({file, digest});
    Json::Object said{{"name", "tiny"},
                      {"version", "1.0"},
                      {"date", "2026-11-26"},
                      {"licence", "Apache-2.0"},
                      {"record", crypto::to_text(payload_digest(record_))}};
    if (decision_) said.emplace("governed", *decision_);
    Statement release = state(predicate_type("release", 1), subjects, std::move(said));
    sign(release, key_number(kStater));
    write("release.json", to_text(release));
    write_proof(release);
    std::string sums;
    for (const auto& [file, digest] : digests())
      sums += fmt::format("{}  {}\n", to_hex(digest.bytes), file);
    write("SHA256SUMS", sums);
    std::vector<ModelResource> signed_files;
    for (const auto& [file, digest] : digests()) signed_files.push_back({file, digest});
    write("model.sig", sign_model("tiny", signed_files, model_key()));
  }

  // A log of which the release is the only entry.
  void write_proof(const Statement& release) {
    write("release.tlog-proof", to_text(proof_of(log_entry(release))));
  }

  static ProofFile proof_of(const std::string& entry) {
    const Checkpoint checkpoint{.origin = log_key().name,
                                .tree = {.size = 1, .root = leaf_hash(as_bytes(entry))}};
    ProofFile proof;
    proof.checkpoint.text = to_text(checkpoint);
    proof.checkpoint.signatures = {
        sign_note(to_text(checkpoint), log_key().name, key_number(kLog)),
        cosign_note(to_text(checkpoint), witness_key().name, key_number(kWitness), 1'800'000'000)};
    return proof;
  }

  static NoteKey log_key() {
    return {.name = "example.org/log",
            .kind = NoteKeyKind::kEd25519,
            .key = key_number(kLog).public_key()};
  }

  static NoteKey witness_key() {
    return {.name = "witness.example.org",
            .kind = NoteKeyKind::kCosigner,
            .key = key_number(kWitness).public_key()};
  }

  static Trust everything() {
    return {.files_keys = {{model_key().public_key()}},
            .signer_keys = {{key_number(kStater).public_key()}},
            .policy = parse_policy(fmt::format("log {}\nwitness w {}\nquorum w\n",
                                               to_text(log_key()), to_text(witness_key())))
                          .value()};
  }

  std::map<std::string, crypto::Digest> digests() {
    std::map<std::string, crypto::Digest> found;
    const auto names = system::files_below(files_, folder());
    for (const std::string& file : *names) found.emplace(file, crypto::sha256(read(file)));
    return found;
  }

  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(files_.make_folders((folder() / name).parent_path()));
    ASSERT_TRUE(files_.write_atomic(folder() / name, as_bytes(text)));
  }

  std::string read(const std::string& name) { return files_.read_text(folder() / name).value(); }

  [[nodiscard]] fs::path folder() const { return temporary_.path() / "tiny"; }

  EvidenceNode verified(const Trust& trust = everything()) {
    SerialParallel parallel;
    auto node = verify_release(files_, folder(), trust, parallel);
    EXPECT_TRUE(node) << node.error().message;
    return node ? *node : EvidenceNode{};
  }

  system::TemporaryFolder temporary_;
  system::Files& files_ = system::posix_files();
  crypto::Digest run_{};
  Statement record_;
  std::optional<Json> held_out_;  // of the run
  Json::Object execution_;        // of its record
  std::optional<Json> decision_;  // that the release names
  std::string provenance_of_ = "model.safetensors";
};

}  // namespace glass::record::fixture
