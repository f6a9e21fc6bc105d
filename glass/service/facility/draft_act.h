// Draft an act: from what somebody types to what they sign.
//
//   glass facility act DIR vote.cast vote=3f... ballot=yes reasons="We want ..."
//
// Fields are given as key=value. "new" draws a random id; a field that holds a commitment takes the
// text itself, which is kept beside the journal; digests and keys may be given in full form.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/service/facility/texts.h"

namespace glass::service {

struct Draft {
  institution::Event event;
  std::vector<CommittedText> texts;  // that it commits to, to be kept once the act is taken
};

// kInvalidInput names the field, and the nearest known one.
[[nodiscard]] Result<Draft> draft_event(std::string_view kind,
                                        std::span<const std::string> assignments);

// The act that the holder of a key signs now: its seat, its number, what is seen. What an act on a
// petition leaves open is filled in: the seat that does it, until when people sign by the charter,
// and which body answers. kRefused if the key acts for no seat.
[[nodiscard]] Result<institution::Act> draft_act(const institution::State& state,
                                                 const crypto::PublicKey& key,
                                                 institution::Event event, int64_t now_ms);

// What is signed, a field a line, for the eyes of who signs.
std::string preview(const institution::Act& act, std::span<const CommittedText> texts);

}  // namespace glass::service
