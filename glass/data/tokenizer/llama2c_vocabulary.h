// Llama2c vocabulary: that of karpathy/llama2.c (tokenizer.bin, tok512.bin) as a SentencePiece
// tokenizer. File: int32 longest piece, then per token float score, int32 length, bytes.
//
// llama2.c puts a space before a text, begins from its characters or the tokens of their bytes, and
// as long as two neighbours together are a piece joins those whose piece has the highest score, the
// leftmost of equal ones (its run.c, encode). Here every way to cut a piece in two pieces is a
// merge, ranked by the score of the piece. The ids are those of llama2.c, but for:
//   - U+2581, a space here, which llama2.c takes for a character without a piece;
//   - bytes that are no UTF-8, which llama2.c joins with what stands before them.
// llama2.c takes the leftmost of two ways to one piece, ranks the first way: 380,000 random
// vocabularies and texts gave the same ids whatever the order of a piece's ways.
#pragma once

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

// The tokens 0 to 2 become <unk>, <s> and </s>; <s> stands before every text (prefix).
// kCorruption if the file is cut off; kInvalidInput if the tokens 0 to 258 are not those that
// llama2.c counts on, or if two pieces that merges lead to share a score, which ranks cannot say.
[[nodiscard]] Result<TokenizerParts> parse_llama2c_vocabulary(ByteView file);

}  // namespace glass::data
