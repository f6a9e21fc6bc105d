#include "glass/data/tokenizer/internal/space_runs.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace glass::data {

namespace {

bool is_run(const std::string& piece) {
  return !piece.empty() && piece.find_first_not_of(' ') == std::string::npos;
}

// By length from 2 on, or nothing where one is missing.
std::optional<std::vector<TokenId>> runs_by_length(const TokenizerParts& parts) {
  std::map<size_t, TokenId> found;
  for (const TokenId id : parts.sentencepiece.fixed) {
    const std::string& piece = parts.pieces[static_cast<size_t>(id)];
    if (is_run(piece)) found.emplace(piece.size(), id);
  }
  std::vector<TokenId> runs;
  for (const auto& [length, id] : found) {
    if (length != runs.size() + 2) return std::nullopt;
    runs.push_back(id);
  }
  return runs;
}

}  // namespace

std::vector<TokenId> space_runs(const TokenizerParts& parts) {
  const auto runs = runs_by_length(parts);
  if (!runs || runs->empty() || parts.sentencepiece.prefix_space != PrefixSpace::kNone) return {};
  // Of the lengths 1, 2 ... the rank of the merge that lets it grow by one.
  std::vector<std::optional<size_t>> growth(runs->size());
  std::optional<size_t> first_other;  // that takes a space elsewhere
  for (size_t rank = 0; rank < parts.merges.size(); ++rank) {
    const Merge& merge = parts.merges[rank];
    const std::string& left = parts.pieces[static_cast<size_t>(merge.left)];
    const std::string& right = parts.pieces[static_cast<size_t>(merge.right)];
    if (is_run(left) && is_run(right)) {
      if (right.size() == 1 && left.size() <= runs->size()) growth[left.size() - 1] = rank;
      continue;
    }
    if ((is_run(left) && left.size() > 1) || (is_run(right) && right.size() > 1)) return {};
    if (!first_other && (left.back() == ' ' || right.front() == ' ')) first_other = rank;
  }
  for (const auto& rank : growth) {
    if (!rank || *rank > *growth.front() || (first_other && *rank > *first_other)) return {};
  }
  return *runs;
}

std::vector<Merge> merges_of_space_runs(TokenId space, const std::vector<TokenId>& runs) {
  std::vector<Merge> merges;
  for (size_t i = runs.size(); i > 0; --i)
    merges.push_back({.left = i > 1 ? runs[i - 2] : space, .right = space, .result = runs[i - 1]});
  return merges;
}

}  // namespace glass::data
