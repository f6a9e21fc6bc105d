#include "glass/institution/runs/evaluation_events.h"

#include <cstdint>

#include "glass/institution/safety/evaluation.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr settings::IntRange kScores{.min = 0, .max = kLargestScore};
constexpr settings::IntRange kScoresOrNone{.min = -1, .max = kLargestScore};

}  // namespace

void describe(settings::FieldVisitor& fields, DomainScore& score) {
  fields.choice("domain", score.domain, kEvalDomainWords, "of which risk");
  fields.integer("score", score.score, kScores, "in the unit of its borders; more is worse");
}

void describe(settings::FieldVisitor& fields, DomainBorders& borders) {
  fields.choice("domain", borders.domain, kEvalDomainWords, "of which risk");
  fields.integer("alert", borders.alert, kScores, "from which score on a model is at SL-3");
  fields.integer("critical", borders.critical, kScores, "from which score on it is at SL-4");
  fields.integer("reference", borders.reference, kScoresOrNone,
                 "score of the best released open model; -1 if not known");
  fields.integer("standard_error", borders.standard_error, kScores, "of that score");
  fields.integer("safe_reference", borders.safe_reference, kScoresOrNone,
                 "score of a model that is known to be safe; -1 if there is none");
}

void describe(settings::FieldVisitor& fields, EvaluationRecorded& event) {
  settings::TablesOf scores(event.scores);
  fields.text("run", event.run, "whose weights");
  fields.text("model", event.model, "digest of the weights that were evaluated");
  fields.text("report", event.report, "commitment to the report");
  fields.integer("teraflops", event.teraflops, {.min = 0, .max = int64_t{1} << 50},
                 "that the run had computed when the weights stood so");
  fields.boolean("is_final", event.is_final, "whether these are the weights that it ended with");
  fields.boolean("is_elicited", event.is_elicited,
                 "whether they were fine-tuned to bring out what is hidden");
  fields.tables("scores", scores, "one for each domain that was evaluated");
}

void describe(settings::FieldVisitor& fields, BordersProposed& event) {
  settings::TablesOf domains(event.domains);
  fields.tables("domains", domains, "the borders of each domain; a domain left out has none");
}

void describe(settings::FieldVisitor& fields, BordersSet& event) {
  fields.text("content", event.content, "digest of the act that proposed them");
}

}  // namespace glass::institution
