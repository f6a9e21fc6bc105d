#include "glass/settings/problems.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/result.h"

namespace glass::settings {
namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row[b.size()];
}

}  // namespace

Status refuse(const Problems& problems) {
  if (problems.empty()) return {};
  return fail(ErrorCode::kInvalidInput, fmt::format("{}", fmt::join(problems, "\n")));
}

std::string nearest(std::string_view word, const Names& candidates) {
  std::string best;
  size_t fewest = std::max<size_t>(3, word.size() / 3 + 1);
  for (const std::string& candidate : candidates) {
    if (const size_t edits = edit_distance(word, candidate); edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

std::string hint(std::string_view word, const Names& candidates, std::string_view known) {
  const std::string close = nearest(word, candidates);
  return close.empty() ? fmt::format("{}: {}", known, fmt::join(candidates, ", "))
                       : fmt::format("did you mean '{}'?", close);
}

}  // namespace glass::settings
