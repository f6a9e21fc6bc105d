// The parts of tokenizer.json that say how a SentencePiece tokenizer prepares a text and undoes it.
#pragma once

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

// Whether the file's decoder is one of SentencePiece; it may be anything else then, too.
bool is_sentencepiece(const Json& file);

// The steps of a file, before its ids are known.
struct SentencePieceSteps {
  SentencePieceRules rules;  // without ids
  bool byte_fallback = false;
  bool prepends = false;    // a normalizer puts the space before a text
  bool normalizes = false;  // a normalizer replaces spaces
};

// Refuses by its path whatever lies outside of what Tokenizer honours.
[[nodiscard]] Result<SentencePieceSteps> read_sentencepiece_steps(const Json& file);

// The same steps as they are written.
Json sentencepiece_normalizer(const SentencePieceRules& rules);
Json sentencepiece_pre_tokenizer(const SentencePieceRules& rules);
Json sentencepiece_decoder(const SentencePieceRules& rules);

}  // namespace glass::data
