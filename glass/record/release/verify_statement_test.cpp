#include "glass/record/release/verify_statement.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

using testkit::key_number;
using enum EvidenceState;

constexpr uint8_t kBody = 1, kTrainer = 2, kObjector = 3, kLog = 4, kWitness = 5;

// A council's decision on a data manifest that names its list of reservations.
class Graph : public testing::Test {
 protected:
  void SetUp() override {
    write("place/manifest.json", "the corpus");
    write("place/opt-outs.txt", "reservations");
    manifest_ = write_statement(
        "place/data.json", kTrainer, "data-manifest",
        {{"corpus/manifest.json", crypto::sha256("the corpus")}},
        Json::Object{{"licence", "CC0-1.0"},
                     {"documents", 3},
                     {"bytes", 100},
                     {"opt_outs", crypto::to_text(crypto::sha256("reservations"))}});
    decision_ = write_statement("decision.json", kBody, "decision",
                                {{"data.json", payload_digest(manifest_)}}, decided("approved"));
    trust_.signer_keys = {{key_number(kBody).public_key()}};
    trust_.now_unix_seconds = 1'800'000'000;
  }

  static Json decided(std::string_view outcome) {
    return Json::Object{{"body", "The council"},
                        {"decided", "2026-11-26"},
                        {"outcome", outcome},
                        {"reasons", "As the reviews ask."}};
  }

  Statement write_statement(const std::string& file, uint8_t key, std::string_view kind,
                            std::vector<Subject> subjects, Json predicate) {
    Statement statement = state(predicate_type(kind, 1), std::move(subjects), std::move(predicate));
    sign(statement, key_number(key));
    write(file, to_text(statement));
    return statement;
  }

  void write(const std::string& file, const std::string& text) {
    ASSERT_TRUE(files_.make_folders((folder_ / file).parent_path()));
    ASSERT_TRUE(files_.write_atomic(folder_ / file, as_bytes(text)));
  }

  EvidenceNode verified(const std::string& file, bool with_place = true) {
    EvidencePlaces places{.proof = proof_};
    if (with_place) places.folders = {folder_ / "place"};
    SerialParallel serial;
    const auto tree = verify_statement(files_, folder_ / file, places, trust_, serial);
    EXPECT_TRUE(tree) << tree.error().message;
    return *tree;
  }

  // The line of a part, without the branches before it; "" if there is none.
  static std::string line_of(const EvidenceNode& node, std::string_view what) {
    if (node.what == what) return fmt::format("{} {}", name(node.state), node.detail);
    for (const EvidenceNode& part : node.parts) {
      if (std::string found = line_of(part, what); !found.empty()) return found;
    }
    return "";
  }

  system::TemporaryFolder folder_;
  system::Files& files_ = system::posix_files();
  Statement manifest_, decision_;
  Trust trust_;
  std::optional<system::Path> proof_;
};

TEST_F(Graph, IsWalkedFromADecisionToTheFilesOfItsData) {
  const EvidenceNode tree = verified("decision.json");
  EXPECT_EQ(tree.state, kVerified) << to_text(tree);
  EXPECT_EQ(exit_code(tree), 0);
  const std::string place = system::path_text(folder_ / "place") + "/";
  EXPECT_EQ(line_of(tree, "about data.json"), "verified " + place + "data.json");
  EXPECT_EQ(line_of(tree, "about corpus/manifest.json"), "verified " + place + "manifest.json");
  EXPECT_EQ(line_of(tree, "opt_outs"), "verified " + place + "opt-outs.txt");
}

TEST_F(Graph, WithoutPlacesThingsAreAttested) {
  const EvidenceNode tree = verified("decision.json", false);
  EXPECT_EQ(line_of(tree, "about data.json"),
            "attested " + crypto::to_text(payload_digest(manifest_)));
  EXPECT_EQ(exit_code(tree), 0);
}

TEST_F(Graph, WhatAPlaceDoesNotHaveIsMissing) {
  ASSERT_TRUE(files_.remove_all(folder_ / "place/opt-outs.txt"));
  const EvidenceNode tree = verified("decision.json");
  EXPECT_EQ(tree.state, kMissing);
  EXPECT_EQ(exit_code(tree), 4);
  EXPECT_EQ(line_of(tree, "opt_outs"), "missing no file of the evidence has " +
                                           crypto::to_text(crypto::sha256("reservations")));
}

TEST_F(Graph, AChangedFileIsNotTheOneThatIsNamed) {
  write("place/manifest.json", "another corpus");
  EXPECT_EQ(exit_code(verified("decision.json")), 4);
}

TEST_F(Graph, AnObjectionIsToldWithoutBeingBelieved) {
  write_statement("place/objection.json", kObjector, "objection",
                  {{"data", payload_digest(manifest_)}},
                  Json::Object{{"grounds", "rights"}, {"lodged", "2026-11-26"}, {"asks", "Stop."}});
  const EvidenceNode tree = verified("decision.json");
  EXPECT_EQ(
      line_of(tree, "objection about it"),
      fmt::format("attested {}, signed by {}", system::path_text(folder_ / "place/objection.json"),
                  crypto::to_text(key_number(kObjector).public_key())));
  EXPECT_EQ(exit_code(tree), 0);
}

TEST_F(Graph, ARunIsFoundInTheRecordThatStatesIt) {
  Json::Object run;
  for (const char* member : {"recipe", "corpus", "tokenizer", "graph", "chain", "parameters"})
    run.emplace(member, crypto::to_text(crypto::sha256("reservations")));
  run.emplace("numerics", "portable-1");
  run.emplace("steps", 1);
  run.emplace("tokens", 1);
  run.emplace("model", Json::Object{{"a", crypto::to_text(crypto::sha256("reservations"))}});
  const crypto::Digest digest = crypto::sha256(to_canonical(Json(run)));
  write_statement("place/record.json", kTrainer, "run-record",
                  {{"model/a", crypto::sha256("reservations")}, {"run", digest}},
                  Json::Object{{"run", run}, {"execution", Json::Object{}}});
  write_statement("replay.json", kBody, "replay", {{"run", digest}},
                  Json::Object{{"seed", 1}, {"kernels", "avx2"}, {"segments", Json::Array{}}});
  const EvidenceNode tree = verified("replay.json");
  EXPECT_EQ(line_of(tree, "about run"),
            "verified " + system::path_text(folder_ / "place/record.json"))
      << to_text(tree);
  EXPECT_EQ(line_of(tree, "run.graph"),
            fmt::format("attested {}, of what lies in no file",
                        crypto::to_text(crypto::sha256("reservations"))));
}

TEST_F(Graph, ARecordWhoseRunNamesOtherFilesIsBroken) {
  Json::Object run{{"numerics", "portable-1"}, {"steps", 1}, {"tokens", 1}};
  for (const char* member : {"recipe", "corpus", "tokenizer", "graph", "chain", "parameters"})
    run.emplace(member, crypto::to_text(crypto::sha256("reservations")));
  run.emplace("model", Json::Object{{"a", crypto::to_text(crypto::sha256("evil"))}});
  const crypto::Digest digest = crypto::sha256(to_canonical(Json(run)));
  write_statement("record.json", kBody, "run-record",
                  {{"model/a", crypto::sha256("reservations")}, {"run", digest}},
                  Json::Object{{"run", run}, {"execution", Json::Object{}}});
  EXPECT_EQ(line_of(verified("record.json"), "members"),
            "broken it is about other things than its run names");
}

// Whoever can drop a file beside the evidence can neither break nor hide what others have signed.
TEST_F(Graph, BadCopiesChangeNothing) {
  Statement forged = manifest_;
  forged.signatures[0].signature.bytes[0] ^= 1U;
  write("place/0.json", to_text(forged));
  Statement strange = manifest_;
  strange.signatures.clear();
  sign(strange, key_number(kObjector));
  write("place/1.json", to_text(strange));
  Statement objection = state(predicate_type("objection", 1), {{"d", payload_digest(decision_)}},
                              Json::Object{{"asks", "Stop."}});
  sign(objection, key_number(kObjector));
  objection.signatures[0].signature.bytes[0] ^= 1U;
  write("place/2.json", to_text(objection));
  trust_.signer_keys.push_back({key_number(kTrainer).public_key()});
  const EvidenceNode tree = verified("decision.json");
  EXPECT_EQ(tree.state, kVerified) << to_text(tree);
  EXPECT_EQ(count(tree, kBroken), 0) << to_text(tree);
  EXPECT_EQ(count(tree, kAttested), 0) << to_text(tree);
}

TEST_F(Graph, OneStatementIsToldOnce) {
  write_statement("place/second.json", kBody, "decision",
                  {{"a", payload_digest(manifest_)}, {"b", payload_digest(decision_)}},
                  decided("revoked"));
  write("place/first.json", files_.read_text(folder_ / "decision.json").value());
  const std::string text = to_text(verified("place/second.json"));
  EXPECT_NE(text.find("told above"), std::string::npos) << text;
}

TEST_F(Graph, TheRootHasToBeSignedByWhomTheReaderBelieves) {
  trust_.signer_keys = {{key_number(kTrainer).public_key()}};
  EXPECT_EQ(exit_code(verified("decision.json")), 1);
  EXPECT_EQ(exit_code(verified("place/data.json")), 0);
  trust_.signer_keys = {};
  EXPECT_EQ(line_of(verified("decision.json"), "signature"),
            fmt::format("attested by {}, whom you have not named",
                        crypto::to_text(key_number(kBody).public_key())));
}

TEST_F(Graph, BadSignaturesAndMembersAreBroken) {
  Statement forged = decision_;
  forged.predicate.if_object()->insert_or_assign("reasons", "Because.");
  write("place/forged.json", to_text(forged));
  EXPECT_EQ(exit_code(verified("place/forged.json")), 1);
  write_statement("place/odd.json", kBody, "decision", {{"a", crypto::sha256("x")}},
                  decided("perhaps"));
  EXPECT_NE(line_of(verified("place/odd.json"), "members").find("broken \"outcome\""),
            std::string::npos);
}

TEST_F(Graph, AProofShowsByWhenTheDecisionWasSeen) {
  const NoteKey log{.name = "example.org/log", .key = key_number(kLog).public_key()};
  const NoteKey witness{"w.example.org", NoteKeyKind::kCosigner, key_number(kWitness).public_key()};
  const Checkpoint checkpoint{
      .origin = log.name, .tree = {.size = 1, .root = leaf_hash(as_bytes(log_entry(decision_)))}};
  ProofFile proof;
  proof.checkpoint.text = to_text(checkpoint);
  proof.checkpoint.signatures = {
      sign_note(proof.checkpoint.text, log.name, key_number(kLog)),
      cosign_note(proof.checkpoint.text, witness.name, key_number(kWitness), 1'700'000'000)};
  write("proof", to_text(proof));
  trust_.policy =
      parse_policy(fmt::format("log {}\nwitness w {}\nquorum w\n", to_text(log), to_text(witness)))
          .value();
  EXPECT_EQ(line_of(verified("decision.json"), "transparency log"),
            "missing no proof was given that a log has it");
  proof_ = folder_ / "proof";
  trust_.signer_keys[0].term.revoked = 1'750'000'000;
  EXPECT_EQ(line_of(verified("decision.json"), "transparency log"),
            "verified entry 0 of example.org/log, seen by witnesses by 2023-11-14");
  EXPECT_EQ(verified("decision.json").state, kVerified);
  trust_.signer_keys[0].term.revoked = 1'650'000'000;
  EXPECT_EQ(exit_code(verified("decision.json")), 1);
  write("proof", to_text(proof).replace(to_text(proof).find("index 0"), 7, "index 1"));
  EXPECT_NE(line_of(verified("decision.json"), "transparency log").find("broken"),
            std::string::npos);
  trust_.policy.reset();
  SerialParallel serial;
  EXPECT_EQ(verify_statement(files_, folder_ / "decision.json", {.proof = proof_}, trust_, serial)
                .error()
                .code,
            ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace glass::record
