// What happens to computing time, as a journal tells it. docs/reference/allocation.md says it in
// words; ledger.h says from which account to which each event moves its minutes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "glass/institution/allocation/tres.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// Why somebody gets more, longer, or another's; `new` is a first grant.
inline constexpr std::array<std::string_view, 7> kAllocationReasons = {
    "new", "progress", "delay", "machine-fault", "change-of-scope", "unused", "clerical"};

// Why a figure is put right, and in which direction.
inline constexpr std::array<std::string_view, 4> kCorrectionReasons = {"metering", "machine-fault",
                                                                       "wrong-award", "clerical"};
inline constexpr std::array<std::string_view, 3> kCorrectionWays = {
    "used-to-award", "award-to-used", "pool-to-supply"};

// Which account of an award or a period expires.
inline constexpr std::array<std::string_view, 4> kExpiring = {"award", "promised", "pool", "share"};

// A time for which there is a pool of minutes.
struct PeriodOpened {
  static constexpr std::string_view kKind = "allocation.period_opened";
  std::string period = "";
  int64_t from_ms = 0, until_ms = 0;

  friend bool operator==(const PeriodOpened&, const PeriodOpened&) = default;
};

// What the machines give comes into the pool; later again as a refill.
struct PoolRefilled {
  static constexpr std::string_view kKind = "allocation.pool_refilled";
  std::string period = "";
  TresMinutes minutes = {};

  friend bool operator==(const PoolRefilled&, const PoolRefilled&) = default;
};

struct ShareAllotted {
  static constexpr std::string_view kKind = "allocation.share_allotted";
  std::string period = "", member = "";
  TresMinutes minutes = {};

  friend bool operator==(const ShareAllotted&, const ShareAllotted&) = default;
};

// A share, or part of it, becomes another member's, or goes back to the pool where none is named.
struct ShareTransferred {
  static constexpr std::string_view kKind = "allocation.share_transferred";
  std::string period = "", member = "", to_member = "", reason = "unused";
  TresMinutes minutes = {};

  friend bool operator==(const ShareTransferred&, const ShareTransferred&) = default;
};

// The minutes are promised; the first tranche is released at once, the rest by later ones. Out of a
// member's share, or of the pool where no member is named.
struct AwardGranted {
  static constexpr std::string_view kKind = "allocation.award_granted";
  std::string award = "", proposal = "", period = "", member = "";
  std::string renews = "", reason = "new";
  int64_t from_ms = 0, until_ms = 0;
  int64_t first_numerator = 1, first_denominator = 1;
  int64_t carry_numerator = 0, carry_denominator = 1;
  TresMinutes minutes = {}, carry_cap = {};

  friend bool operator==(const AwardGranted&, const AwardGranted&) = default;
};

struct TrancheReleased {
  static constexpr std::string_view kKind = "allocation.tranche_released";
  std::string award = "";
  TresMinutes minutes = {};

  friend bool operator==(const TrancheReleased&, const TrancheReleased&) = default;
};

struct AwardSupplemented {
  static constexpr std::string_view kKind = "allocation.award_supplemented";
  std::string award = "", period = "", member = "", reason = "progress";
  TresMinutes minutes = {};

  friend bool operator==(const AwardSupplemented&, const AwardSupplemented&) = default;
};

struct AwardTransferred {
  static constexpr std::string_view kKind = "allocation.award_transferred";
  std::string award = "", to_award = "", reason = "unused";
  TresMinutes minutes = {};

  friend bool operator==(const AwardTransferred&, const AwardTransferred&) = default;
};

// What a project does not need goes back to where the award came from.
struct AwardReturned {
  static constexpr std::string_view kKind = "allocation.award_returned";
  std::string award = "";
  TresMinutes minutes = {};

  friend bool operator==(const AwardReturned&, const AwardReturned&) = default;
};

struct AwardExtended {
  static constexpr std::string_view kKind = "allocation.award_extended";
  std::string award = "", reason = "delay";
  int64_t until_ms = 0;

  friend bool operator==(const AwardExtended&, const AwardExtended&) = default;
};

// A run that starts holds its whole limit; one that asks for more time holds that besides.
struct RunHeld {
  static constexpr std::string_view kKind = "allocation.run_held";
  std::string run = "", award = "";
  TresMinutes minutes = {};

  friend bool operator==(const RunHeld&, const RunHeld&) = default;
};

struct RunUsed {
  static constexpr std::string_view kKind = "allocation.run_used";
  std::string run = "";
  TresMinutes minutes = {};

  friend bool operator==(const RunUsed&, const RunUsed&) = default;
};

struct RunRefunded {
  static constexpr std::string_view kKind = "allocation.run_refunded";
  std::string run = "";
  TresMinutes minutes = {};

  friend bool operator==(const RunRefunded&, const RunRefunded&) = default;
};

// Of an award, or, where the way is pool-to-supply, of a period.
struct LedgerCorrected {
  static constexpr std::string_view kKind = "allocation.corrected";
  std::string way = "used-to-award", award = "", period = "", reason = "metering";
  TresMinutes minutes = {};

  friend bool operator==(const LedgerCorrected&, const LedgerCorrected&) = default;
};

// What an award's terms let it carry over into its renewal.
struct MinutesCarriedOver {
  static constexpr std::string_view kKind = "allocation.carried_over";
  std::string award = "", to_award = "";
  TresMinutes minutes = {};

  friend bool operator==(const MinutesCarriedOver&, const MinutesCarriedOver&) = default;
};

struct MinutesExpired {
  static constexpr std::string_view kKind = "allocation.expired";
  std::string what = "award", award = "", period = "", member = "";
  TresMinutes minutes = {};

  friend bool operator==(const MinutesExpired&, const MinutesExpired&) = default;
};

struct AwardEnded {
  static constexpr std::string_view kKind = "allocation.award_ended";
  std::string award = "";

  friend bool operator==(const AwardEnded&, const AwardEnded&) = default;
};

struct PeriodEnded {
  static constexpr std::string_view kKind = "allocation.period_ended";
  std::string period = "";

  friend bool operator==(const PeriodEnded&, const PeriodEnded&) = default;
};

using LedgerEvent =
    std::variant<PeriodOpened, PoolRefilled, ShareAllotted, ShareTransferred, AwardGranted,
                 TrancheReleased, AwardSupplemented, AwardTransferred, AwardReturned, AwardExtended,
                 RunHeld, RunUsed, RunRefunded, LedgerCorrected, MinutesCarriedOver, MinutesExpired,
                 AwardEnded, PeriodEnded>;

void describe(settings::FieldVisitor& fields, PeriodOpened& event);
void describe(settings::FieldVisitor& fields, PoolRefilled& event);
void describe(settings::FieldVisitor& fields, ShareAllotted& event);
void describe(settings::FieldVisitor& fields, ShareTransferred& event);
void describe(settings::FieldVisitor& fields, AwardGranted& event);
void describe(settings::FieldVisitor& fields, TrancheReleased& event);
void describe(settings::FieldVisitor& fields, AwardSupplemented& event);
void describe(settings::FieldVisitor& fields, AwardTransferred& event);
void describe(settings::FieldVisitor& fields, AwardReturned& event);
void describe(settings::FieldVisitor& fields, AwardExtended& event);
void describe(settings::FieldVisitor& fields, RunHeld& event);
void describe(settings::FieldVisitor& fields, RunUsed& event);
void describe(settings::FieldVisitor& fields, RunRefunded& event);
void describe(settings::FieldVisitor& fields, LedgerCorrected& event);
void describe(settings::FieldVisitor& fields, MinutesCarriedOver& event);
void describe(settings::FieldVisitor& fields, MinutesExpired& event);
void describe(settings::FieldVisitor& fields, AwardEnded& event);
void describe(settings::FieldVisitor& fields, PeriodEnded& event);

}  // namespace glass::institution
