// GPT-2 (Radford et al. 2019, "Language models are unsupervised multitask learners").
//
//   tokens, positions -> embed + position
//   12 x [ x + out(attention(qkv(layer_norm(x)))) ; x + down(gelu_tanh(up(layer_norm(x)))) ]
//   layer_norm -> the embedding again
//
// Every linear layer and every norm has a bias; as many key heads as query heads; the MLP is four
// times as wide as the stream, unless a recipe says otherwise.
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily gpt2_family();

}  // namespace glass::engine
