// What happens to a governed run, as a journal tells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// What is to run, by digests: nothing else may run by its clearance.
struct RunRegistered {
  static constexpr std::string_view kKind = "run.registered";
  std::string run = "", proposal = "", recipe = "";
  std::vector<std::string> data = {};
  std::string numerics = "portable-1";
  int64_t minutes = 0, teraflops = 0, steps = 0;

  // What its safety level follows from. What is not known counts upward.
  std::string data_class = "unknown";     // the highest of its data
  std::vector<std::string> methods = {};  // what the model is for, and how it is made
  std::string base = "";  // what it goes on from: a run of the facility, or another model's digest
  int64_t base_teraflops = -1;    // of another model, all it took; -1: not known
  bool base_is_released = false;  // anybody can have it
  int64_t synthetic_teraflops = 0;

  friend bool operator==(const RunRegistered&, const RunRegistered&) = default;
};

// The safety level, as it follows from what is known about the run. It never falls by itself.
struct RunLevelled {
  static constexpr std::string_view kKind = "run.levelled";
  std::string run = "";
  int64_t level = 1;

  friend bool operator==(const RunLevelled&, const RunLevelled&) = default;
};

// A safety officer sees more in it than the facts say: one is enough.
struct RunRaised {
  static constexpr std::string_view kKind = "run.raised";
  std::string run = "", reasons = "";
  int64_t level = 2;

  friend bool operator==(const RunRaised&, const RunRaised&) = default;
};

// A time is over that had to pass after the public, or a body, was told.
struct RunNoticeEnded {
  static constexpr std::string_view kKind = "run.notice_ended";
  std::string run = "", notice = "start";

  friend bool operator==(const RunNoticeEnded&, const RunNoticeEnded&) = default;
};

// One of those whose approval the level needs says that the run may start, or go on.
struct RunApproved {
  static constexpr std::string_view kKind = "run.approved";
  std::string run = "";

  friend bool operator==(const RunApproved&, const RunApproved&) = default;
};

// Everything that the level needs is there: the run may start, or go on, within its terms.
struct RunCleared {
  static constexpr std::string_view kKind = "run.cleared";
  std::string run = "";
  int64_t level = 1, clearance = 1;

  friend bool operator==(const RunCleared&, const RunCleared&) = default;
};

struct RunStarted {
  static constexpr std::string_view kKind = "run.started";
  std::string run = "";

  friend bool operator==(const RunStarted&, const RunStarted&) = default;
};

// What the run has used since it was registered.
struct RunMetered {
  static constexpr std::string_view kKind = "run.metered";
  std::string run = "";
  int64_t minutes = 0, teraflops = 0, steps = 0;

  friend bool operator==(const RunMetered&, const RunMetered&) = default;
};

// Somebody wants it to stop. Most who may are enough alone.
struct RunStopAsked {
  static constexpr std::string_view kKind = "run.stop_asked";
  std::string run = "", reasons = "";

  friend bool operator==(const RunStopAsked&, const RunStopAsked&) = default;
};

// It was stopped by as many as its level asks for.
struct RunStopped {
  static constexpr std::string_view kKind = "run.stopped";
  std::string run = "";

  friend bool operator==(const RunStopped&, const RunStopped&) = default;
};

// It stops by itself: its budget is used up, its level rose, an evaluation is overdue.
struct RunHalted {
  static constexpr std::string_view kKind = "run.halted";
  std::string run = "", cause = "budget";

  friend bool operator==(const RunHalted&, const RunHalted&) = default;
};

struct RunEnded {
  static constexpr std::string_view kKind = "run.ended";
  std::string run = "", outcome = "finished", record = "", model = "";

  friend bool operator==(const RunEnded&, const RunEnded&) = default;
};

using RunEvent =
    std::variant<RunRegistered, RunRaised, RunLevelled, RunNoticeEnded, RunApproved, RunCleared,
                 RunStarted, RunMetered, RunStopAsked, RunStopped, RunHalted, RunEnded,
                 EvaluationRecorded, ReleaseRequested, ReleaseWithdrawn, ReleaseChainChecked,
                 ReleaseDataChecked, ReleaseDocumentsChecked, ReleaseApproved, ReleaseDecided,
                 LoweringAsked, LoweringApproved, RunLowered>;

void describe(settings::FieldVisitor& fields, RunRegistered& event);
void describe(settings::FieldVisitor& fields, RunRaised& event);
void describe(settings::FieldVisitor& fields, RunLevelled& event);
void describe(settings::FieldVisitor& fields, RunNoticeEnded& event);
void describe(settings::FieldVisitor& fields, RunApproved& event);
void describe(settings::FieldVisitor& fields, RunCleared& event);
void describe(settings::FieldVisitor& fields, RunStarted& event);
void describe(settings::FieldVisitor& fields, RunMetered& event);
void describe(settings::FieldVisitor& fields, RunStopAsked& event);
void describe(settings::FieldVisitor& fields, RunStopped& event);
void describe(settings::FieldVisitor& fields, RunHalted& event);
void describe(settings::FieldVisitor& fields, RunEnded& event);

}  // namespace glass::institution
