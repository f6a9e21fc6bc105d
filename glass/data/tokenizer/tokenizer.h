// Tokenizer: a byte-level BPE vocabulary, its merges and special tokens. Immutable, thread-safe.
//
// What always holds:
//   - Every one of the 256 bytes is a piece, so any bytes can be encoded and decode(encode(x)) = x.
//   - Ids are 0 .. vocabulary_size() - 1 without a gap. In a tokenizer trained here the 256 bytes
//     come first, in the order of GPT-2's stand-in characters, then the merges in the order they
//     were found, and the last id is the special token <|endoftext|>.
//   - A text is cut into words by the `llama-bpe` pattern (scanner.h); within a word the merge of
//     the lowest rank is applied first, leftmost first, until none applies.
//   - A special token written in a text is plain text unless the caller says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"

namespace glass::data {

using TokenId = int32_t;

inline constexpr std::string_view kEndOfText = "<|endoftext|>";

struct Merge {
  TokenId left, right;
  TokenId result;  // the piece that is left and right joined; several merges may share it

  friend bool operator==(const Merge&, const Merge&) = default;
};

struct SpecialToken {
  TokenId id;
  std::string text;

  friend bool operator==(const SpecialToken&, const SpecialToken&) = default;
};

// Everything a tokenizer.json says.
struct TokenizerParts {
  std::vector<std::string> pieces;    // bytes by id; those of special tokens are their text
  std::vector<Merge> merges;          // by rank
  std::vector<SpecialToken> special;  // by id
  std::vector<TokenId> prefix;        // special tokens that the file's template puts before a text
  bool ignore_merges = false;         // a word that is a piece becomes it, whatever the merges say

  friend bool operator==(const TokenizerParts&, const TokenizerParts&) = default;
};

struct TokenizerTables;

class Tokenizer {
 public:
  // kInvalidInput if a byte is missing, a piece is double or a merge does not fit its pieces.
  [[nodiscard]] static Result<Tokenizer> make(TokenizerParts parts);

  // A tokenizer.json of Hugging Face's format, as far as this class can honour it; anything it
  // does not know is refused by name. `name` stands for the file in messages.
  [[nodiscard]] static Result<Tokenizer> from_json(std::string_view json, std::string_view name);

  // Canonical JSON (RFC 8785), so that one tokenizer has one digest.
  [[nodiscard]] std::string to_json() const;

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  [[nodiscard]] int32_t vocabulary_size() const;

  // The id of <|endoftext|>; -1 if the vocabulary has none.
  [[nodiscard]] TokenId end_of_text() const;

  // The bytes a token stands for; of a special token its text. REQUIRES: id is in the vocabulary.
  [[nodiscard]] std::string_view piece(TokenId id) const;
  [[nodiscard]] bool is_special(TokenId id) const;

  // How many bytes of text each token stands for, by id; 0 for special tokens.
  [[nodiscard]] std::vector<uint32_t> text_lengths() const;

  [[nodiscard]] const TokenizerParts& parts() const;

  // Appends the ids of `text`. For many texts use an Encoder, which remembers words.
  void encode(std::string_view text, std::vector<TokenId>& out) const;

  // The same, but the special tokens written in `text` become their ids: for prompts that the user
  // composed on purpose, never for documents.
  void encode_with_special(std::string_view text, std::vector<TokenId>& out) const;

  // The bytes of the tokens, one after the other. Special tokens give their text.
  // REQUIRES: every id is in the vocabulary.
  [[nodiscard]] std::string decode(std::span<const TokenId> ids) const;

 private:
  friend class Encoder;
  explicit Tokenizer(std::unique_ptr<const TokenizerTables> tables);
  std::unique_ptr<const TokenizerTables> tables_;
};

// Encodes many texts; remembers the words it has met. One thread at a time.
class Encoder {
 public:
  // The tokenizer must outlive the encoder; it may be moved meanwhile.
  explicit Encoder(const Tokenizer& tokenizer);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  // Appends the ids of `text`.
  void encode(std::string_view text, std::vector<TokenId>& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Encodes documents in parallel; keeps one Encoder per worker from call to call.
class BatchEncoder {
 public:
  BatchEncoder(const Tokenizer& tokenizer, Parallel& parallel);

  // out[i] = ids of documents[i]; the inner vectors keep their memory.
  void encode(std::span<const std::string_view> documents, std::vector<std::vector<TokenId>>& out);

 private:
  Parallel* parallel_;
  std::vector<Encoder> encoders_;  // by worker
};

}  // namespace glass::data
