// GgufConfig: the configuration of a model as the keys of a GGUF file, both ways, by the family's
// list (models/gguf_names.h).
//
// A file is read as the config.json that says the same, so whatever a family refuses there it
// refuses here. A configuration is written only if its keys are read as the same configuration:
// what the architecture cannot say is an error, never silently lost.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/formats/gguf.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"

namespace glass::engine {

inline constexpr std::string_view kGgufArchitecture = "general.architecture";
// Of each frequency of RoPE the number it is divided by, of Llama 3.1 and later.
inline constexpr std::string_view kGgufRopeFactors = "rope_freqs.weight";

// What the tensors of a file say about its model.
struct GgufFacts {
  int64_t vocabulary = 0;                // rows of the embedding
  bool tied_embeddings = true;           // there is no head of its own
  std::vector<float> rope_factors = {};  // kGgufRopeFactors; empty: there are none
};

// The family of a file, by its architecture and whether it has experts. kInvalidInput lists the
// architectures there are.
[[nodiscard]] Result<const ModelFamily*> gguf_family(const GgufKeys& keys);

// kInvalidInput names a key that is missing, of another type or, within the architecture's own
// names, not understood. Heads turn halves. REQUIRES: the family is that of the keys.
[[nodiscard]] Result<DecoderConfig> config_from_gguf(const ModelFamily& family,
                                                     const GgufKeys& keys, const GgufFacts& facts);

// kInvalidInput names the field that the architecture cannot say, and the way out.
[[nodiscard]] Result<GgufKeys> gguf_keys(const ModelFamily& family, const DecoderConfig& config);

// What the file has as kGgufRopeFactors; empty where it needs none.
std::vector<float> gguf_rope_factors(const DecoderConfig& config);

}  // namespace glass::engine
