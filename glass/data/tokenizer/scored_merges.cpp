#include "glass/data/tokenizer/internal/scored_merges.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/base/utf8.h"

namespace glass::data {

namespace {

// Every way to cut the piece in two, shorter left parts first.
void add_ways(const std::string& piece, TokenId id, const PieceIds& ids,
              std::vector<Merge>& merges) {
  const std::string_view text = piece;
  for (size_t cut = 1; cut < text.size(); ++cut) {
    const auto left = ids.find(text.substr(0, cut)), right = ids.find(text.substr(cut));
    if (left == ids.end() || right == ids.end()) continue;
    merges.push_back({.left = left->second, .right = right->second, .result = id});
  }
}

using Pair = std::pair<TokenId, TokenId>;

std::set<Pair> pairs_of(const std::vector<Merge>& merges) {
  std::set<Pair> pairs;
  for (const Merge& merge : merges) pairs.emplace(merge.left, merge.right);
  return pairs;
}

// Those of `ids`, so that the first that does not fit is always the same.
std::vector<TokenId> in_order(const PieceIds& ids) {
  std::vector<TokenId> order;
  for (const auto& [piece, id] : ids) order.push_back(id);
  std::ranges::sort(order);
  return order;
}

bool is_character(std::string_view text) {
  return decode_utf8(text).size == text.size();
}

}  // namespace

Result<std::vector<Merge>> merges_by_score(const std::vector<std::string>& pieces,
                                           const std::vector<float>& scores,
                                           std::vector<TokenId> results, const PieceIds& ids) {
  const auto score = [&](TokenId id) { return scores[static_cast<size_t>(id)]; };
  std::ranges::sort(results, {}, [&](TokenId id) { return std::pair(-score(id), id); });
  std::vector<Merge> merges;
  for (const TokenId id : results) {
    const size_t before = merges.size();
    add_ways(pieces[static_cast<size_t>(id)], id, ids, merges);
    if (merges.size() == before || before == 0) continue;
    const TokenId last = merges[before - 1].result;
    if (score(last) == score(id))
      return invalid_input(fmt::format(
          "the pieces {} and {} have the same score, so neither comes before the other", last, id));
  }
  return merges;
}

Result<std::vector<float>> scores_of_merges(const std::vector<std::string>& pieces,
                                            const std::vector<Merge>& merges, const PieceIds& ids) {
  // Ranks of results, and their merges.
  std::vector<std::vector<Merge>> ways(pieces.size());
  std::vector<std::optional<size_t>> rank(pieces.size());
  size_t ranks = 0;
  for (size_t i = 0; i < merges.size(); ++i) {
    const auto result = static_cast<size_t>(merges[i].result);
    const bool goes_on = i > 0 && merges[i - 1].result == merges[i].result;
    if (!goes_on && rank[result])
      return invalid_input(fmt::format(
          "the merges that lead to the piece {} ('{}') do not follow one another, which scores "
          "cannot say",
          result, pieces[result]));
    if (!goes_on) rank[result] = ranks++;
    ways[result].push_back(merges[i]);
  }
  for (const TokenId id : in_order(ids)) {
    const std::string& piece = pieces[static_cast<size_t>(id)];
    std::vector<Merge> all;
    add_ways(piece, id, ids, all);
    if (pairs_of(all) != pairs_of(ways[static_cast<size_t>(id)]))
      return invalid_input(fmt::format(
          "the piece {} ('{}') can be cut in {} ways and has {} merges, where scores give one for "
          "each",
          id, piece, all.size(), ways[static_cast<size_t>(id)].size()));
  }
  std::vector<float> scores;
  scores.reserve(pieces.size());
  for (const auto& of : rank) scores.push_back(-static_cast<float>(of.value_or(ranks)));
  return scores;
}

Status expect_joined_from_pieces(const std::vector<std::string>& pieces, const PieceIds& ids) {
  for (const TokenId id : in_order(ids)) {
    const std::string_view piece = pieces[static_cast<size_t>(id)];
    if (!is_utf8(piece)) return invalid_input(fmt::format("the piece {} is not UTF-8", id));
    for (size_t cut = decode_utf8(piece).size; cut < piece.size();
         cut += decode_utf8(piece.substr(cut)).size) {
      const std::string_view left = piece.substr(0, cut), right = piece.substr(cut);
      const bool known_left = ids.contains(left), known_right = ids.contains(right);
      if ((known_left && known_right) || !(known_left || is_character(left)) ||
          !(known_right || is_character(right)))
        continue;
      return invalid_input(fmt::format(
          "the piece {} ('{}') can be joined from the character '{}', which is no piece", id, piece,
          known_left ? right : left));
    }
  }
  return {};
}

}  // namespace glass::data
