#include "glass/institution/objections/objection_book.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/days.h"
#include "glass/base/overloaded.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/institution/objections/objection_events.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 5> kStates = {"filed", "decided", "appealed", "settled",
                                                     "withdrawn"};

Result<const Objection*> in_state(const ObjectionBook& book, const std::string& id,
                                  ObjectionState state, std::string_view what) {
  const Objection* objection = book.find(id);
  if (objection == nullptr) return refused(fmt::format("there is no objection {}", id));
  if (objection->state != state)
    return refused(fmt::format("objection {} is {} and cannot be {} now", id,
                               to_text(objection->state), what));
  return objection;
}

Status expect_decidable(const ObjectionBook& book, const ObjectionDecided& one) {
  GLASS_TRY(const Objection* objection,
            in_state(book, one.objection, ObjectionState::kFiled, "decided"));
  if (one.reasons.empty()) return refused("a decision needs reasons");
  if ((one.outcome == "rejected") != one.items.empty())
    return refused(
        "an objection that is upheld says which documents may no longer be used, and one that "
        "is rejected none");
  const auto& claimed = objection->claim.items;
  for (const std::string& item : one.items) {
    if (std::ranges::find(claimed, item) == claimed.end())
      return refused(fmt::format("objection {} is not about document {}", one.objection, item));
  }
  return {};
}

Status expect_appealable(const ObjectionBook& book, const ObjectionAppealed& one, int64_t at_ms) {
  GLASS_TRY(const Objection* objection,
            in_state(book, one.objection, ObjectionState::kDecided, "appealed"));
  if (one.reasons.empty()) return refused("an appeal needs reasons");
  if (at_ms >= objection->appeal_until_ms)
    return refused(fmt::format("the decision on objection {} could be appealed until {}",
                               one.objection, time_text(objection->appeal_until_ms)));
  return {};
}

std::optional<std::string> first_excluding(
    const std::map<std::string, std::set<std::string>, std::less<>>& excluded,
    std::string_view digest) {
  const auto found = excluded.find(digest);
  if (found == excluded.end() || found->second.empty()) return std::nullopt;
  return *found->second.begin();
}

}  // namespace

std::string_view to_text(ObjectionState state) {
  return kStates[static_cast<size_t>(state)];
}

const Objection* ObjectionBook::find(std::string_view objection) const {
  const auto found = objections_.find(objection);
  return found == objections_.end() ? nullptr : &found->second;
}

std::optional<std::string> ObjectionBook::excluding_item(std::string_view digest) const {
  return first_excluding(items_, digest);
}

std::optional<std::string> ObjectionBook::excluding_data(std::string_view digest) const {
  return first_excluding(data_, digest);
}

std::optional<int64_t> ObjectionBook::next_due_ms() const {
  if (dues_.empty()) return std::nullopt;
  return dues_.begin()->first;
}

Objection& ObjectionBook::at(std::string_view objection) {
  const auto found = objections_.find(objection);
  GLASS_CHECK(found != objections_.end());
  return found->second;
}

void ObjectionBook::stop_clock(std::string_view id) {
  Objection& objection = at(id);
  dues_.erase({objection.due_ms, std::string(id)});
  objection.due_ms = 0;
}

void ObjectionBook::exclude(std::string_view id, const std::vector<std::string>& items,
                            const std::vector<std::string>& data) {
  readmit(id);
  Objection& objection = at(id);
  objection.items = items;
  objection.data = data;
  for (const std::string& item : items) items_[item].emplace(id);
  for (const std::string& manifest : data) data_[manifest].emplace(id);
}

void ObjectionBook::readmit(std::string_view id) {
  Objection& objection = at(id);
  for (const std::string& item : objection.items) items_[item].erase(std::string(id));
  for (const std::string& manifest : objection.data) data_[manifest].erase(std::string(id));
  objection.items.clear();
  objection.data.clear();
}

Status expect_possible(const ObjectionBook& book, const ObjectionEvent& event, int64_t at_ms) {
  return std::visit(
      Overloaded{
          [&](const ObjectionFiled& one) -> Status {
            if (book.find(one.objection) != nullptr)
              return refused(
                  fmt::format("there is an objection {} already; draw another id", one.objection));
            if (one.items.empty() || one.claim.empty())
              return refused("an objection says which documents it is about, and why");
            return {};
          },
          [&](const ObjectionDecided& one) { return expect_decidable(book, one); },
          [&](const ObjectionOverdue& one) -> Status {
            GLASS_TRY_STATUS(in_state(book, one.objection, ObjectionState::kFiled, "overdue")
                                 .map([](const Objection*) {}));
            return {};
          },
          [&](const ObjectionAppealed& one) { return expect_appealable(book, one, at_ms); },
          [&](const ObjectionSettled& one) -> Status {
            GLASS_TRY_STATUS(in_state(book, one.objection, ObjectionState::kAppealed, "settled")
                                 .map([](const Objection*) {}));
            return {};
          },
          [&](const ObjectionWithdrawn& one) -> Status {
            GLASS_TRY_STATUS(in_state(book, one.objection, ObjectionState::kFiled, "withdrawn")
                                 .map([](const Objection*) {}));
            return {};
          }},
      event);
}

void evolve(ObjectionBook& book, const ObjectionEvent& event, std::string_view seat,
            std::string_view act_digest, int64_t decision_days, int64_t at_ms) {
  const int64_t days_ms = decision_days * kDayMs;
  std::visit(Overloaded{[&](const ObjectionFiled& one) {
                          Objection& objection = book.objections_[one.objection];
                          objection.claim = one;
                          objection.filed_by = seat;
                          objection.content = act_digest;
                          objection.due_ms = at_ms + days_ms;
                          book.dues_.emplace(objection.due_ms, one.objection);
                        },
                        [&](const ObjectionDecided& one) {
                          book.stop_clock(one.objection);
                          book.exclude(one.objection, one.items, one.data);
                          Objection& objection = book.at(one.objection);
                          objection.state = ObjectionState::kDecided;
                          objection.outcome = one.outcome;
                          objection.content = act_digest;
                          objection.appeal_until_ms = at_ms + days_ms;
                        },
                        [&](const ObjectionOverdue& one) {
                          book.stop_clock(one.objection);
                          const ObjectionFiled claim = book.at(one.objection).claim;
                          book.exclude(one.objection, claim.items, claim.data);
                          book.at(one.objection).is_overdue = true;
                        },
                        [&](const ObjectionAppealed& one) {
                          book.at(one.objection).state = ObjectionState::kAppealed;
                        },
                        [&](const ObjectionSettled& one) {
                          Objection& objection = book.at(one.objection);
                          objection.state = ObjectionState::kSettled;
                          if (one.outcome == "stands") return;
                          const ObjectionFiled claim = objection.claim;
                          if (objection.outcome == "rejected")
                            book.exclude(one.objection, claim.items, claim.data);
                          else
                            book.readmit(one.objection);
                        },
                        [&](const ObjectionWithdrawn& one) {
                          book.stop_clock(one.objection);
                          book.readmit(one.objection);
                          book.at(one.objection).state = ObjectionState::kWithdrawn;
                        }},
             event);
}

std::vector<ObjectionOverdue> due(const ObjectionBook& book, int64_t at_ms) {
  std::vector<ObjectionOverdue> events;
  for (const auto& [due_ms, id] : book.dues_) {
    if (due_ms > at_ms) break;
    events.push_back({.objection = id});
  }
  return events;
}

}  // namespace glass::institution
