#include "glass/institution/petitions/signing_limits.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "glass/base/check.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {
namespace {

constexpr int64_t kSecondMs = 1000, kMinuteMs = 60 * kSecondMs, kTrendMs = 60 * kMinuteMs;

void expect_times(std::span<const int64_t> times_ms, int64_t at_ms) {
  GLASS_CHECK(std::ranges::is_sorted(times_ms) && (times_ms.empty() || times_ms.back() <= at_ms));
}

}  // namespace

std::vector<RateLimit> limits_of(const PetitionSettings& settings, LimitedAct act) {
  const int64_t sustained_ms = settings.sustained_seconds * kSecondMs;
  switch (act) {
    case LimitedAct::kSign:
      return {{settings.sign_burst, settings.burst_seconds * kSecondMs},
              {settings.sign_sustained, sustained_ms}};
    case LimitedAct::kConfirm: return {{settings.confirm_sustained, sustained_ms}};
    case LimitedAct::kCreate: return {{settings.create_sustained, sustained_ms}};
    case LimitedAct::kSponsor: return {{settings.sponsor_sustained, sustained_ms}};
    case LimitedAct::kFeedback: return {{settings.feedback_sustained, sustained_ms}};
  }
  return {};
}

std::optional<int64_t> refused_until_ms(std::span<const int64_t> earlier_ms,
                                        std::span<const RateLimit> limits, int64_t at_ms) {
  expect_times(earlier_ms, at_ms);
  int64_t until_ms = at_ms;
  for (const RateLimit& limit : limits) {
    GLASS_CHECK(limit.most > 0 && limit.within_ms > 0);
    const auto most = static_cast<size_t>(limit.most);
    // It is the attempt `most` back that has to be old enough.
    if (earlier_ms.size() >= most)
      until_ms = std::max(until_ms, earlier_ms[earlier_ms.size() - most] + limit.within_ms);
  }
  return until_ms > at_ms ? std::optional(until_ms) : std::nullopt;
}

int64_t remembered_ms(std::span<const RateLimit> limits) {
  int64_t longest_ms = kTrendMs;
  for (const RateLimit& limit : limits) longest_ms = std::max(longest_ms, limit.within_ms);
  return longest_ms;
}

Trend trend_of(std::span<const int64_t> times_ms, const PetitionSettings& settings, int64_t at_ms) {
  expect_times(times_ms, at_ms);
  const auto first = std::ranges::upper_bound(times_ms, at_ms - kTrendMs);
  const int64_t count = times_ms.end() - first;
  if (count >= settings.trend_alert) return Trend::kAlert;
  return count >= settings.trend_log ? Trend::kLogged : Trend::kNone;
}

std::string_view fill_time_class(int64_t fill_ms) {
  if (fill_ms < 3 * kSecondMs) return "under-3s";
  if (fill_ms < 10 * kSecondMs) return "3s-to-10s";
  if (fill_ms < kMinuteMs) return "10s-to-1min";
  if (fill_ms < 10 * kMinuteMs) return "1min-to-10min";
  return "over-10min";
}

}  // namespace glass::institution
