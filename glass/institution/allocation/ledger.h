// Ledger: accounts of computing time in double entry. A fold of events: evolve() for each in order.
//
//   event                from                  to
//   pool_refilled        supply                pool of a period
//   share_allotted       pool                  share of a member
//   share_transferred    share                 another share, or the pool
//   award_granted        share or pool         promised to the award
//   tranche_released     promised              award
//   award_supplemented   share or pool         award
//   award_transferred    award                 another award
//   award_returned       award                 share or pool that it came from
//   run_held             award                 hold of a run
//   run_used             hold                  used, of the award
//   run_refunded         hold                  award
//   corrected            used, award or pool   award, used or supply
//   carried_over         award                 award that renews it
//   expired              award, promised,      expired, of the award or the period
//                        pool or share
//
// The life of an award:
//
//            extended                      minutes come back: refunded, corrected
//             +----+                             +-------+
//             |    v                             v       |
//   granted --+-> open ------ the clock ------> ended ---+  and expire at once
//
// What always holds:
//
//   1. an event moves its minutes from one account to one other, so all accounts together are zero;
//   2. no account but the supply is below zero, in any unit;
//   3. what a run may use it holds before it starts, so two runs never count on the same minutes;
//   4. what has ended keeps nothing: it is emptied at its end, and again of what comes back later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/allocation/tres.h"

namespace glass::institution {

enum class AccountKind : uint8_t {
  kSupply,
  kPool,      // of a period
  kShare,     // of a member, in a period
  kPromised,  // to an award
  kAward,
  kHold,     // of a run
  kUsed,     // of an award
  kExpired,  // of an award or a period
};

// One account. Views, for as long as what they look at.
struct Account {
  AccountKind kind = AccountKind::kSupply;
  std::string_view id = {}, member = {};

  friend bool operator==(const Account&, const Account&) = default;
};

inline Account supply_account() {
  return {};
}

inline Account pool_account(std::string_view period) {
  return {AccountKind::kPool, period};
}

inline Account share_account(std::string_view period, std::string_view member) {
  return {AccountKind::kShare, period, member};
}

// A share, or the pool where no member is named.
inline Account source_account(std::string_view period, std::string_view member) {
  return member.empty() ? pool_account(period) : share_account(period, member);
}

inline Account promised_account(std::string_view award) {
  return {AccountKind::kPromised, award};
}

inline Account award_account(std::string_view award) {
  return {AccountKind::kAward, award};
}

inline Account hold_account(std::string_view run) {
  return {AccountKind::kHold, run};
}

inline Account used_account(std::string_view award) {
  return {AccountKind::kUsed, award};
}

inline Account expired_account(std::string_view award_or_period) {
  return {AccountKind::kExpired, award_or_period};
}

// "supply", "pool/P", "share/P/AT", "promised/A", "award/A", "hold/R", "used/A", "expired/A".
std::string to_text(const Account& account);

struct AllocationPeriod {
  int64_t from_ms = 0, until_ms = 0;
  bool is_ended = false;
  TresMinutes pool, expired;
  std::map<std::string, TresMinutes, std::less<>> shares;  // by member
};

// Where the minutes of an award are.
struct AwardStatement {
  TresMinutes promised = {}, available = {}, held = {}, used = {}, expired = {}, carried = {};

  friend bool operator==(const AwardStatement&, const AwardStatement&) = default;
};

struct Award {
  std::string proposal, period, member;  // of what, out of what
  std::string renews, renewed_by;        // awards; empty for none
  int64_t from_ms = 0, until_ms = 0;
  int64_t carry_numerator = 0, carry_denominator = 1;
  TresMinutes carry_cap;
  TresMinutes settled;  // all that was left at its end while there was a renewal
  AwardStatement minutes;
  bool is_ended = false;
};

// What an event moves. Nothing moves where there are no minutes.
struct Movement {
  Account from, to;
  TresMinutes minutes;
};

class Ledger {
 public:
  // Zero of an account that nothing ever moved to.
  [[nodiscard]] TresMinutes balance(const Account& account) const;

  // Of all accounts together: always zero.
  [[nodiscard]] TresMinutes total() const;

  // Nothing if there is none.
  [[nodiscard]] const AllocationPeriod* period(std::string_view id) const;
  [[nodiscard]] const Award* award(std::string_view id) const;

  // The award that a run holds, or held, minutes of; nothing if it never did.
  [[nodiscard]] std::optional<std::string_view> award_of_run(std::string_view run) const;

  // Ends of awards and periods that may still keep something, the earliest first.
  [[nodiscard]] const std::set<std::pair<int64_t, std::string>>& ends() const { return ends_; }

 private:
  friend void evolve(Ledger& ledger, const LedgerEvent& event, int64_t at_ms);
  struct Noting;

  struct Run {
    std::string award;
    TresMinutes held;
  };

  struct TextHash {
    using is_transparent = void;

    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  template <typename T>
  using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  // Of a ledger that is const or not. Nothing if what has the account is not there.
  template <typename AnyLedger>
  static auto find(AnyLedger& ledger, const Account& account)
      -> std::conditional_t<std::is_const_v<AnyLedger>, const TresMinutes, TresMinutes>*;

  TresMinutes supply_;
  ByText<AllocationPeriod> periods_;
  ByText<Award> awards_;
  ByText<Run> runs_;
  std::set<std::pair<int64_t, std::string>> ends_;
};

// REQUIRES: the runs and awards that the event names are there. Looks at the event and the ledger.
Movement movement_of(const Ledger& ledger, const LedgerEvent& event);

// REQUIRES: the event was possible (ledger_decide.h).
void evolve(Ledger& ledger, const LedgerEvent& event, int64_t at_ms);

// REQUIRES: there is such an award.
const AwardStatement& statement_of(const Ledger& ledger, std::string_view award);

}  // namespace glass::institution
