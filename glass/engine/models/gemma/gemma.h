// Gemma 2 (Gemma Team 2024, arXiv:2408.00118) and Gemma 3 (Gemma Team 2025, arXiv:2503.19786):
// norms before and after each branch, whose weights count from 1, GeGLU, embeddings times
// sqrt(d_model), and layers with a sliding window between layers without.
//
// Gemma 2 caps scores at 50 and logits at 30; every second layer sees everything. Gemma 3 norms
// queries and keys instead; every sixth layer sees everything, and the others turn by frequencies
// of their own, of base 10,000 and never scaled. As transformers does in float32, sqrt(d_model) is
// rounded to float once.
//
// Released norm weights are kept as they are, w for 1 + w, so reading and writing them is exact.
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily gemma2_family();
ModelFamily gemma3_family();

}  // namespace glass::engine
