#include "glass/record/tlog/proof_file.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/base64.h"
#include "glass/base/result.h"
#include "glass/record/tlog/proof_lines.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ", kIndex = "index ";

tl::unexpected<Error> no_proof(std::string_view why) {
  return fail(ErrorCode::kCorruption, fmt::format("it is no proof of a log: {}", why));
}

}  // namespace

std::string to_text(const ProofFile& file) {
  std::string text = fmt::format("{}\n", kFirstLine);
  if (file.extra) text += fmt::format("{}{}\n", kExtra, to_base64(*file.extra));
  text += fmt::format("{}{}\n", kIndex, file.index);
  return text + proof_lines(file.proof) + "\n" + to_text(file.checkpoint);
}

Result<ProofFile> parse_proof_file(std::string_view text) {
  const size_t empty_line = text.find("\n\n");
  if (empty_line == std::string_view::npos) return no_proof("it has no checkpoint");
  ProofFile file;
  std::string_view lines = text.substr(0, empty_line + 1);
  for (int number = 0; !lines.empty(); ++number) {
    const size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 1);
    if (number == 0) continue;  // compared below
    if (line.starts_with(kExtra)) {
      GLASS_TRY(file.extra, from_base64(line.substr(kExtra.size())));
    } else if (line.starts_with(kIndex)) {
      const auto index = parse_count(line.substr(kIndex.size()));
      if (!index) return no_proof("its index is no number of an entry");
      file.index = *index;
    } else if (!add_proof_line(line, file.proof)) {
      return no_proof("one of its lines is no hash, or it has too many");
    }
  }
  auto checkpoint = parse_note(text.substr(empty_line + 2));
  if (!checkpoint) return in_context("the checkpoint of a proof", std::move(checkpoint).error());
  file.checkpoint = std::move(*checkpoint);
  if (to_text(file) != text) return no_proof("its lines are not in the order of the format");
  return file;
}

}  // namespace glass::record
