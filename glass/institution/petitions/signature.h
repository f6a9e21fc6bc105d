// Signature: the life of one signature to a petition. It proves that somebody read a mailbox, and
// nothing about who that is.
//
//   pending --confirm--> validated --withdraw----> withdrawn
//      |                     |  ^---undo---+
//      |                     +--invalidate-+-----> invalidated
//      |                     +--anonymise--------> anonymised   (still counted)
//      +--expire (after the hours of its token)--> expired
//
//   any but anonymised --mark_fraudulent (by a bulk rule)--> fraudulent
//
// What always holds: it counts while it is validated or anonymised; a token confirms once; by a
// bulk rule means by the id of an invalidation that two people have decided on; who undoes that
// finds what was there before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {

enum class SignatureState : uint8_t {
  kPending,
  kValidated,
  kWithdrawn,
  kInvalidated,
  kAnonymised,
  kExpired,
  kFraudulent,
};

// "validated".
std::string_view to_text(SignatureState state);

struct Signature {
  SignatureState state = SignatureState::kPending;
  int64_t asked_at_ms = 0;                           // when the token was sent
  int64_t settled_at_ms = 0;                         // when it was no longer pending; 0: it is
  std::string invalidation;                          // by which it does not count
  SignatureState before = SignatureState::kPending;  // where `invalidation` found it

  friend bool operator==(const Signature&, const Signature&) = default;
};

bool counts(const Signature& signature);

// What happens to it, or kRefused. Each gives the signature as it is afterwards. `settings` says
// how long a token is worth something.
[[nodiscard]] Result<Signature> confirm(Signature signature, const PetitionSettings& settings,
                                        int64_t at_ms);
[[nodiscard]] Result<Signature> withdraw(Signature signature, int64_t at_ms);
[[nodiscard]] Result<Signature> expire(Signature signature, const PetitionSettings& settings,
                                       int64_t at_ms);

// When the retention of the petition is over; signatures in other states are removed.
[[nodiscard]] Result<Signature> anonymise(Signature signature);

// By an invalidation, named by its id: validated and pending ones.
[[nodiscard]] Result<Signature> invalidate(Signature signature, std::string invalidation,
                                           int64_t at_ms);

// Likewise, but of any state: also of one that waits to be confirmed, or has expired.
[[nodiscard]] Result<Signature> mark_fraudulent(Signature signature, std::string invalidation,
                                                int64_t at_ms);

// Of that invalidation.
[[nodiscard]] Result<Signature> undo(Signature signature, std::string_view invalidation);

// When its e-mail address and network address are deleted: `raw_days` after it was confirmed or
// refused, or when its token is worth nothing any more, but not later than the end of its petition
// (0 while that has not ended).
int64_t raw_data_until_ms(const Signature& signature, const PetitionSettings& settings,
                          int64_t petition_ended_at_ms);

}  // namespace glass::institution
