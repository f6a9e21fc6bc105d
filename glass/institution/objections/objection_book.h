// ObjectionBook: the objections of right-holders, and what may not be used because of them.
//
//            objection.decided               objection.appealed         objection.settled
//   filed -----------------------> decided -------------------> appealed ----------------> settled
//     | ^ objection.overdue           (an appeal comes within the same number of days)
//     | +- (once, by the clock)
//     +--> withdrawn
//
// What always holds:
//
//   1. silence is not consent: past its time, what an undecided objection is about is excluded;
//   2. what is excluded is a function of the objections alone: items for those who make manifests,
//      manifests for those who clear and start runs;
//   3. a decision is appealed once, within the days that the decision itself had; an appeal that
//      succeeds turns it around;
//   4. until an appeal is settled, the first decision holds.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/objections/objection_events.h"

namespace glass::institution {

enum class ObjectionState : uint8_t { kFiled, kDecided, kAppealed, kSettled, kWithdrawn };

std::string_view to_text(ObjectionState state);

struct Objection {
  ObjectionFiled claim;
  std::string filed_by;  // seat
  std::string content;   // digest of the act that filed it, or decided it: what an appeal is on
  ObjectionState state = ObjectionState::kFiled;
  bool is_overdue = false;
  std::string outcome;                      // of the decision
  std::vector<std::string> items, data;     // that it excludes
  int64_t due_ms = 0, appeal_until_ms = 0;  // 0: none
};

class ObjectionBook {
 public:
  // Nothing if there is none.
  [[nodiscard]] const Objection* find(std::string_view objection) const;

  [[nodiscard]] const std::map<std::string, Objection, std::less<>>& all() const {
    return objections_;
  }

  // The objection because of which a document, or any document of a manifest, may not be used;
  // nothing if it may.
  [[nodiscard]] std::optional<std::string> excluding_item(std::string_view digest) const;
  [[nodiscard]] std::optional<std::string> excluding_data(std::string_view digest) const;

  // The next moment at which a decision is overdue.
  [[nodiscard]] std::optional<int64_t> next_due_ms() const;

 private:
  friend void evolve(ObjectionBook& book, const ObjectionEvent& event, std::string_view seat,
                     std::string_view act_digest, int64_t decision_days, int64_t at_ms);
  friend std::vector<ObjectionOverdue> due(const ObjectionBook& book, int64_t at_ms);

  using Excluded = std::map<std::string, std::set<std::string>, std::less<>>;  // by digest, by whom

  Objection& at(std::string_view objection);
  void stop_clock(std::string_view id);
  void exclude(std::string_view id, const std::vector<std::string>& items,
               const std::vector<std::string>& data);
  void readmit(std::string_view id);

  std::map<std::string, Objection, std::less<>> objections_;
  Excluded items_, data_;
  std::set<std::pair<int64_t, std::string>> dues_;
};

// kRefused says what stands in the way. Who signed is not asked here.
[[nodiscard]] Status expect_possible(const ObjectionBook& book, const ObjectionEvent& event,
                                     int64_t at_ms);

// REQUIRES: the event was possible. `decision_days` are the charter's.
void evolve(ObjectionBook& book, const ObjectionEvent& event, std::string_view seat,
            std::string_view act_digest, int64_t decision_days, int64_t at_ms);

// The objections that nobody has decided in time, by then.
std::vector<ObjectionOverdue> due(const ObjectionBook& book, int64_t at_ms);

}  // namespace glass::institution
