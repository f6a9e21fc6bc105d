#include "glass/engine/formats/huggingface.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
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

std::vector<Piece> llama_pieces(const ModelSizes& s) {
  const int64_t c = s.channels;
  const int64_t queries = s.heads * s.head_dim;
  const int64_t keys = s.kv_heads * s.head_dim;
  std::vector<Piece> all = {{.theirs = "model.embed_tokens.weight",
                             .fused = "embed.weight",
                             .rows = s.vocabulary,
                             .cols = c},
                            {.theirs = "model.norm.weight", .fused = "norm.weight", .rows = c}};
  if (!s.tied)
    all.push_back(
        {.theirs = "lm_head.weight", .fused = "head.weight", .rows = s.vocabulary, .cols = c});
  for (int64_t layer = 0; layer < s.layers; ++layer) {
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
    matrix("input_layernorm", "norm1", 0, c, 0);
    matrix("self_attn.q_proj", "attn.qkv", 0, queries, c, true);
    matrix("self_attn.k_proj", "attn.qkv", queries, keys, c, true);
    matrix("self_attn.v_proj", "attn.qkv", queries + keys, keys, c);
    matrix("self_attn.o_proj", "attn.out", 0, c, queries);
    matrix("post_attention_layernorm", "norm2", 0, c, 0);
    matrix("mlp.gate_proj", "mlp.gate_up", 0, s.hidden, c);
    matrix("mlp.up_proj", "mlp.gate_up", s.hidden, s.hidden, c);
    matrix("mlp.down_proj", "mlp.down", 0, c, s.hidden);
  }
  return all;
}

std::vector<Piece> gpt2_pieces(const ModelSizes& s) {
  const int64_t c = s.channels;
  std::vector<Piece> all = {{.theirs = "transformer.wte.weight",
                             .fused = "embed.weight",
                             .rows = s.vocabulary,
                             .cols = c},
                            {.theirs = "transformer.wpe.weight",
                             .fused = "position.weight",
                             .rows = s.positions,
                             .cols = c}};
  const auto layer = [&](const std::string& theirs, const std::string& fused, int64_t rows,
                         int64_t cols) {
    all.push_back({.theirs = theirs + ".weight",
                   .fused = fused + ".weight",
                   .rows = rows,
                   .cols = cols,
                   .transposed = cols != 0});
    all.push_back({.theirs = theirs + ".bias", .fused = fused + ".bias", .rows = rows});
  };
  layer("transformer.ln_f", "norm", c, 0);
  for (int64_t i = 0; i < s.layers; ++i) {
    const std::string them = fmt::format("transformer.h.{}.", i);
    const std::string us = fmt::format("blocks.{}.", i);
    layer(them + "ln_1", us + "norm1", c, 0);
    layer(them + "attn.c_attn", us + "attn.qkv", 3 * c, c);
    layer(them + "attn.c_proj", us + "attn.out", c, c);
    layer(them + "ln_2", us + "norm2", c, 0);
    layer(them + "mlp.c_fc", us + "mlp.up", s.hidden, c);
    layer(them + "mlp.c_proj", us + "mlp.down", c, s.hidden);
  }
  return all;
}

std::vector<Piece> pieces_of(const ModelSizes& sizes) {
  return sizes.family == "gpt2" ? gpt2_pieces(sizes) : llama_pieces(sizes);
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

Result<int64_t> int_or(const Json& config, std::string_view key, int64_t otherwise) {
  const Json* const value = config.find(key);
  if (value == nullptr || value->is_null()) return otherwise;
  return config.get_int(key);
}

Result<double> number_or(const Json& config, std::string_view key, double otherwise) {
  if (config.find(key) == nullptr) return otherwise;
  return config.get_number(key);
}

Result<bool> bool_or(const Json& config, std::string_view key, bool otherwise) {
  if (config.find(key) == nullptr) return otherwise;
  return config.get_bool(key);
}

// The value of `key`, if present, must be `only`: the engine computes nothing else here.
Status require(const Json& config, std::string_view key, const Json& only) {
  const Json* const value = config.find(key);
  if (value == nullptr || value->is_null() || *value == only) return {};
  return fail(ErrorCode::kInvalidInput, fmt::format("config.json: '{}' is {}, only {} is supported",
                                                    key, to_canonical(*value), to_canonical(only)));
}

// transformers 4 writes rope_theta and rope_scaling, transformers 5 writes rope_parameters.
Result<double> read_rope_theta(const Json& config) {
  GLASS_TRY_STATUS(require(config, "rope_scaling", nullptr));
  const Json* const parameters = config.find("rope_parameters");
  if (parameters == nullptr || parameters->is_null()) return number_or(config, "rope_theta", 10000);
  GLASS_TRY_STATUS(require(*parameters, "rope_type", "default"));
  return parameters->get_number("rope_theta");
}

Result<ModelSizes> llama_sizes(const Json& config) {
  ModelSizes s;
  s.family = "llama";
  GLASS_TRY(s.layers, config.get_int("num_hidden_layers"));
  GLASS_TRY(s.channels, config.get_int("hidden_size"));
  GLASS_TRY(s.heads, config.get_int("num_attention_heads"));
  GLASS_TRY(s.kv_heads, int_or(config, "num_key_value_heads", s.heads));
  GLASS_TRY(s.head_dim, int_or(config, "head_dim", s.heads > 0 ? s.channels / s.heads : 0));
  GLASS_TRY(s.hidden, config.get_int("intermediate_size"));
  GLASS_TRY(s.vocabulary, config.get_int("vocab_size"));
  GLASS_TRY(s.positions, config.get_int("max_position_embeddings"));
  GLASS_TRY(s.norm_epsilon, number_or(config, "rms_norm_eps", 1e-6));
  GLASS_TRY(s.tied, bool_or(config, "tie_word_embeddings", false));
  GLASS_TRY(s.rope_theta, read_rope_theta(config));
  GLASS_TRY_STATUS(require(config, "hidden_act", "silu"));
  GLASS_TRY_STATUS(require(config, "attention_bias", false));
  GLASS_TRY_STATUS(require(config, "mlp_bias", false));
  return s;
}

Result<ModelSizes> gpt2_sizes(const Json& config) {
  ModelSizes s;
  s.family = "gpt2";
  GLASS_TRY(s.layers, config.get_int("n_layer"));
  GLASS_TRY(s.channels, config.get_int("n_embd"));
  GLASS_TRY(s.heads, config.get_int("n_head"));
  s.kv_heads = s.heads;
  s.head_dim = s.heads > 0 ? s.channels / s.heads : 0;
  GLASS_TRY(s.hidden, int_or(config, "n_inner", 4 * s.channels));
  GLASS_TRY(s.vocabulary, config.get_int("vocab_size"));
  GLASS_TRY(s.positions, config.get_int("n_positions"));
  GLASS_TRY(s.norm_epsilon, number_or(config, "layer_norm_epsilon", 1e-5));
  GLASS_TRY(s.tied, bool_or(config, "tie_word_embeddings", true));
  GLASS_TRY_STATUS(require(config, "activation_function", "gelu_new"));
  GLASS_TRY_STATUS(require(config, "scale_attn_by_inverse_layer_idx", false));
  return s;
}

Json::Object llama_config(const ModelSizes& s) {
  const Json::Object rope = {{"rope_type", "default"}, {"rope_theta", s.rope_theta}};
  return {{"architectures", Json::Array{"LlamaForCausalLM"}},
          {"model_type", "llama"},
          {"num_hidden_layers", s.layers},
          {"hidden_size", s.channels},
          {"num_attention_heads", s.heads},
          {"num_key_value_heads", s.kv_heads},
          {"head_dim", s.head_dim},
          {"intermediate_size", s.hidden},
          {"max_position_embeddings", s.positions},
          {"rms_norm_eps", s.norm_epsilon},
          {"hidden_act", "silu"},
          {"attention_bias", false},
          {"mlp_bias", false},
          {"rope_theta", s.rope_theta},
          {"rope_parameters", rope}};
}

Json::Object gpt2_config(const ModelSizes& s) {
  return {{"architectures", Json::Array{"GPT2LMHeadModel"}},
          {"model_type", "gpt2"},
          {"n_layer", s.layers},
          {"n_embd", s.channels},
          {"n_head", s.heads},
          {"n_inner", s.hidden},
          {"n_positions", s.positions},
          {"n_ctx", s.positions},
          {"layer_norm_epsilon", s.norm_epsilon},
          {"activation_function", "gelu_new"}};
}

// The tensors there; what is not a plain slice of ours is copied into `storage`.
std::vector<TensorToWrite> tensors_there(const ModelSizes& sizes, const TensorViews& tensors,
                                         std::deque<std::vector<float>>& storage) {
  std::vector<TensorToWrite> out;
  for (const Piece& piece : pieces_of(sizes)) {
    const auto found = tensors.find(piece.fused);
    GLASS_CHECK(found != tensors.end());
    const int64_t cols = std::max<int64_t>(piece.cols, 1);
    std::span<const float> values = found->second.values.subspan(
        static_cast<size_t>(piece.row_begin * cols), static_cast<size_t>(piece.rows * cols));
    const bool turn = piece.rotated && sizes.rope_interleaved;
    if (piece.transposed || turn) {
      std::vector<float>& copy = storage.emplace_back(values.size());
      if (turn)
        halves_from_neighbours(values, sizes.head_dim, cols, copy);
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

// Room for the model's tensors. A config that promises more than the file holds must not cost
// memory, so the file's size is asked first.
Result<std::map<std::string, ModelTensor>> empty_tensors(const ModelSizes& sizes,
                                                         const Safetensors& file) {
  uint64_t stored = 0;
  for (const auto& [name, tensor] : file.tensors()) stored += tensor.bytes.size();
  std::map<std::string, ModelTensor> tensors;
  for (auto& [name, shape] : fused_shapes(sizes)) {
    GLASS_TRY(const int64_t count, element_count(shape));
    const uint64_t bytes = static_cast<uint64_t>(count) * sizeof(float);
    if (bytes > stored)
      return fail(ErrorCode::kCorruption,
                  "model.safetensors is too small for the model that config.json describes");
    stored -= bytes;
    tensors[name] = {.shape = shape, .values = std::vector<float>(static_cast<size_t>(count))};
  }
  return tensors;
}

Status write_file(system::Files& files, const system::Path& file,
                  std::vector<TensorToWrite> tensors) {
  GLASS_TRY(const auto out, files.create(file));
  GLASS_TRY_STATUS(write_safetensors(*out, std::move(tensors), {{"format", "pt"}}));
  GLASS_TRY_STATUS(out->sync());
  return out->close();
}

}  // namespace

Json huggingface_config(const ModelSizes& sizes, SpecialTokens special) {
  Json::Object config = sizes.family == "gpt2" ? gpt2_config(sizes) : llama_config(sizes);
  config["vocab_size"] = sizes.vocabulary;
  config["tie_word_embeddings"] = sizes.tied;
  config["bos_token_id"] = special.begin;
  config["eos_token_id"] = special.end;
  config["torch_dtype"] = "float32";
  config["dtype"] = "float32";
  return config;
}

Result<ModelSizes> sizes_of_huggingface(const Json& config) {
  GLASS_TRY(const std::string type, config.get_string("model_type"));
  if (type != "llama" && type != "gpt2")
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("config.json: model_type '{}' is not supported; llama and gpt2 are", type));
  GLASS_TRY(ModelSizes sizes, type == "gpt2" ? gpt2_sizes(config) : llama_sizes(config));
  GLASS_TRY_STATUS(check(sizes));
  return sizes;
}

Status export_huggingface(system::Files& files, const system::Path& folder, const ModelSizes& sizes,
                          const TensorViews& tensors, SpecialTokens special) {
  const std::string config = to_pretty(huggingface_config(sizes, special));
  const Json generation =
      Json::Object{{"bos_token_id", special.begin}, {"eos_token_id", Json::Array{special.end}}};
  GLASS_TRY_STATUS(files.write_atomic(folder / "config.json", as_bytes(config)));
  GLASS_TRY_STATUS(
      files.write_atomic(folder / "generation_config.json", as_bytes(to_pretty(generation))));
  std::deque<std::vector<float>> storage;
  return write_file(files, folder / "model.safetensors", tensors_there(sizes, tensors, storage));
}

Result<ModelFile> import_huggingface(system::Files& files, const system::Path& folder) {
  GLASS_TRY(const std::string text, files.read_text(folder / "config.json"));
  const auto config = parse_json(text);
  if (!config) return in_context((folder / "config.json").string(), config.error());
  ModelFile model;
  GLASS_TRY(model.sizes, sizes_of_huggingface(*config));
  const system::Path path = folder / "model.safetensors";
  GLASS_TRY(const SafetensorsFile file, SafetensorsFile::open(files, path));
  GLASS_TRY(model.tensors, empty_tensors(model.sizes, file.content()));
  for (const Piece& piece : pieces_of(model.sizes)) {
    const Status read = read_piece(file.content(), piece, model.tensors.at(piece.fused));
    if (!read) return in_context(path.string(), read.error());
  }
  return model;
}

}  // namespace glass::engine
