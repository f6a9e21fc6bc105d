// Proof file (C2SP tlog-proof, draft): that an entry is in a log, for whoever is offline.
//
//   c2sp.org/tlog-proof@v1
//   [extra <base64>]
//   index <n>
//   <base64 hash>            the proof of inclusion, the leaf's sibling first
//   <empty line>
//   <signed checkpoint>
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {

struct ProofFile {
  std::optional<Bytes> extra;  // not covered by any signature
  int64_t index = 0;
  std::vector<crypto::Digest> proof;
  SignedNote checkpoint;
};

std::string to_text(const ProofFile& file);

// kCorruption unless to_text writes exactly this.
[[nodiscard]] Result<ProofFile> parse_proof_file(std::string_view text);

}  // namespace glass::record
