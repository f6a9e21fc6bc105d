#include "glass/institution/runs/run_book.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/days.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/milestones.h"
#include "glass/institution/safety/trigger.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 7> kStates = {
    "registered", "cleared", "running", "interrupted", "ended", "asked for release", "published"};
constexpr Flops kTeraflop = ten_to(12);

}  // namespace

std::string_view to_text(RunState state) {
  return kStates[static_cast<size_t>(state)];
}

const GovernedRun* RunBook::find(std::string_view run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : &found->second;
}

Flops compute_of(int64_t teraflops, Flops other) {
  return static_cast<Flops>(teraflops) * kTeraflop + other;
}

// One event after another, each by the name of its kind.
class EvolvingRuns {
 public:
  EvolvingRuns(RunBook& book, const RunContext& context) : book_(book), context_(context) {}

  void operator()(const RunRegistered& one) {
    GovernedRun& run = book_.runs_[one.run];
    run.terms = one;
    run.content = context_.act_digest;
  }

  void operator()(const RunRaised& one) {
    GovernedRun& run = at(one.run);
    run.raised_to = std::max(run.raised_to, one.level);
  }

  void operator()(const RunLevelled& one) {
    GovernedRun& run = at(one.run);
    run.level = one.level;
    run.levelled_at_ms = context_.at_ms;
    run.approved_by.clear();
    run.is_lowering_asked = false;
    if (run.state == RunState::kCleared) run.state = RunState::kRegistered;
    if (run.state == RunState::kAsked)
      give_notice(run, "release");
    else if (run.state != RunState::kEnded && run.state != RunState::kPublished)
      give_notice(run, "start");
  }

  void operator()(const RunNoticeEnded& one) { end_notice(at(one.run)); }

  void operator()(const RunApproved& one) { at(one.run).approved_by.insert(context_.seat); }

  void operator()(const RunCleared& one) {
    GovernedRun& run = at(one.run);
    if (matter_waited_for(run) == "clearance") run.started_by = run.approved_by;
    run.state = RunState::kCleared;
    run.clearances = one.clearance;
    run.cleared_level = one.level;
    run.approved_by.clear();
    run.stop_asked_by.clear();
    run.interrupted_by.clear();
  }

  void operator()(const RunStarted& one) {
    GovernedRun& run = at(one.run);
    run.state = RunState::kRunning;
    run.operated_by = context_.seat;
  }

  void operator()(const RunMetered& one) {
    GovernedRun& run = at(one.run);
    run.minutes = one.minutes;
    run.teraflops = one.teraflops;
    run.steps = one.steps;
    if (run.evaluation_due_step < 0 && is_evaluation_due(run)) run.evaluation_due_step = one.steps;
  }

  void operator()(const RunStopAsked& one) { at(one.run).stop_asked_by.insert(context_.seat); }

  void operator()(const RunStopped& one) { interrupt(at(one.run), "stop"); }

  void operator()(const RunHalted& one) { interrupt(at(one.run), one.cause); }

  void operator()(const RunEnded& one) {
    GovernedRun& run = at(one.run);
    run.state = RunState::kEnded;
    run.outcome = one.outcome;
    run.record = one.record;
    run.model = one.model;
    run.approved_by.clear();
    end_notice(run);
  }

  void operator()(const EvaluationRecorded& one) {
    GovernedRun& run = at(one.run);
    run.evaluated = one;
    run.evaluated_by = context_.seat;
    if (!is_evaluation_due(run)) run.evaluation_due_step = -1;
  }

  void operator()(const ReleaseRequested& one) {
    GovernedRun& run = at(one.run);
    run.state = RunState::kAsked;
    run.is_lowering_asked = false;
    run.checks = {};
    ask(run, "release");
  }

  void operator()(const ReleaseWithdrawn& one) {
    GovernedRun& run = at(one.run);
    run.state = RunState::kEnded;
    run.approved_by.clear();
    end_notice(run);
  }

  void operator()(const ReleaseChainChecked& one) {
    ReleaseChecks& checks = at(one.run).checks;
    checks.chain = one;
    checks.chain_checked_by = context_.seat;
  }

  void operator()(const ReleaseDataChecked& one) { at(one.run).checks.data = one; }

  void operator()(const ReleaseDocumentsChecked& one) { at(one.run).checks.documents = one; }

  void operator()(const ReleaseApproved& one) { at(one.run).approved_by.insert(context_.seat); }

  void operator()(const ReleaseDecided& one) { at(one.run).state = RunState::kPublished; }

  void operator()(const LoweringAsked& one) {
    GovernedRun& run = at(one.run);
    run.is_lowering_asked = true;
    run.report = one.report;
    ask(run, "lowering");
  }

  void operator()(const LoweringApproved& one) { at(one.run).approved_by.insert(context_.seat); }

  void operator()(const RunLowered& one) {
    GovernedRun& run = at(one.run);
    run.level = one.level;
    run.is_lowering_asked = false;
    run.approved_by.clear();
    std::ranges::copy(context_.set_aside, std::back_inserter(run.set_aside));
  }

 private:
  GovernedRun& at(std::string_view run) {
    const auto found = book_.runs_.find(run);
    GLASS_CHECK(found != book_.runs_.end());
    return found->second;
  }

  void ask(GovernedRun& run, std::string_view for_what) {
    run.content = context_.act_digest;
    run.approved_by.clear();
    give_notice(run, for_what);
  }

  void give_notice(GovernedRun& run, std::string_view before) {
    end_notice(run);
    run.told_until_ms = context_.at_ms + context_.notice_days * kDayMs;
    if (context_.notice_days == 0) return;
    run.notice = before;
    run.notice_until_ms = run.told_until_ms;
    book_.notices_.emplace(run.notice_until_ms, run.terms.run);
  }

  void end_notice(GovernedRun& run) {
    book_.notices_.erase({run.notice_until_ms, run.terms.run});
    run.notice_until_ms = 0;
    run.notice.clear();
  }

  void interrupt(GovernedRun& run, std::string_view cause) {
    run.state = RunState::kInterrupted;
    run.interrupted_by = cause;
    run.approved_by.clear();
    run.stop_asked_by.clear();
    if (!context_.act_digest.empty()) run.content = context_.act_digest;
  }

  // Whether it has passed a milestone at which nothing was evaluated yet.
  [[nodiscard]] bool is_evaluation_due(const GovernedRun& run) const {
    if (!context_.schedule) return false;
    const auto last =
        last_milestone(*context_.schedule, compute_of(run.teraflops, context_.other_compute));
    if (!last) return false;
    return !run.evaluated || compute_of(run.evaluated->teraflops, context_.other_compute) < *last;
  }

  RunBook& book_;
  const RunContext& context_;
};

void evolve(RunBook& book, const RunEvent& event, const RunContext& context) {
  std::visit(EvolvingRuns(book, context), event);
}

std::optional<int64_t> RunBook::next_due_ms() const {
  if (notices_.empty()) return std::nullopt;
  return notices_.begin()->first;
}

std::vector<RunNoticeEnded> due(const RunBook& book, int64_t at_ms) {
  std::vector<RunNoticeEnded> events;
  for (const auto& [end_ms, run] : book.notices_) {
    if (end_ms > at_ms) break;
    events.push_back({.run = run, .notice = book.find(run)->notice});
  }
  return events;
}

std::string_view matter_waited_for(const GovernedRun& run) {
  switch (run.state) {
    case RunState::kRegistered:
    case RunState::kInterrupted: return run.cleared_level < run.level ? "clearance" : "restart";
    case RunState::kEnded: return run.is_lowering_asked ? "lowering" : "";
    case RunState::kAsked: return "release";
    default: return "";
  }
}

std::string_view halt_cause(const GovernedRun& run, int64_t overdue_percent) {
  if (run.minutes > run.terms.minutes || run.teraflops > run.terms.teraflops) return "budget";
  if (run.evaluation_due_step < 0) return "";
  const EvaluationDelay delay{
      .due_step = run.evaluation_due_step, .step = run.steps, .planned_steps = run.terms.steps};
  return is_overdue(delay, overdue_percent) ? "evaluation-overdue" : "";
}

}  // namespace glass::institution
