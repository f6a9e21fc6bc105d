#include "glass/institution/runs/run_book.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
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
#include "glass/institution/runs/run_events.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 7> kStates = {
    "registered", "cleared", "running", "interrupted", "ended", "asked for release", "published"};

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

Status expect_registrable(const RunBook& book, const RunRegistered& one) {
  if (book.find(one.run) != nullptr)
    return refused(fmt::format("there is a run {} already; draw another id", one.run));
  if (one.recipe.empty() || one.data.empty())
    return refused("a run names its recipe and its data by digest");
  if (one.minutes <= 0 || one.teraflops <= 0)
    return refused("a run says how many minutes and how much compute it may use");
  return {};
}

Status expect_approvable(const RunBook& book, const RunApproved& one, std::string_view seat) {
  GLASS_TRY_STATUS(
      expect_state(book, one.run, "approved", {RunState::kRegistered, RunState::kInterrupted}));
  if (book.find(one.run)->approved_by.contains(seat))
    return refused(fmt::format("seat {} has approved run {} already", seat, one.run));
  return {};
}

Status expect_metered(const RunBook& book, const RunMetered& one) {
  GLASS_TRY_STATUS(expect_state(book, one.run, "metered", {RunState::kRunning}));
  const GovernedRun& run = *book.find(one.run);
  if (one.minutes < run.minutes || one.teraflops < run.teraflops || one.steps < run.steps)
    return refused(
        fmt::format("run {} has used {} minutes and done {} steps; what is metered only "
                    "grows",
                    one.run, run.minutes, run.steps));
  return {};
}

Status expect_requestable(const RunBook& book, const ReleaseRequested& one) {
  GLASS_TRY_STATUS(expect_state(book, one.run, "asked to be released", {RunState::kEnded}));
  const GovernedRun& run = *book.find(one.run);
  if (run.outcome != "finished")
    return refused(fmt::format("run {} is {} and has no model to release", one.run, run.outcome));
  if (one.model != run.model)
    return refused(fmt::format("run {} ended with model {}, and {} is another one", one.run,
                               run.model, one.model));
  return {};
}

Status expect_release_approvable(const RunBook& book, const ReleaseApproved& one,
                                 std::string_view seat) {
  GLASS_TRY_STATUS(expect_state(book, one.run, "approved for release", {RunState::kAsked}));
  if (book.find(one.run)->approved_by.contains(seat))
    return refused(
        fmt::format("seat {} has approved the release of run {} already", seat, one.run));
  return {};
}

}  // namespace

std::string_view to_text(RunState state) {
  return kStates[static_cast<size_t>(state)];
}

const GovernedRun* RunBook::find(std::string_view run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : &found->second;
}

GovernedRun& RunBook::at(std::string_view run) {
  const auto found = runs_.find(run);
  GLASS_CHECK(found != runs_.end());
  return found->second;
}

Status expect_possible(const RunBook& book, const RunEvent& event, std::string_view seat) {
  using enum RunState;
  return std::visit(
      Overloaded{
          [&](const RunRegistered& one) { return expect_registrable(book, one); },
          [&](const RunLevelled& one) -> Status {
            GLASS_TRY(const GovernedRun* run, known(book, one.run));
            if (one.level > run->level) return {};
            return refused(
                fmt::format("run {} is at level SL-{} already; a level is lowered by the "
                            "decision of a body only",
                            one.run, run->level));
          },
          [&](const RunApproved& one) { return expect_approvable(book, one, seat); },
          [&](const RunCleared& one) {
            return expect_state(book, one.run, "cleared", {kRegistered, kInterrupted});
          },
          [&](const RunStarted& one) { return expect_state(book, one.run, "started", {kCleared}); },
          [&](const RunMetered& one) { return expect_metered(book, one); },
          [&](const RunStopped& one) {
            return expect_state(book, one.run, "stopped", {kRegistered, kCleared, kRunning});
          },
          [&](const RunHalted& one) {
            return expect_state(book, one.run, "halted", {kCleared, kRunning});
          },
          [&](const RunEnded& one) -> Status {
            GLASS_TRY_STATUS(expect_state(book, one.run, "ended",
                                          {kRegistered, kCleared, kRunning, kInterrupted}));
            const bool is_finished = one.outcome == "finished";
            if (is_finished != !one.model.empty() || is_finished != !one.record.empty())
              return refused(
                  "a run that finished names its record and its model, and no other does");
            if (is_finished && book.find(one.run)->state != kRunning)
              return refused(
                  fmt::format("run {} is not running and cannot have finished", one.run));
            return {};
          },
          [&](const ReleaseRequested& one) { return expect_requestable(book, one); },
          [&](const ReleaseApproved& one) { return expect_release_approvable(book, one, seat); },
          [&](const ReleaseNoticeEnded& one) {
            return expect_state(book, one.run, "noticed", {kAsked});
          },
          [&](const ReleaseDecided& one) -> Status {
            GLASS_TRY_STATUS(expect_state(book, one.run, "published", {kAsked}));
            if (book.find(one.run)->notice_until_ms == 0) return {};
            return refused(fmt::format("the public notice of run {} is not over", one.run));
          }},
      event);
}

void RunBook::interrupt(std::string_view id, std::string_view cause, const RunContext& context) {
  GovernedRun& run = at(id);
  run.state = RunState::kInterrupted;
  run.interrupted_by = cause;
  run.approved_by.clear();
  if (!context.act_digest.empty()) run.content = context.act_digest;
}

void evolve(RunBook& book, const RunEvent& event, const RunContext& context) {
  std::visit(
      Overloaded{
          [&](const RunRegistered& one) {
            GovernedRun& run = book.runs_[one.run];
            run.terms = one;
            run.content = context.act_digest;
          },
          [&](const RunLevelled& one) {
            GovernedRun& run = book.at(one.run);
            run.level = one.level;
            run.approved_by.clear();
            if (run.state == RunState::kCleared) run.state = RunState::kRegistered;
          },
          [&](const RunApproved& one) { book.at(one.run).approved_by.insert(context.seat); },
          [&](const RunCleared& one) {
            GovernedRun& run = book.at(one.run);
            run.state = RunState::kCleared;
            run.clearances = one.clearance;
            run.cleared_level = one.level;
            run.approved_by.clear();
            run.interrupted_by.clear();
          },
          [&](const RunStarted& one) { book.at(one.run).state = RunState::kRunning; },
          [&](const RunMetered& one) {
            GovernedRun& run = book.at(one.run);
            run.minutes = one.minutes;
            run.teraflops = one.teraflops;
            run.steps = one.steps;
          },
          [&](const RunStopped& one) { book.interrupt(one.run, "stop", context); },
          [&](const RunHalted& one) { book.interrupt(one.run, one.cause, context); },
          [&](const RunEnded& one) {
            GovernedRun& run = book.at(one.run);
            run.state = RunState::kEnded;
            run.outcome = one.outcome;
            run.record = one.record;
            run.model = one.model;
            run.approved_by.clear();
          },
          [&](const ReleaseRequested& one) {
            GovernedRun& run = book.at(one.run);
            run.state = RunState::kAsked;
            run.content = context.act_digest;
            if (context.notice_days == 0) return;
            run.notice_until_ms = context.at_ms + context.notice_days * kDayMs;
            book.notices_.emplace(run.notice_until_ms, one.run);
          },
          [&](const ReleaseApproved& one) { book.at(one.run).approved_by.insert(context.seat); },
          [&](const ReleaseNoticeEnded& one) {
            GovernedRun& run = book.at(one.run);
            book.notices_.erase({run.notice_until_ms, one.run});
            run.notice_until_ms = 0;
          },
          [&](const ReleaseDecided& one) { book.at(one.run).state = RunState::kPublished; }},
      event);
}

std::optional<int64_t> RunBook::next_due_ms() const {
  if (notices_.empty()) return std::nullopt;
  return notices_.begin()->first;
}

std::vector<ReleaseNoticeEnded> due(const RunBook& book, int64_t at_ms) {
  std::vector<ReleaseNoticeEnded> events;
  for (const auto& [end_ms, run] : book.notices_) {
    if (end_ms > at_ms) break;
    events.push_back({.run = run});
  }
  return events;
}

std::string_view matter_waited_for(const GovernedRun& run) {
  switch (run.state) {
    case RunState::kRegistered: return run.clearances == 0 ? "clearance" : "restart";
    case RunState::kInterrupted: return run.clearances == 0 ? "clearance" : "restart";
    case RunState::kAsked: return "release";
    default: return "";
  }
}

int64_t claimed_minutes(const GovernedRun& run) {
  const bool has_ended = run.state == RunState::kEnded || run.state == RunState::kAsked ||
                         run.state == RunState::kPublished;
  return has_ended ? run.minutes : run.terms.minutes;
}

std::string_view halt_cause(const GovernedRun& run) {
  if (run.minutes > run.terms.minutes || run.teraflops > run.terms.teraflops) return "budget";
  return "";
}

}  // namespace glass::institution
