#include "glass/engine/models/weight_slice.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace glass::engine {

void WeightSlices::weight(std::string_view theirs, std::string_view ours, int64_t rows,
                          int64_t cols) {
  add({.theirs = fmt::format("{}.weight", theirs),
       .ours = fmt::format("{}.weight", ours),
       .rows = rows,
       .cols = cols});
}

void WeightSlices::layer(std::string_view theirs, std::string_view ours, int64_t rows, int64_t cols,
                         bool has_bias) {
  weight(theirs, ours, rows, cols);
  if (has_bias)
    add({.theirs = fmt::format("{}.bias", theirs),
         .ours = fmt::format("{}.bias", ours),
         .rows = rows});
}

void WeightSlices::ends(std::string_view embedding, std::string_view norm, std::string_view head) {
  weight(embedding, "embed", config_.vocabulary, config_.d_model);
  layer(norm, "norm", config_.d_model, 0, config_.norm_bias);
  if (!config_.tied_embeddings) weight(head, "head", config_.vocabulary, config_.d_model);
}

void WeightSlices::separate_qkv(const std::array<std::string, 3>& theirs, std::string_view ours) {
  const int64_t queries = config_.n_heads * config_.head_dim;
  const int64_t keys = config_.n_kv_heads * config_.head_dim;
  const auto part = [&](const std::string& name, int64_t begin, int64_t rows, bool rotated) {
    add({.theirs = name + ".weight",
         .ours = fmt::format("{}.qkv.weight", ours),
         .begin = begin,
         .rows = rows,
         .cols = config_.d_model,
         .rotated = rotated});
    if (!config_.qkv_bias) return;
    add({.theirs = name + ".bias",
         .ours = fmt::format("{}.qkv.bias", ours),
         .begin = begin,
         .rows = rows,
         .rotated = rotated});
  };
  part(theirs[0], 0, queries, true);
  part(theirs[1], queries, keys, true);
  part(theirs[2], queries + keys, keys, false);
}

void WeightSlices::separate_gate_up(const std::array<std::string, 2>& theirs,
                                    std::string_view ours) {
  const auto part = [&](const std::string& name, int64_t begin) {
    add({.theirs = name + ".weight",
         .ours = fmt::format("{}.gate_up.weight", ours),
         .begin = begin,
         .rows = config_.d_ff,
         .cols = config_.d_model});
  };
  part(theirs[0], 0);
  part(theirs[1], config_.d_ff);
}

void WeightSlices::separate_experts(std::string_view theirs, const ExpertLayers& layers,
                                    std::string_view ours) {
  const int64_t width = config_.d_ff, d = config_.d_model;
  const auto part = [&](int64_t expert, std::string_view layer, std::string_view into,
                        int64_t begin, int64_t rows, int64_t cols) {
    add({.theirs = fmt::format("{}.{}.{}.weight", theirs, expert, layer),
         .ours = fmt::format("{}.{}.weight", ours, into),
         .begin = begin,
         .rows = rows,
         .cols = cols});
  };
  for (int64_t expert = 0; expert < config_.n_experts; ++expert) {
    part(expert, layers.gate, "gate_up", 2 * expert * width, width, d);
    part(expert, layers.up, "gate_up", (2 * expert + 1) * width, width, d);
    part(expert, layers.down, "down", expert * d, d, width);
  }
}

}  // namespace glass::engine
