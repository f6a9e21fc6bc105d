// What happens to the facility and its charter, as a journal tells it.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// The first act of all. It is signed by every key that gets a seat by it, and the digest of its
// statement is what later acts call the facility.
struct FacilityFounded {
  static constexpr std::string_view kKind = "facility.founded";
  CharterSettings charter = {};
  std::vector<SeatBound> seats = {};
};

// Another charter, put up for decision.
struct CharterProposed {
  static constexpr std::string_view kKind = "charter.proposed";
  CharterSettings charter = {};
};

// It is in force. Follows from the decisions on it; `content` is the digest of the act above.
struct CharterAmended {
  static constexpr std::string_view kKind = "charter.amended";
  std::string content = "";
};

using CharterEvent = std::variant<FacilityFounded, CharterProposed, CharterAmended>;

// All but the charters, which are JSON of their own (event.h).
void describe(settings::FieldVisitor& fields, FacilityFounded& event);
void describe(settings::FieldVisitor& fields, CharterProposed& event);
void describe(settings::FieldVisitor& fields, CharterAmended& event);

}  // namespace glass::institution
