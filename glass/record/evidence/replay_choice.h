// ReplayChoice: which segments of a training are executed again, and what that is worth.
//
// Drawn from a seed, so that anyone can draw them again. A challenge takes the seed from a signed
// checkpoint of a log that already names the run: whoever trained could not know it when the record
// was signed, if witnesses have cosigned the checkpoint.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/crypto/sha256.h"

namespace glass::record {

struct ReplaySegment {
  int64_t begin, end;  // steps begin + 1 .. end are executed

  friend bool operator==(const ReplaySegment&, const ReplaySegment&) = default;
};

// Different starts as long as there are enough; a segment has `length` steps or ends with the run.
std::vector<ReplaySegment> draw_segments(std::vector<int64_t> starts, int64_t count, int64_t length,
                                         int64_t steps, uint64_t seed);

// Steps that lie in at least one of the segments.
int64_t steps_in(std::vector<ReplaySegment> segments);

// The first 53 bits of SHA-256("glassworks challenge 1\n" || run || "\n" || note): exact as a JSON
// number. `note` is the signed checkpoint, its signatures in the order of their lines.
uint64_t challenge_seed(const crypto::Digest& run, std::string_view note);

// How likely `drawn` of `starts` segments meet at least one of the forged ones, a share of all,
// rounded up. REQUIRES: 0 <= drawn <= starts, 0 <= forged <= 1.
double caught_share(int64_t starts, int64_t drawn, double forged);

}  // namespace glass::record
