// Whether an event may happen to a run, by its state.
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/level_facts.h"

namespace glass::institution {
namespace {

Result<const GovernedRun*> known(const RunBook& book, const std::string& id) {
  const GovernedRun* run = book.find(id);
  if (run == nullptr) return refused(fmt::format("there is no run {}", id));
  return run;
}

// A run in one of these states; `what` is what would be done with it.
Status expect_state(const RunBook& book, const std::string& id, std::string_view what,
                    std::initializer_list<RunState> states) {
  GLASS_TRY(const GovernedRun* run, known(book, id));
  for (const RunState state : states) {
    if (run->state == state) return {};
  }
  return refused(fmt::format("run {} is {} and cannot be {} now", id, to_text(run->state), what));
}

// An act by event, in states of the run, by a seat.
class PossibleRuns {
 public:
  PossibleRuns(const RunBook& book, std::string_view seat) : book_(book), seat_(seat) {}

  Status operator()(const RunRegistered& one) const {
    if (book_.find(one.run) != nullptr)
      return refused(fmt::format("there is a run {} already; draw another id", one.run));
    if (one.recipe.empty() || one.data.empty())
      return refused("a run names its recipe and its data by digest");
    if (one.minutes <= 0 || one.teraflops <= 0 || one.steps <= 0)
      return refused(
          "a run says how many minutes and how much compute it may use, and how many steps it is "
          "planned to do");
    for (const std::string& method : one.methods) {
      if (std::ranges::find(kMethodWords, method) == kMethodWords.end())
        return refused(
            fmt::format("'{}' is no method; there are: {}", method, fmt::join(kMethodWords, ", ")));
    }
    return {};
  }

  Status operator()(const RunRaised& one) const {
    GLASS_TRY(const GovernedRun* run, known(book_, one.run));
    if (one.level > run->level) return {};
    return refused(
        fmt::format("run {} is at level SL-{} already; a level is lowered by a decision only",
                    one.run, run->level));
  }

  Status operator()(const RunLevelled& one) const {
    GLASS_TRY(const GovernedRun* run, known(book_, one.run));
    if (one.level > run->level) return {};
    return refused(fmt::format("run {} is at level SL-{} already", one.run, run->level));
  }

  Status operator()(const RunNoticeEnded& one) const {
    GLASS_TRY(const GovernedRun* run, known(book_, one.run));
    if (run->notice_until_ms != 0) return {};
    return refused(fmt::format("no notice of run {} is running", one.run));
  }

  Status operator()(const RunApproved& one) const {
    GLASS_TRY_STATUS(
        expect_state(book_, one.run, "approved", {RunState::kRegistered, RunState::kInterrupted}));
    return expect_first_approval(one.run, "");
  }

  Status operator()(const RunCleared& one) const {
    return expect_state(book_, one.run, "cleared", {RunState::kRegistered, RunState::kInterrupted});
  }

  Status operator()(const RunStarted& one) const {
    return expect_state(book_, one.run, "started", {RunState::kCleared});
  }

  Status operator()(const RunMetered& one) const {
    GLASS_TRY_STATUS(expect_state(book_, one.run, "metered", {RunState::kRunning}));
    const GovernedRun& run = *book_.find(one.run);
    if (one.minutes >= run.minutes && one.teraflops >= run.teraflops && one.steps >= run.steps)
      return {};
    return refused(
        fmt::format("run {} has used {} minutes and done {} steps; what is metered only grows",
                    one.run, run.minutes, run.steps));
  }

  Status operator()(const RunStopAsked& one) const {
    GLASS_TRY_STATUS(expect_state(book_, one.run, "stopped",
                                  {RunState::kRegistered, RunState::kCleared, RunState::kRunning}));
    if (!book_.find(one.run)->stop_asked_by.contains(seat_)) return {};
    return refused(
        fmt::format("seat {} has asked for a stop of run {} already; another seat has "
                    "to, too",
                    seat_, one.run));
  }

  Status operator()(const RunStopped& one) const {
    return expect_state(book_, one.run, "stopped",
                        {RunState::kRegistered, RunState::kCleared, RunState::kRunning});
  }

  Status operator()(const RunHalted& one) const {
    return expect_state(book_, one.run, "halted", {RunState::kCleared, RunState::kRunning});
  }

  Status operator()(const RunEnded& one) const {
    GLASS_TRY_STATUS(expect_state(
        book_, one.run, "ended",
        {RunState::kRegistered, RunState::kCleared, RunState::kRunning, RunState::kInterrupted}));
    const bool is_finished = one.outcome == "finished";
    if (is_finished != !one.model.empty() || is_finished != !one.record.empty())
      return refused("a run that finished names its record and its model, and no other does");
    if (is_finished && book_.find(one.run)->state != RunState::kRunning)
      return refused(fmt::format("run {} is not running and cannot have finished", one.run));
    return {};
  }

  Status operator()(const EvaluationRecorded& one) const {
    GLASS_TRY(const GovernedRun* run, known(book_, one.run));
    std::set<std::string> domains;
    for (const DomainScore& score : one.scores) {
      if (!domains.insert(score.domain).second)
        return refused(fmt::format("there are two scores of {}; which one counts?", score.domain));
    }
    if (one.scores.empty()) return refused("an evaluation has a score of at least one domain");
    if (one.teraflops > run->teraflops)
      return refused(
          fmt::format("run {} has computed {} teraflops so far, and none of its weights "
                      "are of {}",
                      one.run, run->teraflops, one.teraflops));
    if (one.is_final && (run->model.empty() || run->model != one.model))
      return refused(fmt::format("run {} did not end with model {}", one.run, one.model));
    return {};
  }

  Status operator()(const ReleaseRequested& one) const {
    GLASS_TRY_STATUS(expect_state(book_, one.run, "asked to be released", {RunState::kEnded}));
    const GovernedRun& run = *book_.find(one.run);
    if (run.outcome != "finished")
      return refused(fmt::format("run {} is {} and has no model to release", one.run, run.outcome));
    if (one.model == run.model) return {};
    return refused(fmt::format("run {} ended with model {}, and {} is another one", one.run,
                               run.model, one.model));
  }

  Status operator()(const ReleaseWithdrawn& one) const { return expect_asked(one.run); }

  Status operator()(const ReleaseChainChecked& one) const { return expect_asked(one.run); }

  Status operator()(const ReleaseDataChecked& one) const { return expect_asked(one.run); }

  Status operator()(const ReleaseDocumentsChecked& one) const { return expect_asked(one.run); }

  Status operator()(const ReleaseApproved& one) const {
    GLASS_TRY_STATUS(expect_state(book_, one.run, "approved for release", {RunState::kAsked}));
    return expect_first_approval(one.run, "the release of ");
  }

  Status operator()(const ReleaseDecided& one) const {
    GLASS_TRY_STATUS(expect_state(book_, one.run, "published", {RunState::kAsked}));
    if (book_.find(one.run)->notice_until_ms == 0) return {};
    return refused(fmt::format("the public notice of run {} is not over", one.run));
  }

  Status operator()(const LoweringAsked& one) const {
    GLASS_TRY_STATUS(expect_state(book_, one.run, "lowered", {RunState::kEnded}));
    if (book_.find(one.run)->level > 1) return {};
    return refused(fmt::format("run {} is at SL-1, the lowest level", one.run));
  }

  Status operator()(const LoweringApproved& one) const {
    GLASS_TRY_STATUS(expect_lowering(one.run));
    return expect_first_approval(one.run, "the lowering of ");
  }

  Status operator()(const RunLowered& one) const { return expect_lowering(one.run); }

 private:
  // Checks are of the release that is asked for.
  [[nodiscard]] Status expect_asked(const std::string& id) const {
    GLASS_TRY(const GovernedRun* run, known(book_, id));
    if (run->state == RunState::kAsked) return {};
    return refused(fmt::format("nobody has asked to release the model of run {}", id));
  }

  [[nodiscard]] Status expect_lowering(const std::string& id) const {
    GLASS_TRY(const GovernedRun* run, known(book_, id));
    if (matter_waited_for(*run) == "lowering") return {};
    return refused(fmt::format("nobody has asked to lower the level of run {}", id));
  }

  [[nodiscard]] Status expect_first_approval(const std::string& id, std::string_view of) const {
    if (!book_.find(id)->approved_by.contains(seat_)) return {};
    return refused(fmt::format("seat {} has approved {}run {} already", seat_, of, id));
  }

  const RunBook& book_;
  std::string_view seat_;
};

}  // namespace

Status expect_possible(const RunBook& book, const RunEvent& event, std::string_view seat) {
  return std::visit(PossibleRuns(book, seat), event);
}

}  // namespace glass::institution
