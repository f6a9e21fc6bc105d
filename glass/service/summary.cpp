#include "glass/service/summary.h"

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/units_text.h"
#include "glass/record/documents/facts.h"
#include "glass/record/evidence/evidence_tree.h"

namespace glass::service {
namespace {

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

bool any(const Summary& summary, record::EvidenceState state) {
  return summary.evidence && record::count(*summary.evidence, state) > 0;
}

}  // namespace

bool failed(const Summary& summary) {
  return any(summary, record::EvidenceState::kBroken);
}

bool verified(const Summary& summary) {
  using enum record::EvidenceState;
  return any(summary, kVerified) && !any(summary, kBroken) && !any(summary, kMissing);
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
      {"evidence", summary.evidence ? record::to_json(*summary.evidence) : Json()},
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
  for (const record::PlaceFact& place : summary.places) line(place.what, place.path);
  if (summary.evidence) out += "\n" + record::to_text(*summary.evidence);
  if (!summary.next_commands.empty()) out += "\n  next\n";
  for (const std::string& command : summary.next_commands)
    out += fmt::format("    {} {}\n", program, command);
  return out;
}

}  // namespace glass::service
