// PairMap: from a pair of token ids to a small value; open addressing, made for millions of
// look-ups.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

template <typename Value>
class PairMap {
 public:
  explicit PairMap(size_t expected = 16) { rebuild(std::bit_ceil(2 * expected + 2)); }

  [[nodiscard]] static uint64_t key(TokenId left, TokenId right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }

  // nullptr if the pair is absent.
  [[nodiscard]] const Value* find(TokenId left, TokenId right) const {
    const uint64_t wanted = key(left, right);
    for (size_t at = slot(wanted);; at = (at + 1) & mask_) {
      if (entries_[at].first == wanted) return &entries_[at].second;
      if (entries_[at].first == kEmpty) return nullptr;
    }
  }

  // The value of the pair, made from `fallback` if it was absent, and whether it was.
  std::pair<Value*, bool> insert(TokenId left, TokenId right, const Value& fallback) {
    if (2 * (size_ + 1) > entries_.size()) rebuild(2 * entries_.size());
    const uint64_t wanted = key(left, right);
    size_t at = slot(wanted);
    while (entries_[at].first != wanted && entries_[at].first != kEmpty) at = (at + 1) & mask_;
    const bool absent = entries_[at].first == kEmpty;
    if (absent) {
      entries_[at] = {wanted, fallback};
      ++size_;
    }
    return {&entries_[at].second, absent};
  }

 private:
  static constexpr uint64_t kEmpty = ~uint64_t{0};  // ids are not negative, so no pair is this

  [[nodiscard]] size_t slot(uint64_t wanted) const {
    return static_cast<size_t>((wanted * 0x9E3779B97F4A7C15) >> shift_);
  }

  void rebuild(size_t capacity) {
    std::vector<std::pair<uint64_t, Value>> old = std::exchange(
        entries_, std::vector<std::pair<uint64_t, Value>>(capacity, {kEmpty, Value{}}));
    mask_ = capacity - 1;
    shift_ = 64 - std::countr_zero(capacity);
    for (const auto& entry : old) {
      if (entry.first == kEmpty) continue;
      size_t at = slot(entry.first);
      while (entries_[at].first != kEmpty) at = (at + 1) & mask_;
      entries_[at] = entry;
    }
  }

  std::vector<std::pair<uint64_t, Value>> entries_;  // a power of two of them, half of them empty
  size_t mask_ = 0;
  int shift_ = 0;
  size_t size_ = 0;
};

}  // namespace glass::data
