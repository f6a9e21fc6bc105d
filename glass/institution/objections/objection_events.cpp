#include "glass/institution/objections/objection_events.h"

#include <array>
#include <string_view>

#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 4> kGrounds = {"copyright", "reservation", "personal-data",
                                                      "other"};
constexpr std::array<std::string_view, 3> kOutcomes = {"upheld", "partly", "rejected"};
constexpr std::array<std::string_view, 2> kSettlements = {"stands", "overturned"};

}  // namespace

void describe(settings::FieldVisitor& fields, ObjectionFiled& event) {
  fields.text("objection", event.objection, "a new random id");
  fields.text("claimant", event.claimant, "an id of the register, which names people");
  fields.choice("ground", event.ground, kGrounds, "what the objection rests on");
  fields.text("claim", event.claim, "commitment to the claim and its evidence");
  fields.texts("items", event.items, "digests of the documents that it is about");
  fields.texts("data", event.data, "digests of the manifests that hold them, as far as known");
}

void describe(settings::FieldVisitor& fields, ObjectionDecided& event) {
  fields.text("objection", event.objection, "which");
  fields.choice("outcome", event.outcome, kOutcomes, "what was decided");
  fields.text("reasons", event.reasons, "commitment to the reasons");
  fields.texts("items", event.items, "digests of documents that may no longer be used");
  fields.texts("data", event.data,
               "digests of manifests that hold any of them, which no run may use");
}

void describe(settings::FieldVisitor& fields, ObjectionOverdue& event) {
  fields.text("objection", event.objection, "which");
}

void describe(settings::FieldVisitor& fields, ObjectionAppealed& event) {
  fields.text("objection", event.objection, "which");
  fields.text("reasons", event.reasons, "commitment to the reasons");
}

void describe(settings::FieldVisitor& fields, ObjectionSettled& event) {
  fields.text("objection", event.objection, "which");
  fields.choice("outcome", event.outcome, kSettlements, "whether the decision stands");
}

void describe(settings::FieldVisitor& fields, ObjectionWithdrawn& event) {
  fields.text("objection", event.objection, "which");
}

}  // namespace glass::institution
