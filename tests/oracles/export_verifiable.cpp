// Makes the smallest folder that a VERIFY.md can be about, signed with keys of tests, with that
// page.
//
// usage: export_verifiable FOLDER
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/crypto/ecdsa.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/model_signing/model_signature.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release_documents/provenance.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"
#include "glass/record/release_documents/test_facts.h"
#include "glass/record/release_documents/verify_guide.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/testkit/test_keys.h"

namespace fs = std::filesystem;
using namespace glass;
using testkit::key_number;

namespace {

constexpr uint8_t kStater = 1, kLog = 2;
constexpr std::string_view kLogName = "log.example/glassworks";

class Folder {
 public:
  explicit Folder(fs::path root) : root_(std::move(root)) { fs::create_directories(root_); }

  void write(std::string_view name, std::string_view text) {
    const fs::path file = root_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    digests_[std::string(name)] = crypto::sha256(text);
  }

  [[nodiscard]] const std::map<std::string, crypto::Digest>& digests() const { return digests_; }

 private:
  fs::path root_;
  std::map<std::string, crypto::Digest> digests_;
};

record::NoteKey log_key() {
  return {.name = std::string(kLogName),
          .kind = record::NoteKeyKind::kEd25519,
          .key = key_number(kLog).public_key()};
}

// A log with one entry beside that of the release, so that there is a path to prove.
std::string proof_of(const record::Statement& release) {
  const crypto::Digest other = record::leaf_hash(as_bytes(std::string_view("another entry")));
  const crypto::Digest leaf = record::leaf_hash(as_bytes(record::log_entry(release)));
  const record::Checkpoint checkpoint{.origin = log_key().name,
                                      .tree = {.size = 2, .root = record::node_hash(other, leaf)}};
  record::ProofFile proof;
  proof.index = 1;
  proof.proof = {other};
  proof.checkpoint.text = record::to_text(checkpoint);
  proof.checkpoint.signatures = {
      record::sign_note(proof.checkpoint.text, log_key().name, key_number(kLog))};
  return to_text(proof);
}

void write_statements(Folder& folder, const record::ReleaseFacts& facts) {
  record::Statement provenance =
      record::state(std::string(record::kProvenancePredicate),
                    {{"model.safetensors", folder.digests().at("model.safetensors")}},
                    record::provenance_predicate(facts));
  sign(provenance, key_number(kStater));
  folder.write(record::kProvenanceStatementFile, to_text(provenance));
  std::vector<record::Subject> subjects;
  for (const auto& [file, digest] : folder.digests()) subjects.push_back({file, digest});
  record::Statement release = record::state(
      record::predicate_type("release", 1), subjects,
      Json::Object{{"name", facts.name}, {"version", facts.version}, {"date", facts.date}});
  sign(release, key_number(kStater));
  folder.write(record::kReleaseStatementFile, to_text(release));
  folder.write(record::kReleaseProofFile, proof_of(release));
}

void write_signatures(Folder& folder, const crypto::P256SecretKey& key) {
  std::string sums;
  for (const auto& [file, digest] : folder.digests())
    sums += fmt::format("{}  {}\n", to_hex(digest.bytes), file);
  folder.write(record::kReleaseSumsFile, sums);
  std::vector<record::ModelResource> files;
  for (const auto& [file, digest] : folder.digests()) files.push_back({file, digest});
  folder.write(record::kModelSignature, record::sign_model("release", files, key));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: export_verifiable FOLDER\n";
    return 2;
  }
  std::array<uint8_t, 32> scalar{};
  scalar.fill(1);
  const auto key = crypto::P256SecretKey::from_scalar(scalar).value();
  record::ReleaseFacts facts = record::some_release();
  facts.log->key = to_text(log_key());
  Folder folder(argv[1]);
  folder.write("config.json", "{}");
  folder.write("model.safetensors", "weights");
  folder.write("evidence/record.json", "record");
  folder.write(record::kModelKeyFile, key.public_key().to_pem());
  folder.write(record::kLogKeyFile, to_text(log_key()) + "\n");
  folder.write(record::kVerifyGuideFile, verify_guide(facts));
  write_statements(folder, facts);
  write_signatures(folder, key);
  return 0;
}
