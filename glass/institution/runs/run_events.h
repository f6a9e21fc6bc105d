// What happens to a governed run, as a journal tells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/settings/fields.h"

namespace glass::institution {

// What is to run, by digests: nothing else may run by its clearance.
struct RunRegistered {
  static constexpr std::string_view kKind = "run.registered";
  std::string run = "", proposal = "", recipe = "";
  std::vector<std::string> data = {};
  std::string numerics = "portable-1";
  int64_t minutes = 0, teraflops = 0;

  friend bool operator==(const RunRegistered&, const RunRegistered&) = default;
};

// The safety level, by the triggers that set it. Follows from what is known about the run; a person
// can only raise it.
struct RunLevelled {
  static constexpr std::string_view kKind = "run.levelled";
  std::string run = "";
  int64_t level = 1;

  friend bool operator==(const RunLevelled&, const RunLevelled&) = default;
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

// It was stopped by somebody who may: one is enough.
struct RunStopped {
  static constexpr std::string_view kKind = "run.stopped";
  std::string run = "", reasons = "";

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

// That its model be published.
struct ReleaseRequested {
  static constexpr std::string_view kKind = "release.requested";
  std::string run = "", model = "", evidence = "";

  friend bool operator==(const ReleaseRequested&, const ReleaseRequested&) = default;
};

struct ReleaseApproved {
  static constexpr std::string_view kKind = "release.approved";
  std::string run = "";

  friend bool operator==(const ReleaseApproved&, const ReleaseApproved&) = default;
};

// The public has had its time to see what is to be published.
struct ReleaseNoticeEnded {
  static constexpr std::string_view kKind = "release.notice_ended";
  std::string run = "";

  friend bool operator==(const ReleaseNoticeEnded&, const ReleaseNoticeEnded&) = default;
};

// The model may be published.
struct ReleaseDecided {
  static constexpr std::string_view kKind = "release.decided";
  std::string run = "", model = "";

  friend bool operator==(const ReleaseDecided&, const ReleaseDecided&) = default;
};

using RunEvent = std::variant<RunRegistered, RunLevelled, RunApproved, RunCleared, RunStarted,
                              RunMetered, RunStopped, RunHalted, RunEnded, ReleaseRequested,
                              ReleaseApproved, ReleaseNoticeEnded, ReleaseDecided>;

void describe(settings::FieldVisitor& fields, RunRegistered& event);
void describe(settings::FieldVisitor& fields, RunLevelled& event);
void describe(settings::FieldVisitor& fields, RunApproved& event);
void describe(settings::FieldVisitor& fields, RunCleared& event);
void describe(settings::FieldVisitor& fields, RunStarted& event);
void describe(settings::FieldVisitor& fields, RunMetered& event);
void describe(settings::FieldVisitor& fields, RunStopped& event);
void describe(settings::FieldVisitor& fields, RunHalted& event);
void describe(settings::FieldVisitor& fields, RunEnded& event);
void describe(settings::FieldVisitor& fields, ReleaseRequested& event);
void describe(settings::FieldVisitor& fields, ReleaseApproved& event);
void describe(settings::FieldVisitor& fields, ReleaseNoticeEnded& event);
void describe(settings::FieldVisitor& fields, ReleaseDecided& event);

}  // namespace glass::institution
