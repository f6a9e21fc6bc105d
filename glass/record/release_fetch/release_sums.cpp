#include "glass/record/release_fetch/release_sums.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/plain_path.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/model_signing/model_signature.h"
#include "glass/record/release/release_layout.h"

namespace glass::record {
namespace {

constexpr size_t kHexDigits = 2 * sizeof(crypto::Digest::bytes);
constexpr std::string_view kBetween = "  ";

bool is_hidden(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

Result<ListedFile> parse_sums_line(std::string_view line) {
  const auto bytes = from_hex(line.substr(0, std::min(kHexDigits, line.size())));
  ListedFile listed;
  if (!bytes || bytes->size() != listed.digest.bytes.size() ||
      !line.substr(kHexDigits).starts_with(kBetween))
    return fail(ErrorCode::kCorruption, "is not a digest and the file that has it");
  std::ranges::copy(*bytes, listed.digest.bytes.begin());
  const std::string_view file = line.substr(kHexDigits + kBetween.size());
  if (!is_printable_path(file))
    return fail(ErrorCode::kCorruption, "names what is no file below the release");
  if (is_hidden(file)) return fail(ErrorCode::kCorruption, "names a hidden file");
  if (file == kReleaseSumsFile || file == kModelSignature)
    return fail(ErrorCode::kCorruption, fmt::format("names {}, which is not listed", file));
  listed.file = file;
  return listed;
}

// The first name that is a part of another's path; empty if there is none.
std::string file_that_is_a_folder(const std::set<std::string_view>& names) {
  for (const std::string_view name : names) {
    for (size_t slash = name.find('/'); slash != std::string_view::npos;
         slash = name.find('/', slash + 1)) {
      if (names.contains(name.substr(0, slash))) return std::string(name.substr(0, slash));
    }
  }
  return "";
}

}  // namespace

Result<std::vector<ListedFile>> parse_release_sums(std::string_view text) {
  std::vector<ListedFile> listed;
  std::set<std::string_view> names;
  int64_t number = 0;
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::kCorruption, fmt::format("line {} {}", number, why));
  };
  for (; !text.empty(); text.remove_prefix(text.find('\n') + 1)) {
    ++number;
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return refuse("breaks off");
    if (listed.size() == kMostReleaseFiles)
      return refuse(fmt::format("is one more than the {} files that are fetched", listed.size()));
    auto line = parse_sums_line(text.substr(0, end));
    if (!line) return refuse(line.error().message);
    if (!names.insert(text.substr(kHexDigits + kBetween.size(), line->file.size())).second)
      return refuse(fmt::format("names {} again", line->file));
    listed.push_back(std::move(*line));
  }
  if (const std::string file = file_that_is_a_folder(names); !file.empty())
    return fail(ErrorCode::kCorruption,
                fmt::format("it names {} as a file, and files below it", file));
  return listed;
}

}  // namespace glass::record
