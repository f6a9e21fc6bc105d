// Conflict detection: what a program can find between a reviewer and the team of a proposal, before
// anybody is asked: shared workplaces, papers, funders, member states, and the reviewer's own name.
//
// A pure query over profiles, so that it runs before an invitation as well as before an assignment.
// Profiles are personal data: they are handed in, and nothing of them is in what is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/institution/review/conflict.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// Days are counted from 1970-01-01, in UTC.
struct Affiliation {
  std::string institution = "", department = "";  // ids, such as of ROR; empty: not known
  int64_t from_day = 0;
  std::optional<int64_t> until_day = {};  // the last one; none: to this day
};

struct PaperAuthor {
  std::string name = "", orcid = "";
};

struct Paper {
  std::string identifier = "", title = "";  // such as a DOI
  int64_t day = 0;
  std::vector<PaperAuthor> authors = {};
};

struct ReviewProfile {
  std::string account = "", orcid = "";
  std::vector<std::string> names = {}, emails = {};
  std::string member_state = "";
  std::vector<std::string> funders = {};
  std::vector<Affiliation> affiliations = {};
  std::vector<Paper> papers = {};
};

// As a charter sets them. The years are so many days that they hold a leap day.
struct ConflictWindows {
  int64_t coauthor_days = 1'096;       // three years
  int64_t coauthor_papers = 1;         // within them, for a recent one
  int64_t coauthor_real_papers = 3;    // within them, for a real one
  int64_t coauthor_active_days = 366;  // one of which has to be this young
  int64_t former_institution_days = 731;
  int64_t author_name_percent = 85;
  int64_t named_percent = 90;
};

void describe(settings::FieldVisitor& fields, ConflictWindows& windows);

// By what somebody was recognised: the surest that holds.
enum class ConflictBasis : uint8_t { kIdentifier, kName, kFact };

struct DetectedConflict {
  ConflictCode code = ConflictCode::kInstSame;
  ConflictSeverity severity = ConflictSeverity::kReal;
  size_t team_index = 0;  // with whom of the team
  ConflictBasis basis = ConflictBasis::kFact;
  int64_t papers = 0;  // shared, where it is about papers

  friend bool operator==(const DetectedConflict&, const DetectedConflict&) = default;
};

// One for each code and person of the team at most, in the order of the team and then of the codes.
// The first of the team is the applicant, whose member state counts.
//
// Whoever is known by ORCID on both sides is recognised by it alone; names are compared where one
// side has none.
std::vector<DetectedConflict> detect(const ReviewProfile& reviewer,
                                     std::span<const ReviewProfile> team, int64_t today,
                                     const ConflictWindows& windows);

}  // namespace glass::institution
