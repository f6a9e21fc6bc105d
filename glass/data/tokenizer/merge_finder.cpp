#include "glass/data/tokenizer/internal/merge_finder.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/data/tokenizer/internal/byte_alphabet.h"

namespace glass::data {

namespace {

constexpr TokenId kBorder = -1;
constexpr TokenId kInside = -2;  // a position within a token, not its first

}  // namespace

bool MergeFinder::Candidate::operator<(const Candidate& other) const {
  return std::tuple(-count, left, right) > std::tuple(-other.count, other.left, other.right);
}

MergeFinder::MergeFinder(const WordCounts& words) {
  std::array<TokenId, 256> byte_ids{};
  for (const uint8_t byte : alphabet()) {
    byte_ids[byte] = static_cast<TokenId>(pieces_.size());
    pieces_.emplace_back(1, static_cast<char>(byte));
    piece_ids_.emplace(pieces_.back(), byte_ids[byte]);
  }
  const size_t positions = words.bytes() + words.distinct() + 1;
  GLASS_CHECK(positions <= kMostPositions);
  ids_.reserve(positions);
  ids_.push_back(kBorder);
  words_.reserve(positions);
  words_.push_back(0);
  words.for_each([&](std::string_view word, uint64_t count) {
    for (const char byte : word) ids_.push_back(byte_ids[static_cast<uint8_t>(byte)]);
    ids_.push_back(kBorder);
    words_.resize(ids_.size(), static_cast<uint32_t>(counts_.size()));
    counts_.push_back(static_cast<int64_t>(count));
  });
  lengths_.assign(positions, 1);
  for (uint32_t at = 1; at + 1 < positions; ++at) {
    if (ids_[at] == kBorder || ids_[at + 1] == kBorder) continue;
    add_occurrence(ids_[at], ids_[at + 1], at, counts_[words_[at]]);
  }
  queue_touched();
}

uint32_t MergeFinder::pair_index(TokenId left, TokenId right) {
  const auto [index, absent] = index_.insert(left, right, static_cast<uint32_t>(pairs_.size()));
  if (absent) pairs_.push_back({.left = left, .right = right});
  return *index;
}

void MergeFinder::add_occurrence(TokenId left, TokenId right, uint32_t at, int64_t count) {
  const uint32_t index = pair_index(left, right);
  Pair& pair = pairs_[index];
  pair.count += count;
  pair.positions.push_back(at);
  if (!pair.touched) touched_.push_back(index);
  pair.touched = true;
}

void MergeFinder::remove_occurrence(TokenId left, TokenId right, int64_t count) {
  pairs_[pair_index(left, right)].count -= count;
}

// Counts that have shrunk are noticed when their candidate comes up.
void MergeFinder::queue_touched() {
  for (const uint32_t index : touched_) {
    Pair& pair = pairs_[index];
    pair.touched = false;
    if (pair.count > 0)
      queue_.push({.count = pair.count, .left = pair.left, .right = pair.right, .pair = index});
  }
  touched_.clear();
}

// Two merges may give the same bytes (ab+c, a+bc); they share the piece.
TokenId MergeFinder::piece_of(const Pair& pair) {
  std::string bytes =
      pieces_[static_cast<size_t>(pair.left)] + pieces_[static_cast<size_t>(pair.right)];
  const auto [at, fresh] = piece_ids_.emplace(bytes, static_cast<TokenId>(pieces_.size()));
  if (fresh) pieces_.push_back(std::move(bytes));
  return at->second;
}

void MergeFinder::run(size_t most_pieces, int64_t min_count) {
  while (pieces_.size() < most_pieces && !queue_.empty()) {
    const Candidate best = queue_.top();
    queue_.pop();
    const int64_t count = pairs_[best.pair].count;
    if (count < std::max<int64_t>(min_count, 1)) continue;
    if (count != best.count) {
      queue_.push({.count = count, .left = best.left, .right = best.right, .pair = best.pair});
      continue;
    }
    merge_pair(best.pair, piece_of(pairs_[best.pair]));
    queue_touched();
  }
}

void MergeFinder::merge_pair(uint32_t index, TokenId result) {
  const Merge merge = {.left = pairs_[index].left, .right = pairs_[index].right, .result = result};
  std::vector<uint32_t> positions = std::exchange(pairs_[index].positions, {});
  std::ranges::sort(positions);  // of overlapping occurrences the leftmost is merged
  for (const uint32_t at : positions) merge_at(at, merge);
  pairs_[index].count = 0;
  merges_.push_back(merge);
}

void MergeFinder::merge_at(uint32_t at, const Merge& merge) {
  if (ids_[at] != merge.left) return;
  const uint32_t middle = at + lengths_[at];
  if (ids_[middle] != merge.right) return;
  const uint32_t end = middle + lengths_[middle];
  ids_[at] = merge.result;
  ids_[middle] = kInside;
  lengths_[at] = lengths_[end - 1] = end - at;
  const int64_t count = counts_[words_[at]];
  if (ids_[at - 1] != kBorder) {
    const uint32_t before = at - lengths_[at - 1];
    remove_occurrence(ids_[before], merge.left, count);
    add_occurrence(ids_[before], merge.result, before, count);
  }
  if (ids_[end] != kBorder) {
    remove_occurrence(merge.right, ids_[end], count);
    add_occurrence(merge.result, ids_[end], at, count);
  }
}

}  // namespace glass::data
