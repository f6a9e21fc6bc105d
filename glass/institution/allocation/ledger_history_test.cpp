// What always holds of a ledger, over random histories.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/json.h"
#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_decide.h"
#include "glass/institution/allocation/ledger_due.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/allocation/tres.h"
#include "glass/settings/json_fields.h"

namespace glass::institution {
namespace {

constexpr int kThings = 4;  // periods, awards and runs of a history

// From `low` until, and not at, `high`; rapidcheck's own ranges are small for most of a test.
template <typename Int>
Int any_below(Int low, Int high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Int>(low, high));
}

std::string id_of(char kind, int number) {
  return fmt::format("{}{:031x}", kind, number);
}

std::string any_id(char kind) {
  return id_of(kind, any_below(0, kind == 'c' ? 2 : kThings));
}

std::string any_member() {
  return *rc::gen::elementOf(std::vector<std::string>{"", "AT", "DE"});
}

TresMinutes any_minutes() {
  TresMinutes minutes;
  minutes[Tres::kGpu] = any_below<int64_t>(0, 60);
  minutes[Tres::kCpu] = any_below<int64_t>(0, 8) == 0 ? 3 : 0;
  return minutes;
}

template <size_t N>
std::string any_word(const std::array<std::string_view, N>& words) {
  return std::string(words[any_below<size_t>(0, N)]);
}

AwardGranted any_grant(int64_t at_ms) {
  AwardGranted one{.award = any_id('a'),
                   .proposal = id_of('b', 1),
                   .period = any_id('c'),
                   .member = any_member(),
                   .from_ms = at_ms,
                   .until_ms = at_ms + any_below<int64_t>(10, 40),
                   .first_numerator = any_below<int64_t>(0, 4),
                   .first_denominator = 3,
                   .carry_numerator = any_below<int64_t>(0, 4),
                   .carry_denominator = 3,
                   .minutes = any_minutes(),
                   .carry_cap = any_minutes()};
  if (*rc::gen::arbitrary<bool>()) {
    one.renews = id_of('a', 0);
    one.reason = "progress";
  }
  return one;
}

LedgerEvent any_ledger_event(int64_t at_ms) {
  const std::string reason = any_word(kAllocationReasons);
  switch (any_below(0, 20)) {
    case 0: return PoolRefilled{any_id('c'), any_minutes()};
    case 1: return ShareAllotted{any_id('c'), any_member(), any_minutes()};
    case 2: return ShareTransferred{any_id('c'), any_member(), any_member(), reason, any_minutes()};
    case 3:
    case 4: return any_grant(at_ms);
    case 5: return TrancheReleased{any_id('a'), any_minutes()};
    case 6: return AwardSupplemented{any_id('a'), any_id('c'), any_member(), reason, any_minutes()};
    case 7:
    case 16:
    case 17: return AwardTransferred{any_id('a'), any_id('a'), reason, any_minutes()};
    case 8: return AwardReturned{any_id('a'), any_minutes()};
    case 9: return AwardExtended{any_id('a'), reason, at_ms + any_below<int64_t>(1, 30)};
    case 10:
    case 11:
    case 12: return RunHeld{any_id('f'), any_id('a'), any_minutes()};
    case 13: return RunUsed{any_id('f'), any_minutes()};
    case 14:
    case 15: return RunRefunded{any_id('f'), any_minutes()};
    default:
      return LedgerCorrected{any_word(kCorrectionWays),
                             *rc::gen::arbitrary<bool>() ? any_id('a') : "",
                             *rc::gen::arbitrary<bool>() ? any_id('c') : "",
                             any_word(kCorrectionReasons), any_minutes()};
  }
}

// All balances that there can be, the supply's first.
std::vector<TresMinutes> all_balances(const Ledger& ledger) {
  std::vector<TresMinutes> balances = {ledger.balance(supply_account())};
  const auto add = [&](const Account& account) { balances.push_back(ledger.balance(account)); };
  for (int i = 0; i < kThings; ++i) {
    const std::string award = id_of('a', i), period = id_of('c', i);
    for (const char* member : {"", "AT", "DE"}) add(source_account(period, member));
    add(expired_account(period));
    add(promised_account(award));
    add(award_account(award));
    add(used_account(award));
    add(expired_account(award));
    add(hold_account(id_of('f', i)));
  }
  return balances;
}

struct Happened {
  LedgerEvent event;
  std::vector<TresMinutes> after;
};

class History {
 public:
  void run(int steps) {
    for (int i = 0; i < 2; ++i) {
      ask(PeriodOpened{id_of('c', i), 0, 30 + 30 * i});
      ask(PoolRefilled{id_of('c', i), minutes_of(500)});
      ask(ShareAllotted{id_of('c', i), "AT", minutes_of(200)});
    }
    AwardGranted first = any_grant(0);
    first.award = id_of('a', 0);
    first.period = id_of('c', 0);
    first.member = "AT";
    first.renews = "";
    first.reason = "new";
    ask(first);
    for (int i = 0; i < steps; ++i) {
      at_ms_ += any_below<int64_t>(0, 3);
      for (const LedgerEvent& one : due(ledger_, at_ms_)) ask(one);
      RC_ASSERT(due(ledger_, at_ms_).empty());
      expect_ended_is_empty();
      ask(any_ledger_event(at_ms_));
    }
  }

  [[nodiscard]] const std::vector<Happened>& events() const { return events_; }

 private:
  static TresMinutes minutes_of(int64_t gpu_minutes) {
    TresMinutes minutes;
    minutes[Tres::kGpu] = gpu_minutes;
    minutes[Tres::kCpu] = 9;
    return minutes;
  }

  // Refused, it has changed nothing; else what always holds does.
  void ask(const LedgerEvent& event) {
    const std::vector<TresMinutes> before = all_balances(ledger_);
    const auto decided = decide(ledger_, event, at_ms_);
    RC_ASSERT(all_balances(ledger_) == before);
    if (!decided) return;
    for (const LedgerEvent& one : *decided) {
      evolve(ledger_, one, at_ms_);
      expect_invariants();
      events_.push_back({one, all_balances(ledger_)});
    }
  }

  void expect_invariants() const {
    RC_ASSERT(ledger_.total().is_zero());
    const std::vector<TresMinutes> balances = all_balances(ledger_);
    TresMinutes sum = balances[0];
    for (size_t i = 1; i < balances.size(); ++i) {
      sum += balances[i];
      for (const int64_t minutes : balances[i].of) RC_ASSERT(minutes >= 0);
    }
    RC_ASSERT(sum.is_zero());  // so no account is left out here
  }

  // Asked where nothing is due.
  void expect_ended_is_empty() const {
    for (int i = 0; i < kThings; ++i) {
      const std::string id = id_of('a', i);
      const Award* award = ledger_.award(id);
      if (award == nullptr || award->until_ms > at_ms_) continue;
      RC_ASSERT(ledger_.balance(award_account(id)).is_zero());
      RC_ASSERT(ledger_.balance(promised_account(id)).is_zero());
      RC_ASSERT(least(award->minutes.carried, award->carry_cap) == award->minutes.carried);
    }
  }

  Ledger ledger_;
  int64_t at_ms_ = 0;
  std::vector<Happened> events_;
};

TEST(LedgerHistory, AlwaysAddsUpToZeroAndNeverGoesBelow) {
  std::map<size_t, int> seen;
  EXPECT_TRUE(rc::check("any history", [&] {
    History history;
    history.run(150);
    for (const Happened& one : history.events()) ++seen[one.event.index()];
  }));
  // Else the histories would prove nothing about some event.
  EXPECT_EQ(seen.size(), std::variant_size_v<LedgerEvent>);
}

TEST(LedgerHistory, AnyPrefixFoldsToTheSame) {
  EXPECT_TRUE(rc::check("events folded again", [] {
    History history;
    history.run(40);
    Ledger again;
    for (const Happened& one : history.events()) {
      evolve(again, one.event, 0);
      RC_ASSERT(all_balances(again) == one.after);
    }
  }));
}

TEST(LedgerHistory, EventsAreReadAsTheyAreWritten) {
  EXPECT_TRUE(rc::check("events as JSON", [] {
    History history;
    history.run(20);
    for (const Happened& happened : history.events()) {
      std::visit(
          [](const auto& one) {
            std::decay_t<decltype(one)> written = one, read;
            settings::JsonWriter writer;
            describe(writer, written);
            std::vector<std::string> problems;
            settings::JsonReader reader(Json(std::move(writer).take()), "", problems);
            describe(reader, read);
            RC_ASSERT(problems.empty());
            RC_ASSERT(read == one);
          },
          happened.event);
    }
  }));
}

}  // namespace
}  // namespace glass::institution
