// Llama (Touvron et al. 2023, "LLaMA: open and efficient foundation language models"; Llama 2 added
// grouped key heads, Llama 3.1 scaled frequencies).
//
//   tokens -> embed
//   n x [ x + out(attention(rope(qkv(rms_norm(x))))) ; x + down(silu(gate) * up of rms_norm(x)) ]
//   rms_norm -> head
//
// No biases; positions turn queries and keys by halves of each head, as released weights in Hugging
// Face's form do (llama2.c turns neighbouring pairs: rope_interleaved).
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily llama_family();

}  // namespace glass::engine
