// CharterSettings: a charter as it is written, charter.toml. A facility's constitution as data: who
// its members are, which bodies decide what by which rule, and who may do which act.
//
//   [[member]]      a country or institution that carries the facility, with its share
//   [[body]]        a council, a board: whose votes it counts
//   [[seat]]        a place in a body or an office, held by whoever has its key
//   [[rule]]        how votes are counted (institution/voting)
//   [[decision]]    which matter is decided by which body, by which rule
//   [[right]]       which acts belong to whom
//   [[criterion]]   what reviewers judge, in the order of their points
//   [[level]]         what a run needs at a safety level, to start, stop and go on
//   [[release_path]]  what its model needs to be published
//   [safety]          from which compute on a level is reached
//   [incident_clocks] how soon after an incident what is due
//   [computing]     how accelerator time is shared out, awarded and carried over
//   [proposals]     what a proposal goes through, and by when
//   [petitions]     from how many signatures on who answers by when (petition_settings.h)
//
// What these say together, and that nothing in them contradicts itself, is charter.h's subject.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/json.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/safety/thresholds.h"
#include "glass/institution/voting/voting_rule.h"
#include "glass/settings/fields.h"
#include "glass/settings/settings_file.h"

namespace glass::institution {

struct MemberSettings {
  std::string code = "", name = "";
  int64_t population = 0, share = 0;
};

struct BodySettings {
  std::string name = "", about = "";
  std::string votes = "seats", weight = "equal";
  int64_t term_months = 0, most_terms = 0;
};

struct SeatSettings {
  std::string name = "", body = "", member = "", institution = "";
  std::vector<std::string> roles = {};
};

struct DecisionSettings {
  std::string matter = "", body = "", rule = "";
  int64_t days = 14;
  int64_t from_level = 1, above_minutes = -1;
};

struct RightSettings {
  std::string name = "";
  std::vector<std::string> acts = {}, holders = {};
};

// What reviewers judge, each by points.
struct CriterionSettings {
  std::string name = "";
  int64_t weight = 1, most_points = 5;
};

struct ComputingSettings {
  std::string unit = "gres/gpu";
  int64_t period_months = 12;
  int64_t common_percent = 0;
  int64_t first_tranche_percent = 100;
  int64_t carry_over_percent = 0, carry_over_most_minutes = 0;
};

struct ProposalSettings {
  int64_t least_reviews = 3;
  int64_t check_days = 21, review_days = 42, rebuttal_days = 10, revision_days = 7;
  int64_t decision_days = 42;
  int64_t answer_days = 30;
  int64_t objection_days = 14;
};

struct CharterSettings {
  std::string name = "", purpose = "", founded = "";
  std::vector<std::string> languages = {};
  std::vector<MemberSettings> members = {};
  std::vector<BodySettings> bodies = {};
  std::vector<SeatSettings> seats = {};
  std::vector<RuleSettings> rules = {};
  std::vector<DecisionSettings> decisions = {};
  std::vector<RightSettings> rights = {};
  std::vector<LevelControls> levels = {};
  std::vector<ReleasePath> release_paths = {};
  std::vector<CriterionSettings> criteria = {};
  ComputingSettings computing = {};
  ProposalSettings proposals = {};
  PetitionSettings petitions = {};
  ThresholdSettings safety = {};
  IncidentClocks incident_clocks = {};
};

void describe(settings::FieldVisitor& fields, MemberSettings& member);
void describe(settings::FieldVisitor& fields, BodySettings& body);
void describe(settings::FieldVisitor& fields, SeatSettings& seat);
void describe(settings::FieldVisitor& fields, DecisionSettings& decision);
void describe(settings::FieldVisitor& fields, RightSettings& right);
void describe(settings::FieldVisitor& fields, CriterionSettings& criterion);
void describe(settings::FieldVisitor& fields, ComputingSettings& computing);
void describe(settings::FieldVisitor& fields, ProposalSettings& proposals);

// The keys outside of sections, and the lists of tables.
void describe(settings::FieldVisitor& fields, CharterSettings& charter);

// Without [[level]] or [[release_path]] it has the default ones. Problems stay in the file, which
// tells them at finish().
CharterSettings read_settings(settings::SettingsFile& file);

// The same, from and to the JSON that a journal holds. kCorruption names what is missing.
Json to_json(CharterSettings settings);
[[nodiscard]] Result<CharterSettings> settings_from_json(const Json& json);

}  // namespace glass::institution
