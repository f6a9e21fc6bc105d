#include "glass/institution/votes/vote_events.h"

#include <array>
#include <string_view>

#include "glass/institution/charter/matter.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 3> kBallots = {"yes", "no", "abstain"};
constexpr std::array<std::string_view, 3> kOutcomes = {"adopted", "rejected", "no-quorum"};
constexpr std::array<std::string_view, 3> kResults = {"holds", "fails", "waived"};
constexpr std::array<std::string_view, 3> kRecusalReasons = {"conflict", "national-of-applicant",
                                                             "own-request"};
constexpr settings::IntRange kCount{.min = 0};

}  // namespace

void describe(settings::FieldVisitor& fields, RecusalRecord& recusal) {
  fields.text("voter", recusal.voter, "the member or seat that does not vote");
  fields.choice("reason", recusal.reason, kRecusalReasons, "why");
}

void describe(settings::FieldVisitor& fields, FindingRecord& finding) {
  fields.text("what", finding.what, "which demand of the rule");
  fields.integer("part", finding.part, kCount, "how much of it there was");
  fields.integer("whole", finding.whole, kCount, "of how much");
  fields.choice("result", finding.result, kResults, "whether that was enough");
}

void describe(settings::FieldVisitor& fields, VoteOpened& event) {
  settings::TablesOf recused(event.recused);
  fields.text("vote", event.vote, "a new random id");
  fields.choice("matter", event.matter, kMatters, "what kind of thing is decided");
  fields.text("about", event.about, "the proposal, run, petition, ... it is about");
  fields.text("content", event.content, "digest of what is voted on, as it stands");
  fields.text("body", event.body, "who votes");
  fields.text("rule", event.rule, "how votes are counted");
  fields.integer("days", event.days, {.min = 1, .max = 366}, "how long the vote is open");
  fields.tables("recused", recused, "who is left out, and why");
}

void describe(settings::FieldVisitor& fields, VoteCast& event) {
  fields.text("vote", event.vote, "which");
  fields.choice("ballot", event.ballot, kBallots, "how");
  fields.text("reasons", event.reasons, "commitment to an explanation; empty for none");
}

void describe(settings::FieldVisitor& fields, VoteClosed& event) {
  settings::TablesOf findings(event.findings);
  fields.text("vote", event.vote, "which");
  fields.choice("outcome", event.outcome, kOutcomes, "what came of it");
  fields.integer("in_favour", event.in_favour, kCount, "votes in favour");
  fields.integer("against", event.against, kCount, "votes against");
  fields.integer("abstaining", event.abstaining, kCount, "abstentions");
  fields.texts("barred", event.barred, "members behind with their contributions, without a vote");
  fields.tables("finding", findings, "each demand of the rule, and what came of it");
}

}  // namespace glass::institution
