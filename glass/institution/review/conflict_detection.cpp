#include "glass/institution/review/conflict_detection.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/ascii.h"
#include "glass/institution/review/conflict.h"
#include "glass/institution/review/name_ratio.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

using FoldedNames = std::vector<std::u32string>;

// A profile with its names folded once.
struct Person {
  const ReviewProfile& profile;
  FoldedNames names;

  explicit Person(const ReviewProfile& of) : profile(of) {
    for (const std::string& name : of.names) names.push_back(folded_name(name));
  }

  [[nodiscard]] bool is_called(std::string_view name, int64_t percent) const {
    const std::u32string folded = folded_name(name);
    return std::ranges::any_of(names, [&](const std::u32string& own) {
      // The shorter one cannot have more in common than it has.
      const auto shorter = static_cast<int64_t>(std::min(own.size(), folded.size()));
      const auto both = static_cast<int64_t>(own.size() + folded.size());
      return NameRatio{2 * shorter, both}.is_at_least(percent) &&
             name_ratio(own, folded).is_at_least(percent);
    });
  }
};

bool are_equal(std::string_view a, std::string_view b) {
  return !a.empty() && a == b;
}

bool share_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::any_of(a, [&](const std::string& one) {
    return !one.empty() && std::ranges::find(b, one) != b.end();
  });
}

std::vector<std::string> lower_case(const std::vector<std::string>& texts) {
  std::vector<std::string> lower;
  for (const std::string& text : texts) lower.push_back(to_lower(text));
  return lower;
}

// Whether the author of a paper is this person, and how that is known.
std::optional<ConflictBasis> recognised(const PaperAuthor& author, const Person& person,
                                        int64_t percent) {
  if (!author.orcid.empty() && !person.profile.orcid.empty()) {
    if (author.orcid == person.profile.orcid) return ConflictBasis::kIdentifier;
    return std::nullopt;
  }
  if (person.is_called(author.name, percent)) return ConflictBasis::kName;
  return std::nullopt;
}

bool is_among(const Paper& paper, const std::vector<Paper>& papers) {
  return !paper.identifier.empty() && std::ranges::any_of(papers, [&](const Paper& other) {
    return to_lower(paper.identifier) == to_lower(other.identifier);
  });
}

struct SharedPaper {
  int64_t day = 0;
  ConflictBasis basis = ConflictBasis::kName;
};

// By what tells papers apart, so that one in the lists of both counts once.
using SharedPapers = std::map<std::string, SharedPaper>;

// Adds those of `mine` that the other wrote, too.
void add_shared(const std::vector<Paper>& mine, const Person& other, int64_t percent,
                SharedPapers& shared) {
  for (const Paper& paper : mine) {
    std::optional<ConflictBasis> basis;
    if (is_among(paper, other.profile.papers)) basis = ConflictBasis::kIdentifier;
    for (const PaperAuthor& author : paper.authors) {
      if (basis == ConflictBasis::kIdentifier) break;
      const auto by = recognised(author, other, percent);
      if (by) basis = by;
    }
    if (!basis) continue;
    const std::string key = paper.identifier.empty() ? "title " + to_lower(paper.title)
                                                     : "identifier " + to_lower(paper.identifier);
    const auto [at, is_new] = shared.emplace(key, SharedPaper{paper.day, *basis});
    if (!is_new) at->second.basis = std::min(at->second.basis, *basis);
  }
}

bool is_current(const Affiliation& one, int64_t today) {
  return one.from_day <= today && (!one.until_day || *one.until_day >= today);
}

class Detecting {
 public:
  Detecting(const Person& reviewer, const Person& other, size_t team_index, int64_t today,
            const ConflictWindows& windows)
      : reviewer_(reviewer),
        other_(other),
        team_index_(team_index),
        today_(today),
        windows_(windows) {}

  std::vector<DetectedConflict> run() && {
    find_name();
    find_workplaces();
    find_papers();
    find_facts();
    std::ranges::sort(found_, {}, &DetectedConflict::code);
    return std::move(found_);
  }

 private:
  void add(ConflictCode code, ConflictBasis basis) {
    found_.push_back({code, ordinary_severity(code), team_index_, basis, 0});
  }

  void find_name() {
    const ReviewProfile &mine = reviewer_.profile, &theirs = other_.profile;
    if (are_equal(mine.account, theirs.account) || are_equal(mine.orcid, theirs.orcid) ||
        share_one(lower_case(mine.emails), lower_case(theirs.emails)))
      return add(ConflictCode::kRoleNamed, ConflictBasis::kIdentifier);
    if (!mine.orcid.empty() && !theirs.orcid.empty()) return;  // two people of one name
    const bool is_named = std::ranges::any_of(mine.names, [&](const std::string& name) {
      return other_.is_called(name, windows_.named_percent);
    });
    if (is_named) add(ConflictCode::kRoleNamed, ConflictBasis::kName);
  }

  void find_workplaces() {
    bool is_same = false, is_same_department = false, is_former = false;
    const int64_t since = today_ - windows_.former_institution_days;
    for (const Affiliation& mine : reviewer_.profile.affiliations) {
      for (const Affiliation& theirs : other_.profile.affiliations) {
        if (!are_equal(mine.institution, theirs.institution)) continue;
        const bool is_now = is_current(mine, today_) && is_current(theirs, today_);
        is_same = is_same || is_now;
        is_same_department =
            is_same_department || (is_now && are_equal(mine.department, theirs.department));
        const bool is_recent =
            mine.until_day.value_or(today_) >= since && theirs.until_day.value_or(today_) >= since;
        is_former = is_former || (is_recent && !is_now);
      }
    }
    if (is_same) add(ConflictCode::kInstSame, ConflictBasis::kFact);
    if (is_same_department) add(ConflictCode::kInstDept, ConflictBasis::kFact);
    if (is_former) add(ConflictCode::kInstFormer, ConflictBasis::kFact);
  }

  void find_papers() {
    SharedPapers shared;
    add_shared(reviewer_.profile.papers, other_, windows_.author_name_percent, shared);
    add_shared(other_.profile.papers, reviewer_, windows_.author_name_percent, shared);
    if (shared.empty()) return;
    int64_t recent = 0, active = 0;
    ConflictBasis basis = ConflictBasis::kName;
    for (const auto& [key, paper] : shared) {
      recent += today_ - paper.day <= windows_.coauthor_days ? 1 : 0;
      active += today_ - paper.day <= windows_.coauthor_active_days ? 1 : 0;
      basis = std::min(basis, paper.basis);
    }
    const bool is_recent = recent >= windows_.coauthor_papers;
    const bool is_real = is_recent && recent >= windows_.coauthor_real_papers && active >= 1;
    add(is_recent ? ConflictCode::kCoauthRecent : ConflictCode::kCoauthOld, basis);
    if (is_real) found_.back().severity = ConflictSeverity::kReal;
    found_.back().papers = is_recent ? recent : static_cast<int64_t>(shared.size());
  }

  void find_facts() {
    const ReviewProfile &mine = reviewer_.profile, &theirs = other_.profile;
    if (team_index_ == 0 && are_equal(mine.member_state, theirs.member_state))
      add(ConflictCode::kNatSame, ConflictBasis::kFact);
    if (share_one(mine.funders, theirs.funders)) add(ConflictCode::kFundSame, ConflictBasis::kFact);
  }

  const Person& reviewer_;
  const Person& other_;
  size_t team_index_;
  int64_t today_;
  const ConflictWindows& windows_;
  std::vector<DetectedConflict> found_;
};

}  // namespace

void describe(settings::FieldVisitor& fields, ConflictWindows& windows) {
  const settings::IntRange days{.min = 0, .max = 36'600}, percents{.min = 1, .max = 100};
  fields.integer("coauthor_days", windows.coauthor_days, days,
                 "papers written together count as recent for so long");
  fields.integer("coauthor_papers", windows.coauthor_papers, {.min = 1},
                 "so many of them make a conflict");
  fields.integer("coauthor_real_papers", windows.coauthor_real_papers, {.min = 1},
                 "so many of them make a real one, if one is younger still");
  fields.integer("coauthor_active_days", windows.coauthor_active_days, days,
                 "how young that one has to be");
  fields.integer("former_institution_days", windows.former_institution_days, days,
                 "a former workplace counts for so long");
  fields.integer("author_name_percent", windows.author_name_percent, percents,
                 "how alike two names are to be those of one author");
  fields.integer("named_percent", windows.named_percent, percents,
                 "how alike two names are for a reviewer to be named on a proposal");
}

std::vector<DetectedConflict> detect(const ReviewProfile& reviewer,
                                     std::span<const ReviewProfile> team, int64_t today,
                                     const ConflictWindows& windows) {
  const Person person(reviewer);
  std::vector<DetectedConflict> all;
  for (size_t i = 0; i < team.size(); ++i) {
    const Person other(team[i]);
    for (const DetectedConflict& one : Detecting(person, other, i, today, windows).run())
      all.push_back(one);
  }
  return all;
}

}  // namespace glass::institution
