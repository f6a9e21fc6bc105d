#include "glass/engine/formats/llama2c.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {
namespace {

constexpr size_t kHeaderBytes = 7 * sizeof(int32_t);
constexpr int64_t kMaxPieceBytes = 1024;

Result<ModelSizes> read_sizes(ByteView file) {
  if (file.size() < kHeaderBytes)
    return fail(ErrorCode::kCorruption, "not a llama2.c model: it is shorter than its header");
  std::array<int32_t, 7> header{};
  std::memcpy(header.data(), file.data(), kHeaderBytes);
  ModelSizes sizes;
  sizes.family = "llama";
  sizes.channels = header[0];
  sizes.hidden = header[1];
  sizes.layers = header[2];
  sizes.heads = header[3];
  sizes.kv_heads = header[4];
  sizes.tied = header[5] > 0;
  sizes.vocabulary = header[5] > 0 ? header[5] : -int64_t{header[5]};
  sizes.positions = header[6];
  sizes.rope_interleaved = true;
  if (sizes.heads < 1 || sizes.channels % sizes.heads != 0)
    return fail(ErrorCode::kCorruption,
                fmt::format("not a llama2.c model: {} heads do not divide d_model {}", sizes.heads,
                            sizes.channels));
  sizes.head_dim = sizes.channels / sizes.heads;
  if (const Status fits = check(sizes); !fits)
    return fail(ErrorCode::kCorruption, "not a llama2.c model: " + fits.error().message);
  return sizes;
}

int64_t expected_floats(const ModelSizes& s) {
  const int64_t attention = 2 * s.channels * (s.heads + s.kv_heads) * s.head_dim;
  const int64_t layer = attention + 3 * s.channels * s.hidden + 2 * s.channels;
  return (s.tied ? 1 : 2) * s.vocabulary * s.channels + s.layers * layer + s.channels +
         s.positions * s.head_dim;
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
  Importer(ModelFile& model, const uint8_t* at) : model_(model), reader_(at) {
    for (auto& [name, shape] : fused_shapes(model.sizes)) {
      const auto count = element_count(shape);
      model.tensors[name] = {.shape = shape,
                             .values = std::vector<float>(static_cast<size_t>(count.value()))};
    }
  }

  void run() {
    const ModelSizes& s = model_.sizes;
    const int64_t queries = s.heads * s.head_dim;
    const int64_t keys = s.kv_heads * s.head_dim;
    whole("embed.weight");
    layers("norm1.weight", 0, 1);
    layers("attn.qkv.weight", 0, queries);
    layers("attn.qkv.weight", queries, keys);
    layers("attn.qkv.weight", queries + keys, keys);
    layers("attn.out.weight", 0, s.channels);
    layers("norm2.weight", 0, 1);
    layers("mlp.gate_up.weight", 0, s.hidden);
    layers("mlp.down.weight", 0, s.channels);
    layers("mlp.gate_up.weight", s.hidden, s.hidden);
    whole("norm.weight");
    reader_.skip(s.positions * s.head_dim);  // cosines and sines, which the engine computes itself
    if (!s.tied) whole("head.weight");
  }

 private:
  void whole(const std::string& name) {
    std::vector<float>& values = model_.tensors.at(name).values;
    reader_.read(values.data(), static_cast<int64_t>(values.size()));
  }

  // Rows [begin, begin + rows) of that tensor, of one layer after the other; a vector is one row.
  void layers(std::string_view name, int64_t begin, int64_t rows) {
    for (int64_t layer = 0; layer < model_.sizes.layers; ++layer) {
      ModelTensor& tensor = model_.tensors.at(fmt::format("blocks.{}.{}", layer, name));
      const int64_t cols = tensor.shape.back();
      reader_.read(tensor.values.data() + begin * cols, rows * cols);
    }
  }

  ModelFile& model_;
  FloatReader reader_;
};

// The byte that a piece like "<0x0A>" stands for.
bool byte_piece(std::string_view piece, std::string& byte) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return false;
  int value = 0;
  for (const char c : piece.substr(3, 2)) {
    if (c >= '0' && c <= '9')
      value = value * 16 + (c - '0');
    else if (c >= 'A' && c <= 'F')
      value = value * 16 + (c - 'A' + 10);
    else
      return false;
  }
  byte.assign(1, static_cast<char>(value));
  return true;
}

}  // namespace

Result<ModelFile> parse_llama2c(ByteView file) {
  ModelFile model;
  GLASS_TRY(model.sizes, read_sizes(file));
  // Sizes of 2^24 multiply beyond int64, so the count is checked in double first: it is exact
  // enough to tell a file from one that could never exist.
  const ModelSizes& s = model.sizes;
  const double roughly = static_cast<double>(s.layers) * static_cast<double>(s.channels) *
                         static_cast<double>(s.hidden + s.heads * s.head_dim);
  if (roughly > static_cast<double>(file.size()) ||
      expected_floats(s) != static_cast<int64_t>((file.size() - kHeaderBytes) / sizeof(float)) ||
      (file.size() - kHeaderBytes) % sizeof(float) != 0)
    return fail(ErrorCode::kCorruption,
                fmt::format("not a llama2.c model: {} bytes do not fit the sizes in its header",
                            file.size()));
  Importer(model, file.data() + kHeaderBytes).run();
  return model;
}

Result<Llama2cVocabulary> Llama2cVocabulary::parse(ByteView file, int64_t tokens) {
  GLASS_CHECK(tokens > 0);
  const auto cut_off = [](int64_t token) {
    return fail(ErrorCode::kCorruption,
                fmt::format("not a llama2.c vocabulary: it is cut off at token {}", token));
  };
  Llama2cVocabulary vocabulary;
  size_t at = sizeof(int32_t);  // the longest piece, which the reader does not need
  for (int64_t token = 0; token < tokens; ++token) {
    if (at + 8 > file.size()) return cut_off(token);
    const auto length = static_cast<int32_t>(load_little_endian<uint32_t>(file.data() + at + 4));
    at += 8;
    if (length < 0 || length > kMaxPieceBytes || at + static_cast<size_t>(length) > file.size())
      return cut_off(token);
    vocabulary.pieces_.emplace_back(as_text(file.subspan(at, static_cast<size_t>(length))));
    at += static_cast<size_t>(length);
  }
  if (at != file.size())
    return fail(ErrorCode::kCorruption,
                fmt::format("not a llama2.c vocabulary of {} tokens: {} bytes are left over",
                            tokens, file.size() - at));
  return vocabulary;
}

std::string Llama2cVocabulary::text(int32_t previous, int32_t token) const {
  const std::string& piece = pieces_.at(static_cast<size_t>(token));
  std::string byte;
  if (byte_piece(piece, byte)) return byte;
  if (previous == kBegin && piece.starts_with(' ')) return piece.substr(1);
  return piece;
}

}  // namespace glass::engine
