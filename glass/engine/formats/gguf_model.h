// GgufModel: a model as the file that llama.cpp loads.
//
// What differs there: q, k, v and gate, up are tensors of their own, experts of a block lie in one;
// in the architecture llama RoPE turns neighbours, so q and k are permuted; norms of Gemma hold 1 +
// w for our w (exact but for its rounding: what is read back computes the same bits).
//
// Forms: tensors of one dimension, learned positions and routers stay F32, as llama.cpp's converter
// leaves them; the rest is F32, F16 or Q8_0, embedding and head too. Rows that are no whole blocks
// of Q8_0 are F16.
#pragma once

#include "glass/base/result.h"
#include "glass/engine/formats/gguf.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/system/files.h"

namespace glass::engine {

// Writes and syncs `file`; the same model gives the same bytes. `further` holds keys of the
// tokenizer and of the caller. kInvalidInput names what the architecture or the form cannot hold,
// and the way out; then nothing is written.
// REQUIRES: form is kF32, kF16 or kQ8_0; `tensors` has all parameters; no key of `further` is one
// of the model's.
[[nodiscard]] Status export_gguf(system::Files& files, const system::Path& file,
                                 const ModelFamily& family, const DecoderConfig& config,
                                 const TensorViews& tensors, GgufForm form,
                                 const GgufKeys& further = {});

// Every number as llama.cpp reads it; heads turn halves. A head of its own that is the embedding
// again counts as tied. kInvalidInput or kCorruption names the key or tensor that is missing, of
// another type or shape, or not understood.
[[nodiscard]] Result<ModelFile> model_from_gguf(const Gguf& gguf);

// The same from a file, which errors name.
[[nodiscard]] Result<ModelFile> import_gguf(system::Files& files, const system::Path& file);

}  // namespace glass::engine
