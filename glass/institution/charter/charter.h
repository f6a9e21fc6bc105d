// Charter: a facility's constitution, checked and looked up.
//
// What always holds of a Charter:
//
//   1. names of members, bodies, seats, rules and rights are each unique, and every name that is
//      used is somewhere declared;
//   2. every act that people sign is somebody's right, by exactly one of the rights;
//   3. every matter that always needs a decision (the charter itself above all) has one;
//   4. every decision can be adopted: were the whole body in favour, its rule would be met; were
//      all seats held and willing, they would be enough wherever persons approve;
//   5. every threshold of petitions has a body that may answer.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/milestones.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/safety/thresholds.h"
#include "glass/institution/voting/vote.h"
#include "glass/institution/voting/voting_rule.h"

namespace glass::institution {

// Who may do an act besides those with a role or in a body.
inline constexpr std::string_view kApplicant = "applicant";  // of the proposal that it is about
inline constexpr std::string_view kReviewer = "reviewer";    // with the key of a slot of its review
inline constexpr std::string_view kSelf = "self";            // the seat that it is about
inline constexpr std::string_view kAnyone = "anyone";        // whoever has a seat
inline constexpr std::string_view kLevel = "level";          // whom the level of the run names

class Charter {
 public:
  // `acts` are the kinds of act that the software knows. kInvalidInput tells every problem, each
  // with its line in `file_name`.
  [[nodiscard]] static Result<Charter> read(std::string_view toml, std::string_view file_name,
                                            const std::set<std::string, std::less<>>& acts);

  // As a journal holds it. kInvalidInput tells the first contradiction.
  [[nodiscard]] static Result<Charter> from_settings(
      CharterSettings settings, const std::set<std::string, std::less<>>& acts);

  [[nodiscard]] const CharterSettings& settings() const { return settings_; }

  // Nothing if the charter does not name it.
  [[nodiscard]] const MemberSettings* member(std::string_view code) const;
  [[nodiscard]] const BodySettings* body(std::string_view name) const;
  [[nodiscard]] const SeatSettings* seat(std::string_view name) const;
  [[nodiscard]] const VotingRule* rule(std::string_view name) const;

  // The right that an act is done by. REQUIRES: the software knows the act.
  [[nodiscard]] const RightSettings& right_to(std::string_view act) const;

  // Those that vote in a body, in the order of their names: its members, or its seats in groups by
  // member. REQUIRES: there is such a body.
  [[nodiscard]] std::vector<Voter> electorate(std::string_view body) const;

  // As whom the holder of a seat votes: its member, or itself; nothing if it has no vote there.
  [[nodiscard]] std::optional<std::string> voter_of(std::string_view seat,
                                                    std::string_view body) const;

  // The decisions that a matter needs, all of them: the votes that its level demands, or of the
  // rows that reach its level and computing time, those of the highest level and, of these, of the
  // most time. None: nobody has to vote.
  [[nodiscard]] std::vector<DecisionSettings> decisions(std::string_view matter, int64_t level,
                                                        int64_t minutes) const;

  // What decides about petitions.
  [[nodiscard]] const PetitionRules& petitions() const { return petitions_; }

  // What a safety level demands. REQUIRES: 1 to 4.
  [[nodiscard]] const LevelControls& level(int64_t level) const;
  [[nodiscard]] const ReleasePath& release_path(int64_t level) const;

  // What has to be agreed to for a matter of kLevelMatters. REQUIRES: the same.
  [[nodiscard]] const std::vector<ApprovalRule>& approvals(std::string_view matter,
                                                           int64_t level) const;

  // When a run of the level is evaluated; nothing if at its release only. REQUIRES: the same.
  [[nodiscard]] const std::optional<EvaluationSchedule>& evaluation_schedule(int64_t level) const;

  [[nodiscard]] const SafetyThresholds& thresholds() const { return thresholds_; }

 private:
  explicit Charter(CharterSettings settings) : settings_(std::move(settings)) {}

  // Reads what is written in words, and fills what is looked up.
  void index();

  CharterSettings settings_;
  SafetyThresholds thresholds_;
  std::array<std::optional<EvaluationSchedule>, 4> schedules_;
  std::map<std::string, VotingRule, std::less<>> rules_;
  std::map<std::string, size_t, std::less<>> members_, bodies_, seats_, rights_by_act_;
  PetitionRules petitions_;
};

}  // namespace glass::institution
