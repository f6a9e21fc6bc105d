#include "glass/institution/seats/seat_book.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/overloaded.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/seats/seat_events.h"

namespace glass::institution {
namespace {

constexpr int64_t kLongestMonthMs = int64_t{31} * 24 * 3600 * 1000;

Seat from_charter(const SeatSettings& settings) {
  Seat seat;
  seat.body = settings.body;
  seat.member = settings.member;
  seat.institution = settings.institution;
  seat.roles = settings.roles;
  return seat;
}

}  // namespace

bool Seat::has_role(std::string_view role) const {
  return std::ranges::find(roles, role) != roles.end();
}

SeatBook::SeatBook(const Charter& charter) {
  take(charter);
}

void SeatBook::take(const Charter& charter) {
  std::vector<std::string> gone;
  for (const auto& [name, seat] : seats_) {
    const bool is_applicants = seat.body.empty() && seat.roles.empty();
    if (!is_applicants && charter.seat(name) == nullptr) gone.push_back(name);
  }
  for (const std::string& name : gone) {
    if (at(name).is_held()) vacate(at(name));
    seats_.erase(name);
  }
  for (const SeatSettings& settings : charter.settings().seats) {
    const auto [place, is_new] = seats_.try_emplace(settings.name, from_charter(settings));
    if (is_new) continue;
    place->second.body = settings.body;
    place->second.member = settings.member;
    place->second.institution = settings.institution;
    place->second.roles = settings.roles;
  }
}

const Seat* SeatBook::find(std::string_view seat) const {
  const auto found = seats_.find(seat);
  return found == seats_.end() ? nullptr : &found->second;
}

Seat& SeatBook::at(std::string_view seat) {
  const auto found = seats_.find(seat);
  GLASS_CHECK(found != seats_.end());
  return found->second;
}

std::optional<std::string> SeatBook::seat_of(std::string_view key, int64_t at_ms) const {
  const auto found = seat_by_key_.find(std::string(key));
  if (found == seat_by_key_.end()) return std::nullopt;
  const Seat& seat = *find(found->second);
  if (seat.until_ms != 0 && at_ms >= seat.until_ms) return std::nullopt;
  if (seat.key == key) return found->second;
  const auto deputy = std::ranges::find(seat.deputies, key, &Deputy::key);
  if (deputy == seat.deputies.end() || at_ms >= deputy->until_ms) return std::nullopt;
  return found->second;
}

bool SeatBook::is_barred(std::string_view member, int64_t at_ms) const {
  const auto found = arrears_.find(member);
  if (found == arrears_.end() || at_ms < found->second.waived_until_ms) return false;
  return found->second.unpaid > found->second.due_this_year + found->second.due_last_year;
}

std::optional<int64_t> SeatBook::next_due_ms() const {
  if (ends_.empty()) return std::nullopt;
  return ends_.begin()->first;
}

void SeatBook::free_key(std::string_view key) {
  seat_by_key_.erase(std::string(key));
  spent_keys_.emplace(key);
}

void SeatBook::vacate(Seat& seat) {
  ends_.erase({seat.until_ms, seat_by_key_.at(seat.key)});
  free_key(seat.key);
  for (const Deputy& deputy : seat.deputies) free_key(deputy.key);
  seat.deputies.clear();
  seat.key.clear();
  seat.until_ms = 0;
}

namespace {

// Whether a key may begin to act for a seat.
Status expect_unused(std::string_view key, bool is_in_use, bool is_spent) {
  if (is_in_use)
    return refused(
        fmt::format("key {} acts for a seat already; a key acts for one seat only", key));
  if (is_spent)
    return refused(fmt::format("key {} was given up and never acts again; use a new one", key));
  return {};
}

Status expect_within_term(const Charter& charter, const Seat& seat, const SeatBound& event,
                          int64_t at_ms) {
  if (event.until_ms != 0 && event.until_ms <= at_ms)
    return refused(fmt::format("the term of seat {} would be over before it begins", event.seat));
  const BodySettings* body = charter.body(seat.body);
  if (body == nullptr) return {};
  const int64_t longest_ms = body->term_months * kLongestMonthMs;
  if (longest_ms != 0 && (event.until_ms == 0 || event.until_ms > at_ms + longest_ms))
    return refused(fmt::format("a term in body {} is {} months at most by the charter: until {}",
                               body->name, body->term_months, time_text(at_ms + longest_ms)));
  if (body->most_terms != 0 && event.person == seat.person && seat.terms >= body->most_terms)
    return refused(
        fmt::format("the holder of seat {} has held it for {} terms in a row, which is the "
                    "most in body {} by the charter",
                    event.seat, seat.terms, body->name));
  return {};
}

}  // namespace

Status expect_possible(const SeatBook& book, const Charter& charter, const SeatEvent& event,
                       int64_t at_ms) {
  const auto key_is_free = [&](const std::string& key) {
    return expect_unused(key, book.seat_by_key_.contains(key), book.spent_keys_.contains(key));
  };
  const auto held = [&](const std::string& name) -> Result<const Seat*> {
    const Seat* seat = book.find(name);
    if (seat == nullptr) return refused(fmt::format("there is no seat {}", name));
    if (!seat->is_held()) return refused(fmt::format("nobody holds seat {}", name));
    return seat;
  };
  return std::visit(
      Overloaded{
          [&](const SeatOpened& one) -> Status {
            if (book.find(one.seat) != nullptr)
              return refused(fmt::format("there is a seat {} already; draw another id", one.seat));
            if (charter.member(one.member) == nullptr)
              return refused(fmt::format("'{}' is no member of the facility", one.member));
            return {};
          },
          [&](const SeatBound& one) -> Status {
            const Seat* seat = book.find(one.seat);
            if (seat == nullptr) return refused(fmt::format("there is no seat {}", one.seat));
            if (seat->is_held())
              return refused(fmt::format("seat {} is held; vacate it first", one.seat));
            GLASS_TRY_STATUS(key_is_free(one.key));
            return expect_within_term(charter, *seat, one, at_ms);
          },
          [&](const SeatKeyChanged& one) -> Status {
            GLASS_TRY_STATUS(held(one.seat));
            return key_is_free(one.key);
          },
          [&](const SeatVacated& one) -> Status {
            GLASS_TRY(const Seat* seat, held(one.seat));
            const bool is_over = seat->until_ms != 0 && at_ms >= seat->until_ms;
            if ((one.reason == "term-over") != is_over)
              return refused(
                  fmt::format("the term of seat {} is {}over", one.seat, is_over ? "" : "not "));
            return {};
          },
          [&](const DeputyNamed& one) -> Status {
            GLASS_TRY(const Seat* seat, held(one.seat));
            if (one.until_ms <= at_ms || (seat->until_ms != 0 && one.until_ms > seat->until_ms))
              return refused(fmt::format("a deputy of seat {} acts until some time within its term",
                                         one.seat));
            return key_is_free(one.key);
          },
          [&](const DeputyEnded& one) -> Status {
            GLASS_TRY(const Seat* seat, held(one.seat));
            if (std::ranges::find(seat->deputies, one.key, &Deputy::key) == seat->deputies.end())
              return refused(fmt::format("key {} is no deputy of seat {}", one.key, one.seat));
            return {};
          },
          [&](const ArrearsRecorded& one) -> Status {
            if (charter.member(one.member) == nullptr)
              return refused(fmt::format("'{}' is no member of the facility", one.member));
            return {};
          },
          [&](const ArrearsWaived& one) -> Status {
            if (!book.is_barred(one.member, at_ms))
              return refused(
                  fmt::format("member {} may vote; there is nothing to waive", one.member));
            return {};
          }},
      event);
}

void evolve(SeatBook& book, const SeatEvent& event) {
  std::visit(Overloaded{[&](const SeatOpened& one) {
                          Seat seat;
                          seat.member = one.member;
                          seat.institution = one.institution;
                          book.seats_.emplace(one.seat, std::move(seat));
                        },
                        [&](const SeatBound& one) {
                          Seat& seat = book.at(one.seat);
                          seat.terms = one.person == seat.person ? seat.terms + 1 : 1;
                          seat.key = one.key;
                          seat.person = one.person;
                          seat.until_ms = one.until_ms;
                          book.seat_by_key_.emplace(one.key, one.seat);
                          if (one.until_ms != 0) book.ends_.emplace(one.until_ms, one.seat);
                        },
                        [&](const SeatKeyChanged& one) {
                          Seat& seat = book.at(one.seat);
                          book.free_key(seat.key);
                          seat.key = one.key;
                          book.seat_by_key_.emplace(one.key, one.seat);
                        },
                        [&](const SeatVacated& one) { book.vacate(book.at(one.seat)); },
                        [&](const DeputyNamed& one) {
                          book.at(one.seat).deputies.push_back({one.key, one.until_ms});
                          book.seat_by_key_.emplace(one.key, one.seat);
                        },
                        [&](const DeputyEnded& one) {
                          std::erase_if(book.at(one.seat).deputies, [&](const Deputy& deputy) {
                            return deputy.key == one.key;
                          });
                          book.free_key(one.key);
                        },
                        [&](const ArrearsRecorded& one) {
                          Arrears& arrears = book.arrears_[one.member];
                          arrears.unpaid = one.unpaid;
                          arrears.due_this_year = one.due_this_year;
                          arrears.due_last_year = one.due_last_year;
                        },
                        [&](const ArrearsWaived& one) {
                          book.arrears_[one.member].waived_until_ms = one.until_ms;
                        }},
             event);
}

std::vector<SeatEvent> due(const SeatBook& book, int64_t at_ms) {
  std::vector<SeatEvent> events;
  for (const auto& [end_ms, seat] : book.ends_) {
    if (end_ms > at_ms) break;
    events.emplace_back(SeatVacated{.seat = seat, .reason = "term-over"});
  }
  return events;
}

void count_act(SeatBook& book, std::string_view seat, int64_t number) {
  Seat& found = book.at(seat);
  GLASS_CHECK(number > found.last_number);
  found.last_number = number;
}

}  // namespace glass::institution
