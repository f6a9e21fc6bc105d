#include "glass/engine/formats/huggingface.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"

namespace glass::engine {
namespace {

// Where the rows [row_begin, row_begin + rows) of the engine's tensor `fused` lie there.
struct Piece {
  std::string theirs;
  std::string fused;
  int64_t row_begin = 0;
  int64_t rows = 0;  // elements of a vector
  int64_t cols = 0;  // 0: a vector
  bool transposed = false;
  bool rotated = false;  // q or k, whose rows depend on how RoPE pairs them
};

Shape shape_there(const Piece& piece) {
  if (piece.cols == 0) return {piece.rows};
  if (piece.transposed) return {piece.cols, piece.rows};
  return {piece.rows, piece.cols};
}

std::vector<Piece> llama_pieces(const DecoderConfig& config) {
  const int64_t d = config.d_model;
  const int64_t queries = config.n_heads * config.head_dim;
  const int64_t keys = config.n_kv_heads * config.head_dim;
  std::vector<Piece> all = {{.theirs = "model.embed_tokens.weight",
                             .fused = "embed.weight",
                             .rows = config.vocabulary,
                             .cols = d},
                            {.theirs = "model.norm.weight", .fused = "norm.weight", .rows = d}};
  if (!config.tied_embeddings)
    all.push_back(
        {.theirs = "lm_head.weight", .fused = "head.weight", .rows = config.vocabulary, .cols = d});
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    const std::string them = fmt::format("model.layers.{}.", layer);
    const std::string us = fmt::format("blocks.{}.", layer);
    const auto matrix = [&](std::string_view theirs, std::string_view fused, int64_t begin,
                            int64_t rows, int64_t cols, bool rotated = false) {
      all.push_back({.theirs = fmt::format("{}{}.weight", them, theirs),
                     .fused = fmt::format("{}{}.weight", us, fused),
                     .row_begin = begin,
                     .rows = rows,
                     .cols = cols,
                     .rotated = rotated});
    };
    matrix("input_layernorm", "norm1", 0, d, 0);
    matrix("self_attn.q_proj", "attn.qkv", 0, queries, d, true);
    matrix("self_attn.k_proj", "attn.qkv", queries, keys, d, true);
    matrix("self_attn.v_proj", "attn.qkv", queries + keys, keys, d);
    matrix("self_attn.o_proj", "attn.out", 0, d, queries);
    matrix("post_attention_layernorm", "norm2", 0, d, 0);
    matrix("mlp.gate_proj", "mlp.gate_up", 0, config.d_ff, d);
    matrix("mlp.up_proj", "mlp.gate_up", config.d_ff, config.d_ff, d);
    matrix("mlp.down_proj", "mlp.down", 0, d, config.d_ff);
  }
  return all;
}

std::vector<Piece> gpt2_pieces(const DecoderConfig& config) {
  const int64_t d = config.d_model;
  std::vector<Piece> all = {{.theirs = "transformer.wte.weight",
                             .fused = "embed.weight",
                             .rows = config.vocabulary,
                             .cols = d},
                            {.theirs = "transformer.wpe.weight",
                             .fused = "position.weight",
                             .rows = config.context,
                             .cols = d}};
  const auto layer = [&](const std::string& theirs, const std::string& fused, int64_t rows,
                         int64_t cols) {
    all.push_back({.theirs = theirs + ".weight",
                   .fused = fused + ".weight",
                   .rows = rows,
                   .cols = cols,
                   .transposed = cols != 0});
    all.push_back({.theirs = theirs + ".bias", .fused = fused + ".bias", .rows = rows});
  };
  if (!config.tied_embeddings)
    all.push_back(
        {.theirs = "lm_head.weight", .fused = "head.weight", .rows = config.vocabulary, .cols = d});
  layer("transformer.ln_f", "norm", d, 0);
  for (int64_t i = 0; i < config.n_layers; ++i) {
    const std::string them = fmt::format("transformer.h.{}.", i);
    const std::string us = fmt::format("blocks.{}.", i);
    layer(them + "ln_1", us + "norm1", d, 0);
    layer(them + "attn.c_attn", us + "attn.qkv", 3 * d, d);
    layer(them + "attn.c_proj", us + "attn.out", d, d);
    layer(them + "ln_2", us + "norm2", d, 0);
    layer(them + "mlp.c_fc", us + "mlp.up", config.d_ff, d);
    layer(them + "mlp.c_proj", us + "mlp.down", d, config.d_ff);
  }
  return all;
}

std::vector<Piece> pieces_of(const DecoderConfig& config) {
  const bool gpt2 = config.positions == DecoderConfig::Positions::kLearned;
  return gpt2 ? gpt2_pieces(config) : llama_pieces(config);
}

// out[col, row] = in[row, col]
void transpose(std::span<const float> in, int64_t rows, int64_t cols, std::span<float> out) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col)
      out[static_cast<size_t>(col * rows + row)] = in[static_cast<size_t>(row * cols + col)];
  }
}

// Rows of heads whose neighbours (2j, 2j+1) turn together, as heads whose halves (j, j + d/2) do.
void halves_from_neighbours(std::span<const float> in, int64_t head_dim, int64_t cols,
                            std::span<float> out) {
  const int64_t rows = static_cast<int64_t>(in.size()) / cols;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t head = row / head_dim;
    const int64_t within = row % head_dim;
    const int64_t target = head * head_dim + (within % 2) * (head_dim / 2) + within / 2;
    std::copy_n(in.begin() + row * cols, cols, out.begin() + target * cols);
  }
}

// The tensors there; what is not a plain slice of ours is copied into `storage`.
std::vector<TensorToWrite> tensors_there(const DecoderConfig& config, const TensorViews& tensors,
                                         std::deque<std::vector<float>>& storage) {
  std::vector<TensorToWrite> out;
  for (const Piece& piece : pieces_of(config)) {
    const auto found = tensors.find(piece.fused);
    GLASS_CHECK(found != tensors.end());
    const int64_t cols = std::max<int64_t>(piece.cols, 1);
    std::span<const float> values = found->second.values.subspan(
        static_cast<size_t>(piece.row_begin * cols), static_cast<size_t>(piece.rows * cols));
    const bool turn = piece.rotated && config.rope_interleaved;
    if (piece.transposed || turn) {
      std::vector<float>& copy = storage.emplace_back(values.size());
      if (turn)
        halves_from_neighbours(values, config.head_dim, cols, copy);
      else
        transpose(values, piece.rows, piece.cols, copy);
      values = copy;
    }
    out.push_back(float_tensor(piece.theirs, shape_there(piece), values));
  }
  return out;
}

Status read_piece(const Safetensors& file, const Piece& piece, ModelTensor& tensor) {
  const int64_t cols = std::max<int64_t>(piece.cols, 1);
  const std::span<float> target = std::span(tensor.values)
                                      .subspan(static_cast<size_t>(piece.row_begin * cols),
                                               static_cast<size_t>(piece.rows * cols));
  if (!piece.transposed) return file.copy_floats(piece.theirs, shape_there(piece), target);
  std::vector<float> stored(target.size());
  GLASS_TRY_STATUS(file.copy_floats(piece.theirs, shape_there(piece), stored));
  transpose(stored, piece.cols, piece.rows, target);
  return {};
}

Status write_file(system::Files& files, const system::Path& file,
                  std::vector<TensorToWrite> tensors) {
  GLASS_TRY(const auto out, files.create(file));
  GLASS_TRY_STATUS(write_safetensors(*out, std::move(tensors), {{"format", "pt"}}));
  GLASS_TRY_STATUS(out->sync());
  return out->close();
}

}  // namespace

Json huggingface_config(const ModelFamily& family, const DecoderConfig& config,
                        SpecialTokens special) {
  Json json = family.to_hugging_face(config);
  Json::Object& members = *json.if_object();
  members["bos_token_id"] = special.begin;
  members["eos_token_id"] = special.end;
  members["dtype"] = "float32";
  if (const auto theta = members.find("rope_theta"); theta != members.end()) {
    const Json::Object rope = {{"rope_type", "default"}, {"rope_theta", theta->second}};
    members["rope_parameters"] = rope;
  }
  return json;
}

Status export_huggingface(system::Files& files, const system::Path& folder,
                          const ModelFamily& family, const DecoderConfig& config,
                          const TensorViews& tensors, SpecialTokens special) {
  const std::string text = to_pretty(huggingface_config(family, config, special));
  const Json generation =
      Json::Object{{"bos_token_id", special.begin}, {"eos_token_id", Json::Array{special.end}}};
  GLASS_TRY_STATUS(files.write_atomic(folder / "config.json", as_bytes(text)));
  GLASS_TRY_STATUS(
      files.write_atomic(folder / "generation_config.json", as_bytes(to_pretty(generation))));
  std::deque<std::vector<float>> storage;
  return write_file(files, folder / "model.safetensors", tensors_there(config, tensors, storage));
}

Result<ModelFile> import_huggingface(system::Files& files, const system::Path& folder) {
  GLASS_TRY(const std::string text, files.read_text(folder / "config.json"));
  const auto json = parse_json(text);
  if (!json) return in_context((folder / "config.json").string(), json.error());
  GLASS_TRY(const ModelFamily* const family, hugging_face_family(*json));
  GLASS_TRY(const DecoderConfig config, family->from_hugging_face(*json));
  const system::Path path = folder / "model.safetensors";
  GLASS_TRY(const SafetensorsFile file, SafetensorsFile::open(files, path));
  auto model = empty_model(config, file.bytes().size());
  if (!model) return in_context(path.string(), std::move(model).error());
  for (const Piece& piece : pieces_of(config)) {
    const Status read = read_piece(file.content(), piece, model->tensors.at(piece.fused));
    if (!read) return in_context(path.string(), read.error());
  }
  return model;
}

}  // namespace glass::engine
