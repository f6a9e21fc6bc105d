// GgufModels: a model with its tokenizer as one GGUF file, both ways: what llama.cpp loads, and
// what a training or a text can start from.
#pragma once

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/formats/gguf.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/system/files.h"

namespace glass::service {

struct GgufModelToWrite {
  const engine::ModelFamily& family;
  const engine::DecoderConfig& config;
  const engine::TensorViews& tensors;
  const data::Tokenizer& tokenizer;
  engine::SpecialTokens special;  // `begin` is put before every text, as `glass generate` does
};

// Writes and syncs `file`; the caller publishes it. `further` are keys of the caller
// ("glassworks.release.log_index"). kInvalidInput names what architecture, form or llama.cpp's
// tokenizer cannot do, and the way out; then nothing is written. REQUIRES: as export_gguf.
[[nodiscard]] Status write_gguf_model(system::Files& files, const system::Path& file,
                                      const GgufModelToWrite& model, engine::GgufForm form,
                                      const engine::GgufKeys& further = {});

struct GgufModel {
  engine::ModelFile model;
  const engine::ModelFamily* family;
  data::Tokenizer tokenizer;
  data::TokenId begin, end;  // -1 where the file names none
  crypto::Digest digest;     // of the file
};

[[nodiscard]] bool is_gguf(const system::Path& file);

// `tokenizer` is a tokenizer.json to take instead of what the file says; empty: none.
// Errors name the file and the way out. kCorruption and kInvalidInput as model_from_gguf.
[[nodiscard]] Result<GgufModel> read_gguf_model(system::Files& files, const system::Path& file,
                                                const system::Path& tokenizer = {});

}  // namespace glass::service
