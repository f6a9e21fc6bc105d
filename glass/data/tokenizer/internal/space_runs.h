// SpaceRuns: pieces of two, three ... spaces (Gemma's), which llama.cpp takes out of a text, the
// longest first, before it joins anything.
//
// Merges do the same where they join spaces before anything else and let a run grow from the left:
// (2 spaces, 1) before (1, 1), and so on. Then a run of n spaces becomes runs of the longest length
// and what is left over, on both sides.
#pragma once

#include <vector>

#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

// The fixed pieces of 2, 3 ... spaces, shortest first, if the merges join spaces so. Empty if there
// are none, a length is missing, or they do not. REQUIRES: parts that fit (Tokenizer::make).
std::vector<TokenId> space_runs(const TokenizerParts& parts);

// The merges that join so, of the piece of one space and those of 2, 3 ...
std::vector<Merge> merges_of_space_runs(TokenId space, const std::vector<TokenId>& runs);

}  // namespace glass::data
