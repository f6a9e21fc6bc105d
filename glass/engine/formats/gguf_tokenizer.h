// GgufTokenizer: what a GGUF file says about the tokenizer of its model, as plain lists. Who knows
// tokenizers makes them and reads them; this file knows their keys.
//
// Written and read as llama.cpp v0.5.0 reads them (src/llama-vocab.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/formats/gguf.h"

namespace glass::engine {

struct GgufTokenizer {
  enum class Kind { kBytes, kSentencePiece };  // tokenizer.ggml.model "gpt2", "llama"
  Kind kind = Kind::kBytes;
  std::string pattern = {};              // kBytes: tokenizer.ggml.pre
  std::vector<std::string> tokens = {};  // by id
  std::vector<int64_t> types = {};       // llama_token_type, by id
  std::vector<std::string> merges = {};  // kBytes: "left right", by rank
  std::vector<float> scores = {};        // kSentencePiece, by id
  bool space_prefix = false;             // kSentencePiece: a space is put before a text
  std::optional<bool> adds_begin = {};   // whether `begin` is put before a text; else by pattern
  int64_t begin = -1, end = -1, unknown = -1;  // ids; -1: there is none

  friend bool operator==(const GgufTokenizer&, const GgufTokenizer&) = default;
};

// A model may have more rows than the tokenizer has tokens; they become unused ones.
// kInvalidInput if it has fewer. REQUIRES: lists of one length; begin and end are tokens, without
// which llama.cpp takes others.
[[nodiscard]] Result<GgufKeys> gguf_tokenizer_keys(const GgufTokenizer& tokenizer,
                                                   int64_t vocabulary);

// kInvalidInput names the key that is missing, of another type or not understood.
[[nodiscard]] Result<GgufTokenizer> gguf_tokenizer(const GgufKeys& keys);

}  // namespace glass::engine
