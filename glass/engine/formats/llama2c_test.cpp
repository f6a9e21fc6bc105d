#include "glass/engine/formats/llama2c.h"

#include <array>
#include <cstdint>
#include <filesystem>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"
#include "glass/testkit/test_files.h"

namespace glass::engine {
namespace {

// A file of these sizes whose floats count upwards: d_model 4, d_ff 3, one layer, two heads, one
// key-value head, vocabulary 5, positions 6.
Bytes counting_model(int32_t vocabulary, int64_t floats) {
  Bytes file;
  for (const int32_t value : std::array<int32_t, 7>{4, 3, 1, 2, 1, vocabulary, 6})
    append_little_endian(file, static_cast<uint32_t>(value));
  for (int64_t i = 0; i < floats; ++i) append_little_endian(file, static_cast<float>(i));
  return file;
}

// embedding 20, norm 4, q 16, k 8, v 8, out 16, norm 4, gate 12, down 12, up 12, norm 4, RoPE 12
constexpr int64_t kTiedFloats = 128;

TEST(Llama2c, FusesTheTensorsOfALayer) {
  const auto model = parse_llama2c(counting_model(5, kTiedFloats));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->config.head_dim, 2);
  EXPECT_TRUE(model->config.tied_embeddings);
  EXPECT_TRUE(model->config.rope_interleaved);
  const auto& tensors = model->tensors;
  EXPECT_EQ(tensors.size(), 8U);
  const ModelTensor& qkv = tensors.at("blocks.0.attn.qkv.weight");
  EXPECT_EQ(qkv.shape, (Shape{8, 4}));
  EXPECT_EQ(qkv.values.front(), 24.0F);
  EXPECT_EQ(qkv.values.back(), 55.0F);
  const ModelTensor& gate_up = tensors.at("blocks.0.mlp.gate_up.weight");
  EXPECT_EQ(gate_up.values[0], 76.0F);    // w1
  EXPECT_EQ(gate_up.values[12], 100.0F);  // w3, which lies behind w2
  EXPECT_EQ(tensors.at("blocks.0.mlp.down.weight").values[0], 88.0F);
  EXPECT_EQ(tensors.at("norm.weight").values[0], 112.0F);
}

TEST(Llama2c, ReadsAnUntiedHeadBehindTheTables) {
  const auto model = parse_llama2c(counting_model(-5, kTiedFloats + 20));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_FALSE(model->config.tied_embeddings);
  EXPECT_EQ(model->tensors.at("head.weight").values[0], 128.0F);
}

TEST(Llama2c, RefusesAFileOfAnotherSize) {
  EXPECT_FALSE(parse_llama2c(counting_model(5, kTiedFloats - 1)));
  EXPECT_FALSE(parse_llama2c(counting_model(5, kTiedFloats + 1)));
  EXPECT_FALSE(parse_llama2c(counting_model(0, kTiedFloats)));
  EXPECT_FALSE(parse_llama2c({}));
  Bytes huge = counting_model(5, 0);
  for (size_t i = 0; i < 28; i += 4) huge[i + 2] = 0xff;  // every size about 2^24
  EXPECT_FALSE(parse_llama2c(huge));
}

TEST(Llama2c, LoadsStories260K) {
  const system::Path shared = testkit::shared_file("assets/models/stories260K");
  GLASS_SKIP_WITHOUT(shared);
  const Bytes file = system::posix_files().read(shared / "stories260K.bin").value();
  const auto model = parse_llama2c(file);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->config.n_layers, 5);
  EXPECT_EQ(model->config.vocabulary, 512);
}

}  // namespace
}  // namespace glass::engine
