// The bytes of one shard. Format: docs/reference/formats/shard.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

struct ShardCounts {
  uint64_t documents = 0;
  uint64_t tokens = 0;
  uint64_t text_bytes = 0;

  friend bool operator==(const ShardCounts&, const ShardCounts&) = default;
};

// 2 if every id fits into 16 bits, else 4.
uint32_t token_bytes(uint32_t vocabulary_size);

// Collects documents and then lays them out.
class ShardBuilder {
 public:
  explicit ShardBuilder(uint32_t vocabulary_size);

  // REQUIRES: at least one token, every token within the vocabulary.
  void add(const crypto::Digest& document, uint64_t text_bytes, TokenId end_of_text,
           std::span<const TokenId> tokens);

  [[nodiscard]] const ShardCounts& counts() const { return counts_; }

  // The shard in three parts that follow each other; valid until the next call.
  [[nodiscard]] Bytes header() const;

  [[nodiscard]] ByteView table() const { return table_; }

  [[nodiscard]] ByteView tokens() const { return tokens_; }

  void clear();

 private:
  void append(TokenId token);

  uint32_t vocabulary_size_;
  ShardCounts counts_;
  Bytes table_, tokens_;
};

// A shard in memory whose structure has been checked. Does not own its bytes.
class ShardView {
 public:
  struct Entry {
    uint64_t first_token;
    uint64_t text_bytes;
    crypto::Digest digest;
  };

  ShardView() = default;

  // kCorruption, with `name` for the file, unless the sizes agree and the table is in order.
  [[nodiscard]] static Result<ShardView> parse(ByteView bytes, std::string_view name);

  [[nodiscard]] uint32_t vocabulary_size() const { return vocabulary_size_; }

  [[nodiscard]] const ShardCounts& counts() const { return counts_; }

  // REQUIRES: document < counts().documents.
  [[nodiscard]] Entry entry(uint64_t document) const;

  // Where the document's tokens end; those of the next begin.
  [[nodiscard]] uint64_t end_token(uint64_t document) const;

  // Copies tokens [first, first + out.size()); false if one is outside the vocabulary.
  // REQUIRES: the range lies within counts().tokens.
  [[nodiscard]] bool copy_tokens(uint64_t first, std::span<TokenId> out) const;

 private:
  [[nodiscard]] Status check_table(std::string_view name) const;

  uint32_t vocabulary_size_ = 0;
  ShardCounts counts_;
  const uint8_t* table_ = nullptr;
  const uint8_t* tokens_ = nullptr;
};

}  // namespace glass::data
