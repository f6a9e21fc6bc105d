// Tokenizer: a BPE vocabulary, its merges and special tokens, of one of two kinds. Immutable,
// thread-safe.
//
// What always holds:
//   - Any bytes can be encoded. Ids are 0 .. vocabulary_size() - 1 without a gap.
//   - Of neighbouring tokens that a merge joins, those of the lowest rank are joined first, the
//     leftmost first, until none is left.
//   - A special token written in a text is plain text unless the caller says otherwise.
//
// Byte-level (GPT-2, Llama 3, what is trained here): every one of the 256 bytes is a piece, a text
// is cut into words by the `llama-bpe` pattern (scanner.h), and merges join the bytes of a word.
// decode(encode(x)) = x for any bytes. In a tokenizer trained here the 256 bytes come first, in the
// order of GPT-2's stand-in characters, then the merges in the order they were found, and the last
// id is the special token <|endoftext|>.
//
// SentencePiece (Llama 2, Mistral, Gemma, llama2.c): merges join the characters of a whole text,
// after a space was perhaps put before it. A character without a piece becomes tokens of its bytes,
// or the unknown token. decode(encode(x)) = x for any bytes, but for what the rules lose:
//   - U+2581 stands for a space, so a text that holds it comes back with spaces;
//   - without tokens for bytes, characters without a piece come back as the unknown token's text;
//   - PrefixSpace::kMissing and kMissingAtStart tell no space that was put there from one of the
//     text, and strip_space takes either away; without strip_space the one put there stays.
// What decoding gives is what Hugging Face's decoder gives, except that tokens of bytes that are no
// UTF-8 give these bytes, where that decoder gives U+FFFD.
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

enum class TokenizerKind : uint8_t { kByteLevel, kSentencePiece };

// Where a SentencePiece tokenizer puts a space before a text that is not empty. What follows a
// special or a fixed token counts as a text of its own.
enum class PrefixSpace : uint8_t {
  kNone,
  kAlways,         // also where there is one (normalizer Prepend; SentencePiece's dummy prefix)
  kMissing,        // unless the text begins with a space (Metaspace "always")
  kMissingAtStart  // the same, but only at the very beginning (Metaspace "first")
};

// What only a SentencePiece tokenizer has.
struct SentencePieceRules {
  PrefixSpace prefix_space = PrefixSpace::kNone;
  bool strip_space = false;         // decoding drops a space at the start
  bool split_at_spaces = false;     // no merge joins a space with what stands before it
  bool fuse_unknown = false;        // neighbouring characters without a piece are one unknown token
  TokenId unknown = -1;             // a special token; -1: there is none
  std::vector<TokenId> bytes = {};  // the tokens of the 256 bytes; empty: there are none
  std::vector<TokenId> fixed = {};  // pieces taken out of a text, wherever their spelling stands
                                    // there, before anything is merged; ascending

  friend bool operator==(const SentencePieceRules&, const SentencePieceRules&) = default;
};

// Everything a tokenizer.json says.
struct TokenizerParts {
  // Bytes by id, spaces as spaces; those of special tokens are their text, with spaces for U+2581
  // in a SentencePiece tokenizer.
  std::vector<std::string> pieces;
  std::vector<Merge> merges;          // by rank
  std::vector<SpecialToken> special;  // by id
  std::vector<TokenId> prefix;        // special tokens that the file's template puts before a text
  bool ignore_merges = false;         // a word that is a piece becomes it, whatever the merges say
  TokenizerKind kind = TokenizerKind::kByteLevel;
  SentencePieceRules sentencepiece;  // as made by default for another kind

  friend bool operator==(const TokenizerParts&, const TokenizerParts&) = default;
};

struct TokenizerTables;

class Tokenizer {
 public:
  // kInvalidInput if a byte is missing, a piece is double, a merge does not fit its pieces, or a
  // text could meet a character that has neither piece, bytes nor unknown token.
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

  // The special token that ends a document: <|endoftext|>; in a vocabulary without it the one of
  // </s>, <eos> and <|end_of_text|> that is there. -1 if none is, or if several are: a file does
  // not say which one it means. Ends of a turn (<|im_end|>, <end_of_turn>) end no document.
  [[nodiscard]] TokenId end_of_text() const;

  // The same tokenizer with another special token that ends a document: for a model that was
  // trained with another than its file lets one guess. kInvalidInput if it is no special token. Not
  // part of the JSON.
  [[nodiscard]] Result<Tokenizer> with_end_of_text(TokenId id) const;

  // The bytes a token stands for; of a special token its text. REQUIRES: id is in the vocabulary.
  [[nodiscard]] std::string_view piece(TokenId id) const;
  [[nodiscard]] bool is_special(TokenId id) const;

  // How many bytes of text each token stands for, by id; 0 for special tokens. The space that a
  // SentencePiece tokenizer puts before a text counts as one.
  [[nodiscard]] std::vector<uint32_t> text_lengths() const;

  [[nodiscard]] const TokenizerParts& parts() const;

  // Appends the ids of `text`, without the template's prefix. For many texts use an Encoder, which
  // remembers words.
  void encode(std::string_view text, std::vector<TokenId>& out) const;

  // The same, but the special tokens written in `text` become their ids: for prompts that the user
  // composed on purpose, never for documents.
  void encode_with_special(std::string_view text, std::vector<TokenId>& out) const;

  // The bytes of the tokens, one after the other. Special tokens give their text. Where the rules
  // say so, a space at the start is dropped: so the ids must be a text's from its beginning on.
  // REQUIRES: every id is in the vocabulary.
  [[nodiscard]] std::string decode(std::span<const TokenId> ids) const;

 private:
  friend class Encoder;
  explicit Tokenizer(std::unique_ptr<const TokenizerTables> tables);
  std::unique_ptr<const TokenizerTables> tables_;
};

// Encodes many texts; remembers the words it has met, in a table of fixed size. One thread at a
// time. Time is O(n log n) at worst; memory grows with the longest word alone, at most forty bytes
// for each of its units.
// Of a SentencePiece tokenizer a word is what no merge can reach out of: the ids are those of
// merging the whole text.
class Encoder {
 public:
  // The tokenizer must outlive the encoder; it may be moved meanwhile.
  explicit Encoder(const Tokenizer& tokenizer);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  // Appends the ids of `text`.
  void encode(std::string_view text, std::vector<TokenId>& out);

  // As Tokenizer::encode_with_special.
  void encode_with_special(std::string_view text, std::vector<TokenId>& out);

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
