// What is asked of a witness: the body of POST <submission>/add-checkpoint.
//
//   old <size>
//   <base64 hash>            the proof of consistency from that size, at most 63 lines
//   <empty line>
//   <signed checkpoint>
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::record {

struct WitnessRequest {
  int64_t old_size = 0;  // that the witness is thought to know
  std::vector<crypto::Digest> proof;
  std::string note;  // not yet looked at
};

std::string to_text(const WitnessRequest& request);

// kInvalidInput if it is none.
[[nodiscard]] Result<WitnessRequest> parse_witness_request(std::string_view body);

}  // namespace glass::record
