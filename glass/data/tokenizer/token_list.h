// TokenList: a tokenizer as the plain lists that llama.cpp keeps in a GGUF file: what each token
// is, and merges or scores.
//
// A list is made only where llama.cpp, reading it, gives the ids that the tokenizer gives, with
// three exceptions that its way of joining by score brings with it: plain text that spells a
// special token or the token of a byte may become it where pieces allow that; U+2581 in a text that
// spells a fixed piece with spaces is not taken out first; and characters younger than its tables
// are symbols.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

// The figures are llama.cpp's (llama_token_type).
enum class TokenType : uint8_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,  // taken out of a text before anything is joined
  kUnused = 5,
  kByte = 6,
};

struct TokenList {
  TokenizerKind kind = TokenizerKind::kByteLevel;
  std::vector<std::string> tokens = {};  // as they are spelled, by id
  std::vector<TokenType> types = {};     // likewise
  std::string pattern = {};              // kByteLevel: llama.cpp's name of the rule of words
  std::vector<std::string> merges = {};  // kByteLevel: "left right", by rank
  std::vector<float> scores = {};        // kSentencePiece: by id
  bool space_prefix = false;         // kSentencePiece: a space is put before a text, and taken away
  std::vector<TokenId> prefix = {};  // put before a text: none or one

  friend bool operator==(const TokenList&, const TokenList&) = default;
};

// kInvalidInput says what llama.cpp would do otherwise than the tokenizer.
[[nodiscard]] Result<TokenList> token_list(const Tokenizer& tokenizer);

// Whether llama.cpp puts the begin of a text before it where a file with this pattern says nothing.
[[nodiscard]] bool begins_texts(std::string_view pattern);

// Unused tokens at the end, which fill up a model's vocabulary, are left out. kInvalidInput names
// the token or the rule that a Tokenizer cannot honour.
[[nodiscard]] Result<Tokenizer> tokenizer_from(const TokenList& list);

}  // namespace glass::data
