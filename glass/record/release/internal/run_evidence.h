// RunEvidence: what a folder holds about the run that a model came of, as nodes of a tree.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "glass/crypto/sha256.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/release/internal/folder_digests.h"
#include "glass/record/release/verify_release.h"
#include "glass/system/files.h"

namespace glass::record {

// A folder under verification.
struct Verified {
  system::Files& files;
  const system::Path& folder;
  const Trust& trust;
  const FolderDigests& digests;
  std::set<std::string>& compared;  // files that a node tells of
  std::optional<int64_t> seen;      // by when witnesses had seen release.json, Unix seconds
  bool is_vouched = false;          // who signed release.json is believed, by that time
};

// Who has to have signed a statement: those that the reader believes, or anyone, whose word it is.
enum class Signer { kBelieved, kAnyone };

// "signed by ed25519:...": verified if one of the keys is believed and was in its term; else
// attested, but broken where the reader believes others and nobody else will do.
EvidenceNode signed_node(const Verified& release, std::string what, const Statement& statement,
                         Signer signer);

// A file of the folder of a size that no honest one exceeds. Nothing that is a link or no file.
[[nodiscard]] Result<std::string> text_of(const Verified& release, std::string_view file);

// A statement of the folder whose signatures hold and whose members are as its kind says.
[[nodiscard]] Result<Statement> read_statement(const Verified& release, const std::string& file);

// A run record is about its run and the files that it names, no more and no less, its run has no
// members that nobody here knows, and a model. REQUIRES: check_members.
[[nodiscard]] Status expect_whole_run(const Statement& record);

// The run record that the release names by the digest of its payload, and all that it names.
EvidenceNode run_node(const Verified& release, const crypto::Digest& record);

}  // namespace glass::record
