// What happens to objections of right-holders, as a journal tells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/settings/fields.h"

namespace glass::institution {

// Somebody says that works of theirs were used. `claimant` is a random id of the facility's
// register.
struct ObjectionFiled {
  static constexpr std::string_view kKind = "objection.filed";
  std::string objection = "", claimant = "", ground = "copyright", claim = "";
  std::vector<std::string> items = {}, data = {};

  friend bool operator==(const ObjectionFiled&, const ObjectionFiled&) = default;
};

// `items` are those that may no longer be used, and `data` the manifests that hold any of them.
struct ObjectionDecided {
  static constexpr std::string_view kKind = "objection.decided";
  std::string objection = "", outcome = "rejected", reasons = "";
  std::vector<std::string> items = {}, data = {};

  friend bool operator==(const ObjectionDecided&, const ObjectionDecided&) = default;
};

// The decision's time is over; the works count as excluded until somebody decides.
struct ObjectionOverdue {
  static constexpr std::string_view kKind = "objection.overdue";
  std::string objection = "";

  friend bool operator==(const ObjectionOverdue&, const ObjectionOverdue&) = default;
};

// By either side, once, to the body that the charter names.
struct ObjectionAppealed {
  static constexpr std::string_view kKind = "objection.appealed";
  std::string objection = "", reasons = "";

  friend bool operator==(const ObjectionAppealed&, const ObjectionAppealed&) = default;
};

// What the body decided on the appeal: whether the first decision stands.
struct ObjectionSettled {
  static constexpr std::string_view kKind = "objection.settled";
  std::string objection = "", outcome = "stands";

  friend bool operator==(const ObjectionSettled&, const ObjectionSettled&) = default;
};

// The claimant takes it back.
struct ObjectionWithdrawn {
  static constexpr std::string_view kKind = "objection.withdrawn";
  std::string objection = "";

  friend bool operator==(const ObjectionWithdrawn&, const ObjectionWithdrawn&) = default;
};

using ObjectionEvent = std::variant<ObjectionFiled, ObjectionDecided, ObjectionOverdue,
                                    ObjectionAppealed, ObjectionSettled, ObjectionWithdrawn>;

void describe(settings::FieldVisitor& fields, ObjectionFiled& event);
void describe(settings::FieldVisitor& fields, ObjectionDecided& event);
void describe(settings::FieldVisitor& fields, ObjectionOverdue& event);
void describe(settings::FieldVisitor& fields, ObjectionAppealed& event);
void describe(settings::FieldVisitor& fields, ObjectionSettled& event);
void describe(settings::FieldVisitor& fields, ObjectionWithdrawn& event);

}  // namespace glass::institution
