// What the tests of this room share: a facility by the example's charter in which every seat is
// held, a project of it, and a run.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/proposals/step.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution::test {

inline constexpr int64_t kDay = int64_t{24} * 3600 * 1000;
inline constexpr int64_t kStart = 1'767'225'600'000;  // 1 January 2026

// Texts of the form that acts hold.
std::string id(int number);
std::string digest(int number);
std::string key(int number);

// charters/example.toml
Charter example();

// Acts are signed by the seat's key.
class Facility {
 public:
  Facility();

  // An act as its author would make it now.
  SignedAct sign(const std::string& seat, const Event& event,
                 const std::vector<std::string>& more_keys = {});

  // Empty, or why not; what followed is kept.
  std::string put(const SignedAct& act);

  std::string act(const std::string& seat, const Event& event) { return put(sign(seat, event)); }

  // The clock goes on; what happened by itself is kept.
  void wait(int64_t days);

  [[nodiscard]] const Proposal& proposal(const std::string& which) const {
    return *state.proposals.find(which);
  }

  State state;
  int64_t now_ms = kStart;
  std::vector<Event> followed;
  std::string last_digest;

 private:
  std::map<std::string, std::string> keys_;
  int acts_ = 0;
};

// "vote.closed proposal.moved "
std::string kinds(const std::vector<Event>& events);

ProposalTerms terms(int64_t minutes);
Event checked(const std::string& proposal, Step step, std::string_view outcome, int64_t level = 0,
              int64_t minutes = 0);

// Allocation period id(40) of a year from now, with so many minutes in its pool, and more of them.
void open_period(Facility& facility, int64_t minutes);
Event refilled(int64_t minutes);

// Proposal id(60) with an allocation of `minutes` at `level`, by an office's seat as its applicant.
void allocate(Facility& facility, int64_t minutes, int64_t level);

Event vote_on_award(const Facility& facility, const std::string& vote, const std::string& body,
                    const std::string& rule);
Event ballot(const std::string& vote, const std::string& how);

// The same as a project whose award has been accepted by its applicant, all of it released.
void activate(Facility& facility, int64_t minutes, int64_t level);

// The safety board is asked to clear run id(90), by the rule of level 3.
VoteOpened vote_on_clearance(const Facility& facility, const std::string& vote);

// Run id(90) of the project, and its approval.
RunRegistered a_run(int64_t minutes = 1000);
Event approved();
const GovernedRun& run(const Facility& facility);
void start_at_level_1(Facility& facility);

// The project at a level of 1 or 2, and its run, ended with model digest(95).
void end_at_level(Facility& facility, int64_t level);

// Borders of every domain, adopted by the safety board: alert from 50, critical from 80, the best
// open model at 40.
void set_borders(Facility& facility);

// Every domain with the same score, of the final weights of the run, with elicitation.
EvaluationRecorded final_evaluation(int64_t score);

Event release_requested();

// What the offices sign so that all that does not need anybody's agreement holds.
void check_release(Facility& facility);

}  // namespace glass::institution::test
