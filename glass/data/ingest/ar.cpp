#include <cstddef>
#include <cstdint>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/data/ingest/archive.h"

namespace glass::data {
namespace {

constexpr std::string_view kMagic = "!<arch>\n";
constexpr size_t kHeaderBytes = 60;

std::string_view trimmed_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

Result<std::vector<ArMember>> read_ar(ByteView bytes) {
  if (!as_text(bytes).starts_with(kMagic))
    return fail(ErrorCode::kCorruption, "it does not begin as an ar archive");
  std::vector<ArMember> members;
  size_t at = kMagic.size();
  while (at < bytes.size()) {
    if (bytes.size() - at < kHeaderBytes)
      return fail(ErrorCode::kCorruption, fmt::format("the ar header at byte {} is cut off", at));
    const std::string_view header = as_text(bytes.subspan(at, kHeaderBytes));
    const auto size = parse_decimal(trimmed_end(header.substr(48, 10)));
    if (header.substr(58, 2) != "`\n" || !size)
      return fail(ErrorCode::kCorruption, fmt::format("the ar header at byte {} is damaged", at));
    at += kHeaderBytes;
    std::string_view name = trimmed_end(header.substr(0, 16));
    if (name.ends_with('/')) name.remove_suffix(1);
    if (name.empty() || name.starts_with('/') || name.starts_with("#1/"))
      return fail(ErrorCode::kCorruption,
                  fmt::format("the ar member at byte {} has a name of a kind no package has",
                              at - kHeaderBytes));
    if (*size > bytes.size() - at)
      return fail(ErrorCode::kCorruption, fmt::format("the ar member {} says {} bytes, {} are left",
                                                      name, *size, bytes.size() - at));
    members.push_back({.name = std::string(name), .content = bytes.subspan(at, *size)});
    at += *size;
    if (*size % 2 == 1 && at < bytes.size()) ++at;  // members begin at even offsets
  }
  return members;
}

}  // namespace glass::data
