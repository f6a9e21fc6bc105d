// The blocks of GGUF tensors: how many numbers, in how many bytes, and what they are.
//
// Layouts are those of ggml (ggml-quants): d and m are binary16, q integers of few bits, s small
// integers that scale them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "glass/base/bytes.h"
#include "glass/engine/formats/gguf.h"

namespace glass::engine {

struct GgufBlock {
  int64_t numbers, bytes;
};

// Nothing for a form that this program does not read.
std::optional<GgufBlock> gguf_block(uint32_t form);

// REQUIRES: whole blocks, as many as `out` has numbers for.
void read_gguf_blocks(GgufForm form, ByteView blocks, std::span<float> out);

// Appends the blocks that hold the nearest numbers. REQUIRES: kF32, kF16 or kQ8_0; whole blocks.
void append_gguf_blocks(GgufForm form, std::span<const float> numbers, Bytes& out);

}  // namespace glass::engine
