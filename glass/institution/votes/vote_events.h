// What happens to a vote, as a journal tells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/settings/fields.h"

namespace glass::institution {

// Why a voter is left out.
struct RecusalRecord {
  std::string voter = "", reason = "";

  friend bool operator==(const RecusalRecord&, const RecusalRecord&) = default;
};

// A body is asked. Body, rule and days follow from the charter; they stand here so that a reader
// needs no charter to see by what the result will be counted.
struct VoteOpened {
  static constexpr std::string_view kKind = "vote.opened";
  std::string vote = "", matter = "charter", about = "", content = "";
  std::string body = "", rule = "";
  int64_t days = 14;
  std::vector<RecusalRecord> recused = {};

  friend bool operator==(const VoteOpened&, const VoteOpened&) = default;
};

// Yes, no or abstention, signed over the digest of what is voted on. A later one replaces it.
struct VoteCast {
  static constexpr std::string_view kKind = "vote.cast";
  std::string vote = "", ballot = "abstain", reasons = "";

  friend bool operator==(const VoteCast&, const VoteCast&) = default;
};

// One demand of the rule and what came of it.
struct FindingRecord {
  std::string what = "";
  int64_t part = 0, whole = 0;
  std::string result = "holds";

  friend bool operator==(const FindingRecord&, const FindingRecord&) = default;
};

// The result, with every figure that it follows from. Follows from the clock, or from the last
// voter's ballot.
struct VoteClosed {
  static constexpr std::string_view kKind = "vote.closed";
  std::string vote = "", outcome = "rejected";
  int64_t in_favour = 0, against = 0, abstaining = 0;
  std::vector<std::string> barred = {};
  std::vector<FindingRecord> findings = {};

  friend bool operator==(const VoteClosed&, const VoteClosed&) = default;
};

using VoteEvent = std::variant<VoteOpened, VoteCast, VoteClosed>;

void describe(settings::FieldVisitor& fields, RecusalRecord& recusal);
void describe(settings::FieldVisitor& fields, FindingRecord& finding);
void describe(settings::FieldVisitor& fields, VoteOpened& event);
void describe(settings::FieldVisitor& fields, VoteCast& event);
void describe(settings::FieldVisitor& fields, VoteClosed& event);

}  // namespace glass::institution
