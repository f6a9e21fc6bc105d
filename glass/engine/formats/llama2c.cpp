#include "glass/engine/formats/llama2c.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/decoder/config.h"

namespace glass::engine {
namespace {

constexpr size_t kHeaderBytes = 7 * sizeof(int32_t);

Result<DecoderConfig> read_config(ByteView file) {
  if (file.size() < kHeaderBytes)
    return fail(ErrorCode::kCorruption, "not a llama2.c model: it is shorter than its header");
  std::array<int32_t, 7> header{};
  std::memcpy(header.data(), file.data(), kHeaderBytes);
  DecoderConfig config;
  config.d_model = header[0];
  config.d_ff = header[1];
  config.n_layers = header[2];
  config.n_heads = header[3];
  config.n_kv_heads = header[4];
  config.tied_embeddings = header[5] > 0;
  config.vocabulary = header[5] > 0 ? header[5] : -int64_t{header[5]};
  config.context = header[6];
  config.rope_interleaved = true;
  if (config.n_heads < 1 || config.n_kv_heads < 1 || config.d_model % config.n_heads != 0)
    return fail(ErrorCode::kCorruption,
                fmt::format("not a llama2.c model: {} heads do not divide d_model {}",
                            config.n_heads, config.d_model));
  config.head_dim = config.d_model / config.n_heads;
  config.rotary_dim = config.head_dim;
  if (const Status fits = validate(config); !fits)
    return fail(ErrorCode::kCorruption, "not a llama2.c model: " + fits.error().message);
  return config;
}

// In double: exact for every file that can exist, and never beyond the range of its type.
double expected_floats(const DecoderConfig& config) {
  const auto d = static_cast<double>(config.d_model);
  const auto head_dim = static_cast<double>(config.head_dim);
  const double heads = static_cast<double>(config.n_heads + config.n_kv_heads) * head_dim;
  const double layer = 2 * d * heads + 3 * d * static_cast<double>(config.d_ff) + 2 * d;
  const double tables = static_cast<double>(config.context) * head_dim;
  const double embedding = static_cast<double>(config.vocabulary) * d;
  return (config.tied_embeddings ? 1 : 2) * embedding +
         static_cast<double>(config.n_layers) * layer + d + tables;
}

// Hands out the file's floats one after the other.
class FloatReader {
 public:
  explicit FloatReader(const uint8_t* at) : at_(at) {}

  void read(float* out, int64_t count) {
    std::memcpy(out, at_, static_cast<size_t>(count) * sizeof(float));
    skip(count);
  }

  void skip(int64_t count) { at_ += static_cast<size_t>(count) * sizeof(float); }

 private:
  const uint8_t* at_;
};

class Importer {
 public:
  Importer(ModelFile& model, const uint8_t* at) : model_(model), reader_(at) {}

  void run() {
    const DecoderConfig& c = model_.config;
    const int64_t queries = c.n_heads * c.head_dim;
    const int64_t keys = c.n_kv_heads * c.head_dim;
    whole("embed.weight");
    layers("norm1.weight", 0, 1);
    layers("attn.qkv.weight", 0, queries);
    layers("attn.qkv.weight", queries, keys);
    layers("attn.qkv.weight", queries + keys, keys);
    layers("attn.out.weight", 0, c.d_model);
    layers("norm2.weight", 0, 1);
    layers("mlp.gate_up.weight", 0, c.d_ff);
    layers("mlp.down.weight", 0, c.d_model);
    layers("mlp.gate_up.weight", c.d_ff, c.d_ff);
    whole("norm.weight");
    reader_.skip(c.context * c.head_dim);  // cosines and sines, which the engine computes itself
    if (!c.tied_embeddings) whole("head.weight");
  }

 private:
  void whole(const std::string& name) {
    std::vector<float>& values = model_.tensors.at(name).values;
    reader_.read(values.data(), static_cast<int64_t>(values.size()));
  }

  // Rows [begin, begin + rows) of that tensor, of one layer after the other; a vector is one row.
  void layers(std::string_view name, int64_t begin, int64_t rows) {
    for (int64_t layer = 0; layer < model_.config.n_layers; ++layer) {
      ModelTensor& tensor = model_.tensors.at(fmt::format("blocks.{}.{}", layer, name));
      const int64_t cols = tensor.shape.back();
      reader_.read(tensor.values.data() + begin * cols, rows * cols);
    }
  }

  ModelFile& model_;
  FloatReader reader_;
};

}  // namespace

Result<ModelFile> parse_llama2c(ByteView file) {
  GLASS_TRY(const DecoderConfig config, read_config(file));
  const size_t data = file.size() - kHeaderBytes;
  if (expected_floats(config) * sizeof(float) != static_cast<double>(data))
    return fail(ErrorCode::kCorruption,
                fmt::format("not a llama2.c model: {} bytes do not fit the sizes in its header",
                            file.size()));
  GLASS_TRY(ModelFile model, empty_model(config, data));
  Importer(model, file.data() + kHeaderBytes).run();
  return model;
}

}  // namespace glass::engine
