// What leads from the end of a run to its publication, as a journal tells it: the request, what was
// looked at for the gate (institution/safety/release_gate.h), approvals, the decision; and how a
// level comes down.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/settings/fields.h"

namespace glass::institution {

// That its model be published.
struct ReleaseRequested {
  static constexpr std::string_view kKind = "release.requested";
  std::string run = "", model = "", evidence = "";

  friend bool operator==(const ReleaseRequested&, const ReleaseRequested&) = default;
};

// It is not asked for any more; it may be again.
struct ReleaseWithdrawn {
  static constexpr std::string_view kKind = "release.withdrawn";
  std::string run = "";

  friend bool operator==(const ReleaseWithdrawn&, const ReleaseWithdrawn&) = default;
};

// Which links from proposal to weights somebody has verified, and how many random segments of the
// run were replayed.
struct ReleaseChainChecked {
  static constexpr std::string_view kKind = "release.chain_checked";
  std::string run = "";
  bool proposal = false, vote = false, data_seals = false, code = false, run_log = false,
       checkpoints = false, evaluations = false;
  int64_t segments = 0, replayed = 0, differing = 0;

  friend bool operator==(const ReleaseChainChecked&, const ReleaseChainChecked&) = default;
};

// What the data officer found in the data that the run used.
struct ReleaseDataChecked {
  static constexpr std::string_view kKind = "release.data_checked";
  std::string run = "";
  int64_t rows_without_licence = 0;
  int64_t opt_outs_at_ms = 0, sealed_at_ms = 0;
  bool hash_scan_is_clean = false, classifier_scan_is_clean = false;  // of unlawful data
  bool has_personal_data_report = false;

  friend bool operator==(const ReleaseDataChecked&, const ReleaseDataChecked&) = default;
};

// The documents that go with the model.
struct ReleaseDocumentsChecked {
  static constexpr std::string_view kKind = "release.documents_checked";
  std::string run = "", documents = "";
  int64_t empty_fields = 0;
  bool has_model_report = false;

  friend bool operator==(const ReleaseDocumentsChecked&, const ReleaseDocumentsChecked&) = default;
};

// One of those whose approval and signature the level needs.
struct ReleaseApproved {
  static constexpr std::string_view kKind = "release.approved";
  std::string run = "";

  friend bool operator==(const ReleaseApproved&, const ReleaseApproved&) = default;
};

// The model may be published.
struct ReleaseDecided {
  static constexpr std::string_view kKind = "release.decided";
  std::string run = "", model = "";

  friend bool operator==(const ReleaseDecided&, const ReleaseDecided&) = default;
};

// That the level of an ended run go down a step.
struct LoweringAsked {
  static constexpr std::string_view kKind = "lowering.asked";
  std::string run = "", report = "";

  friend bool operator==(const LoweringAsked&, const LoweringAsked&) = default;
};

// One of those whose approval that needs.
struct LoweringApproved {
  static constexpr std::string_view kKind = "lowering.approved";
  std::string run = "";

  friend bool operator==(const LoweringApproved&, const LoweringApproved&) = default;
};

// Its level is lower now. What gave the higher one is set aside, with its values: only a new
// trigger or a higher value raises it again.
struct RunLowered {
  static constexpr std::string_view kKind = "run.lowered";
  std::string run = "";
  int64_t level = 1;

  friend bool operator==(const RunLowered&, const RunLowered&) = default;
};

void describe(settings::FieldVisitor& fields, ReleaseRequested& event);
void describe(settings::FieldVisitor& fields, ReleaseWithdrawn& event);
void describe(settings::FieldVisitor& fields, ReleaseChainChecked& event);
void describe(settings::FieldVisitor& fields, ReleaseDataChecked& event);
void describe(settings::FieldVisitor& fields, ReleaseDocumentsChecked& event);
void describe(settings::FieldVisitor& fields, ReleaseApproved& event);
void describe(settings::FieldVisitor& fields, ReleaseDecided& event);
void describe(settings::FieldVisitor& fields, LoweringAsked& event);
void describe(settings::FieldVisitor& fields, LoweringApproved& event);
void describe(settings::FieldVisitor& fields, RunLowered& event);

}  // namespace glass::institution
