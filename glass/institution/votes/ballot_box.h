// BallotBox: the votes of a facility, open and closed. Roll-call: who voted how is public at once.
//
//            vote.opened             vote.cast (again: replaces)
//   (none) --------------> open <--------------+
//                           | +-----------------+
//                           | vote.closed: its time is over, or everybody who may has voted
//                           v
//                         closed: adopted, rejected, no-quorum
//
// What always holds:
//
//   1. body, rule and length of a vote are those that the charter had for its matter when it was
//      opened; later amendments change nothing about it;
//   2. a ballot is for the content that the vote was opened on: its digest stands in the act;
//   3. the result follows from what stands in the journal before it, by institution/voting alone;
//   4. of one content there is one open vote in a body at most.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/institution/voting/vote.h"

namespace glass::institution {

struct OpenVote {
  VoteOpened terms;
  int64_t closes_ms = 0;
  Vote vote;  // without those that are barred, which depends on the moment
};

struct ClosedVote {
  std::string matter, about, content, body, outcome;
  int64_t closed_ms = 0;
};

class BallotBox {
 public:
  // Nothing if no such vote is open.
  [[nodiscard]] const OpenVote* open(std::string_view vote) const;

  // Nothing if no such vote was ever closed.
  [[nodiscard]] const ClosedVote* closed(std::string_view vote) const;

  // Whether a body has adopted this content for this matter, by this rule.
  [[nodiscard]] bool is_adopted(std::string_view matter, std::string_view content,
                                std::string_view body, std::string_view rule) const;

  // Likewise, in a vote about that alone.
  [[nodiscard]] bool is_adopted_about(std::string_view matter, std::string_view about,
                                      std::string_view content, std::string_view body) const;

  // The next moment at which a vote closes.
  [[nodiscard]] std::optional<int64_t> next_due_ms() const;

 private:
  friend Status expect_possible(const BallotBox& box, const Charter& charter,
                                const VoteOpened& event, int64_t level, int64_t minutes);
  friend Status expect_possible(const BallotBox& box, const Charter& charter, const VoteCast& event,
                                std::string_view seat);
  friend void open_vote(BallotBox& box, const Charter& charter, const VoteOpened& event,
                        int64_t at_ms);
  friend void cast(BallotBox& box, const VoteCast& event, std::string_view voter);
  friend void close(BallotBox& box, const VoteClosed& event, int64_t at_ms);
  friend std::vector<VoteClosed> due(const BallotBox& box, const SeatBook& seats, int64_t at_ms);

  std::map<std::string, OpenVote, std::less<>> open_;
  std::map<std::string, ClosedVote, std::less<>> closed_;
  std::set<std::pair<int64_t, std::string>> ends_;
  std::set<std::string, std::less<>> adopted_;  // "matter content body rule"
};

// `level` and `minutes` are those of what is voted on, by which the charter chooses body and rule;
// 1 and 0 where it has none. kRefused if the terms are not those of the charter.
[[nodiscard]] Status expect_possible(const BallotBox& box, const Charter& charter,
                                     const VoteOpened& event, int64_t level, int64_t minutes);
[[nodiscard]] Status expect_possible(const BallotBox& box, const Charter& charter,
                                     const VoteCast& event, std::string_view seat);

// REQUIRES: the event was possible; `voter` is whom the seat votes as.
void open_vote(BallotBox& box, const Charter& charter, const VoteOpened& event, int64_t at_ms);
void cast(BallotBox& box, const VoteCast& event, std::string_view voter);
void close(BallotBox& box, const VoteClosed& event, int64_t at_ms);

// The result of an open vote, were it closed now.
VoteClosed result_of(const OpenVote& open, const SeatBook& seats, int64_t at_ms);

// Whether everybody who may vote has.
bool is_complete(const OpenVote& open, const SeatBook& seats, int64_t at_ms);

// The votes whose time is over by then, in the order in which they end.
std::vector<VoteClosed> due(const BallotBox& box, const SeatBook& seats, int64_t at_ms);

}  // namespace glass::institution
