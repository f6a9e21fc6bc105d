// Llama2c: models and vocabularies in the format of karpathy/llama2.c, whose small trained models
// are real inputs for tests.
//
// Model: seven int32 (d_model, d_ff, layers, heads, key-value heads, vocabulary, positions; a
// negative vocabulary means an untied head), then float32 tensors, each for all layers at once,
// then two tables of RoPE that are not read. Neighbouring columns rotate together
// (rope_interleaved). Vocabulary: int32 longest piece, then per token float score, int32 length,
// bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"

namespace glass::engine {

// kCorruption when the size of the file is not what its header says.
[[nodiscard]] Result<ModelFile> parse_llama2c(ByteView file);

class Llama2cVocabulary {
 public:
  static constexpr int32_t kBegin = 1;  // the token before every text
  static constexpr int32_t kEnd = 2;

  // REQUIRES: 0 < tokens.
  [[nodiscard]] static Result<Llama2cVocabulary> parse(ByteView file, int64_t tokens);

  // The text of `token` after `previous`: the space in front of a text's first word is not shown,
  // and pieces like "<0x0A>" stand for one byte. REQUIRES: both are tokens of the vocabulary.
  [[nodiscard]] std::string text(int32_t previous, int32_t token) const;

 private:
  std::vector<std::string> pieces_;
};

}  // namespace glass::engine
