// KeyTerm: from when to when what a key signs counts.
//
// A signature has no time of its own, and whoever holds a key can write any date beside it. What
// shows when it was made is the time at which witnesses saw a log that names it: it was made no
// later. So an old release goes on holding when its key ends, and what is signed with a stolen key
// after its revocation does not.
#pragma once

#include <cstdint>
#include <optional>

#include "glass/base/result.h"

namespace glass::record {

// Unix seconds; none: without a bound. What is signed at `from` counts, at `until` no longer.
struct KeyTerm {
  std::optional<int64_t> from = {};
  std::optional<int64_t> until = {};    // as was planned
  std::optional<int64_t> revoked = {};  // as it was lost, or taken from whom it belonged to

  friend bool operator==(const KeyTerm&, const KeyTerm&) = default;
};

// When a signature existed at the latest.
struct SignedBy {
  int64_t now = 0;                   // when it is looked at
  std::optional<int64_t> seen = {};  // when witnesses had seen it, if that is shown
};

// kMismatch says how the term and the signature's time do not go together.
[[nodiscard]] Status expect_in_term(const KeyTerm& term, const SignedBy& signature);

}  // namespace glass::record
