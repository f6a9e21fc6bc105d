// Evaluations, as a journal tells them: what was measured on the weights of a run, and the borders
// that it is held to. A score says how capable of harm a model is: more is worse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/settings/fields.h"

namespace glass::institution {

struct DomainScore {
  std::string domain = "cbrn";
  int64_t score = 0;

  friend bool operator==(const DomainScore&, const DomainScore&) = default;
};

// In the unit that the board chose for the domain. What is -1 is not known.
struct DomainBorders {
  std::string domain = "cbrn";
  int64_t alert = 0, critical = 0;
  int64_t reference = -1, standard_error = 0;  // of the best released open model
  int64_t safe_reference = -1;                 // of a model that is known to be safe

  friend bool operator==(const DomainBorders&, const DomainBorders&) = default;
};

// What was measured on a run's weights.
struct EvaluationRecorded {
  static constexpr std::string_view kKind = "evaluation.recorded";
  std::string run = "", model = "", report = "";
  int64_t teraflops = 0;  // of the run's own, when the weights stood so
  bool is_final = false, is_elicited = false;
  std::vector<DomainScore> scores = {};

  friend bool operator==(const EvaluationRecorded&, const EvaluationRecorded&) = default;
};

// What the borders should be, as a whole. The act is what the safety board votes on.
struct BordersProposed {
  static constexpr std::string_view kKind = "borders.proposed";
  std::vector<DomainBorders> domains = {};

  friend bool operator==(const BordersProposed&, const BordersProposed&) = default;
};

// They are in force. Scores that were recorded before are held to them, too.
struct BordersSet {
  static constexpr std::string_view kKind = "borders.set";
  std::string content = "";

  friend bool operator==(const BordersSet&, const BordersSet&) = default;
};

using BorderEvent = std::variant<BordersProposed, BordersSet>;

void describe(settings::FieldVisitor& fields, DomainScore& score);
void describe(settings::FieldVisitor& fields, DomainBorders& borders);
void describe(settings::FieldVisitor& fields, EvaluationRecorded& event);
void describe(settings::FieldVisitor& fields, BordersProposed& event);
void describe(settings::FieldVisitor& fields, BordersSet& event);

}  // namespace glass::institution
