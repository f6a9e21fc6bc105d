// Stops: one is enough to stop a run, a quorum to start it again.
//
//   level   may stop it                          lets it go on again
//   SL-1    the project, an operator             a reviewer
//   SL-2    and any safety officer               the two who approved the start
//   SL-3    and any member of the board,         the board
//           any two delegates
//   SL-4    and any one delegate                 the council
//
// The table is data of the charter (level_controls.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "glass/base/result.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// So many different persons with a role stop a run together.
struct StopRight {
  std::string role = "";
  int64_t persons = 1;

  friend bool operator==(const StopRight&, const StopRight&) = default;
};

// A body that is told of a halt, and how soon.
struct HaltNotice {
  std::string body = "";
  int64_t hours = 1;

  friend bool operator==(const HaltNotice&, const HaltNotice&) = default;
};

void describe(settings::FieldVisitor& fields, StopRight& right);
void describe(settings::FieldVisitor& fields, HaltNotice& notice);

// Somebody who asks for a stop, in one of his or her roles.
struct StopRequest {
  std::string person = "", role = "";
};

// kRefused says which roles may, and how many persons are needed.
[[nodiscard]] Status expect_may_stop(std::span<const StopRight> rights,
                                     std::span<const StopRequest> requests);

// Whether whoever may stop by `lower` may by `higher`, too.
bool is_kept(const StopRight& lower, std::span<const StopRight> higher);

}  // namespace glass::institution
