#include "glass/institution/petitions/petition_events.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "glass/institution/petitions/country.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr settings::IntRange kNumber{.min = 0, .max = 1'000'000'000'000};
constexpr settings::IntRange kTime{.min = 0, .max = int64_t{1} << 52};

void which(settings::FieldVisitor& fields, std::string& petition) {
  fields.text("petition", petition, "which");
}

void who(settings::FieldVisitor& fields, std::string& by) {
  fields.text("by", by, "the seat that does it");
}

void describe_totals(settings::FieldVisitor& fields, PetitionTotals& totals) {
  fields.integer("validated", totals.validated, kNumber, "confirmed so far");
  fields.integer("withdrawn", totals.withdrawn, kNumber, "of these, taken back by their signers");
  fields.integer("invalidated", totals.invalidated, kNumber,
                 "of these, no longer counted, each by an invalidation");
}

void describe_signatures(settings::FieldVisitor& fields, int64_t& number, int64_t& pending) {
  fields.integer("number", number, kNumber, "of signatures that count until then");
  fields.integer("pending", pending, kNumber, "of signatures that wait to be confirmed");
}

}  // namespace

bool code_hides(std::string_view rejection_code) {
  return rejection_code == "libellous" || rejection_code == "offensive";
}

void describe(settings::FieldVisitor& fields, PetitionDrafted& event) {
  fields.text("petition", event.petition, "a new random id");
  fields.text("text", event.text, "commitment to what is asked for, and why");
  fields.text("creator", event.creator, "commitment to who asks");
}

void describe(settings::FieldVisitor& fields, PetitionConfirmed& event) {
  which(fields, event.petition);
}

void describe(settings::FieldVisitor& fields, PetitionSponsored& event) {
  which(fields, event.petition);
  fields.integer("sponsors", event.sponsors, kNumber, "supporters so far");
}

void describe(settings::FieldVisitor& fields, PetitionSubmitted& event) {
  which(fields, event.petition);
}

void describe(settings::FieldVisitor& fields, PetitionModerationDelayed& event) {
  which(fields, event.petition);
}

void describe(settings::FieldVisitor& fields, PetitionOpened& event) {
  which(fields, event.petition);
  who(fields, event.by);
  fields.integer("closes_ms", event.closes_ms, kTime, "until when people may sign");
  fields.choice("retention_from", event.retention_from, kRetentionStarts,
                "from when on the time until signatures are anonymised is counted");
}

void describe(settings::FieldVisitor& fields, PetitionRejected& event) {
  which(fields, event.petition);
  who(fields, event.by);
  fields.choice("code", event.code, kRejectionCodes, "why");
  fields.text("reasons", event.reasons, "commitment to the reasons");
}

void describe(settings::FieldVisitor& fields, PetitionAppealed& event) {
  which(fields, event.petition);
  fields.text("reasons", event.reasons, "commitment to the creator's reasons");
}

void describe(settings::FieldVisitor& fields, PetitionHidingProposed& event) {
  which(fields, event.petition);
  who(fields, event.by);
  fields.choice("reason", event.reason, kHidingReasons, "why nobody should see it");
  fields.text("reasons", event.reasons, "commitment to the reasons");
}

void describe(settings::FieldVisitor& fields, PetitionHidden& event) {
  which(fields, event.petition);
  who(fields, event.by);
}

void describe(settings::FieldVisitor& fields, PetitionPaused& event) {
  which(fields, event.petition);
  who(fields, event.by);
  fields.choice("reason", event.reason, kPauseReasons, "why nobody may sign");
  fields.integer("until_ms", event.until_ms, kTime, "until when");
}

void describe(settings::FieldVisitor& fields, PetitionResumed& event) {
  which(fields, event.petition);
  fields.text("by", event.by, "the seat that does it; none when the time is over");
}

void describe(settings::FieldVisitor& fields, PetitionClosed& event) {
  which(fields, event.petition);
  fields.choice("cause", event.cause, kCloseCauses, "its time was over, or its creator wants it");
}

void describe(settings::FieldVisitor& fields, PetitionCountryTotals& totals) {
  fields.choice("country", totals.country, kCountries, "of ISO 3166");
  describe_totals(fields, totals.totals);
}

void describe(settings::FieldVisitor& fields, PetitionCounted& event) {
  which(fields, event.petition);
  fields.integer("hour_ms", event.hour_ms, kTime, "when the hour began that is counted to its end");
  describe_totals(fields, event.totals);
  fields.integer("size", event.size, kNumber, "leaves of the tree of signatures");
  fields.text("root", event.root, "of that tree");
  settings::TablesOf countries(event.countries);
  fields.tables("country", countries, "totals of a country that may be named");
}

void describe(settings::FieldVisitor& fields, PetitionPaperCounted& event) {
  which(fields, event.petition);
  fields.text("batch", event.batch, "a new random id");
  who(fields, event.by);
  fields.choice("country", event.country, kCountries, "of all its signatures");
  fields.integer("number", event.number, kNumber, "of signatures on paper");
}

void describe(settings::FieldVisitor& fields, PetitionPaperConfirmed& event) {
  which(fields, event.petition);
  fields.text("batch", event.batch, "which batch");
  who(fields, event.by);
  fields.integer("number", event.number, kNumber, "of signatures, as they were counted again");
}

void describe(settings::FieldVisitor& fields, PetitionPaperDropped& event) {
  which(fields, event.petition);
  fields.text("batch", event.batch, "which batch");
  who(fields, event.by);
}

void describe(settings::FieldVisitor& fields, PetitionInvalidationProposed& event) {
  which(fields, event.petition);
  fields.text("invalidation", event.invalidation, "a new random id");
  who(fields, event.by);
  fields.choice("rule", event.rule, kInvalidationRules, "by what they were found");
  fields.choice("reason", event.reason, kInvalidationReasons, "why they do not count");
  fields.text("reasons", event.reasons, "commitment to rule and reasons in full");
  describe_signatures(fields, event.number, event.pending);
}

void describe(settings::FieldVisitor& fields, PetitionInvalidated& event) {
  which(fields, event.petition);
  fields.text("invalidation", event.invalidation, "which invalidation");
  who(fields, event.by);
  describe_signatures(fields, event.number, event.pending);
}

void describe(settings::FieldVisitor& fields, PetitionInvalidationUndone& event) {
  which(fields, event.petition);
  fields.text("invalidation", event.invalidation, "which invalidation");
  who(fields, event.by);
  fields.text("reasons", event.reasons, "commitment to the reasons");
  fields.integer("number", event.number, kNumber, "of signatures that count again");
}

void describe(settings::FieldVisitor& fields, PetitionThresholdReached& event) {
  which(fields, event.petition);
  fields.text("threshold", event.threshold, "which threshold of the charter");
  fields.text("body", event.body, "who has to answer");
  fields.integer("count", event.count, kNumber, "signatures that count");
  fields.integer("countries_above", event.countries_above, {.min = 0, .max = 249},
                 "countries above their floors, where that was asked for");
  fields.integer("due_ms", event.due_ms, kTime, "by when an answer has to come");
}

void describe(settings::FieldVisitor& fields, PetitionAnswered& event) {
  which(fields, event.petition);
  fields.text("threshold", event.threshold, "which threshold of the charter");
  fields.text("body", event.body, "who answers");
  fields.text("answer", event.answer, "commitment to the answer");
}

void describe(settings::FieldVisitor& fields, PetitionOverdue& event) {
  which(fields, event.petition);
  fields.text("threshold", event.threshold, "which threshold of the charter");
}

void describe(settings::FieldVisitor& fields, PetitionSecretDestroyed& event) {
  which(fields, event.petition);
  fields.choice("secret", event.secret, kPetitionSecrets,
                "the key of its mailboxes, or the salts of its leaves");
}

void describe(settings::FieldVisitor& fields, PetitionArchived& event) {
  which(fields, event.petition);
}

std::string_view kind_of(const PetitionEvent& event) {
  return std::visit([](const auto& one) { return std::decay_t<decltype(one)>::kKind; }, event);
}

const std::string& petition_of(const PetitionEvent& event) {
  return std::visit([](const auto& one) -> const std::string& { return one.petition; }, event);
}

bool only_follows(const PetitionEvent& event) {
  if (const auto* resumed = std::get_if<PetitionResumed>(&event)) return resumed->by.empty();
  if (const auto* closed = std::get_if<PetitionClosed>(&event)) return closed->cause == "ended";
  return std::holds_alternative<PetitionSubmitted>(event) ||
         std::holds_alternative<PetitionModerationDelayed>(event) ||
         std::holds_alternative<PetitionThresholdReached>(event) ||
         std::holds_alternative<PetitionOverdue>(event) ||
         std::holds_alternative<PetitionArchived>(event);
}

}  // namespace glass::institution
