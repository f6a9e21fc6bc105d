#include "glass/service/summary.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/units_text.h"
#include "glass/record/documents/facts.h"

namespace glass::service {
namespace {

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

bool any(const std::vector<record::CheckFact>& checks, record::Verdict verdict) {
  return std::ranges::find(checks, verdict, &record::CheckFact::verdict) != checks.end();
}

std::string_view mark(record::Verdict verdict) {
  switch (verdict) {
    case record::Verdict::kVerified: return "verified";
    case record::Verdict::kFailed: return "FAILED";
    case record::Verdict::kNotChecked: return "not checked";
  }
  return "";
}

}  // namespace

bool failed(const Summary& summary) {
  return any(summary.checks, record::Verdict::kFailed);
}

bool verified(const Summary& summary) {
  return !failed(summary) && any(summary.checks, record::Verdict::kVerified);
}

Json to_json(const Summary& summary) {
  return Json::Object{
      {"digest", summary.digest.empty() ? Json() : Json(summary.digest)},
      {"steps", summary.steps},
      {"tokens", summary.tokens},
      {"tokens_per_second", summary.tokens_per_second},
      {"mfu", or_null(summary.mfu)},
      {"bits_per_byte", or_null(summary.bits_per_byte)},
      {"peak_memory_bytes", summary.peak_memory_bytes},
      {"verified", verified(summary)},
      {"replayed_segments", summary.replayed_segments},
      {"out", summary.out.string()},
  };
}

std::string to_text(const Summary& summary, std::string_view program) {
  std::string out;
  const auto line = [&](std::string_view name, std::string_view value) {
    out += fmt::format("  {:<18}{}\n", name, value);
  };
  if (!summary.digest.empty()) line("digest", summary.digest);
  if (summary.bits_per_byte)
    line("held-out text", fmt::format("{:.4f} bits per byte", *summary.bits_per_byte));
  if (summary.steps > 0)
    line("trained",
         fmt::format("{} steps, {} tokens", count_text(summary.steps), count_text(summary.tokens)));
  if (summary.tokens_per_second > 0)
    line("speed", fmt::format("{} tokens/s{}", count_text(std::llround(summary.tokens_per_second)),
                              summary.mfu ? fmt::format(", {:.0f} % of this machine's peak",
                                                        *summary.mfu * 100)
                                          : ""));
  if (summary.peak_memory_bytes > 0)
    line("peak memory", bytes_text(static_cast<uint64_t>(summary.peak_memory_bytes)));
  for (const record::CheckFact& check : summary.checks)
    line(mark(check.verdict), fmt::format("{}: {}", check.what, check.detail));
  for (const record::PlaceFact& place : summary.places) line(place.what, place.path);
  if (!summary.next_commands.empty()) out += "\n  next\n";
  for (const std::string& command : summary.next_commands)
    out += fmt::format("    {} {}\n", program, command);
  return out;
}

}  // namespace glass::service
