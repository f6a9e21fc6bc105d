// How the matrices of generation are stored, and which numbers that leaves.
//
// A stored weight *is* a float: products are those of portable-1 over the numbers that the storage
// holds, in the same order, with activations as they are. So a format is a rounding of the weights,
// done once when they are packed, and nothing else (docs/reference/numerics.md, section 8):
//   kF32   as they are
//   kF16   the nearest binary16, ties to even
//   kBF16  the nearest bfloat16, ties to even
//   kQ8_0  blocks of 32 along a row (the last may be shorter) with one scale d, the smallest
//          binary16 that is at least max|w| / 127; each weight is q d, q the integer nearest to
//          w / d, ties to even, from -127 to 127. q d is exact in binary32.
// The names and the sizes of blocks are those of GGUF (github.com/ggml-org/ggml, docs/gguf.md), so
// that what such a file holds is stored without another rounding.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace glass::engine {

enum class WeightFormat : uint8_t { kF32, kF16, kBF16, kQ8_0 };

inline constexpr WeightFormat kWeightFormats[] = {WeightFormat::kF32, WeightFormat::kF16,
                                                  WeightFormat::kBF16, WeightFormat::kQ8_0};

// Weights that share a scale in kQ8_0. A segment of k holds whole blocks.
inline constexpr int64_t kQuantBlock = 32;

std::string_view name(WeightFormat format);  // f32, f16, bf16, q8_0

// The one of that name.
std::optional<WeightFormat> weight_format(std::string_view name);

// What a run's record calls results over such weights: portable-1, portable-1-f16w, ...
std::string_view numerics_class(WeightFormat format);

// Integers and scale (bits of a binary16) of a block of at most kQuantBlock weights.
// REQUIRES: fits(kQ8_0, weights).
uint16_t quantize_block(std::span<const float> weights, int8_t* integers);

// Whether the format can hold all of them: they are finite, and within the range of binary16 or of
// 127 times it.
bool fits(WeightFormat format, std::span<const float> weights);

// out[i] = the number that is stored for row[i], for a row of a matrix; `out` may be `row`.
void round_row(WeightFormat format, std::span<const float> row, float* out);

}  // namespace glass::engine
