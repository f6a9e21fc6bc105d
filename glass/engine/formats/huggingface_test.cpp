#include "glass/engine/formats/huggingface.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/formats/llama2c.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::engine {
namespace {

ModelSizes llama_sizes() {
  return {.family = "llama",
          .layers = 2,
          .channels = 8,
          .heads = 4,
          .kv_heads = 2,
          .head_dim = 4,
          .hidden = 6,
          .vocabulary = 11,
          .positions = 16,
          .tied = false,
          .norm_epsilon = 1e-6,
          .rope_theta = 500000};
}

ModelSizes gpt2_sizes() {
  return {.family = "gpt2",
          .layers = 2,
          .channels = 8,
          .heads = 2,
          .kv_heads = 2,
          .head_dim = 4,
          .hidden = 32,
          .vocabulary = 11,
          .positions = 16};
}

// Every value differs from every other.
ModelFile counting_model(const ModelSizes& sizes) {
  ModelFile model{.sizes = sizes, .tensors = {}};
  float next = 0;
  for (const auto& [name, shape] : fused_shapes(sizes)) {
    ModelTensor& tensor = model.tensors[name];
    tensor.shape = shape;
    tensor.values.resize(static_cast<size_t>(element_count(shape).value()));
    for (float& value : tensor.values) value = next++;
  }
  return model;
}

class HuggingFaceFolder : public testing::Test {
 protected:
  void write(const ModelFile& model) {
    const Status status =
        export_huggingface(files_, folder_, model.sizes, views(model), {.begin = 1, .end = 2});
    ASSERT_TRUE(status) << status.error().message;
  }

  system::Files& files_ = system::posix_files();
  system::TemporaryFolder temporary_;
  system::Path folder_ = temporary_.path();
};

TEST_F(HuggingFaceFolder, LlamaComesBackAsItWas) {
  const ModelFile model = counting_model(llama_sizes());
  write(model);
  const auto read = import_huggingface(files_, folder_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->sizes, model.sizes);
  ASSERT_EQ(read->tensors.size(), model.tensors.size());
  for (const auto& [name, tensor] : model.tensors)
    EXPECT_EQ(read->tensors.at(name).values, tensor.values) << name;
}

TEST_F(HuggingFaceFolder, Gpt2ComesBackAsItWas) {
  const ModelFile model = counting_model(gpt2_sizes());
  write(model);
  const auto read = import_huggingface(files_, folder_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->sizes, model.sizes);
  for (const auto& [name, tensor] : model.tensors)
    EXPECT_EQ(read->tensors.at(name).values, tensor.values) << name;
}

TEST_F(HuggingFaceFolder, NamesAndLayoutAreThoseOfTransformers) {
  write(counting_model(gpt2_sizes()));
  const auto gpt2 = SafetensorsFile::open(files_, folder_ / "model.safetensors");
  ASSERT_TRUE(gpt2);
  EXPECT_EQ(gpt2->content().metadata().at("format"), "pt");
  EXPECT_EQ(gpt2->content().tensors().at("transformer.h.1.attn.c_attn.weight").shape,
            (Shape{8, 24}));
  EXPECT_FALSE(gpt2->content().tensors().contains("lm_head.weight"));
  write(counting_model(llama_sizes()));
  const auto llama = SafetensorsFile::open(files_, folder_ / "model.safetensors");
  ASSERT_TRUE(llama);
  EXPECT_EQ(llama->content().tensors().at("model.layers.1.self_attn.k_proj.weight").shape,
            (Shape{8, 8}));
  EXPECT_TRUE(llama->content().tensors().contains("lm_head.weight"));
}

TEST_F(HuggingFaceFolder, Stories260KIsWhatItsSeparateExportIs) {
  const char* const at = std::getenv("GLASS_SHARED");
  const system::Path shared =
      system::Path(at != nullptr ? at : GLASS_SHARED_DIR) / "assets/models/stories260K";
  if (!std::filesystem::exists(shared)) GTEST_SKIP() << shared << " is not there";
  const auto model = parse_llama2c(files_.read(shared / "stories260K.bin").value());
  ASSERT_TRUE(model);
  write(*model);
  const auto ours = import_huggingface(files_, folder_);
  const auto theirs = import_huggingface(files_, shared / "hf");
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(ours->sizes, theirs->sizes);
  for (const auto& [name, tensor] : theirs->tensors)
    EXPECT_EQ(ours->tensors.at(name).values, tensor.values) << name;
}

TEST(HuggingFaceConfig, RefusesWhatTheEngineCannotCompute) {
  const Json good = huggingface_config(llama_sizes(), {});
  ASSERT_TRUE(sizes_of_huggingface(good));
  const auto message = [&](const std::string& key, Json value) {
    Json::Object changed = *good.if_object();
    changed[key] = std::move(value);
    const auto sizes = sizes_of_huggingface(changed);
    return sizes ? std::string("accepted") : sizes.error().message;
  };
  EXPECT_EQ(message("hidden_act", "gelu"),
            R"(config.json: 'hidden_act' is "gelu", only "silu" is supported)");
  EXPECT_NE(message("rope_scaling", Json::Object{{"type", "yarn"}}), "accepted");
  EXPECT_NE(message("rope_parameters", Json::Object{{"rope_type", "yarn"}, {"rope_theta", 1}}),
            "accepted");
  EXPECT_NE(message("model_type", "mamba"), "accepted");
  EXPECT_NE(message("hidden_size", nullptr), "accepted");
  EXPECT_NE(message("num_key_value_heads", 3), "accepted");
  EXPECT_NE(message("intermediate_size", int64_t{1} << 40), "accepted");
  EXPECT_EQ(message("rope_scaling", nullptr), "accepted");
  EXPECT_EQ(message("something_else", 1), "accepted");
}

TEST_F(HuggingFaceFolder, AConfigThatPromisesMoreThanTheFileHoldsIsRefused) {
  write(counting_model(llama_sizes()));
  ModelSizes larger = llama_sizes();
  larger.vocabulary = 1 << 24;
  larger.channels = 1 << 20;
  const std::string config = to_canonical(huggingface_config(larger, {}));
  ASSERT_TRUE(files_.write_atomic(folder_ / "config.json", as_bytes(config)));
  const auto read = import_huggingface(files_, folder_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorruption);
}

}  // namespace
}  // namespace glass::engine
