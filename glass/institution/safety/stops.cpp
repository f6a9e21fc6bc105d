#include "glass/institution/safety/stops.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/result.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

int64_t persons_with(std::span<const StopRequest> requests, const std::string& role) {
  std::set<std::string> persons;
  for (const StopRequest& one : requests) {
    if (one.role == role) persons.insert(one.person);
  }
  return std::ssize(persons);
}

}  // namespace

void describe(settings::FieldVisitor& fields, StopRight& right) {
  fields.text("role", right.role, "who may stop a run");
  fields.integer("persons", right.persons, {.min = 1, .max = 1000},
                 "how many of them it takes together");
}

void describe(settings::FieldVisitor& fields, HaltNotice& notice) {
  fields.text("body", notice.body, "the body that is told of a halt");
  fields.integer("hours", notice.hours, {.min = 1, .max = 8760}, "within how many hours");
}

Status expect_may_stop(std::span<const StopRight> rights, std::span<const StopRequest> requests) {
  std::vector<std::string> who;
  for (const StopRight& right : rights) {
    if (persons_with(requests, right.role) >= right.persons) return {};
    who.push_back(fmt::format("{} {}", right.persons, right.role));
  }
  return fail(ErrorCode::kRefused,
              fmt::format("a stop at this level takes one of: {}; ask one of these to sign it",
                          fmt::join(who, ", ")));
}

bool is_kept(const StopRight& lower, std::span<const StopRight> higher) {
  return std::ranges::any_of(higher, [&](const StopRight& right) {
    return right.role == lower.role && right.persons <= lower.persons;
  });
}

}  // namespace glass::institution
