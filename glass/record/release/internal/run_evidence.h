// RunEvidence: what a folder holds about the run that a model came of, as nodes of a tree.
#pragma once

#include <string>

#include "glass/crypto/sha256.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/release/evidence_tree.h"
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
};

// "signed by ed25519:...": verified if one of the keys is believed, else attested.
EvidenceNode signed_node(std::string what, const Statement& statement, const Trust& trust);

// A statement of the folder whose signatures hold and whose members are as its kind says.
[[nodiscard]] Result<Statement> read_statement(const Verified& release, const std::string& file);

// The run record that the release names by the digest of its payload, and all that it names.
EvidenceNode run_node(const Verified& release, const crypto::Digest& record);

}  // namespace glass::record
