// SigningLimits: how often one place on the network may try, and when it is conspicuous. A function
// of the times of earlier attempts alone: whoever calls keeps those times, by key.
//
//   what        key
//   sign        address prefix and petition
//   confirm     address prefix, of all petitions
//   create      mailbox of the creator, of all petitions
//   sponsor     address prefix and petition
//   feedback    address prefix
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {

enum class LimitedAct { kSign, kConfirm, kCreate, kSponsor, kFeedback };

// At most `most` attempts within any span of `within_ms`.
struct RateLimit {
  int64_t most = 0, within_ms = 0;

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// The burst limit, where the act has one, and the sustained one.
std::vector<RateLimit> limits_of(const PetitionSettings& settings, LimitedAct act);

// Nothing if another attempt may be made at `at_ms`; else the earliest time at which one may, if
// none is made until then. An attempt that was refused is none. REQUIRES: the times ascend and are
// not later than at_ms.
std::optional<int64_t> refused_until_ms(std::span<const int64_t> earlier_ms,
                                        std::span<const RateLimit> limits, int64_t at_ms);

// How old an attempt may be and still matter to these limits or to a trend; older ones go.
int64_t remembered_ms(std::span<const RateLimit> limits);

enum class Trend { kNone, kLogged, kAlert };

// Of signatures to one petition from one prefix or mail domain: how many there were within the hour
// that ends at `at_ms`. REQUIRES: as above.
Trend trend_of(std::span<const int64_t> times_ms, const PetitionSettings& settings, int64_t at_ms);

// How long a form took to fill in, as one of these words: coarse, so that nobody is known by it.
//
//   under-3s, 3s-to-10s, 10s-to-1min, 1min-to-10min, over-10min
std::string_view fill_time_class(int64_t fill_ms);

}  // namespace glass::institution
