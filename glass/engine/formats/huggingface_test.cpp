#include "glass/engine/formats/huggingface.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/formats/llama2c.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_files.h"

namespace glass::engine {
namespace {

DecoderConfig config_of(std::string_view family, const ModelOptions& options) {
  return model_family(family).value()->from_options(options).value();
}

const DecoderConfig kLlama = config_of("llama", {.layers = 2,
                                                 .d_model = 8,
                                                 .heads = 4,
                                                 .kv_heads = 2,
                                                 .d_ff = 6,
                                                 .vocabulary = 11,
                                                 .context = 16,
                                                 .norm_epsilon = 1e-6,
                                                 .rope_theta = 500000,
                                                 .tied_embeddings = false});
const DecoderConfig kGpt2 = config_of("gpt2", {.layers = 2,
                                               .d_model = 8,
                                               .heads = 2,
                                               .kv_heads = 2,
                                               .d_ff = 32,
                                               .vocabulary = 11,
                                               .context = 16});

// Every value differs from every other.
ModelFile counting_model(const DecoderConfig& config) {
  ModelFile model = empty_model(config, 1 << 20).value();
  float next = 0;
  for (auto& [name, tensor] : model.tensors) {
    for (float& value : tensor.values) value = next++;
  }
  return model;
}

class HuggingFaceFolder : public testing::Test {
 protected:
  void write(std::string_view family, const ModelFile& model) {
    const Status status = export_huggingface(files_, folder_, *model_family(family).value(),
                                             model.config, views(model), {.begin = 1, .end = 2});
    ASSERT_TRUE(status) << status.error().message;
  }

  void expect_round_trip(std::string_view family, const ModelFile& model) {
    write(family, model);
    const auto read = import_huggingface(files_, folder_);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->config, model.config);
    ASSERT_EQ(read->tensors.size(), model.tensors.size());
    for (const auto& [name, tensor] : model.tensors)
      EXPECT_EQ(read->tensors.at(name).values, tensor.values) << name;
  }

  system::Files& files_ = system::posix_files();
  system::TemporaryFolder temporary_;
  system::Path folder_ = temporary_.path();
};

TEST_F(HuggingFaceFolder, LlamaComesBackAsItWas) {
  expect_round_trip("llama", counting_model(kLlama));
}

TEST_F(HuggingFaceFolder, HeadsWiderThanTheirShareOfTheModelComeBack) {
  DecoderConfig config = kLlama;
  config.head_dim = 4;
  config.rotary_dim = 4;
  expect_round_trip("llama", counting_model(config));
}

// A safetensors file of these tensors as BF16, which the small whole numbers of counting_model are.
Bytes bfloat16_file(const std::map<std::string, StoredTensor>& tensors) {
  Json::Object header;
  Bytes data;
  for (const auto& [name, tensor] : tensors) {
    const auto begin = static_cast<int64_t>(data.size());
    for (size_t i = 0; i < tensor.bytes.size(); i += 4)
      data.insert(data.end(), {tensor.bytes[i + 2], tensor.bytes[i + 3]});
    header[name] = Json::Object{{"dtype", "BF16"},
                                {"shape", Json::Array(tensor.shape.begin(), tensor.shape.end())},
                                {"data_offsets", Json::Array{begin, std::ssize(data)}}};
  }
  const std::string text = to_canonical(std::move(header));
  Bytes file(8);
  for (size_t i = 0; i < 8; ++i) file[i] = static_cast<uint8_t>(text.size() >> (8 * i));
  file.insert(file.end(), text.begin(), text.end());
  file.insert(file.end(), data.begin(), data.end());
  return file;
}

TEST_F(HuggingFaceFolder, SeveralFilesOfTwoByteNumbersAreRead) {
  ModelFile model = counting_model(kLlama);
  for (auto& [name, tensor] : model.tensors) {
    for (float& value : tensor.values) value = static_cast<float>(static_cast<int>(value) % 251);
  }
  write("llama", model);
  const system::Path whole = folder_ / "model.safetensors";
  std::map<std::string, StoredTensor> parts[2];
  Json::Object map;
  {
    const SafetensorsFile file = SafetensorsFile::open(files_, whole).value();
    size_t next = 0;
    for (const auto& [name, tensor] : file.content().tensors()) {
      map[name] = fmt::format("model-{}.safetensors", next % 2);
      parts[next++ % 2].emplace(name, tensor);
    }
    for (size_t i = 0; i < 2; ++i)
      ASSERT_TRUE(files_.write_atomic(folder_ / fmt::format("model-{}.safetensors", i),
                                      bfloat16_file(parts[i])));
  }
  ASSERT_TRUE(files_.remove_all(whole));
  const system::Path index = folder_ / "model.safetensors.index.json";
  const auto write_index = [&](const Json::Object& weight_map) {
    ASSERT_TRUE(files_.write_atomic(
        index, as_bytes(to_canonical(Json::Object{{"weight_map", weight_map}}))));
  };
  write_index(map);
  const auto read = import_huggingface(files_, folder_);
  ASSERT_TRUE(read) << read.error().message;
  for (const auto& [name, tensor] : model.tensors)
    EXPECT_EQ(read->tensors.at(name).values, tensor.values) << name;

  map.erase("model.norm.weight");
  write_index(map);
  EXPECT_NE(import_huggingface(files_, folder_)
                .error()
                .message.find("index.json has no tensor 'model.norm.weight'"),
            std::string::npos);
  map["model.norm.weight"] = "../model-0.safetensors";
  write_index(map);
  EXPECT_NE(import_huggingface(files_, folder_).error().message.find("no plain name"),
            std::string::npos);
}

TEST_F(HuggingFaceFolder, Gpt2ComesBackAsItWas) {
  expect_round_trip("gpt2", counting_model(kGpt2));
}

TEST_F(HuggingFaceFolder, EveryFamilyComesBackAsItWas) {
  for (const ModelFamily& family : model_families()) {
    for (const bool tied : {false, true}) {
      const bool sparse =
          family.name == "mixtral" || family.name == "olmoe" || family.name == "qwen3_moe";
      DecoderConfig config = config_of(family.name, {.layers = 2,
                                                     .d_model = 16,
                                                     .heads = 2,
                                                     .kv_heads = 2,
                                                     .d_ff = 12,
                                                     .vocabulary = 11,
                                                     .context = 16,
                                                     .tied_embeddings = tied,
                                                     .experts = sparse ? 3 : 0,
                                                     .experts_per_token = sparse ? 2 : 0});
      if (family.name == "mistral" || family.name == "gemma2") config.window = 5;
      if (family.name == "gemma3")
        config.rope_scaling = {.kind = RopeScaling::Kind::kLinear, .factor = 8};
      if (family.name == "llama")
        config.rope_scaling = {.kind = RopeScaling::Kind::kLinear, .factor = 2};
      SCOPED_TRACE(family.name);
      expect_round_trip(family.name, counting_model(config));
    }
  }
}

// Rows of a released query_key_value: for each head its q, k and v.
TEST_F(HuggingFaceFolder, NeoxInterleavesQueriesKeysAndValuesByHead) {
  const DecoderConfig config = config_of("neox", {.layers = 1,
                                                  .d_model = 16,
                                                  .heads = 2,
                                                  .kv_heads = 2,
                                                  .d_ff = 12,
                                                  .vocabulary = 11,
                                                  .context = 16});
  const ModelFile model = counting_model(config);
  write("neox", model);
  const auto file = SafetensorsFile::open(files_, folder_ / "model.safetensors");
  ASSERT_TRUE(file);
  std::vector<float> theirs(48);
  ASSERT_TRUE(file->content().copy_floats("gpt_neox.layers.0.attention.query_key_value.bias",
                                          Shape{48}, theirs));
  const std::vector<float>& ours = model.tensors.at("blocks.0.attn.qkv.bias").values;
  EXPECT_EQ(theirs[0], ours[0]);    // head 0: q,
  EXPECT_EQ(theirs[8], ours[16]);   // k,
  EXPECT_EQ(theirs[16], ours[32]);  // v;
  EXPECT_EQ(theirs[24], ours[8]);   // head 1: q,
  EXPECT_EQ(theirs[47], ours[47]);  // and at the end v
}

// Weights of norms lie there as they lie here: w for 1 + w.
TEST_F(HuggingFaceFolder, GemmaHasFourNormsInABlockUnderItsOwnNames) {
  const DecoderConfig config = config_of("gemma3", {.layers = 1,
                                                    .d_model = 16,
                                                    .heads = 2,
                                                    .kv_heads = 1,
                                                    .d_ff = 12,
                                                    .vocabulary = 11,
                                                    .context = 16});
  const ModelFile model = counting_model(config);
  write("gemma3", model);
  const auto file = SafetensorsFile::open(files_, folder_ / "model.safetensors");
  ASSERT_TRUE(file);
  for (const auto& [theirs, ours] :
       std::map<std::string, std::string>{{"input_layernorm", "norm1"},
                                          {"post_attention_layernorm", "norm1_after"},
                                          {"pre_feedforward_layernorm", "norm2"},
                                          {"post_feedforward_layernorm", "norm2_after"},
                                          {"self_attn.q_norm", "attn.q_norm"}}) {
    const std::vector<float>& values = model.tensors.at("blocks.0." + ours + ".weight").values;
    std::vector<float> there(values.size());
    ASSERT_TRUE(file->content().copy_floats("model.layers.0." + theirs + ".weight",
                                            Shape{std::ssize(values)}, there));
    EXPECT_EQ(there, values);
  }
}

TEST_F(HuggingFaceFolder, MixtralHasItsExpertsOneByOne) {
  const DecoderConfig config = config_of("mixtral", {.layers = 1,
                                                     .d_model = 16,
                                                     .heads = 2,
                                                     .kv_heads = 1,
                                                     .d_ff = 12,
                                                     .vocabulary = 11,
                                                     .context = 16,
                                                     .experts = 3,
                                                     .experts_per_token = 2});
  const ModelFile model = counting_model(config);
  write("mixtral", model);
  const auto file = SafetensorsFile::open(files_, folder_ / "model.safetensors");
  ASSERT_TRUE(file);
  const auto there = [&](const std::string& name, const Shape& shape) {
    std::vector<float> values(static_cast<size_t>(shape[0] * shape[1]));
    EXPECT_TRUE(file->content().copy_floats("model.layers.0.block_sparse_moe." + name + ".weight",
                                            shape, values));
    return values;
  };
  const auto ours = [&](const std::string& name, int64_t begin) {
    return model.tensors.at("blocks.0.mlp." + name + ".weight")
        .values.at(static_cast<size_t>(begin));
  };
  EXPECT_EQ(there("gate", {3, 16})[0], ours("router", 0));
  EXPECT_EQ(there("experts.2.w1", {12, 16})[0], ours("experts.gate_up", 2 * 24 * 16));
  EXPECT_EQ(there("experts.2.w3", {12, 16})[0], ours("experts.gate_up", (2 * 24 + 12) * 16));
  EXPECT_EQ(there("experts.1.w2", {16, 12})[5], ours("experts.down", 16 * 12 + 5));
}

TEST_F(HuggingFaceFolder, AnUntiedGpt2ComesBackAsItWas) {
  DecoderConfig config = kGpt2;
  config.tied_embeddings = false;
  expect_round_trip("gpt2", counting_model(config));
}

TEST_F(HuggingFaceFolder, NamesAndLayoutAreThoseOfTransformers) {
  write("gpt2", counting_model(kGpt2));
  const auto gpt2 = SafetensorsFile::open(files_, folder_ / "model.safetensors");
  ASSERT_TRUE(gpt2);
  EXPECT_EQ(gpt2->content().metadata().at("format"), "pt");
  EXPECT_EQ(gpt2->content().tensors().at("transformer.h.1.attn.c_attn.weight").shape,
            (Shape{8, 24}));
  EXPECT_FALSE(gpt2->content().tensors().contains("lm_head.weight"));
  write("llama", counting_model(kLlama));
  const auto llama = SafetensorsFile::open(files_, folder_ / "model.safetensors");
  ASSERT_TRUE(llama);
  EXPECT_EQ(llama->content().tensors().at("model.layers.1.self_attn.k_proj.weight").shape,
            (Shape{4, 8}));
  EXPECT_TRUE(llama->content().tensors().contains("lm_head.weight"));
}

TEST_F(HuggingFaceFolder, Stories260KIsWhatItsSeparateExportIs) {
  const system::Path shared = testkit::shared_file("assets/models/stories260K");
  GLASS_SKIP_WITHOUT(shared);
  const auto model = parse_llama2c(files_.read(shared / "stories260K.bin").value());
  ASSERT_TRUE(model);
  write("llama", *model);
  const auto ours = import_huggingface(files_, folder_);
  const auto theirs = import_huggingface(files_, shared / "hf");
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(ours->config, theirs->config);
  for (const auto& [name, tensor] : theirs->tensors)
    EXPECT_EQ(ours->tensors.at(name).values, tensor.values) << name;
}

TEST(HuggingFaceConfig, SpeaksToBothVersionsOfTransformers) {
  const ModelFamily& family = *model_family("llama").value();
  const Json config = huggingface_config(family, kLlama, {.begin = 3, .end = 4});
  EXPECT_EQ(config.get_number("rope_theta").value(), 500000);
  EXPECT_EQ(config.find("rope_parameters")->get_number("rope_theta").value(), 500000);
  EXPECT_EQ(config.get_int("eos_token_id").value(), 4);
  EXPECT_EQ(family.from_hugging_face(config).value(), kLlama);
}

TEST_F(HuggingFaceFolder, AConfigThatPromisesMoreThanTheFileHoldsIsRefused) {
  const ModelFamily& family = *model_family("llama").value();
  for (const bool deep : {true, false}) {
    write("llama", counting_model(kLlama));
    DecoderConfig larger = kLlama;
    if (deep)
      larger.n_layers = 1 << 12;
    else
      larger.vocabulary = 1 << 24;
    const std::string config = to_canonical(huggingface_config(family, larger, {}));
    ASSERT_TRUE(files_.write_atomic(folder_ / "config.json", as_bytes(config)));
    const auto read = import_huggingface(files_, folder_);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kCorruption) << read.error().message;
  }
}

}  // namespace
}  // namespace glass::engine
