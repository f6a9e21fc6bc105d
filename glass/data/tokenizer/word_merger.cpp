#include "glass/data/tokenizer/internal/word_merger.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "glass/base/check.h"

namespace glass::data {

namespace {

constexpr uint32_t kNoRank = ~uint32_t{0};
constexpr uint32_t kNowhere = ~uint32_t{0};
constexpr size_t kShortWord = 48;  // beyond, the heap wins over the scan

}  // namespace

uint32_t WordMerger::rank_of(TokenId left, TokenId right) const {
  const uint32_t* rank = tables_->ranks.find(left, right);
  return rank == nullptr ? kNoRank : *rank;
}

void WordMerger::merge(std::string_view word, std::vector<TokenId>& out) {
  if (tables_->parts.ignore_merges) {
    const auto whole = tables_->ids.find(word);
    if (whole != tables_->ids.end()) return out.push_back(whole->second);
  }
  units_.clear();
  if (tables_->parts.kind == TokenizerKind::kSentencePiece)
    tables_->characters.append_ids(word, units_);
  else
    for (const char byte : word) units_.push_back(tables_->byte_ids[static_cast<uint8_t>(byte)]);
  if (units_.size() <= kShortWord) return merge_short(out);
  merge_long(out);
}

void WordMerger::merge_short(std::vector<TokenId>& out) {
  std::vector<TokenId>& ids = units_;
  std::array<uint32_t, kShortWord> ranks;  // of joining token i with token i + 1
  size_t count = ids.size();
  for (size_t i = 0; i + 1 < count; ++i) ranks[i] = rank_of(ids[i], ids[i + 1]);
  while (count > 1) {
    const auto best = std::min_element(ranks.begin(), ranks.begin() + count - 1);
    if (*best == kNoRank) break;
    const auto at = static_cast<size_t>(best - ranks.begin());
    ids[at] = tables_->parts.merges[*best].result;
    std::copy(ids.begin() + at + 2, ids.begin() + count, ids.begin() + at + 1);
    std::copy(ranks.begin() + at + 1, ranks.begin() + count - 1, ranks.begin() + at);
    --count;
    if (at + 1 < count) ranks[at] = rank_of(ids[at], ids[at + 1]);
    if (at > 0) ranks[at - 1] = rank_of(ids[at - 1], ids[at]);
  }
  out.insert(out.end(), ids.begin(), ids.begin() + count);
}

void WordMerger::start_long() {
  GLASS_CHECK(units_.size() < kNowhere);
  const auto count = static_cast<uint32_t>(units_.size());
  symbols_.resize(count);
  queue_.clear();
  for (uint32_t i = 0; i < count; ++i) {
    symbols_[i] = {.id = units_[i],
                   .rank = kNoRank,
                   .previous = i - 1,  // kNowhere for the first
                   .next = i + 1 < count ? i + 1 : kNowhere};
  }
  for (uint32_t i = 0; i + 1 < count; ++i) {
    const uint32_t rank = rank_of(symbols_[i].id, symbols_[i + 1].id);
    symbols_[i].rank = rank;
    if (rank != kNoRank) queue_.push_back(uint64_t{rank} << 32 | i);
  }
  std::ranges::make_heap(queue_, std::greater<>());
}

// Looks at the pair that begins at `at` anew, because one of its tokens has changed.
void WordMerger::offer(uint32_t at) {
  Symbol& symbol = symbols_[at];
  symbol.rank = symbol.next == kNowhere ? kNoRank : rank_of(symbol.id, symbols_[symbol.next].id);
  if (symbol.rank == kNoRank) return;
  queue_.push_back(uint64_t{symbol.rank} << 32 | at);
  std::ranges::push_heap(queue_, std::greater<>());
}

void WordMerger::merge_long(std::vector<TokenId>& out) {
  start_long();
  while (!queue_.empty()) {
    std::ranges::pop_heap(queue_, std::greater<>());
    const auto rank = static_cast<uint32_t>(queue_.back() >> 32);
    const auto at = static_cast<uint32_t>(queue_.back());
    queue_.pop_back();
    Symbol& left = symbols_[at];
    if (left.rank != rank) continue;  // stale: a neighbour was merged since
    Symbol& right = symbols_[left.next];
    left.id = tables_->parts.merges[rank].result;
    left.next = right.next;
    right.rank = kNoRank;
    if (left.next != kNowhere) symbols_[left.next].previous = at;
    offer(at);
    if (left.previous != kNowhere) offer(left.previous);
  }
  for (uint32_t at = 0; at != kNowhere; at = symbols_[at].next) out.push_back(symbols_[at].id);
}

}  // namespace glass::data
