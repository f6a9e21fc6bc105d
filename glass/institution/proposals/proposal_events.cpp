#include "glass/institution/proposals/proposal_events.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "glass/institution/proposals/step.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 3> kReleases = {"open-weights", "staged", "none"};
constexpr std::array<std::string_view, 2> kAnswers = {"accepted", "declined"};
constexpr settings::IntRange kMinutes{.min = 0, .max = int64_t{1} << 50};
constexpr settings::IntRange kTime{.min = 0};

void describe_terms(settings::FieldVisitor& fields, ProposalTerms& terms) {
  fields.text("title", terms.title, "commitment to the title");
  fields.text("summary", terms.summary, "commitment to the summary in plain words");
  fields.texts("team", terms.team, "seats of those who would work on it, the applicant's besides");
  fields.texts("members", terms.members, "members of the facility that it comes from");
  fields.integer("minutes", terms.minutes, kMinutes,
                 "computing time, in minutes of the charter's unit");
  fields.integer("teraflops", terms.teraflops, kMinutes, "planned compute, in 10^12 operations");
  fields.text("recipe", terms.recipe, "digest of the recipe");
  fields.texts("data", terms.data, "digests of the data");
  fields.choice("release", terms.release, kReleases, "what is to be published");
}

}  // namespace

void describe(settings::FieldVisitor& fields, CallOpened& event) {
  fields.text("call", event.call, "a new random id");
  fields.text("text", event.text, "commitment to what is called for, and the form to fill");
  fields.integer("opens_ms", event.opens_ms, kTime, "when proposals may come");
  fields.integer("closes_ms", event.closes_ms, kTime, "when they may no longer");
  fields.integer("most_minutes", event.most_minutes, kMinutes, "that one proposal may ask for");
}

void describe(settings::FieldVisitor& fields, ProposalSubmitted& event) {
  fields.text("proposal", event.proposal, "a new random id");
  fields.text("call", event.call, "that it answers");
  describe_terms(fields, event.terms);
}

void describe(settings::FieldVisitor& fields, ProposalAmended& event) {
  fields.text("proposal", event.proposal, "which");
  describe_terms(fields, event.terms);
}

void describe(settings::FieldVisitor& fields, ProposalWithdrawn& event) {
  fields.text("proposal", event.proposal, "which");
}

void describe(settings::FieldVisitor& fields, ProposalChecked& event) {
  fields.text("proposal", event.proposal, "which");
  fields.choice("step", event.step, kDecidedSteps, "what was checked");
  fields.choice("outcome", event.outcome, kStepOutcomes, "what came of it");
  fields.text("reasons", event.reasons, "commitment to the reasons");
  fields.integer("level", event.level, {.min = 0, .max = 4},
                 "of the safety check: the level; 0 otherwise");
  fields.integer("minutes", event.minutes, kMinutes,
                 "of the allocation: the minutes that are to be awarded; 0 otherwise");
}

void describe(settings::FieldVisitor& fields, ProposalMoved& event) {
  fields.text("proposal", event.proposal, "which");
  fields.choice("step", event.step, kSteps, "what is done with");
  fields.choice("outcome", event.outcome, kStepOutcomes, "what came of it");
}

void describe(settings::FieldVisitor& fields, ProposalAnswered& event) {
  fields.text("proposal", event.proposal, "which");
  fields.choice("answer", event.answer, kAnswers, "whether the applicant takes the award");
}

void describe(settings::FieldVisitor& fields, ProposalClosed& event) {
  fields.text("proposal", event.proposal, "which");
  fields.text("report", event.report, "commitment to the final report");
}

}  // namespace glass::institution
