#include "glass/institution/votes/ballot_box.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/days.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/institution/voting/vote.h"

namespace glass::institution {
namespace {

std::string adoption(std::string_view matter, std::string_view content, std::string_view body,
                     std::string_view rule) {
  return fmt::format("{} {} {} {}", matter, content, body, rule);
}

std::string_view word(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAdopted: return "adopted";
    case Outcome::kRejected: return "rejected";
    case Outcome::kNoQuorum: return "no-quorum";
  }
  return "";
}

Ballot ballot_of(std::string_view text) {
  if (text == "yes") return Ballot::kYes;
  return text == "no" ? Ballot::kNo : Ballot::kAbstain;
}

// The members among the voters that are behind with what they owe. Seats of a board are called
// otherwise than any member, so that no contribution bars them.
VoterIds barred_voters(const Vote& vote, const SeatBook& seats, int64_t at_ms) {
  VoterIds barred;
  for (const Voter& voter : vote.members) {
    if (seats.is_barred(voter.id, at_ms)) barred.insert(voter.id);
  }
  return barred;
}

FindingRecord record(const Finding& finding) {
  return {.what = finding.what,
          .part = finding.part,
          .whole = finding.whole,
          .result = finding.holds       ? "holds"
                    : finding.is_waived ? "waived"
                                        : "fails"};
}

}  // namespace

const OpenVote* BallotBox::open(std::string_view vote) const {
  const auto found = open_.find(vote);
  return found == open_.end() ? nullptr : &found->second;
}

const ClosedVote* BallotBox::closed(std::string_view vote) const {
  const auto found = closed_.find(vote);
  return found == closed_.end() ? nullptr : &found->second;
}

bool BallotBox::is_adopted(std::string_view matter, std::string_view content, std::string_view body,
                           std::string_view rule) const {
  return adopted_.contains(adoption(matter, content, body, rule));
}

bool BallotBox::is_adopted_about(std::string_view matter, std::string_view about,
                                 std::string_view content, std::string_view body) const {
  return std::ranges::any_of(closed_, [&](const auto& one) {
    const ClosedVote& vote = one.second;
    return vote.outcome == "adopted" && vote.matter == matter && vote.about == about &&
           vote.content == content && vote.body == body;
  });
}

std::optional<int64_t> BallotBox::next_due_ms() const {
  if (ends_.empty()) return std::nullopt;
  return ends_.begin()->first;
}

Status expect_possible(const BallotBox& box, const Charter& charter, const VoteOpened& event,
                       int64_t level, int64_t minutes) {
  if (box.open(event.vote) != nullptr || box.closed(event.vote) != nullptr)
    return refused(fmt::format("there is a vote {} already; draw another id", event.vote));
  const auto decisions = charter.decisions(event.matter, level, minutes);
  const auto decision = std::ranges::find_if(decisions, [&](const DecisionSettings& one) {
    return one.body == event.body && one.rule == event.rule;
  });
  if (decision == decisions.end())
    return refused(
        fmt::format("by the charter, {} at level SL-{} over {} minutes is not decided by "
                    "body '{}' with rule '{}'",
                    event.matter, level, minutes, event.body, event.rule));
  if (event.days != decision->days)
    return refused(
        fmt::format("by the charter, a vote on {} in body '{}' is open for {} days, not {}",
                    event.matter, event.body, decision->days, event.days));
  for (const auto& [id, open] : box.open_) {
    if (open.terms.content == event.content && open.terms.matter == event.matter &&
        open.terms.body == event.body)
      return refused(fmt::format("body '{}' votes on this already, in vote {}", event.body, id));
  }
  const auto electorate = charter.electorate(event.body);
  for (const RecusalRecord& recusal : event.recused) {
    if (std::ranges::find(electorate, recusal.voter, &Voter::id) == electorate.end())
      return refused(fmt::format("'{}' does not vote in body '{}' and cannot be recused there",
                                 recusal.voter, event.body));
  }
  return {};
}

Status expect_possible(const BallotBox& box, const Charter& charter, const VoteCast& event,
                       std::string_view seat) {
  const OpenVote* open = box.open(event.vote);
  if (open == nullptr) {
    const ClosedVote* closed = box.closed(event.vote);
    return refused(closed == nullptr ? fmt::format("there is no vote {}", event.vote)
                                     : fmt::format("vote {} was closed at {}: {}", event.vote,
                                                   time_text(closed->closed_ms), closed->outcome));
  }
  const auto voter = charter.voter_of(seat, open->terms.body);
  if (!voter)
    return refused(fmt::format("seat {} has no vote in body '{}', which decides this", seat,
                               open->terms.body));
  if (open->vote.recused.contains(*voter))
    return refused(fmt::format("{} is recused from vote {}", *voter, event.vote));
  return {};
}

void open_vote(BallotBox& box, const Charter& charter, const VoteOpened& event, int64_t at_ms) {
  OpenVote open;
  open.terms = event;
  open.closes_ms = at_ms + event.days * kDayMs;
  open.vote.rule = *charter.rule(event.rule);
  open.vote.members = charter.electorate(event.body);
  for (const RecusalRecord& recusal : event.recused) open.vote.recused.insert(recusal.voter);
  box.ends_.emplace(open.closes_ms, event.vote);
  box.open_.emplace(event.vote, std::move(open));
}

void cast(BallotBox& box, const VoteCast& event, std::string_view voter) {
  const auto open = box.open_.find(event.vote);
  GLASS_CHECK(open != box.open_.end());
  open->second.vote.ballots.insert_or_assign(std::string(voter), ballot_of(event.ballot));
}

void close(BallotBox& box, const VoteClosed& event, int64_t at_ms) {
  const auto open = box.open_.find(event.vote);
  GLASS_CHECK(open != box.open_.end());
  const VoteOpened& terms = open->second.terms;
  if (event.outcome == "adopted")
    box.adopted_.insert(adoption(terms.matter, terms.content, terms.body, terms.rule));
  box.closed_.emplace(event.vote, ClosedVote{.matter = terms.matter,
                                             .about = terms.about,
                                             .content = terms.content,
                                             .body = terms.body,
                                             .outcome = event.outcome,
                                             .closed_ms = at_ms});
  box.ends_.erase({open->second.closes_ms, event.vote});
  box.open_.erase(open);
}

VoteClosed result_of(const OpenVote& open, const SeatBook& seats, int64_t at_ms) {
  Vote vote = open.vote;
  vote.barred = barred_voters(vote, seats, at_ms);
  const Tally tally = count(vote);
  VoteClosed closed;
  closed.vote = open.terms.vote;
  closed.outcome = word(tally.outcome);
  closed.in_favour = tally.in_favour;
  closed.against = tally.against;
  closed.abstaining = tally.abstaining;
  closed.barred.assign(vote.barred.begin(), vote.barred.end());
  for (const Finding& finding : tally.findings) closed.findings.push_back(record(finding));
  return closed;
}

bool is_complete(const OpenVote& open, const SeatBook& seats, int64_t at_ms) {
  const VoterIds barred = barred_voters(open.vote, seats, at_ms);
  return std::ranges::all_of(open.vote.members, [&](const Voter& voter) {
    return open.vote.ballots.contains(voter.id) || open.vote.recused.contains(voter.id) ||
           barred.contains(voter.id);
  });
}

std::vector<VoteClosed> due(const BallotBox& box, const SeatBook& seats, int64_t at_ms) {
  std::vector<VoteClosed> results;
  for (const auto& [end_ms, vote] : box.ends_) {
    if (end_ms > at_ms) break;
    results.push_back(result_of(box.open_.at(vote), seats, at_ms));
  }
  return results;
}

}  // namespace glass::institution
