// Conflict: what stands between a person and a proposal, and what follows from it.
//
//   severity    not dismissed, it means
//   real        never assigned, never votes, does not see the proposal
//   apparent    the same, until another person waives it with a written plan
//   potential   disclosed, and no more
//
// Until somebody has looked at a conflict it is pending, and pending blocks whatever the severity.
// Only what a program found, and what is potential at most, needs nobody to look: it is disclosed.
//
// The same member state and the same funder are facts of half the world. They are potential, but
// real where it is voted on the two highest safety levels, or on a lower one for something.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace glass::institution {

enum class ConflictSeverity : uint8_t { kPotential, kApparent, kReal };

inline constexpr std::array<std::string_view, 3> kConflictSeverities = {"potential", "apparent",
                                                                        "real"};

enum class ConflictCode : uint8_t {
  kInstSame,      // works where one of the team works
  kFinDirect,     // gains or loses money by the proposal
  kRelFamily,     // is family
  kRoleNamed,     // is named on the proposal
  kCollabActive,  // works together with one of the team now
  kRelMentor,
  kRelSupervisor,
  kCoauthRecent,  // wrote a paper with one of the team within some years
  kInstDept,      // works in the same department
  kInstFormer,    // worked where one of the team works, or did, within some years
  kRoleConf,      // runs a conference with one of the team
  kCollabGrant,   // holds a grant with one of the team
  kRelEditorial,  // edits a journal with one of the team
  kCompet,        // competes with the team
  kCoauthOld,     // wrote a paper with one of the team before that
  kInstConsort,   // works in the same consortium
  kConfAttend,    // goes to the same conference
  kSocMember,     // is in the same society
  kNatSame,       // comes from the applicant's member state
  kFundSame,      // is paid by a funder of the team
};

inline constexpr std::array<std::string_view, 20> kConflictCodes = {
    "INST_SAME",    "FIN_DIRECT",     "REL_FAMILY",    "ROLE_NAMED", "COLLAB_ACTIVE",
    "REL_MENTOR",   "REL_SUPERVISOR", "COAUTH_RECENT", "INST_DEPT",  "INST_FORMER",
    "ROLE_CONF",    "COLLAB_GRANT",   "REL_EDITORIAL", "COMPET",     "COAUTH_OLD",
    "INST_CONSORT", "CONF_ATTEND",    "SOC_MEMBER",    "NAT_SAME",   "FUND_SAME"};

enum class ConflictStatus : uint8_t {
  kPending,    // nobody has looked yet
  kDisclosed,  // it stands, and is potential at most
  kDismissed,  // looked at by another person, and none
  kWaived,     // by another person, with a written plan
  kRecused,    // the person steps back
};

inline constexpr std::array<std::string_view, 5> kConflictStatuses = {
    "pending", "disclosed", "dismissed", "waived", "recused"};

// How it came to be known; the first is by a program.
inline constexpr std::array<std::string_view, 4> kConflictDetections = {
    "automated", "self-disclosed", "reported", "manager-identified"};

// What money is at stake, in the currency of the charter.
inline constexpr std::array<std::string_view, 5> kFinancialRanges = {"none", "under-5k", "5k-10k",
                                                                     "10k-50k", "over-50k"};

struct Conflict {
  ConflictCode code = ConflictCode::kInstSame;
  ConflictSeverity severity = ConflictSeverity::kReal;
  ConflictStatus status = ConflictStatus::kPending;

  friend bool operator==(const Conflict&, const Conflict&) = default;
};

// In growing order: of several conflicts the greatest effect counts.
enum class ConflictEffect : uint8_t { kNone, kDisclosed, kBlocked };

std::string_view to_text(ConflictCode code);
std::string_view to_text(ConflictSeverity severity);
std::string_view to_text(ConflictStatus status);

// Nothing if the word is none of the table.
std::optional<ConflictCode> conflict_code(std::string_view word);
std::optional<ConflictSeverity> conflict_severity(std::string_view word);
std::optional<ConflictStatus> conflict_status(std::string_view word);

// By the table of codes. A particular conflict may be graver, never less grave.
ConflictSeverity ordinary_severity(ConflictCode code);

// Of a conflict that becomes known.
ConflictStatus first_status(ConflictSeverity severity, bool is_automated);

// On reviewing a proposal, being asked to, and seeing it.
ConflictEffect effect_on_review(const Conflict& conflict);

// On voting about it. `level` is the safety level, 1 to 4, of what is voted on; `lowers` whether
// the vote would lower one.
ConflictEffect effect_on_vote(const Conflict& conflict, int64_t level, bool lowers);

}  // namespace glass::institution
