// What happens to calls and proposals, as a journal tells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/settings/fields.h"

namespace glass::institution {

// Proposals are asked for.
struct CallOpened {
  static constexpr std::string_view kKind = "call.opened";
  std::string call = "", text = "";
  int64_t opens_ms = 0, closes_ms = 0;
  int64_t most_minutes = 0;

  friend bool operator==(const CallOpened&, const CallOpened&) = default;
};

// What is asked for. Free text stands outside of the journal; here is what commits to it.
struct ProposalTerms {
  std::string title = "", summary = "";
  std::vector<std::string> team = {}, members = {};
  int64_t minutes = 0, teraflops = 0;
  std::string recipe = "";
  std::vector<std::string> data = {};
  std::string release = "open-weights";

  friend bool operator==(const ProposalTerms&, const ProposalTerms&) = default;
};

struct ProposalSubmitted {
  static constexpr std::string_view kKind = "proposal.submitted";
  std::string proposal = "", call = "";
  ProposalTerms terms = {};

  friend bool operator==(const ProposalSubmitted&, const ProposalSubmitted&) = default;
};

// Other terms, as a whole. The checks begin again.
struct ProposalAmended {
  static constexpr std::string_view kKind = "proposal.amended";
  std::string proposal = "";
  ProposalTerms terms = {};

  friend bool operator==(const ProposalAmended&, const ProposalAmended&) = default;
};

struct ProposalWithdrawn {
  static constexpr std::string_view kKind = "proposal.withdrawn";
  std::string proposal = "";

  friend bool operator==(const ProposalWithdrawn&, const ProposalWithdrawn&) = default;
};

// A step that a person decides. `level` belongs to the safety check, `minutes` to the allocation.
struct ProposalChecked {
  static constexpr std::string_view kKind = "proposal.checked";
  std::string proposal = "", step = "administrative-check", outcome = "eligible", reasons = "";
  int64_t level = 0, minutes = 0;

  friend bool operator==(const ProposalChecked&, const ProposalChecked&) = default;
};

// A step that follows from elsewhere: the reviews are in, the votes are closed, time is over.
struct ProposalMoved {
  static constexpr std::string_view kKind = "proposal.moved";
  std::string proposal = "", step = "expert-review", outcome = "reviewed";

  friend bool operator==(const ProposalMoved&, const ProposalMoved&) = default;
};

struct ProposalAnswered {
  static constexpr std::string_view kKind = "proposal.answered";
  std::string proposal = "", answer = "accepted";

  friend bool operator==(const ProposalAnswered&, const ProposalAnswered&) = default;
};

// The work is done, or given up; what is left of the award goes back.
struct ProposalClosed {
  static constexpr std::string_view kKind = "proposal.closed";
  std::string proposal = "", report = "";

  friend bool operator==(const ProposalClosed&, const ProposalClosed&) = default;
};

using ProposalEvent =
    std::variant<CallOpened, ProposalSubmitted, ProposalAmended, ProposalWithdrawn, ProposalChecked,
                 ProposalMoved, ProposalAnswered, ProposalClosed>;

void describe(settings::FieldVisitor& fields, CallOpened& event);
void describe(settings::FieldVisitor& fields, ProposalSubmitted& event);
void describe(settings::FieldVisitor& fields, ProposalAmended& event);
void describe(settings::FieldVisitor& fields, ProposalWithdrawn& event);
void describe(settings::FieldVisitor& fields, ProposalChecked& event);
void describe(settings::FieldVisitor& fields, ProposalMoved& event);
void describe(settings::FieldVisitor& fields, ProposalAnswered& event);
void describe(settings::FieldVisitor& fields, ProposalClosed& event);

}  // namespace glass::institution
