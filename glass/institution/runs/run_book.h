// RunBook: the governed runs of a facility.
//
//                run.cleared           run.started
//   registered -------------> cleared -------------> running
//        ^                       |  ^                   |
//        | run.levelled: higher  |  | run.cleared:      | run.stopped, by one person;
//        +-----------------------+  | a quorum          v run.halted, by itself
//                                   +-------------- interrupted
//
//   running, cleared or interrupted --run.ended--> ended
//   ended --release.requested--> asked --release.decided--> published
//
// Who approves (run.approved, release.approved) changes no state until it is enough.
//
// What always holds:
//
//   1. a run starts only by a clearance for its level as it is now: a level that rises takes the
//      clearance away;
//   2. one person stops, a quorum starts again; approvals count once, for one clearance;
//   3. what is metered only grows, and beyond its budget the run is halted;
//   4. nothing of a run is published but the model it ended with, after its release was decided,
//      and not before its public notice is over;
//   5. who approves names what they saw: the act that registered the run, stopped it, or asked for
//      its release.
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
#include "glass/institution/runs/run_events.h"

namespace glass::institution {

enum class RunState : uint8_t {
  kRegistered,
  kCleared,
  kRunning,
  kInterrupted,
  kEnded,
  kAsked,
  kPublished,
};

std::string_view to_text(RunState state);

struct GovernedRun {
  RunRegistered terms;
  std::string
      content;  // digest of the act that registered, stopped or asked: what approvals are for
  RunState state = RunState::kRegistered;
  int64_t level = 0;                               // 0: not levelled yet
  int64_t clearances = 0, cleared_level = 0;       // so far; of the last one
  std::set<std::string, std::less<>> approved_by;  // seats, for the next clearance or the release
  int64_t minutes = 0, teraflops = 0, steps = 0;   // used
  std::string interrupted_by;                      // the cause, or "stop"
  int64_t notice_until_ms = 0;                     // of its release; 0: over, or not asked for
  std::string outcome, record, model;              // of its end
};

// Of the act, or the moment, that an event comes from.
struct RunContext {
  std::string seat, act_digest;  // empty where the clock made it
  int64_t at_ms = 0;
  int64_t notice_days = 0;  // of a release at the run's level, by the charter
};

class RunBook {
 public:
  // Nothing if there is none.
  [[nodiscard]] const GovernedRun* find(std::string_view run) const;

  [[nodiscard]] const std::map<std::string, GovernedRun, std::less<>>& all() const { return runs_; }

  // The next moment at which a public notice is over.
  [[nodiscard]] std::optional<int64_t> next_due_ms() const;

 private:
  friend void evolve(RunBook& book, const RunEvent& event, const RunContext& context);
  friend std::vector<ReleaseNoticeEnded> due(const RunBook& book, int64_t at_ms);

  GovernedRun& at(std::string_view run);

  void interrupt(std::string_view run, std::string_view cause, const RunContext& context);

  std::map<std::string, GovernedRun, std::less<>> runs_;
  std::set<std::pair<int64_t, std::string>> notices_;  // ends of public notices
};

// kRefused says what stands in the way, by the state of the run. `seat` is whose act it is. Whether
// it has the right is not asked here, nor whether approvals are enough.
[[nodiscard]] Status expect_possible(const RunBook& book, const RunEvent& event,
                                     std::string_view seat);

// REQUIRES: the event was possible.
void evolve(RunBook& book, const RunEvent& event, const RunContext& context);

// The public notices that are over by then.
std::vector<ReleaseNoticeEnded> due(const RunBook& book, int64_t at_ms);

// What a body has to decide before it goes on: "clearance", "restart", "release"; empty if nothing.
std::string_view matter_waited_for(const GovernedRun& run);

// The minutes that it takes out of its project's award: all that it may use, or once it has ended
// what it has used.
int64_t claimed_minutes(const GovernedRun& run);

// Why a run has to halt by what was metered; empty if it may go on.
std::string_view halt_cause(const GovernedRun& run);

}  // namespace glass::institution
