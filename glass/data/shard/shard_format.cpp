#include "glass/data/shard/internal/shard_format.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"

namespace glass::data {

namespace {

constexpr std::string_view kMagic = "GLSHARD1";
constexpr size_t kHeaderBytes = 64;
constexpr size_t kEntryBytes = 8 + 8 + 32;

tl::unexpected<Error> corrupt(std::string_view name, std::string_view what) {
  return fail(ErrorCode::kCorruption, fmt::format("shard {}: {}", name, what));
}

template <typename Stored>
bool copy_stored(const uint8_t* from, uint32_t vocabulary_size, std::span<TokenId> out) {
  uint32_t largest = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const uint32_t token = load_little_endian<Stored>(from + i * sizeof(Stored));
    largest = std::max(largest, token);
    out[i] = static_cast<TokenId>(token);
  }
  return out.empty() || largest < vocabulary_size;
}

}  // namespace

uint32_t token_bytes(uint32_t vocabulary_size) {
  return vocabulary_size <= 1U << 16 ? 2 : 4;
}

ShardBuilder::ShardBuilder(uint32_t vocabulary_size) : vocabulary_size_(vocabulary_size) {}

void ShardBuilder::append(TokenId token) {
  GLASS_CHECK(token >= 0 && static_cast<uint32_t>(token) < vocabulary_size_);
  if (token_bytes(vocabulary_size_) == 2)
    append_little_endian(tokens_, static_cast<uint16_t>(token));
  else
    append_little_endian(tokens_, static_cast<uint32_t>(token));
}

void ShardBuilder::add(const crypto::Digest& document, uint64_t text_bytes, TokenId end_of_text,
                       std::span<const TokenId> tokens) {
  append_little_endian(table_, counts_.tokens);
  append_little_endian(table_, text_bytes);
  table_.insert(table_.end(), document.bytes.begin(), document.bytes.end());
  append(end_of_text);
  for (const TokenId token : tokens) append(token);
  counts_.documents += 1;
  counts_.tokens += 1 + tokens.size();
  counts_.text_bytes += text_bytes;
}

Bytes ShardBuilder::header() const {
  Bytes header(kMagic.begin(), kMagic.end());
  append_little_endian(header, token_bytes(vocabulary_size_));
  append_little_endian(header, vocabulary_size_);
  append_little_endian(header, counts_.documents);
  append_little_endian(header, counts_.tokens);
  append_little_endian(header, counts_.text_bytes);
  header.resize(kHeaderBytes, 0);
  return header;
}

void ShardBuilder::clear() {
  counts_ = {};
  table_.clear();
  tokens_.clear();
}

Result<ShardView> ShardView::parse(ByteView bytes, std::string_view name) {
  if (bytes.size() < kHeaderBytes)
    return corrupt(name, fmt::format("{} bytes are too few for a header", bytes.size()));
  if (as_text(bytes.first(kMagic.size())) != kMagic)
    return corrupt(name, "it does not begin with GLSHARD1");
  ShardView view;
  const uint8_t* header = bytes.data();
  const auto stored_bytes = load_little_endian<uint32_t>(header + 8);
  view.vocabulary_size_ = load_little_endian<uint32_t>(header + 12);
  view.counts_ = {.documents = load_little_endian<uint64_t>(header + 16),
                  .tokens = load_little_endian<uint64_t>(header + 24),
                  .text_bytes = load_little_endian<uint64_t>(header + 32)};
  if (stored_bytes != token_bytes(view.vocabulary_size_))
    return corrupt(name, fmt::format("{} bytes a token do not go with a vocabulary of {}",
                                     stored_bytes, view.vocabulary_size_));
  if (std::ranges::any_of(bytes.subspan(40, kHeaderBytes - 40), [](uint8_t b) { return b != 0; }))
    return corrupt(name, "the reserved bytes of its header are not zero");
  const uint64_t most = bytes.size();  // keeps the sum below from overflowing
  if (view.counts_.documents > most || view.counts_.tokens > most ||
      kHeaderBytes + view.counts_.documents * kEntryBytes + view.counts_.tokens * stored_bytes !=
          bytes.size())
    return corrupt(name,
                   fmt::format("it has {} bytes, but {} documents and {} tokens are announced "
                               "(cut short, or overwritten)",
                               bytes.size(), view.counts_.documents, view.counts_.tokens));
  view.table_ = header + kHeaderBytes;
  view.tokens_ = view.table_ + view.counts_.documents * kEntryBytes;
  GLASS_TRY_STATUS(view.check_table(name));
  return view;
}

// Every document has at least its E, and the documents cover the tokens.
Status ShardView::check_table(std::string_view name) const {
  if ((counts_.documents == 0) != (counts_.tokens == 0))
    return corrupt(name, "it has tokens without documents, or documents without tokens");
  uint64_t text_bytes = 0;
  for (uint64_t i = 0; i < counts_.documents; ++i) {
    const Entry now = entry(i);
    const bool first_is_zero = i > 0 || now.first_token == 0;
    if (!first_is_zero || now.first_token >= end_token(i) || end_token(i) > counts_.tokens)
      return corrupt(name, fmt::format("the tokens of document {} are out of order", i));
    if (__builtin_add_overflow(text_bytes, now.text_bytes, &text_bytes))
      return corrupt(name, fmt::format("the text of document {} is impossibly long", i));
  }
  if (text_bytes != counts_.text_bytes)
    return corrupt(name, fmt::format("its documents have {} bytes of text, but {} are announced",
                                     text_bytes, counts_.text_bytes));
  return {};
}

ShardView::Entry ShardView::entry(uint64_t document) const {
  GLASS_DCHECK(document < counts_.documents);
  const uint8_t* at = table_ + document * kEntryBytes;
  Entry entry{.first_token = load_little_endian<uint64_t>(at),
              .text_bytes = load_little_endian<uint64_t>(at + 8),
              .digest = {}};
  std::memcpy(entry.digest.bytes.data(), at + 16, entry.digest.bytes.size());
  return entry;
}

uint64_t ShardView::end_token(uint64_t document) const {
  GLASS_DCHECK(document < counts_.documents);
  if (document + 1 == counts_.documents) return counts_.tokens;
  return load_little_endian<uint64_t>(table_ + (document + 1) * kEntryBytes);
}

bool ShardView::copy_tokens(uint64_t first, std::span<TokenId> out) const {
  GLASS_CHECK(first <= counts_.tokens && out.size() <= counts_.tokens - first);
  if (token_bytes(vocabulary_size_) == 2)
    return copy_stored<uint16_t>(tokens_ + first * 2, vocabulary_size_, out);
  return copy_stored<uint32_t>(tokens_ + first * 4, vocabulary_size_, out);
}

}  // namespace glass::data
