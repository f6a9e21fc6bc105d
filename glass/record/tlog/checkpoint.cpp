#include "glass/record/tlog/checkpoint.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/base64.h"
#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/proof_lines.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {
namespace {

// The text up to the next line feed, which is taken off as well; nothing if there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

bool is_origin(std::string_view origin) {
  return is_note_name(origin) && !origin.ends_with('/') &&
         origin.find("://") == std::string_view::npos;
}

Status expect_origin(std::string_view origin) {
  if (is_origin(origin)) return {};
  return invalid_input(
      fmt::format("\"{}\" is no origin of a log: give a URL without its scheme, such as "
                  "example.org/log",
                  origin));
}

std::string to_text(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.tree.size,
                     to_base64(checkpoint.tree.root.bytes));
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto refuse = [](std::string_view why) {
    return fail(ErrorCode::kCorruption, fmt::format("it is no checkpoint of a log: {}", why));
  };
  const auto origin = take_line(text), size = take_line(text), root = take_line(text);
  if (!root) return refuse("it has fewer than three lines");
  if (!text.empty() && !text.ends_with('\n')) return refuse("its last line does not end");
  if (!is_note_name(*origin)) return refuse("its first line is no name of a log");
  const auto number = parse_count(*size);
  if (!number) return refuse("its second line is no number of entries");
  const auto hash = hash_from_base64(*root);
  if (!hash) return refuse("its third line is not base64 of a root");
  return Checkpoint{.origin = std::string(*origin), .tree = {.size = *number, .root = *hash}};
}

}  // namespace glass::record
