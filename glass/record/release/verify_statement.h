// VerifyStatement: a statement as the root of a graph: what it is about and what it names by
// digest, found again among files, and if that is a statement, so on to where nothing more is
// named.
//
//   decision ──about──> run record ──names──> recipe, corpus, ...
//                           └──about──> the files of its model
//   objection ──about──> decision            told below the decision, as said about it
//
// Format page of what statements name: docs/reference/formats/statement-kinds.md.
#pragma once

#include <optional>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/release/trust.h"
#include "glass/system/files.h"

namespace glass::record {

// Where to look for what statements name. Without places a thing is attested by who signed; with
// them it is verified if a file there has its digest, else missing.
struct EvidencePlaces {
  std::vector<system::Path> folders =
      {};  // all below them; a log's folder or a mirror of its blobs
  std::optional<system::Path> proof = {};  // that the statement is in a log: a proof file
};

// Whatever is wrong is in the tree. kCorruption if the file is no statement; kIo and kNotFound name
// what could not be read.
[[nodiscard]] Result<EvidenceNode> verify_statement(system::Files& files, const system::Path& file,
                                                    const EvidencePlaces& places,
                                                    const Trust& trust, Parallel& parallel);

}  // namespace glass::record
