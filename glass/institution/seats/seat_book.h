// SeatBook: who acts for which seat. People are keys: a seat is held by an Ed25519 key, and an act
// counts as the seat's if its key, or a deputy's, has signed it.
//
//             seat.bound              seat.key_changed, seat.deputy_named
//   vacant ------------------> held <-------------------------------+
//     ^                        |  +---------------------------------+
//     +------------------------+
//       seat.vacated (resigned, recalled, key-lost), or its term is over
//
// What always holds:
//
//   1. a key acts for at most one seat at a time;
//   2. a key that was given up never acts again: not for this seat, not for another;
//   3. a seat is held for at most the term of its body, and by one person for at most as many terms
//      in a row as the charter allows;
//   4. deputies go with the holder who named them;
//   5. the acts of a seat have numbers that only grow, so that none is taken twice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/seats/seat_events.h"

namespace glass::institution {

struct Deputy {
  std::string key;
  int64_t until_ms = 0;
};

struct Seat {
  std::string body, member, institution;
  std::vector<std::string> roles;
  std::string key, person;  // empty: vacant
  int64_t until_ms = 0;     // 0: without end
  int64_t terms = 0;        // of this person, in a row
  std::vector<Deputy> deputies;
  int64_t last_number = 0;  // of its acts

  [[nodiscard]] bool is_held() const { return !key.empty(); }

  [[nodiscard]] bool has_role(std::string_view role) const;
};

struct Arrears {
  int64_t unpaid = 0, due_this_year = 0, due_last_year = 0;
  int64_t waived_until_ms = 0;
};

class SeatBook {
 public:
  // All seats of the charter, vacant.
  explicit SeatBook(const Charter& charter);

  // Seats that a changed charter names anew are vacant; those that it no longer names are gone.
  void take(const Charter& charter);

  // Nothing if there is no such seat.
  [[nodiscard]] const Seat* find(std::string_view seat) const;

  // The seat that a key acts for at this time, by its name; nothing if for none.
  [[nodiscard]] std::optional<std::string> seat_of(std::string_view key, int64_t at_ms) const;

  // More unpaid than this year's and last year's contributions together, and not waived: without
  // vote.
  [[nodiscard]] bool is_barred(std::string_view member, int64_t at_ms) const;

  // The next moment at which a term is over.
  [[nodiscard]] std::optional<int64_t> next_due_ms() const;

  [[nodiscard]] const std::map<std::string, Seat, std::less<>>& seats() const { return seats_; }

 private:
  friend Status expect_possible(const SeatBook& book, const Charter& charter,
                                const SeatEvent& event, int64_t at_ms);
  friend void evolve(SeatBook& book, const SeatEvent& event);
  friend std::vector<SeatEvent> due(const SeatBook& book, int64_t at_ms);
  friend void count_act(SeatBook& book, std::string_view seat, int64_t number);

  Seat& at(std::string_view seat);
  void free_key(std::string_view key);
  void vacate(Seat& seat);

  std::map<std::string, Seat, std::less<>> seats_;
  std::unordered_map<std::string, std::string> seat_by_key_;  // deputies' keys, too
  std::set<std::string, std::less<>> spent_keys_;
  std::set<std::pair<int64_t, std::string>> ends_;  // of terms
  std::map<std::string, Arrears, std::less<>> arrears_;
};

// kRefused says what stands in the way. Who signed is not asked here.
[[nodiscard]] Status expect_possible(const SeatBook& book, const Charter& charter,
                                     const SeatEvent& event, int64_t at_ms);

// REQUIRES: the event was possible.
void evolve(SeatBook& book, const SeatEvent& event);

// What the clock makes happen by then: terms that are over.
std::vector<SeatEvent> due(const SeatBook& book, int64_t at_ms);

// Remembers the number of an act that was taken. REQUIRES: it is larger than the last.
void count_act(SeatBook& book, std::string_view seat, int64_t number);

}  // namespace glass::institution
