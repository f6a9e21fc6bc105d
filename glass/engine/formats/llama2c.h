// Llama2c: models in the format of karpathy/llama2.c, whose small trained models are real inputs
// for tests. Their vocabularies are read by data/tokenizer.
//
// Seven int32 (d_model, d_ff, layers, heads, key-value heads, vocabulary, positions; a
// negative vocabulary means an untied head), then float32 tensors, each for all layers at once,
// then two tables of RoPE that are not read. Neighbouring columns rotate together
// (rope_interleaved).
#pragma once

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"

namespace glass::engine {

// kCorruption when the size of the file is not what its header says.
[[nodiscard]] Result<ModelFile> parse_llama2c(ByteView file);

}  // namespace glass::engine
