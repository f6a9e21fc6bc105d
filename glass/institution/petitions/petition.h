// Petition: what citizens ask the facility for, from its draft to its archive.
//
// A petition is in one of the states below. Each threshold that it reaches has a clock of its own,
// since it may go on collecting meanwhile; what the public reads is a word made of both.
//
//   (none) --drafted--> draft --confirmed--> collecting_sponsors --submitted--> moderation
//                                             ^              |                     |  ^  |
//                                             +--sponsored---+                     |  |  |
//                                                                    opened <------+  |  |
//                          paused --resumed--> open <--------------------+   appealed |  | rejected
//                            ^                  |  |                         (once)   |  v
//                            +------paused------+  | closed (ended)               rejected
//                                                  v
//   closed (withdrawn) from draft to paused --> closed --archived--> archived
//   hidden from moderation, open, paused -----> hidden
//
//   clock:   threshold_reached --> running --answered--> answered
//                                     |                     ^
//                                     +--overdue--> overdue-+ answered
//
// What always holds:
//
//    1. people sign only while it is open: confirmed signatures of an hour that began while it was
//       paused or closed are refused;
//    2. the count is what was confirmed, and paper that two people have counted, less what was
//       withdrawn or invalidated; each decrease is an event with its class;
//    3. confirmed signatures, and withdrawn ones, never become fewer; the tree has a leaf for each
//       one ever confirmed;
//    4. what one person proposes (hiding, invalidating) or counts (paper) takes another person;
//    5. a rejection is decided anew by another moderator, once;
//    6. a threshold is reached once, whatever the count does later, and its body answers once;
//    7. the time of a pause is added to the time that it is open;
//    8. no country is named before it has `small_count` signatures;
//    9. the key of its mailboxes is destroyed when it has ended, the salts when the retention is
//       over, and nothing is counted after that. A body that is silent does not prolong it;
//   10. it is archived when all that is done, and every body has answered.
//
// decide() says what may happen, evolve() does it, deadlines() what time makes due. They are
// functions of petition, event and time alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {

inline constexpr int64_t kCountedHourMs = 3'600'000;

enum class PetitionState : uint8_t {
  kNone,
  kDraft,
  kCollectingSponsors,
  kModeration,
  kOpen,
  kPaused,
  kRejected,
  kHidden,
  kClosed,
  kArchived,
  // Of the clocks; only public_state() says these.
  kThresholdReached,
  kOverdue,
  kAnswered,
};

// "collecting_sponsors".
std::string_view to_text(PetitionState state);

struct PetitionClock {
  std::string threshold, body;
  int64_t due_ms = 0;
  int64_t answered_at_ms = 0;  // 0: not yet
  bool is_overdue = false;     // it was when it was answered, or is

  [[nodiscard]] bool is_answered() const { return answered_at_ms != 0; }

  friend bool operator==(const PetitionClock&, const PetitionClock&) = default;
};

struct PetitionPaperBatch {
  std::string batch, country, counted_by;
  int64_t number = 0;
  bool is_confirmed = false;

  friend bool operator==(const PetitionPaperBatch&, const PetitionPaperBatch&) = default;
};

struct PetitionInvalidation {
  std::string invalidation, rule, reason, proposed_by;
  int64_t number = 0, pending = 0;  // as proposed, and once it is done as done
  int64_t undone = 0;               // of `number`
  bool is_done = false;

  friend bool operator==(const PetitionInvalidation&, const PetitionInvalidation&) = default;
};

struct Petition {
  PetitionState state = PetitionState::kNone;
  std::string id, text;       // `text` as the commitment that it was drafted with
  int64_t changed_at_ms = 0;  // by the last event

  int64_t sponsors = 0;
  int64_t moderation_since_ms = 0;
  bool is_moderation_late = false;
  std::string rejected_by, rejection_code;  // the last time
  bool has_appealed = false;
  std::string hiding_by, hiding_reason;  // proposed, or done

  int64_t opened_at_ms = 0, closes_ms = 0, ended_at_ms = 0;
  int64_t paused_at_ms = 0, paused_until_ms = 0;  // the last time
  bool is_withdrawn = false;
  bool retention_from_answer = false;
  bool has_key = true, has_salts = true;

  int64_t hour_ms = -1;  // that was counted last
  int64_t leaves = 0;
  std::string root;  // of the tree of these leaves
  PetitionTotals totals;
  std::vector<PetitionCountryTotals> countries;
  int64_t paper = 0, invalidated = 0;  // all that two people have decided on
  std::vector<PetitionPaperBatch> paper_batches;
  std::vector<PetitionInvalidation> invalidations;
  std::vector<PetitionClock> clocks;  // in the order in which they began

  friend bool operator==(const Petition&, const Petition&) = default;
};

// The number that the public reads.
int64_t signature_count(const Petition& petition);

// The word that the public reads: overdue, threshold_reached or answered where a clock says so of
// one that is open or closed.
PetitionState public_state(const Petition& petition);

// Rejected, hidden, closed or archived.
bool has_ended(const Petition& petition);

// What happens if that event is wanted now: it, and what follows from it at once. What only follows
// may be wanted when its time has come. kRefused names the rule and the way out.
[[nodiscard]] Result<std::vector<PetitionEvent>> decide(const Petition& petition,
                                                        const PetitionRules& rules,
                                                        const PetitionEvent& wanted, int64_t at_ms);

// Whether that event may be wanted now; decide() without what follows.
[[nodiscard]] Status expect_possible(const Petition& petition, const PetitionRules& rules,
                                     const PetitionEvent& wanted, int64_t at_ms);

// What follows at once from what a petition has come to by its last event.
std::vector<PetitionEvent> follows(const Petition& petition, const PetitionRules& rules,
                                   int64_t at_ms);

// REQUIRES: decide() has let it happen to this petition.
void evolve(Petition& petition, const PetitionEvent& event, int64_t at_ms);

enum class PetitionDuty : uint8_t {
  kDelayModeration,  // petition.moderation_delayed
  kClose,            // petition.closed
  kResume,           // petition.resumed
  kMarkOverdue,      // petition.overdue
  kDestroyKey,       // petition.secret_destroyed, when it is done
  kDestroySalts,     // likewise: signatures are anonymised
  kArchive,          // petition.archived
};

struct PetitionDeadline {
  PetitionDuty duty = PetitionDuty::kClose;
  int64_t at_ms = 0;           // from then on
  std::string_view threshold;  // of kMarkOverdue; lives as long as the petition does not change

  friend bool operator==(const PetitionDeadline&, const PetitionDeadline&) = default;
};

// Everything that time will make due, by time.
std::vector<PetitionDeadline> deadlines(const Petition& petition, const PetitionRules& rules);

// That of it which is due.
std::vector<PetitionDeadline> due(const Petition& petition, const PetitionRules& rules,
                                  int64_t at_ms);

}  // namespace glass::institution
