// ProposalBook: the calls and proposals of a facility.
//
//                 the nine steps of step.h                      proposal.closed
//   submitted -----------------------------------> active -----------------------> closed
//       |  ^        every one with a good outcome
//       |  +- proposal.amended: the checks begin again
//       +--> rejected    a step had a bad outcome
//       +--> expired     a step's time was over
//       +--> withdrawn   by the applicant
//
// What always holds:
//
//   1. a step is decided once, when everything it waits for is done, and never after its time;
//   2. nobody decides on terms that they have not seen: terms are named by the digest of the act
//      that set them, and each amendment is another one;
//   3. who is rejected, expired, withdrawn or closed stays so;
//   4. what is awarded is never more than what was asked for.
#pragma once

#include <array>
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
#include "glass/institution/charter/charter.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/proposals/step.h"

namespace glass::institution {

enum class ProposalState : uint8_t {
  kSubmitted,
  kActive,
  kClosed,
  kRejected,
  kExpired,
  kWithdrawn,
};

std::string_view to_text(ProposalState state);

struct StepRecord {
  std::string outcome;  // empty: not done
  int64_t at_ms = 0;
};

struct Proposal {
  std::string call, applicant;  // the applicant's seat
  ProposalTerms terms;
  std::string content;  // digest of the act that set the terms
  ProposalState state = ProposalState::kSubmitted;
  std::array<StepRecord, kSteps.size()> steps;
  std::optional<Step> ended_at;  // where it was rejected or expired
  int64_t level = 0;             // once the safety check is done
  int64_t minutes = 0;           // once they are allocated
  std::string allocation;        // digest of the act that allocated them: what is voted on
  int64_t due_ms = 0;            // when what it waits for has to be done; while it is submitted

  [[nodiscard]] const StepRecord& step(Step step) const { return steps[static_cast<size_t>(step)]; }

  [[nodiscard]] bool is_done(Step which) const { return !step(which).outcome.empty(); }

  // Not done, and everything that it waits for is.
  [[nodiscard]] bool is_next(Step step) const;
};

struct Call {
  int64_t opens_ms = 0, closes_ms = 0, most_minutes = 0;
};

// Of an act: whose seat signed it, what its digest is, when it was taken.
struct ActContext {
  std::string seat;
  std::string digest;
  int64_t at_ms = 0;
};

class ProposalBook {
 public:
  // Nothing if there is none.
  [[nodiscard]] const Proposal* find(std::string_view proposal) const;
  [[nodiscard]] const Call* call(std::string_view call) const;

  [[nodiscard]] const std::map<std::string, Proposal, std::less<>>& all() const {
    return proposals_;
  }

  // The next moment at which a proposal expires.
  [[nodiscard]] std::optional<int64_t> next_due_ms() const;

 private:
  friend void evolve(ProposalBook& book, const Charter& charter, const ProposalEvent& event,
                     const ActContext& context);
  friend std::vector<ProposalMoved> due(const ProposalBook& book, int64_t at_ms);

  using Proposals = std::map<std::string, Proposal, std::less<>>;
  using Entry = Proposals::value_type;  // a proposal with its id

  struct DueOrder {
    using is_transparent = void;
    using Due = std::pair<int64_t, std::string_view>;

    bool operator()(const Due& a, const Due& b) const { return a < b; }
  };

  Entry& at(std::string_view proposal);
  void do_step(const Charter& charter, Entry& entry, Step step, std::string_view outcome,
               int64_t at_ms);
  void end(Entry& entry, ProposalState state);
  void set_due(Entry& entry, int64_t due_ms);

  Proposals proposals_;
  std::map<std::string, Call, std::less<>> calls_;
  std::set<std::pair<int64_t, std::string>, DueOrder> dues_;
};

// kRefused says what stands in the way, by the charter and the state of the proposal. Who signed is
// not asked here.
[[nodiscard]] Status expect_possible(const ProposalBook& book, const ProposalEvent& event,
                                     int64_t at_ms);

// REQUIRES: the event was possible.
void evolve(ProposalBook& book, const Charter& charter, const ProposalEvent& event,
            const ActContext& context);

// The steps whose time is over by then, each with the outcome "expired".
std::vector<ProposalMoved> due(const ProposalBook& book, int64_t at_ms);

}  // namespace glass::institution
