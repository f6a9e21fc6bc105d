#include "glass/institution/acts/act.h"

#include <string>
#include <utility>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/institution/acts/event.h"

namespace glass::institution {

Json predicate(const Act& act) {
  return Json::Object{{"facility", act.facility},
                      {"number", act.number},
                      {"seat", act.seat},
                      {"event", to_json(act.event)}};
}

Result<Act> act_from_predicate(const Json& json, std::string sees) {
  const auto read = [&]() -> Result<Act> {
    GLASS_TRY(std::string facility, json.get_string("facility"));
    GLASS_TRY(std::string seat, json.get_string("seat"));
    GLASS_TRY(const int64_t number, json.get_int("number"));
    GLASS_TRY_STATUS(json.get_object("event").map([](const auto*) {}));
    GLASS_TRY(Event event, event_from_json(*json.find("event")));
    return Act{.facility = std::move(facility),
               .seat = std::move(seat),
               .number = number,
               .sees = std::move(sees),
               .event = std::move(event)};
  }();
  if (!read) return fail(ErrorCode::kCorruption, read.error().message);
  if (json.if_object()->size() != 4)  // the event has looked at its own members
    return fail(ErrorCode::kCorruption, "an act has members that it should not have");
  return read;
}

}  // namespace glass::institution
