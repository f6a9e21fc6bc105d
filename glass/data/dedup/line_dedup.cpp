#include "glass/data/dedup/line_dedup.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace glass::data {
namespace {

constexpr size_t kFirstSlots = 1U << 12U;

// Any function would do: equal lines are recognised by comparing them, the hash only finds them.
uint64_t hash_of(std::string_view text) {
  uint64_t hash = text.size() * 0x9E3779B97F4A7C15U;
  const auto mix = [&hash](uint64_t word) {
    hash = (hash ^ word) * 0xD6E8FEB86659FD93U;
    hash ^= hash >> 32U;
  };
  while (!text.empty()) {
    uint64_t word = 0;
    const size_t size = std::min<size_t>(text.size(), sizeof(word));
    std::memcpy(&word, text.data(), size);
    mix(word);
    text.remove_prefix(size);
  }
  return hash;
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\f\v";
  const size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) + 1 - begin);
}

}  // namespace

LineDeduplicator::LineDeduplicator() : slots_(kFirstSlots) {}

std::string LineDeduplicator::keep_new_lines(std::string_view text) {
  std::string kept;
  kept.reserve(text.size() + 1);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view content = trimmed(line);
    if (content.empty()) continue;
    if (insert(content)) {
      kept += line;
      kept += '\n';
    } else {
      ++dropped_lines_;
      dropped_bytes_ += line.size() + 1;
    }
  }
  return kept;
}

bool LineDeduplicator::insert(std::string_view line) {
  if (2 * (used_ + 1) > slots_.size()) grow();
  const uint64_t hash = hash_of(line);
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.size == 0) {
      slot = {.hash = hash, .begin = seen_.size(), .size = line.size()};
      seen_ += line;
      ++used_;
      return true;
    }
    const bool equal = slot.hash == hash && slot.size == line.size() &&
                       std::string_view(seen_).substr(slot.begin, slot.size) == line;
    if (equal) return false;
  }
}

void LineDeduplicator::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  std::swap(old, slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.size == 0) continue;
    size_t at = slot.hash & mask;
    while (slots_[at].size != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace glass::data
