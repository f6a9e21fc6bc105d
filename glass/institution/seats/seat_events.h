// What happens to seats and members, as a journal tells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "glass/settings/fields.h"

namespace glass::institution {

// A seat that the charter does not name: an applicant's.
struct SeatOpened {
  static constexpr std::string_view kKind = "seat.opened";
  std::string seat = "", member = "", institution = "";

  friend bool operator==(const SeatOpened&, const SeatOpened&) = default;
};

// A key holds the seat from now on. `person` is the random id of a row in the facility's register.
struct SeatBound {
  static constexpr std::string_view kKind = "seat.bound";
  std::string seat = "", key = "", person = "";
  int64_t until_ms = 0;  // 0: without end

  friend bool operator==(const SeatBound&, const SeatBound&) = default;
};

// The same holder by another key; the old one never holds a seat again.
struct SeatKeyChanged {
  static constexpr std::string_view kKind = "seat.key_changed";
  std::string seat = "", key = "";

  friend bool operator==(const SeatKeyChanged&, const SeatKeyChanged&) = default;
};

struct SeatVacated {
  static constexpr std::string_view kKind = "seat.vacated";
  std::string seat = "", reason = "resigned";

  friend bool operator==(const SeatVacated&, const SeatVacated&) = default;
};

// Another key may act for the seat for a time.
struct DeputyNamed {
  static constexpr std::string_view kKind = "seat.deputy_named";
  std::string seat = "", key = "";
  int64_t until_ms = 0;

  friend bool operator==(const DeputyNamed&, const DeputyNamed&) = default;
};

struct DeputyEnded {
  static constexpr std::string_view kKind = "seat.deputy_ended";
  std::string seat = "", key = "";

  friend bool operator==(const DeputyEnded&, const DeputyEnded&) = default;
};

// What a member owes, and what it was due to pay, in the facility's currency.
struct ArrearsRecorded {
  static constexpr std::string_view kKind = "member.arrears_recorded";
  std::string member = "";
  int64_t unpaid = 0, due_this_year = 0, due_last_year = 0;

  friend bool operator==(const ArrearsRecorded&, const ArrearsRecorded&) = default;
};

// By a decision, the member votes all the same until then.
struct ArrearsWaived {
  static constexpr std::string_view kKind = "member.arrears_waived";
  std::string member = "";
  int64_t until_ms = 0;

  friend bool operator==(const ArrearsWaived&, const ArrearsWaived&) = default;
};

using SeatEvent = std::variant<SeatOpened, SeatBound, SeatKeyChanged, SeatVacated, DeputyNamed,
                               DeputyEnded, ArrearsRecorded, ArrearsWaived>;

void describe(settings::FieldVisitor& fields, SeatOpened& event);
void describe(settings::FieldVisitor& fields, SeatBound& event);
void describe(settings::FieldVisitor& fields, SeatKeyChanged& event);
void describe(settings::FieldVisitor& fields, SeatVacated& event);
void describe(settings::FieldVisitor& fields, DeputyNamed& event);
void describe(settings::FieldVisitor& fields, DeputyEnded& event);
void describe(settings::FieldVisitor& fields, ArrearsRecorded& event);
void describe(settings::FieldVisitor& fields, ArrearsWaived& event);

}  // namespace glass::institution
