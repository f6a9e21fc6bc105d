// What must hold for the parts of a SentencePiece tokenizer, and how they are spelled.
#pragma once

#include <string>

#include "glass/base/result.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

// kInvalidInput says what does not fit. The special tokens and merges are checked by
// Tokenizer::make. REQUIRES: the special tokens are in the vocabulary.
[[nodiscard]] Status check_sentencepiece(const TokenizerParts& parts);

// As a tokenizer.json spells a token: "<0x0A>", "\u2581the"; of a special token its text.
// REQUIRES: id is in the vocabulary of a SentencePiece tokenizer that fits.
std::string spell_token(const TokenizerParts& parts, TokenId id);

}  // namespace glass::data
