#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/data/tokenizer/internal/characters.h"
#include "glass/data/tokenizer/internal/tables.h"
#include "glass/data/tokenizer/internal/token_finder.h"
#include "glass/data/tokenizer/internal/word_key.h"
#include "glass/data/tokenizer/internal/word_merger.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

constexpr int kSlotBits = 15;  // two megabytes of words per encoder

// A remembered word fills one cache line: its bytes and its ids.
struct alignas(64) Slot {
  static constexpr uint32_t kMostIds = 7;

  WordKey key{};  // of length 0 while the slot is empty: no word is
  std::array<TokenId, kMostIds> ids{};
  uint32_t count = 0;
};

static_assert(sizeof(Slot) == 64);

}  // namespace

struct Encoder::State {
  explicit State(const TokenizerTables& of)
      : tables(&of), merger(of), slots(size_t{1} << kSlotBits) {}

  // The tokens of `taken` become their ids, what lies between them is encoded on its own.
  void encode(std::string_view text, const TokenFinder& taken, std::vector<TokenId>& out);

  void encode_bytes(std::string_view text, std::vector<TokenId>& out);
  void encode_characters(std::string_view text, bool at_start, std::vector<TokenId>& out);
  void encode_word(std::string_view text, size_t begin, size_t end, std::vector<TokenId>& out);

  const TokenizerTables* tables;
  WordMerger merger;
  std::string spaced;       // a text's first word, behind the space that is put before it
  std::vector<Slot> slots;  // by hash; a newer word takes the place of an older one
};

void Encoder::State::encode_word(std::string_view text, size_t begin, size_t end,
                                 std::vector<TokenId>& out) {
  const size_t length = end - begin;
  if (length > WordKey::kLongest) return merger.merge(text.substr(begin, length), out);
  const WordKey key = word_key(text, begin, length);
  Slot& slot = slots[hash(key) >> (64 - kSlotBits)];
  if (slot.key == key) {
    out.insert(out.end(), slot.ids.begin(), slot.ids.begin() + slot.count);
    return;
  }
  const size_t before = out.size();
  merger.merge(text.substr(begin, length), out);
  const size_t count = out.size() - before;
  if (count > Slot::kMostIds) return;
  slot.key = key;
  slot.count = static_cast<uint32_t>(count);
  std::copy(out.begin() + static_cast<ptrdiff_t>(before), out.end(), slot.ids.begin());
}

void Encoder::State::encode_bytes(std::string_view text, std::vector<TokenId>& out) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = word_end(text, at);
    encode_word(text, at, end, out);
    at = end;
  }
}

void Encoder::State::encode_characters(std::string_view text, bool at_start,
                                       std::vector<TokenId>& out) {
  const SentencePieceRules& rules = tables->parts.sentencepiece;
  const Characters& characters = tables->characters;
  const size_t first = out.size();
  // Characters that are no pieces are words of their own.
  const auto encode_part = [&](std::string_view all, size_t begin, size_t end) {
    const size_t before = out.size();
    encode_word(all, begin, end, out);
    if (rules.fuse_unknown && before > first && out.size() == before + 1 &&
        out[before] == rules.unknown && out[before - 1] == rules.unknown)
      out.pop_back();
  };
  size_t at = 0;
  const bool missing = !Characters::begins_with_space(text);
  if (rules.prefix_space == PrefixSpace::kAlways ||
      (rules.prefix_space == PrefixSpace::kMissing && missing) ||
      (rules.prefix_space == PrefixSpace::kMissingAtStart && missing && at_start)) {
    if (characters.joins_space(text)) at = characters.part_end(text, 0);
    spaced.assign(" ").append(text.substr(0, at));
    encode_part(spaced, 0, spaced.size());
  }
  while (at < text.size()) {
    const size_t end = characters.part_end(text, at);
    encode_part(text, at, end);
    at = end;
  }
}

void Encoder::State::encode(std::string_view text, const TokenFinder& taken,
                            std::vector<TokenId>& out) {
  for (size_t at = 0; at < text.size();) {
    const TokenFinder::Found found = taken.find(text, at);
    const std::string_view between = text.substr(at, found.at - at);
    if (tables->parts.kind == TokenizerKind::kByteLevel)
      encode_bytes(between, out);
    else if (!between.empty())
      encode_characters(between, at == 0, out);
    if (found.id < 0) break;
    out.push_back(found.id);
    at = found.at + found.size;
  }
}

Encoder::Encoder(const Tokenizer& tokenizer)
    : state_(std::make_unique<State>(*tokenizer.tables_)) {}

Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

void Encoder::encode(std::string_view text, std::vector<TokenId>& out) {
  state_->encode(text, state_->tables->fixed, out);
}

void Encoder::encode_with_special(std::string_view text, std::vector<TokenId>& out) {
  state_->encode(text, state_->tables->special_and_fixed, out);
}

BatchEncoder::BatchEncoder(const Tokenizer& tokenizer, Parallel& parallel) : parallel_(&parallel) {
  for (int worker = 0; worker < parallel.workers(); ++worker) encoders_.emplace_back(tokenizer);
}

void BatchEncoder::encode(std::span<const std::string_view> documents,
                          std::vector<std::vector<TokenId>>& out) {
  out.resize(documents.size());
  std::atomic<size_t> next = 0;  // workers take documents as they come; each has its own output
  parallel_->run([&](int worker) {
    Encoder& encoder = encoders_[static_cast<size_t>(worker)];
    for (size_t i = next++; i < documents.size(); i = next++) {
      out[i].clear();
      encoder.encode(documents[i], out[i]);
    }
  });
}

}  // namespace glass::data
