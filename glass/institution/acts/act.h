// Act: what somebody in a facility did and signed.
//
// It names the facility, so that it holds nowhere else; the seat it was done for; a number that
// grows with each act of the seat, so that it is taken once; and what its author saw: the digest of
// the terms it is about. Nobody else can have made it, moved it or given it another meaning.
//
//   statement (record/evidence)
//     subject:   [{"name": "seen", "digest": {"sha256": sees}}]
//     predicate: {"facility": ..., "number": 3, "seat": "council/DE", "event": {"kind":
//     "vote.cast", ...}}
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/institution/acts/event.h"

namespace glass::institution {

struct Act {
  std::string facility;  // digest of the founding act; empty in that act itself
  std::string seat;
  int64_t number = 0;
  std::string sees;  // 64 hex digits
  Event event;
};

// An act whose signatures were found right: by which keys, and what the digest of its payload is.
struct SignedAct {
  Act act;
  std::vector<std::string> keys;
  std::string digest;
};

Json predicate(const Act& act);

// kCorruption names what is missing.
[[nodiscard]] Result<Act> act_from_predicate(const Json& predicate, std::string sees);

}  // namespace glass::institution
