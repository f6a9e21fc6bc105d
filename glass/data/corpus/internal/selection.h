// Selection: which documents stay when limits leave less than there is, and which are held out.
//
// Everything is decided by the documents' digests: a digest is a fair lot that nobody draws, so the
// choice needs no seed, does not depend on the order of the sources, and equal texts share a fate.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/corpus.h"

namespace glass::data {

struct SelectionItem {
  crypto::Digest sha256;
  uint64_t bytes;
  size_t source;    // in CorpusConfig::sources
  size_t language;  // a number for each language
};

struct Selection {
  std::vector<bool> keep;
  // Why an item is not kept: "source-limit", "language-limit" or "document-limit"; else empty.
  std::vector<std::string> reason;
};

// In the order of the digests: of each source, then of each language, documents are kept as long as
// those before them are below the limit; then the first `documents` of what is left.
// kInvalidInput if `documents` is more than there are.
[[nodiscard]] Result<Selection> select_documents(const CorpusConfig& config,
                                                 const std::vector<SelectionItem>& items);

// Whether config sets any limit at all.
bool has_limits(const CorpusConfig& config);

// The positions of the documents held out: each with the probability `share`; at least one, if
// there are two documents and a share.
std::vector<uint64_t> held_out_documents(double share, const std::vector<crypto::Digest>& digests);

}  // namespace glass::data
