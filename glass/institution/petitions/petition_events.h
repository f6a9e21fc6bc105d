// PetitionEvents: what happens to a petition, as a journal tells it.
//
// No event holds free text or anything about a person: texts are commitments of 64 hexadecimal
// digits, things have random ids of 32, words come from the lists below. `by` is the seat that
// signs; that it has is checked where acts are taken, not here. Signers are counted, by the hour.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/settings/fields.h"

namespace glass::institution {

// Why a petition is not opened. The texts of those whose code hides them are shown to nobody.
inline constexpr std::array<std::string_view, 18> kRejectionCodes = {
    "duplicate",  "irrelevant", "no-action",         "honours",
    "fake-name",  "foi",        "libellous",         "offensive",
    "advert",     "removed",    "already-happening", "no-reply",
    "individual", "personal",   "fraudulent",        "operational",
    "local",      "joke"};

bool code_hides(std::string_view rejection_code);

inline constexpr std::array<std::string_view, 5> kHidingReasons = {
    "libellous", "offensive", "personal-data", "fraudulent", "court-order"};
inline constexpr std::array<std::string_view, 4> kPauseReasons = {"integrity", "incident",
                                                                  "technical", "court-order"};
inline constexpr std::array<std::string_view, 2> kCloseCauses = {"ended", "withdrawn"};
inline constexpr std::array<std::string_view, 2> kRetentionStarts = {"closing", "answer"};

// By what signatures were found that are no longer counted, and why they are not.
inline constexpr std::array<std::string_view, 8> kInvalidationRules = {
    "name", "postcode", "prefix", "mailbox", "domain", "country", "time", "fill-time"};
inline constexpr std::array<std::string_view, 5> kInvalidationReasons = {
    "automated", "duplicate", "false-name", "no-consent", "test"};

// The key of canonical mailboxes, or the salts of the leaves.
inline constexpr std::array<std::string_view, 2> kPetitionSecrets = {"key", "salts"};

struct PetitionDrafted {
  static constexpr std::string_view kKind = "petition.drafted";
  std::string petition = "", text = "", creator = "";

  friend bool operator==(const PetitionDrafted&, const PetitionDrafted&) = default;
};

// By its creator, from the mailbox.
struct PetitionConfirmed {
  static constexpr std::string_view kKind = "petition.confirmed";
  std::string petition = "";

  friend bool operator==(const PetitionConfirmed&, const PetitionConfirmed&) = default;
};

struct PetitionSponsored {
  static constexpr std::string_view kKind = "petition.sponsored";
  std::string petition = "";
  int64_t sponsors = 0;

  friend bool operator==(const PetitionSponsored&, const PetitionSponsored&) = default;
};

// Follows when there are enough sponsors.
struct PetitionSubmitted {
  static constexpr std::string_view kKind = "petition.submitted";
  std::string petition = "";

  friend bool operator==(const PetitionSubmitted&, const PetitionSubmitted&) = default;
};

// Nobody has decided in time.
struct PetitionModerationDelayed {
  static constexpr std::string_view kKind = "petition.moderation_delayed";
  std::string petition = "";

  friend bool operator==(const PetitionModerationDelayed&,
                         const PetitionModerationDelayed&) = default;
};

struct PetitionOpened {
  static constexpr std::string_view kKind = "petition.opened";
  std::string petition = "", by = "", retention_from = "closing";
  int64_t closes_ms = 0;

  friend bool operator==(const PetitionOpened&, const PetitionOpened&) = default;
};

struct PetitionRejected {
  static constexpr std::string_view kKind = "petition.rejected";
  std::string petition = "", by = "", code = "duplicate", reasons = "";

  friend bool operator==(const PetitionRejected&, const PetitionRejected&) = default;
};

// By its creator: another moderator decides.
struct PetitionAppealed {
  static constexpr std::string_view kKind = "petition.appealed";
  std::string petition = "", reasons = "";

  friend bool operator==(const PetitionAppealed&, const PetitionAppealed&) = default;
};

struct PetitionHidingProposed {
  static constexpr std::string_view kKind = "petition.hiding_proposed";
  std::string petition = "", by = "", reason = "libellous", reasons = "";

  friend bool operator==(const PetitionHidingProposed&, const PetitionHidingProposed&) = default;
};

// By a second person.
struct PetitionHidden {
  static constexpr std::string_view kKind = "petition.hidden";
  std::string petition = "", by = "";

  friend bool operator==(const PetitionHidden&, const PetitionHidden&) = default;
};

struct PetitionPaused {
  static constexpr std::string_view kKind = "petition.paused";
  std::string petition = "", by = "", reason = "integrity";
  int64_t until_ms = 0;

  friend bool operator==(const PetitionPaused&, const PetitionPaused&) = default;
};

// By an officer, or by nobody when the time is over.
struct PetitionResumed {
  static constexpr std::string_view kKind = "petition.resumed";
  std::string petition = "", by = "";

  friend bool operator==(const PetitionResumed&, const PetitionResumed&) = default;
};

struct PetitionClosed {
  static constexpr std::string_view kKind = "petition.closed";
  std::string petition = "", cause = "ended";

  friend bool operator==(const PetitionClosed&, const PetitionClosed&) = default;
};

// Signatures by mail since the petition was opened: confirmed, and of these taken back by their
// signers and invalidated.
struct PetitionTotals {
  int64_t validated = 0, withdrawn = 0, invalidated = 0;

  [[nodiscard]] int64_t standing() const { return validated - withdrawn - invalidated; }

  friend bool operator==(const PetitionTotals&, const PetitionTotals&) = default;
};

struct PetitionCountryTotals {
  std::string country = "AD";
  PetitionTotals totals = {};

  friend bool operator==(const PetitionCountryTotals&, const PetitionCountryTotals&) = default;
};

// At the end of an hour. Countries with few signatures are in `totals` alone. `size` and `root` are
// those of the tree that has a leaf for every signature ever confirmed.
struct PetitionCounted {
  static constexpr std::string_view kKind = "petition.counted";
  std::string petition = "", root = "";
  int64_t hour_ms = 0;  // when it began
  int64_t size = 0;
  PetitionTotals totals = {};
  std::vector<PetitionCountryTotals> countries = {};

  friend bool operator==(const PetitionCounted&, const PetitionCounted&) = default;
};

// A batch of signatures on paper.
struct PetitionPaperCounted {
  static constexpr std::string_view kKind = "petition.paper_counted";
  std::string petition = "", batch = "", country = "AD", by = "";
  int64_t number = 0;

  friend bool operator==(const PetitionPaperCounted&, const PetitionPaperCounted&) = default;
};

// By a second person, who has counted it again.
struct PetitionPaperConfirmed {
  static constexpr std::string_view kKind = "petition.paper_confirmed";
  std::string petition = "", batch = "", by = "";
  int64_t number = 0;

  friend bool operator==(const PetitionPaperConfirmed&, const PetitionPaperConfirmed&) = default;
};

// A batch that the second person has counted otherwise, or that was none.
struct PetitionPaperDropped {
  static constexpr std::string_view kKind = "petition.paper_dropped";
  std::string petition = "", batch = "", by = "";

  friend bool operator==(const PetitionPaperDropped&, const PetitionPaperDropped&) = default;
};

// What a rule would invalidate: signatures that count, and such as wait to be confirmed.
struct PetitionInvalidationProposed {
  static constexpr std::string_view kKind = "petition.invalidation_proposed";
  std::string petition = "", invalidation = "", by = "";
  std::string rule = "name", reason = "automated", reasons = "";
  int64_t number = 0, pending = 0;

  friend bool operator==(const PetitionInvalidationProposed&,
                         const PetitionInvalidationProposed&) = default;
};

// By a second person. Never more than was proposed; fewer if signers were faster.
struct PetitionInvalidated {
  static constexpr std::string_view kKind = "petition.invalidated";
  std::string petition = "", invalidation = "", by = "";
  int64_t number = 0, pending = 0;

  friend bool operator==(const PetitionInvalidated&, const PetitionInvalidated&) = default;
};

// So many of them count again.
struct PetitionInvalidationUndone {
  static constexpr std::string_view kKind = "petition.invalidation_undone";
  std::string petition = "", invalidation = "", by = "", reasons = "";
  int64_t number = 0;

  friend bool operator==(const PetitionInvalidationUndone&,
                         const PetitionInvalidationUndone&) = default;
};

// Follows from a count. The body answers by then.
struct PetitionThresholdReached {
  static constexpr std::string_view kKind = "petition.threshold_reached";
  std::string petition = "", threshold = "", body = "";
  int64_t count = 0, countries_above = 0, due_ms = 0;

  friend bool operator==(const PetitionThresholdReached&,
                         const PetitionThresholdReached&) = default;
};

struct PetitionAnswered {
  static constexpr std::string_view kKind = "petition.answered";
  std::string petition = "", threshold = "", body = "", answer = "";

  friend bool operator==(const PetitionAnswered&, const PetitionAnswered&) = default;
};

// No answer has come in time.
struct PetitionOverdue {
  static constexpr std::string_view kKind = "petition.overdue";
  std::string petition = "", threshold = "";

  friend bool operator==(const PetitionOverdue&, const PetitionOverdue&) = default;
};

// In all copies: from then on, nobody can link signatures of two petitions, or a leaf to a signer.
struct PetitionSecretDestroyed {
  static constexpr std::string_view kKind = "petition.secret_destroyed";
  std::string petition = "", secret = "key";

  friend bool operator==(const PetitionSecretDestroyed&, const PetitionSecretDestroyed&) = default;
};

struct PetitionArchived {
  static constexpr std::string_view kKind = "petition.archived";
  std::string petition = "";

  friend bool operator==(const PetitionArchived&, const PetitionArchived&) = default;
};

using PetitionEvent =
    std::variant<PetitionDrafted, PetitionConfirmed, PetitionSponsored, PetitionSubmitted,
                 PetitionModerationDelayed, PetitionOpened, PetitionRejected, PetitionAppealed,
                 PetitionHidingProposed, PetitionHidden, PetitionPaused, PetitionResumed,
                 PetitionClosed, PetitionCounted, PetitionPaperCounted, PetitionPaperConfirmed,
                 PetitionPaperDropped, PetitionInvalidationProposed, PetitionInvalidated,
                 PetitionInvalidationUndone, PetitionThresholdReached, PetitionAnswered,
                 PetitionOverdue, PetitionSecretDestroyed, PetitionArchived>;

void describe(settings::FieldVisitor& fields, PetitionDrafted& event);
void describe(settings::FieldVisitor& fields, PetitionConfirmed& event);
void describe(settings::FieldVisitor& fields, PetitionSponsored& event);
void describe(settings::FieldVisitor& fields, PetitionSubmitted& event);
void describe(settings::FieldVisitor& fields, PetitionModerationDelayed& event);
void describe(settings::FieldVisitor& fields, PetitionOpened& event);
void describe(settings::FieldVisitor& fields, PetitionRejected& event);
void describe(settings::FieldVisitor& fields, PetitionAppealed& event);
void describe(settings::FieldVisitor& fields, PetitionHidingProposed& event);
void describe(settings::FieldVisitor& fields, PetitionHidden& event);
void describe(settings::FieldVisitor& fields, PetitionPaused& event);
void describe(settings::FieldVisitor& fields, PetitionResumed& event);
void describe(settings::FieldVisitor& fields, PetitionClosed& event);
void describe(settings::FieldVisitor& fields, PetitionCountryTotals& totals);
void describe(settings::FieldVisitor& fields, PetitionCounted& event);
void describe(settings::FieldVisitor& fields, PetitionPaperCounted& event);
void describe(settings::FieldVisitor& fields, PetitionPaperConfirmed& event);
void describe(settings::FieldVisitor& fields, PetitionPaperDropped& event);
void describe(settings::FieldVisitor& fields, PetitionInvalidationProposed& event);
void describe(settings::FieldVisitor& fields, PetitionInvalidated& event);
void describe(settings::FieldVisitor& fields, PetitionInvalidationUndone& event);
void describe(settings::FieldVisitor& fields, PetitionThresholdReached& event);
void describe(settings::FieldVisitor& fields, PetitionAnswered& event);
void describe(settings::FieldVisitor& fields, PetitionOverdue& event);
void describe(settings::FieldVisitor& fields, PetitionSecretDestroyed& event);
void describe(settings::FieldVisitor& fields, PetitionArchived& event);

// "petition.opened".
std::string_view kind_of(const PetitionEvent& event);

// Which petition it happens to.
const std::string& petition_of(const PetitionEvent& event);

// Whether it only follows from the clock or from what was counted, and nobody does it by an act.
bool only_follows(const PetitionEvent& event);

}  // namespace glass::institution
