#include "glass/institution/runs/release_events.h"

#include <cstdint>

#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr settings::IntRange kCount{.min = 0, .max = int64_t{1} << 50};

}  // namespace

void describe(settings::FieldVisitor& fields, ReleaseRequested& event) {
  fields.text("run", event.run, "whose model");
  fields.text("model", event.model, "digest of the model's manifest");
  fields.text("evidence", event.evidence, "digest of the release that is to be published");
}

void describe(settings::FieldVisitor& fields, ReleaseWithdrawn& event) {
  fields.text("run", event.run, "whose model");
}

void describe(settings::FieldVisitor& fields, ReleaseChainChecked& event) {
  fields.text("run", event.run, "whose model");
  fields.boolean("proposal", event.proposal, "whether the proposal was verified");
  fields.boolean("vote", event.vote, "whether the votes were, where the level needs them");
  fields.boolean("data_seals", event.data_seals, "whether the seals of its data were");
  fields.boolean("code", event.code, "whether the digest of the code was");
  fields.boolean("run_log", event.run_log, "whether the log of the run was");
  fields.boolean("checkpoints", event.checkpoints, "whether its checkpoints were");
  fields.boolean("evaluations", event.evaluations, "whether its evaluations were");
  fields.integer("segments", event.segments, kCount, "segments that the run has");
  fields.integer("replayed", event.replayed, kCount, "of them, drawn at random and replayed");
  fields.integer("differing", event.differing, kCount, "of these, not equal bit for bit");
}

void describe(settings::FieldVisitor& fields, ReleaseDataChecked& event) {
  fields.text("run", event.run, "whose data");
  fields.integer("rows_without_licence", event.rows_without_licence, kCount,
                 "documents of which no licence is known");
  fields.integer("opt_outs_at_ms", event.opt_outs_at_ms, {.min = 0},
                 "when the list of opt-outs was taken");
  fields.integer("sealed_at_ms", event.sealed_at_ms, {.min = 0}, "when the data was sealed");
  fields.boolean("hash_scan_is_clean", event.hash_scan_is_clean,
                 "whether lists of hashes found no unlawful data");
  fields.boolean("classifier_scan_is_clean", event.classifier_scan_is_clean,
                 "whether a classifier found none");
  fields.boolean("has_personal_data_report", event.has_personal_data_report,
                 "whether the filter for personal data has reported");
}

void describe(settings::FieldVisitor& fields, ReleaseDocumentsChecked& event) {
  fields.text("run", event.run, "whose model");
  fields.text("documents", event.documents, "digest of the documents");
  fields.integer("empty_fields", event.empty_fields, kCount, "mandatory fields that are empty");
  fields.boolean("has_model_report", event.has_model_report,
                 "whether a Model Report is among them");
}

void describe(settings::FieldVisitor& fields, ReleaseApproved& event) {
  fields.text("run", event.run, "whose model");
}

void describe(settings::FieldVisitor& fields, ReleaseDecided& event) {
  fields.text("run", event.run, "whose model");
  fields.text("model", event.model, "digest of the model's manifest");
}

void describe(settings::FieldVisitor& fields, LoweringAsked& event) {
  fields.text("run", event.run, "whose level");
  fields.text("report", event.report, "commitment to an independent report, where there is one");
}

void describe(settings::FieldVisitor& fields, LoweringApproved& event) {
  fields.text("run", event.run, "whose level");
}

void describe(settings::FieldVisitor& fields, RunLowered& event) {
  fields.text("run", event.run, "which");
  fields.integer("level", event.level, {.min = 1, .max = 3}, "its safety level from now on");
}

}  // namespace glass::institution
