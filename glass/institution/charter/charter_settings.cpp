#include "glass/institution/charter/charter_settings.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/institution/charter/matter.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/voting/voting_rule.h"
#include "glass/settings/fields.h"
#include "glass/settings/json_fields.h"
#include "glass/settings/settings_file.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 2> kWhoseVotes = {"members", "seats"};
constexpr std::array<std::string_view, 3> kWeights = {"equal", "population", "share"};
constexpr std::array<std::string_view, 4> kUnits = {"cpu", "gres/gpu", "node", "energy"};

// Each section by its name, so that reading, JSON and reference name it once.
template <typename Visit>
void visit_sections(CharterSettings& settings, Visit visit) {
  visit("computing", settings.computing);
  visit("proposals", settings.proposals);
  visit("petitions", settings.petitions);
  visit("safety", settings.safety);
  visit("incident_clocks", settings.incident_clocks);
}

}  // namespace

void describe(settings::FieldVisitor& fields, MemberSettings& member) {
  fields.text("code", member.code, "what records call the member, such as DE");
  fields.text("name", member.name, "its name, for people");
  fields.integer("population", member.population, {.min = 0},
                 "inhabitants, where votes weigh them");
  fields.integer("share", member.share, {.min = 0},
                 "its part of the facility: of all shares together, whatever their sum");
}

void describe(settings::FieldVisitor& fields, BodySettings& body) {
  fields.text("name", body.name, "what decisions and rights call the body");
  fields.text("about", body.about, "in plain words, what the body is there for");
  fields.choice(
      "votes", body.votes, kWhoseVotes,
      "whether each member has one vote, cast from any of its seats, or each seat its own");
  fields.choice("weight", body.weight, kWeights, "what a member's vote weighs where a rule weighs");
  fields.integer("term_months", body.term_months, {.min = 0},
                 "how long a seat may be held at a time; 0 for no limit");
  fields.integer("most_terms", body.most_terms, {.min = 0},
                 "terms that one person may follow one another; 0 for no limit");
}

void describe(settings::FieldVisitor& fields, SeatSettings& seat) {
  fields.text("name", seat.name, "what acts call the seat, such as council/DE");
  fields.text("body", seat.body, "the body it votes in; none for an office");
  fields.text("member", seat.member, "the member that fills it, or whose national holds it");
  fields.text(
      "institution", seat.institution,
      "where its holder works, in one word, where approvals have to come from different ones");
  fields.texts("roles", seat.roles, "what its holder may act as, such as safety-officer");
}

void describe(settings::FieldVisitor& fields, DecisionSettings& decision) {
  fields.choice("matter", decision.matter, kDecidedMatters, "what is decided");
  fields.text("body", decision.body, "who decides");
  fields.text("rule", decision.rule, "by which rule");
  fields.integer("days", decision.days, {.min = 1, .max = 366}, "how long a vote is open");
  fields.integer("from_level", decision.from_level, {.min = 1, .max = 4},
                 "only of runs at this safety level and above");
  fields.integer("above_minutes", decision.above_minutes, {.min = -1},
                 "only of more computing time than this; -1 for any");
}

void describe(settings::FieldVisitor& fields, RightSettings& right) {
  fields.text("name", right.name, "what a refusal calls the right");
  fields.texts("acts", right.acts, "the acts that it allows");
  fields.texts("holders", right.holders,
               "who has it: a role, a body, or one of applicant, reviewer, self, anyone, level");
}

void describe(settings::FieldVisitor& fields, CriterionSettings& criterion) {
  fields.text("name", criterion.name, "what reviews call it");
  fields.integer("weight", criterion.weight, {.min = 1, .max = 100}, "how much its points count");
  fields.integer("most_points", criterion.most_points, {.min = 1, .max = 100},
                 "points that a proposal may get, 0 to that");
}

void describe(settings::FieldVisitor& fields, ComputingSettings& computing) {
  fields.choice("unit", computing.unit, kUnits, "what is counted, in minutes");
  fields.integer("period_months", computing.period_months, {.min = 1, .max = 60},
                 "how long a period of allocation is");
  fields.integer("common_percent", computing.common_percent, {.min = 0, .max = 100},
                 "of each period's time, what calls of all members share; the rest goes by shares");
  fields.integer("first_tranche_percent", computing.first_tranche_percent, {.min = 1, .max = 100},
                 "of an award, what is there at once; the rest after a report");
  fields.integer("carry_over_percent", computing.carry_over_percent, {.min = 0, .max = 100},
                 "of what an award has left at its end, what a renewal takes along");
  fields.integer("carry_over_most_minutes", computing.carry_over_most_minutes, {.min = 0},
                 "but never more than this");
}

void describe(settings::FieldVisitor& fields, ProposalSettings& proposals) {
  const settings::IntRange days{.min = 1, .max = 3650};
  fields.integer("least_reviews", proposals.least_reviews, {.min = 1, .max = 20},
                 "reviews before the board may recommend");
  fields.integer("check_days", proposals.check_days, days, "for the checks before the review");
  fields.integer("review_days", proposals.review_days, days, "for the reviews, once assigned");
  fields.integer("rebuttal_days", proposals.rebuttal_days, {.min = 0, .max = 3650},
                 "for the applicant's answer; 0 for none");
  fields.integer("revision_days", proposals.revision_days, days,
                 "for reviewers to look at the answer");
  fields.integer("decision_days", proposals.decision_days, days, "for panel and allocation");
  fields.integer("answer_days", proposals.answer_days, days, "for accepting an award");
  fields.integer("objection_days", proposals.objection_days, days,
                 "for deciding on the objection of a right-holder");
}

void describe(settings::FieldVisitor& fields, CharterSettings& charter) {
  settings::TablesOf members(charter.members);
  settings::TablesOf bodies(charter.bodies);
  settings::TablesOf seats(charter.seats);
  settings::TablesOf rules(charter.rules);
  settings::TablesOf decisions(charter.decisions);
  settings::TablesOf rights(charter.rights);
  settings::TablesOf levels(charter.levels);
  settings::TablesOf paths(charter.release_paths);
  settings::TablesOf criteria(charter.criteria);
  fields.text("name", charter.name, "the facility's name");
  fields.text("purpose", charter.purpose, "in plain words, what it is for");
  fields.text("founded", charter.founded, "the day from which periods count, such as 2026-01-01");
  fields.texts("languages", charter.languages, "of its notices, as two-letter codes");
  fields.tables("member", members, "a country or institution that carries the facility");
  fields.tables("body", bodies, "a council or board");
  fields.tables("seat", seats, "a place in a body, or an office");
  fields.tables("rule", rules, "how votes are counted");
  fields.tables("decision", decisions,
                "which matter is decided where; rows of one reach hold together");
  fields.tables("right", rights, "which acts belong to whom");
  fields.tables("level", levels, "what a run needs at a safety level");
  fields.tables("release_path", paths, "what a model of a safety level needs to be published");
  fields.tables("criterion", criteria, "what reviewers judge");
}

CharterSettings read_settings(settings::SettingsFile& file) {
  CharterSettings read;
  file.read_top(read);
  visit_sections(read,
                 [&](std::string_view name, auto& section) { file.read_section(name, section); });
  if (read.levels.empty()) read.levels = default_levels();
  if (read.release_paths.empty()) read.release_paths = default_release_paths();
  return read;
}

Json to_json(CharterSettings settings) {
  settings::JsonWriter top;
  describe(top, settings);
  Json::Object object = std::move(top).take();
  visit_sections(settings, [&](std::string_view name, auto& section) {
    settings::JsonWriter inside;
    describe(inside, section);
    object.emplace(name, std::move(inside).take());
  });
  return object;
}

Result<CharterSettings> settings_from_json(const Json& json) {
  const Json::Object* object = json.if_object();
  if (object == nullptr) return fail(ErrorCode::kCorruption, "the recorded charter is no object");
  CharterSettings read;
  std::vector<std::string> problems;
  settings::JsonReader top(*object, "", problems);
  describe(top, read);
  visit_sections(read, [&](std::string_view name, auto& section) {
    const auto inside = json.get_object(name);
    settings::JsonReader fields(inside ? **inside : Json::Object{}, name, problems);
    describe(fields, section);
  });
  if (!problems.empty())
    return fail(ErrorCode::kCorruption,
                fmt::format("the recorded charter cannot be read: {}", fmt::join(problems, "; ")));
  if (to_json(read) != json)
    return fail(ErrorCode::kCorruption, "the recorded charter has keys that charters do not have");
  return read;
}

}  // namespace glass::institution
