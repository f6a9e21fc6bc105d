#include "glass/record/witness/witness_request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"
#include "glass/record/tlog/proof_lines.h"

namespace glass::record {
namespace {

constexpr std::string_view kOld = "old ";

}  // namespace

std::string to_text(const WitnessRequest& request) {
  return fmt::format("{}{}\n{}\n{}", kOld, request.old_size, proof_lines(request.proof),
                     request.note);
}

Result<WitnessRequest> parse_witness_request(std::string_view body) {
  const auto refuse = [](std::string_view why) {
    return invalid_input(fmt::format("it is no request to a witness: {}", why));
  };
  const size_t empty_line = body.find("\n\n");
  if (empty_line == std::string_view::npos) return refuse("it has no checkpoint");
  std::string_view lines = body.substr(0, empty_line + 1);
  WitnessRequest request{
      .old_size = 0, .proof = {}, .note = std::string(body.substr(empty_line + 2))};
  for (bool first = true; !lines.empty(); first = false) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() + 1);
    if (first) {
      const auto size =
          line.starts_with(kOld) ? parse_count(line.substr(kOld.size())) : std::optional<int64_t>();
      if (!size) return refuse("its first line is not: old <size>");
      request.old_size = *size;
      continue;
    }
    if (!add_proof_line(line, request.proof))
      return refuse("one of its lines is no hash, or it has too many");
  }
  return request;
}

}  // namespace glass::record
