// WeightSlice: where a part of one of our parameters lies in a released model. A family lists all
// of them, under the names of Hugging Face and under those of llama.cpp; formats/slices copies by
// the list in both directions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/engine/models/decoder/config.h"

namespace glass::engine {

// The rows [begin, begin + rows) of our parameter are the rows [their_begin, their_begin + rows) of
// their tensor, which has `their_rows`.
struct WeightSlice {
  std::string theirs;
  std::string ours;
  int64_t begin = 0;
  int64_t rows = 0;  // elements of a vector
  int64_t cols = 0;  // 0: a vector
  int64_t their_begin = 0;
  int64_t their_rows = 0;      // 0: as many as `rows`
  int64_t their_matrices = 1;  // theirs is [so many, their_rows / so many, cols], if not one
  bool transposed = false;     // theirs is [cols, rows]; a whole tensor
  bool rotated = false;        // q or k, whose rows depend on how RoPE pairs them
  bool plus_one = false;       // theirs is 1 + ours
};

// The slices of a model, built line by line.
class WeightSlices {
 public:
  explicit WeightSlices(const DecoderConfig& config) : config_(config) {}

  void add(WeightSlice slice) { slices_.push_back(std::move(slice)); }

  // NAME.weight, a matrix or (cols = 0) a vector, whole on both sides.
  void weight(std::string_view theirs, std::string_view ours, int64_t rows, int64_t cols);
  // The same and, where `has_bias`, NAME.bias.
  void layer(std::string_view theirs, std::string_view ours, int64_t rows, int64_t cols,
             bool has_bias);

  // Embedding, last norm and, unless tied, the head.
  void ends(std::string_view embedding, std::string_view norm, std::string_view head);

  // q, k and v, which are layers of their own there, and our OURS.qkv; the biases where there are
  // any.
  void separate_qkv(const std::array<std::string, 3>& theirs, std::string_view ours);
  // Gate and up, and our OURS.gate_up.
  void separate_gate_up(const std::array<std::string, 2>& theirs, std::string_view ours);

  // Gate, up and down of every expert as layers of their own, THEIRS.3.gate_proj and so on.
  struct ExpertLayers {
    std::string_view gate, up, down;
  };

  void separate_experts(std::string_view theirs, const ExpertLayers& layers, std::string_view ours);

  [[nodiscard]] std::vector<WeightSlice> take() { return std::move(slices_); }

 private:
  const DecoderConfig& config_;
  std::vector<WeightSlice> slices_;
};

}  // namespace glass::engine
