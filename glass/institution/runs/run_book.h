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
//     ^  |                         |
//     |  +--lowering.asked..run.lowered    (still ended)
//     +----release.withdrawn-------+
//
// Who approves (run.approved, release.approved, lowering.approved) or asks for a stop changes no
// state until they are enough. A notice (run.notice_ended) is a time that has to pass before a
// start, a release or a lowering.
//
// What always holds:
//
//   1. a run starts only by a clearance for its level as it is now: a level that rises takes the
//      clearance away;
//   2. one person stops, a quorum starts again; approvals count once, for one clearance;
//   3. what is metered only grows, and beyond its budget the run is halted, as it is when an
//      evaluation is overdue;
//   4. nothing of a run is published but the model it ended with, after its release was decided,
//      and not before its public notice is over;
//   5. who approves names what they saw: the act that registered the run, stopped it, or asked for
//      its release or lowering;
//   6. a level falls by run.lowered only, of an ended run, a step at a time.
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
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/milestones.h"
#include "glass/institution/safety/trigger.h"

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

// What was looked at for the release that is asked for.
struct ReleaseChecks {
  std::optional<ReleaseChainChecked> chain = {};
  std::optional<ReleaseDataChecked> data = {};
  std::optional<ReleaseDocumentsChecked> documents = {};
  std::string chain_checked_by = "";  // seat
};

struct GovernedRun {
  using Seats = std::set<std::string, std::less<>>;

  RunRegistered terms = {};
  std::string content = "";  // digest of the act that approvals are for
  RunState state = RunState::kRegistered;

  int64_t level = 0;      // 0: not levelled yet
  int64_t raised_to = 0;  // by safety officers; 0: not
  int64_t levelled_at_ms = 0;
  std::vector<SetAside> set_aside = {};  // by lowerings

  int64_t clearances = 0, cleared_level = 0;  // so far; of the last one
  Seats approved_by = {};                     // for the next clearance, the release or the lowering
  Seats started_by = {};                      // approved the start at this level
  Seats stop_asked_by = {};
  std::string operated_by = "";  // the seat that started it

  int64_t minutes = 0, teraflops = 0, steps = 0;      // used
  std::optional<EvaluationRecorded> evaluated = {};   // the last one
  std::string evaluated_by = "";                      // seat
  int64_t evaluation_due_step = -1;                   // at which one fell due; -1: none is due
  std::string interrupted_by = "";                    // the cause, or "stop"
  std::string outcome = "", record = "", model = "";  // of its end

  std::string notice = "";      // what waits for the notice: "start", "release", "lowering"
  int64_t notice_until_ms = 0;  // 0: over, or none
  int64_t told_until_ms = 0;    // when the last notice was over, or will be
  bool is_lowering_asked = false;
  std::string report = "";  // of the lowering
  ReleaseChecks checks = {};
};

// Of the act, or the moment, that an event comes from, and what the charter says of the run's
// level.
struct RunContext {
  std::string seat, act_digest;  // empty where the clock made it
  int64_t at_ms = 0;
  int64_t notice_days = 0;  // before what the event leads to
  std::optional<EvaluationSchedule> schedule = {};
  Flops other_compute = 0;               // of base model and synthetic data
  std::vector<SetAside> set_aside = {};  // of run.lowered
};

class RunBook {
 public:
  // Nothing if there is none.
  [[nodiscard]] const GovernedRun* find(std::string_view run) const;

  [[nodiscard]] const std::map<std::string, GovernedRun, std::less<>>& all() const { return runs_; }

  // The next moment at which a notice is over.
  [[nodiscard]] std::optional<int64_t> next_due_ms() const;

 private:
  friend void evolve(RunBook& book, const RunEvent& event, const RunContext& context);
  friend std::vector<RunNoticeEnded> due(const RunBook& book, int64_t at_ms);
  friend class EvolvingRuns;

  std::map<std::string, GovernedRun, std::less<>> runs_;
  std::set<std::pair<int64_t, std::string>> notices_;  // their ends
};

// kRefused says what stands in the way, by the state of the run. `seat` is whose act it is. Whether
// it has the right is not asked here, nor whether approvals are enough.
[[nodiscard]] Status expect_possible(const RunBook& book, const RunEvent& event,
                                     std::string_view seat);

// REQUIRES: the event was possible.
void evolve(RunBook& book, const RunEvent& event, const RunContext& context);

// The notices that are over by then.
std::vector<RunNoticeEnded> due(const RunBook& book, int64_t at_ms);

// What has to be agreed to before it goes on: "clearance", "restart", "release", "lowering"; empty
// if nothing.
std::string_view matter_waited_for(const GovernedRun& run);

// Why a run has to halt by what was metered; empty if it may go on. An evaluation may be late by
// `overdue_percent` of the planned steps.
std::string_view halt_cause(const GovernedRun& run, int64_t overdue_percent);

// `teraflops` and the compute besides, in operations.
Flops compute_of(int64_t teraflops, Flops other);

}  // namespace glass::institution
