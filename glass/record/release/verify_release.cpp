#include "glass/record/release/verify_release.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/base/units_text.h"
#include "glass/record/evidence/kinds.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/model_signing/model_signature.h"
#include "glass/record/release/internal/folder_digests.h"
#include "glass/record/release/internal/run_evidence.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/verify_entry.h"

namespace glass::record {
namespace {

using enum EvidenceState;

constexpr uint64_t kMostBytes = uint64_t{64} << 20;  // of a file that is read whole
constexpr std::string_view kProvenanceType = "https://slsa.dev/provenance/v1";

EvidenceNode node_of(EvidenceState state, std::string_view what, std::string detail) {
  return {state, std::string(what), std::move(detail), {}};
}

bool has(const Verified& release, std::string_view file) {
  return release.digests.files.contains(std::string(file));
}

EvidenceNode absent(std::string_view what, std::string_view file) {
  return node_of(kMissing, what, fmt::format("{} is not in the folder", file));
}

Result<crypto::EcdsaPublicKey> own_files_key(const Verified& release) {
  GLASS_TRY(const std::string pem, text_of(release, kModelKeyFile));
  return crypto::EcdsaPublicKey::from_pem(pem);
}

// model.sig is in no log, so nothing shows when it was made. But where someone believed has stated
// every file, and with them this key as the one that signs them, the key's signature says nothing
// that is not vouched for by that time already.
std::optional<int64_t> seen_with(const Verified& release, const crypto::EcdsaPublicKey& key) {
  const auto own = own_files_key(release);
  const bool is_named = release.is_vouched && own && own->to_pem() == key.to_pem();
  return is_named ? release.seen : std::nullopt;
}

// model.sig by one of the keys that are believed, in its term; if none is named, by the folder's.
Result<SignedModel> open_by_trust(const Verified& release, std::string_view bundle) {
  if (release.trust.files_keys.empty()) {
    GLASS_TRY(const crypto::EcdsaPublicKey key, own_files_key(release));
    return open_model_signature(bundle, key);
  }
  Result<SignedModel> opened = fail(ErrorCode::kMismatch, "");
  for (const FilesKey& one : release.trust.files_keys) {
    opened = open_model_signature(bundle, one.key);
    if (!opened) continue;
    GLASS_TRY_STATUS(
        expect_in_term(one.term, {release.trust.now_unix_seconds, seen_with(release, one.key)}));
    break;
  }
  return opened;
}

EvidenceNode signature_node(const Verified& release) {
  constexpr std::string_view kWhat = "signature of all files";
  if (!has(release, kModelSignature)) return absent(kWhat, kModelSignature);
  const auto checked = [&]() -> Status {
    GLASS_TRY(const std::string bundle, text_of(release, kModelSignature));
    GLASS_TRY(const SignedModel model, open_by_trust(release, bundle));
    if (!signs_everything(model))
      return fail(ErrorCode::kMismatch, "it leaves out files that it should sign, or allows links");
    const auto digest_of = [&](const std::string& file) -> Result<crypto::Digest> {
      const auto found = release.digests.files.find(file);
      if (found != release.digests.files.end()) return found->second;
      return fail(ErrorCode::kMismatch, fmt::format("{} is no file", file));
    };
    return expect_signed_files(model, release.folder, release.files, digest_of);
  }();
  if (!checked) return node_of(kBroken, kWhat, checked.error().message);
  const std::string files =
      fmt::format("{}, {}", count_text(std::ssize(release.digests.files) - 1, "file"),
                  bytes_text(release.digests.bytes));
  if (!release.trust.files_keys.empty())
    return node_of(kVerified, kWhat, fmt::format("{}, signed by the key that you named", files));
  return node_of(kAttested, kWhat,
                 fmt::format("{}, signed by the folder's own {}; name the key that you expect "
                             "with --key",
                             files, kModelKeyFile));
}

EvidenceNode sums_node(const Verified& release) {
  constexpr std::string_view kWhat = "list of digests";
  if (!has(release, kReleaseSumsFile)) return absent(kWhat, kReleaseSumsFile);
  const auto text = text_of(release, kReleaseSumsFile);
  if (!text) return node_of(kBroken, kWhat, text.error().message);
  if (*text != sums_text(release.digests.files))
    return node_of(kBroken, kWhat,
                   fmt::format("{} is not the list of these files; `sha256sum -c {}` names those "
                               "that differ",
                               kReleaseSumsFile, kReleaseSumsFile));
  return node_of(kVerified, kWhat, fmt::format("{} names each file", kReleaseSumsFile));
}

// The files are those that the statement is about, no more and no less.
Status expect_stated(const Verified& release, const Statement& statement) {
  std::map<std::string, crypto::Digest> stated;
  for (const Subject& subject : statement.subjects) stated.emplace(subject.name, subject.digest);
  for (const auto& [file, digest] : release.digests.files) {
    if (!is_stated(file)) continue;
    const auto found = stated.find(file);
    if (found == stated.end())
      return fail(ErrorCode::kMismatch, fmt::format("{} is not part of the release", file));
    if (found->second != digest)
      return fail(ErrorCode::kMismatch, fmt::format("{} was changed after it was released", file));
    stated.erase(found);
  }
  if (stated.empty()) return {};
  return fail(ErrorCode::kMismatch,
              fmt::format("{} was released and is not in the folder", stated.begin()->first));
}

// The statement's entry, by the log that is believed or, if none is named, the folder's own.
Result<VerifiedEntry> logged_entry(const Verified& release, const Statement& statement) {
  GLASS_TRY(const std::string text, text_of(release, kReleaseProofFile));
  GLASS_TRY(const ProofFile proof, parse_proof_file(text));
  const std::string entry = log_entry(statement);
  if (release.trust.policy) return verify_entry(proof, as_bytes(entry), *release.trust.policy);
  GLASS_TRY(std::string key_text, text_of(release, kLogKeyFile));
  if (key_text.ends_with('\n')) key_text.pop_back();
  GLASS_TRY(const NoteKey key, note_key_from_text(key_text));
  return verify_entry(proof, as_bytes(entry), std::span(&key, 1));
}

EvidenceNode log_node(const Verified& release, const Result<VerifiedEntry>& verified) {
  constexpr std::string_view kWhat = "transparency log";
  if (!has(release, kReleaseProofFile))
    return node_of(kMissing, kWhat,
                   fmt::format("the release is in no log: there is no {}", kReleaseProofFile));
  if (!verified) return node_of(kBroken, kWhat, verified.error().message);
  const std::string entry =
      fmt::format("entry {} of {}", verified->index, verified->checkpoint.origin);
  if (!release.trust.policy)
    return node_of(kAttested, kWhat,
                   fmt::format("{}, by the folder's own {}; name the log that you expect with "
                               "--policy",
                               entry, kLogKeyFile));
  std::string witnesses;
  for (const std::string& one : verified->witnesses)
    witnesses += (witnesses.empty() ? ", cosigned by " : ", ") + one;
  if (witnesses.empty()) witnesses = ", cosigned by no witness";
  if (verified->seen_unix_seconds)
    witnesses += fmt::format(", seen by {}", date_text(*verified->seen_unix_seconds));
  return node_of(kVerified, kWhat, entry + witnesses);
}

// Of the training: about the files that the record names. What it says of them is not compared.
EvidenceNode provenance_node(const Verified& release) {
  constexpr std::string_view kWhat = "provenance";
  if (!has(release, kProvenanceStatementFile)) return absent(kWhat, kProvenanceStatementFile);
  release.compared.emplace(kProvenanceStatementFile);
  const auto statement = read_statement(release, std::string(kProvenanceStatementFile));
  if (!statement) return node_of(kBroken, kWhat, statement.error().message);
  if (statement->predicate_type != kProvenanceType)
    return node_of(kBroken, kWhat, fmt::format("it says {}", statement->predicate_type));
  for (const Subject& subject : statement->subjects) {
    const auto found = release.digests.files.find(subject.name);
    if (found == release.digests.files.end() || found->second != subject.digest)
      return node_of(kBroken, kWhat, fmt::format("it is about another {}", subject.name));
  }
  EvidenceNode node = node_of(kAttested, kWhat,
                              fmt::format("of {}; what it says of them is not compared here",
                                          count_text(std::ssize(statement->subjects), "file")));
  node.parts.push_back(
      signed_node(release, std::string(kProvenanceStatementFile), *statement, Signer::kBelieved));
  return node;
}

// The releases that this one says it comes from or replaces.
void add_named_releases(const Json& said, EvidenceNode& node) {
  for (const auto& [member, what] :
       {std::pair{"base", "release of the starting point"}, {"supersedes", "release before it"}}) {
    if (const Json* digest = said.find(member))
      node.parts.push_back(
          node_of(kAttested, what, *digest->if_string() + ", by digest, not in this folder"));
  }
}

// Which facility governs a training, as the record that lies in the folder says; null: none.
Json governance_of(const Verified& release) {
  const auto record = read_statement(release, fmt::format("{}/record.json", kEvidenceFolder));
  const Json* execution = record ? record->predicate.find("execution") : nullptr;
  const Json* governed = execution == nullptr ? nullptr : execution->find("governed");
  return governed == nullptr ? Json(nullptr) : *governed;
}

// A governed run is released by its facility's decision. Here only what the folder says of it is
// compared; the decision stands in the facility's journal.
void add_decision(const Verified& release, const Json& said, EvidenceNode& node) {
  const Json governance = governance_of(release);
  const Json* decision = said.find("governed");
  if (decision == nullptr && governance == Json(nullptr)) return;
  const auto told = [](const Json& by) {
    return fmt::format("run {} of facility {}", by.get_string("run").value_or("?"),
                       by.get_string("facility").value_or("?"));
  };
  if (decision == nullptr) {
    node.parts.push_back(node_of(kBroken, kDecisionNode,
                                 fmt::format("the record belongs to {}, and the release names no "
                                             "decision of it",
                                             told(governance))));
  } else if (governance != Json(nullptr) && told(governance) != told(*decision)) {
    node.parts.push_back(node_of(
        kBroken, kDecisionNode,
        fmt::format("it is of {}, and the record of {}", told(*decision), told(governance))));
  } else {
    node.parts.push_back(
        node_of(kAttested, kDecisionNode,
                fmt::format("{}, entry {} of its journal, which `glass verify --journal` compares",
                            told(*decision), decision->get_int("entry").value_or(-1))));
  }
}

EvidenceNode statement_node(const Verified& release, const Result<Statement>& statement,
                            const Result<VerifiedEntry>& entry) {
  constexpr std::string_view kWhat = "release statement";
  if (!statement) return node_of(kBroken, kWhat, statement.error().message);
  if (const Status kind = expect_kind(*statement, "release", 1); !kind)
    return node_of(kBroken, kWhat, kind.error().message);
  const Json& said = statement->predicate;
  EvidenceNode node = node_of(
      kVerified, kWhat,
      fmt::format("{} {} of {}, licence {}; {}", said.get_string("name").value(),
                  said.get_string("version").value(), said.get_string("date").value(),
                  said.get_string("licence").value(), crypto::to_text(payload_digest(*statement))));
  if (const Status same = expect_stated(release, *statement); !same) {
    node.state = kBroken;
    node.detail = same.error().message;
  }
  node.parts.push_back(
      signed_node(release, std::string(kReleaseStatementFile), *statement, Signer::kBelieved));
  node.parts.push_back(log_node(release, entry));
  node.parts.push_back(
      run_node(release, crypto::digest_from_text(said.get_string("record").value()).value()));
  add_decision(release, said, node);
  add_named_releases(said, node);
  return node;
}

// Files that no other node tells of: signed, and that is all that is known here.
void add_other_files(const Verified& release, EvidenceNode& node) {
  std::vector<std::string> names;
  for (const auto& [file, digest] : release.digests.files) {
    if (is_stated(file) && !release.compared.contains(file)) names.push_back(file);
  }
  if (names.empty()) return;
  node.parts.push_back(
      node_of(kAttested, "other files",
              fmt::format("{}, whose contents are not compared here: {}",
                          count_text(std::ssize(names), "file"), fmt::join(names, ", "))));
}

}  // namespace

bool is_stated(std::string_view file) {
  return file != kReleaseStatementFile && file != kReleaseProofFile && file != kReleaseSumsFile &&
         file != kModelSignature;
}

std::string sums_text(const std::map<std::string, crypto::Digest>& files) {
  std::string text;
  for (const auto& [file, digest] : files) {
    if (file != kReleaseSumsFile && file != kModelSignature)
      text += fmt::format("{}  {}\n", to_hex(digest.bytes), file);
  }
  return text;
}

EvidenceNode signed_node(const Verified& release, std::string what, const Statement& statement,
                         Signer signer) {
  const FoundBelief found = belief_in(release.trust, statement, release.seen);
  const std::string by = "signed by " + signers(statement);
  if (found.belief == Belief::kBelieved) return {kVerified, std::move(what), by, {}};
  const bool refused = !release.trust.signer_keys.empty() && signer == Signer::kBelieved;
  const std::string why =
      found.belief == Belief::kOutOfTerm ? found.why : "whom you have not named";
  return {refused ? kBroken : kAttested, std::move(what), fmt::format("{}, {}", by, why), {}};
}

Result<std::string> text_of(const Verified& release, std::string_view file) {
  const auto size = release.digests.sizes.find(std::string(file));
  if (size == release.digests.sizes.end())
    return fail(ErrorCode::kMismatch, fmt::format("{} is no file of the folder", file));
  if (size->second > kMostBytes)
    return fail(ErrorCode::kMismatch, fmt::format("{} has {}, more than such a file may have", file,
                                                  bytes_text(size->second)));
  return release.files.read_text(release.folder / file);
}

Result<Statement> read_statement(const Verified& release, const std::string& file) {
  const auto told = [&](Error error) { return in_context(file, std::move(error)); };
  GLASS_TRY(const std::string text, text_of(release, file));
  auto statement = parse_statement(text);
  if (!statement) return told(std::move(statement).error());
  if (Status right = verify(*statement); !right) return told(std::move(right).error());
  if (Status members = check_members(*statement); !members) return told(std::move(members).error());
  return statement;
}

Result<EvidenceNode> verify_release(system::Files& files, const system::Path& folder,
                                    const Trust& trust, Parallel& parallel) {
  if (!files.exists(folder / kReleaseStatementFile))
    return fail(ErrorCode::kNotFound,
                fmt::format("{} is not the folder of a release: it has no {}",
                            system::path_text(folder), kReleaseStatementFile));
  GLASS_TRY(const FolderDigests digests, digest_folder(files, folder, parallel));
  std::set<std::string> compared = {std::string(kModelKeyFile), std::string(kLogKeyFile)};
  Verified release{files, folder, trust, digests, compared, {}, false};
  const auto statement = read_statement(release, std::string(kReleaseStatementFile));
  const auto entry =
      statement ? logged_entry(release, *statement) : tl::unexpected(statement.error());
  if (entry) release.seen = entry->seen_unix_seconds;
  release.is_vouched =
      statement && belief_in(trust, *statement, release.seen).belief == Belief::kBelieved;
  EvidenceNode root = node_of(kVerified, "release", system::path_text(folder));
  for (const std::string& other : digests.others)
    root.parts.push_back(node_of(kBroken, other, "is neither a file nor a folder"));
  for (const std::string& of_git : digests.skipped)
    root.parts.push_back(
        node_of(kAttested, of_git, "belongs to git and not to the release; nobody looked at it"));
  root.parts.push_back(signature_node(release));
  root.parts.push_back(sums_node(release));
  root.parts.push_back(statement_node(release, statement, entry));
  root.parts.push_back(provenance_node(release));
  add_other_files(release, root);
  // Without a key of the reader's the whole rests on those of the folder.
  if (trust.files_keys.empty()) root.state = kAttested;
  settle(root);
  return root;
}

}  // namespace glass::record
