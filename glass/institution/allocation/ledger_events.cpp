#include "glass/institution/allocation/ledger_events.h"

#include <string_view>

#include "glass/institution/allocation/largest_remainder.h"
#include "glass/institution/allocation/tres.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

using settings::FieldVisitor;

constexpr std::string_view kAwardHelp = "id of the award, 32 hexadecimal digits";
constexpr std::string_view kPeriodHelp = "id of the period, 32 hexadecimal digits";
constexpr std::string_view kRunHelp = "id of the run, 32 hexadecimal digits";
constexpr std::string_view kReasonHelp = "what kind of reason there is";

void describe_instant(FieldVisitor& fields, std::string_view key, int64_t& at_ms,
                      std::string_view help) {
  fields.integer(key, at_ms, {.min = 0}, help);
}

void describe_fraction(FieldVisitor& fields, std::string_view numerator_key, int64_t& numerator,
                       std::string_view denominator_key, int64_t& denominator,
                       std::string_view help) {
  fields.integer(numerator_key, numerator, {.min = 0, .max = kLargestShareDenominator}, help);
  fields.integer(denominator_key, denominator, {.min = 1, .max = kLargestShareDenominator},
                 "what that is out of");
}

}  // namespace

void describe(FieldVisitor& fields, PeriodOpened& event) {
  fields.text("period", event.period, kPeriodHelp);
  describe_instant(fields, "from_ms", event.from_ms, "when it begins");
  describe_instant(fields, "until_ms", event.until_ms,
                   "when it ends, and what is left in its pool and shares expires");
}

void describe(FieldVisitor& fields, PoolRefilled& event) {
  fields.text("period", event.period, kPeriodHelp);
  describe_minutes(fields, "", event.minutes, "minutes that come into the pool");
}

void describe(FieldVisitor& fields, ShareAllotted& event) {
  fields.text("period", event.period, kPeriodHelp);
  fields.text("member", event.member, "whose share it is");
  describe_minutes(fields, "", event.minutes, "minutes of the pool that become the member's");
}

void describe(FieldVisitor& fields, ShareTransferred& event) {
  fields.text("period", event.period, kPeriodHelp);
  fields.text("member", event.member, "whose share it was");
  fields.text("to_member", event.to_member, "whose it becomes; empty for the pool");
  fields.choice("reason", event.reason, kAllocationReasons, kReasonHelp);
  describe_minutes(fields, "", event.minutes, "minutes of the share");
}

void describe(FieldVisitor& fields, AwardGranted& event) {
  fields.text("award", event.award, kAwardHelp);
  fields.text("proposal", event.proposal, "id of the proposal that it is for");
  fields.text("period", event.period, "id of the period out of which it is granted");
  fields.text("member", event.member, "out of whose share; empty for the pool");
  fields.text("renews", event.renews, "the award that it follows; empty for a new one");
  fields.choice("reason", event.reason, kAllocationReasons, kReasonHelp);
  describe_instant(fields, "from_ms", event.from_ms, "when runs may first hold minutes");
  describe_instant(fields, "until_ms", event.until_ms, "when they no longer may");
  describe_fraction(fields, "first_numerator", event.first_numerator, "first_denominator",
                    event.first_denominator, "part of the minutes that is released at once");
  describe_fraction(fields, "carry_numerator", event.carry_numerator, "carry_denominator",
                    event.carry_denominator, "part of what is left at the end that a renewal gets");
  describe_minutes(fields, "", event.minutes, "minutes granted");
  describe_minutes(fields, "carry_cap_", event.carry_cap, "most minutes that a renewal gets");
}

void describe(FieldVisitor& fields, TrancheReleased& event) {
  fields.text("award", event.award, kAwardHelp);
  describe_minutes(fields, "", event.minutes, "promised minutes that may now be used");
}

void describe(FieldVisitor& fields, AwardSupplemented& event) {
  fields.text("award", event.award, kAwardHelp);
  fields.text("period", event.period, "id of the period out of which it comes");
  fields.text("member", event.member, "out of whose share; empty for the pool");
  fields.choice("reason", event.reason, kAllocationReasons, kReasonHelp);
  describe_minutes(fields, "", event.minutes, "minutes that the award gets besides");
}

void describe(FieldVisitor& fields, AwardTransferred& event) {
  fields.text("award", event.award, "id of the award that gives");
  fields.text("to_award", event.to_award, "id of the award that gets");
  fields.choice("reason", event.reason, kAllocationReasons, kReasonHelp);
  describe_minutes(fields, "", event.minutes, "minutes that change hands");
}

void describe(FieldVisitor& fields, AwardReturned& event) {
  fields.text("award", event.award, kAwardHelp);
  describe_minutes(fields, "", event.minutes, "minutes that go back to the share or pool");
}

void describe(FieldVisitor& fields, AwardExtended& event) {
  fields.text("award", event.award, kAwardHelp);
  fields.choice("reason", event.reason, kAllocationReasons, kReasonHelp);
  describe_instant(fields, "until_ms", event.until_ms, "when it now ends");
}

void describe(FieldVisitor& fields, RunHeld& event) {
  fields.text("run", event.run, kRunHelp);
  fields.text("award", event.award, kAwardHelp);
  describe_minutes(fields, "", event.minutes, "minutes that nobody else may use until it ends");
}

void describe(FieldVisitor& fields, RunUsed& event) {
  fields.text("run", event.run, kRunHelp);
  describe_minutes(fields, "", event.minutes, "minutes used since the last such event");
}

void describe(FieldVisitor& fields, RunRefunded& event) {
  fields.text("run", event.run, kRunHelp);
  describe_minutes(fields, "", event.minutes, "held minutes that were not used");
}

void describe(FieldVisitor& fields, LedgerCorrected& event) {
  fields.choice("way", event.way, kCorrectionWays, "from which account to which");
  fields.text("award", event.award, "id of the award; empty where it is about a pool");
  fields.text("period", event.period, "id of the period; empty where it is about an award");
  fields.choice("reason", event.reason, kCorrectionReasons, kReasonHelp);
  describe_minutes(fields, "", event.minutes, "minutes put right");
}

void describe(FieldVisitor& fields, MinutesCarriedOver& event) {
  fields.text("award", event.award, "id of the award that ends");
  fields.text("to_award", event.to_award, "id of its renewal");
  describe_minutes(fields, "", event.minutes, "minutes that the renewal gets");
}

void describe(FieldVisitor& fields, MinutesExpired& event) {
  fields.choice("what", event.what, kExpiring, "which account expires");
  fields.text("award", event.award, "id of the award; empty where a period ends");
  fields.text("period", event.period, "id of the period; empty where an award ends");
  fields.text("member", event.member, "whose share of the period");
  describe_minutes(fields, "", event.minutes, "minutes that nobody may use any more");
}

void describe(FieldVisitor& fields, AwardEnded& event) {
  fields.text("award", event.award, kAwardHelp);
}

void describe(FieldVisitor& fields, PeriodEnded& event) {
  fields.text("period", event.period, kPeriodHelp);
}

}  // namespace glass::institution
