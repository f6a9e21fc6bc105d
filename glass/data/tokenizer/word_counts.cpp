#include "glass/data/tokenizer/internal/word_counts.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/data/tokenizer/internal/word_key.h"
#include "glass/data/tokenizer/scanner.h"

namespace glass::data {

namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

}  // namespace

WordCounts::WordCounts() : slots_(1024) {}

void WordCounts::grow() {
  const std::vector<Word> old = std::exchange(slots_, std::vector<Word>(2 * slots_.size()));
  const size_t mask = slots_.size() - 1;
  for (const Word& word : old) {
    if (word.count == 0) continue;
    size_t at = word.hash & mask;
    while (slots_[at].count > 0) at = (at + 1) & mask;
    slots_[at] = word;
  }
}

void WordCounts::add(std::string_view word, uint64_t hash, uint64_t count) {
  total_ += count;
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at].count > 0) {
    if (slots_[at].hash == hash && text(slots_[at]) == word) {
      slots_[at].count += count;
      return;
    }
    at = (at + 1) & mask;
  }
  slots_[at] = {.count = count, .hash = hash, .begin = bytes_.size(), .length = word.size()};
  bytes_.insert(bytes_.end(), word.begin(), word.end());
  if (2 * ++distinct_ > slots_.size()) grow();
}

void WordCounts::add_text(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = word_end(text, at);
    const std::string_view word = text.substr(at, end - at);
    add(word, hash_bytes(word), 1);
    at = end;
  }
}

void WordCounts::add(const WordCounts& other) {
  for (const Word& word : other.slots_)
    if (word.count > 0) add(other.text(word), word.hash, word.count);
}

WordCounts count_words(std::span<const std::string_view> documents, Parallel& parallel) {
  std::vector<std::string_view> pieces;
  for (std::string_view rest : documents) {
    while (!rest.empty()) {
      const size_t cut = rest.size() <= kPieceBytes ? rest.size() : safe_cut(rest, kPieceBytes);
      pieces.push_back(rest.substr(0, cut));
      rest.remove_prefix(cut);
    }
  }
  std::vector<WordCounts> counts(static_cast<size_t>(parallel.workers()));
  std::atomic<size_t> next = 0;
  parallel.run([&](int worker) {
    WordCounts& own = counts[static_cast<size_t>(worker)];
    for (size_t i = next++; i < pieces.size(); i = next++) own.add_text(pieces[i]);
  });
  WordCounts all = std::move(counts.front());
  for (size_t i = 1; i < counts.size(); ++i) all.add(counts[i]);
  return all;
}

}  // namespace glass::data
