// ScoredMerges: merges out of scores, and scores out of merges.
//
// SentencePiece, llama2.c and llama.cpp keep no list of merges: as long as two neighbours together
// are a piece, those are joined whose piece has the highest score, the leftmost of equal ones. The
// same ids come from a list in which every way to cut a piece in two is a merge, the ways of the
// highest score first.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "glass/base/result.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

// The pieces that are joined and that joining leads to, by their bytes.
using PieceIds = std::unordered_map<std::string_view, TokenId>;

// The merges of `results`, by their scores. kInvalidInput if two pieces that merges lead to share a
// score, which ranks cannot say. REQUIRES: `scores` has one for each piece.
[[nodiscard]] Result<std::vector<Merge>> merges_by_score(const std::vector<std::string>& pieces,
                                                         const std::vector<float>& scores,
                                                         std::vector<TokenId> results,
                                                         const PieceIds& ids);

// By id, so that joining by score gives the ids that the merges give. kInvalidInput if none do: a
// piece has a merge too few, or its merges do not follow one another.
// REQUIRES: merges that fit the pieces.
[[nodiscard]] Result<std::vector<float>> scores_of_merges(const std::vector<std::string>& pieces,
                                                          const std::vector<Merge>& merges,
                                                          const PieceIds& ids);

// kInvalidInput if joining by score could begin from a character that is no piece, which merges
// cannot.
[[nodiscard]] Status expect_joined_from_pieces(const std::vector<std::string>& pieces,
                                               const PieceIds& ids);

}  // namespace glass::data
