// What the tests of this room share: small tokenizers, and merging as its definition says.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

// A tokenizer trained on `text` with so many merges at most.
Tokenizer trained_on(std::string_view text, int merges);

// Of parts that fit together.
Tokenizer made(TokenizerParts parts);

// The merges of a tokenizer as the pair of their pieces, in the byte alphabet's spelling.
std::vector<std::pair<std::string, std::string>> spelled_merges(const Tokenizer& tokenizer);

// Encodes by the definition: in each word (of a SentencePiece tokenizer the whole text, which must
// hold no fixed piece) the merge of the lowest rank, leftmost first, until none is left. Quadratic,
// and shares no code with Encoder.
std::vector<TokenId> encode_by_definition(const Tokenizer& tokenizer, std::string_view text);

std::vector<TokenId> encode(const Tokenizer& tokenizer, std::string_view text);

// A SentencePiece tokenizer's parts: the tokens <unk>, <s>, </s>, those of the 256 bytes, then the
// pieces, of which those of several characters come with the merges that lead to them: each way to
// cut one in two pieces, ranked by the order of the pieces.
TokenizerParts sentencepiece_parts(const std::vector<std::string>& pieces,
                                   const SentencePieceRules& rules);

// A few lines in many scripts, with code, numbers, symbols and odd white space.
std::string mixed_text();

}  // namespace glass::data
