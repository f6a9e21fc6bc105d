#include "glass/institution/seats/seat_events.h"

#include <array>
#include <string_view>

#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 4> kReasons = {"resigned", "recalled", "key-lost",
                                                      "term-over"};
constexpr settings::IntRange kAmount{.min = 0, .max = 1'000'000'000'000};
constexpr settings::IntRange kTime{.min = 0};

}  // namespace

void describe(settings::FieldVisitor& fields, SeatOpened& event) {
  fields.text("seat", event.seat, "a new random id");
  fields.text("member", event.member, "whose national its holder is");
  fields.text("institution", event.institution, "where its holder works: an id of the register");
}

void describe(settings::FieldVisitor& fields, SeatBound& event) {
  fields.text("seat", event.seat, "which");
  fields.text("key", event.key, "that acts for it from now on; it signs the act, too");
  fields.text("person", event.person, "a random id of the facility's register, which names people");
  fields.integer("until_ms", event.until_ms, kTime, "end of the term; 0 for none");
}

void describe(settings::FieldVisitor& fields, SeatKeyChanged& event) {
  fields.text("seat", event.seat, "which");
  fields.text("key", event.key, "the new key, which signs the act, too");
}

void describe(settings::FieldVisitor& fields, SeatVacated& event) {
  fields.text("seat", event.seat, "which");
  fields.choice("reason", event.reason, kReasons, "why nobody holds it any more");
}

void describe(settings::FieldVisitor& fields, DeputyNamed& event) {
  fields.text("seat", event.seat, "which");
  fields.text("key", event.key, "that may act for it, too");
  fields.integer("until_ms", event.until_ms, kTime, "until when");
}

void describe(settings::FieldVisitor& fields, DeputyEnded& event) {
  fields.text("seat", event.seat, "which");
  fields.text("key", event.key, "that may no longer act for it");
}

void describe(settings::FieldVisitor& fields, ArrearsRecorded& event) {
  fields.text("member", event.member, "who");
  fields.integer("unpaid", event.unpaid, kAmount, "contributions that are not paid");
  fields.integer("due_this_year", event.due_this_year, kAmount, "contribution of this year");
  fields.integer("due_last_year", event.due_last_year, kAmount, "contribution of the year before");
}

void describe(settings::FieldVisitor& fields, ArrearsWaived& event) {
  fields.text("member", event.member, "who");
  fields.integer("until_ms", event.until_ms, kTime, "until when it votes all the same");
}

}  // namespace glass::institution
