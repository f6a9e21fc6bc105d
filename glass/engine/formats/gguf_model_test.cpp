#include "glass/engine/formats/gguf_model.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/half.h"
#include "glass/base/result.h"
#include "glass/engine/formats/gguf_blocks.h"
#include "glass/engine/formats/gguf_config.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/formats/llama2c.h"
#include "glass/engine/models/family.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_files.h"

namespace glass::engine {
namespace {

constexpr ModelOptions kOptions = {.layers = 2,
                                   .d_model = 64,
                                   .heads = 4,
                                   .kv_heads = 4,
                                   .d_ff = 96,
                                   .vocabulary = 35,
                                   .context = 48};

bool is_mixture(std::string_view family) {
  return family == "mixtral" || family == "olmoe" || family == "qwen3_moe";
}

DecoderConfig small(std::string_view family, ModelOptions options = kOptions) {
  if (is_mixture(family)) {
    options.experts = 3;
    options.experts_per_token = 2;
    options.expert_balance = 0.01;
  }
  return model_family(family).value()->from_options(options).value();
}

// Numbers around 0 of both signs, each another one.
ModelFile varied_model(const DecoderConfig& config) {
  ModelFile model = empty_model(config, 1 << 24).value();
  uint32_t state = 12345;
  for (auto& [name, tensor] : model.tensors) {
    for (float& value : tensor.values) {
      state = state * 1664525 + 1013904223;
      value = (static_cast<float>(state >> 8) / static_cast<float>(1 << 24) - 0.5F) * 1.7F;
    }
  }
  return model;
}

// A file's numbers: as it holds 1 + w, w comes back rounded.
float after_plus_one(float w) {
  const float stored = 1 + w;
  return stored - 1;
}

bool is_norm(const std::string& name) {
  return name.find("norm") != std::string::npos;
}

class GgufModel : public testing::Test {
 protected:
  Status write(std::string_view family, const ModelFile& model, GgufForm form = GgufForm::kF32,
               const GgufKeys& further = {}) {
    return export_gguf(files_, file_, *model_family(family).value(), model.config, views(model),
                       form, further);
  }

  // The reason why it is not written.
  std::string refusal(std::string_view family, const DecoderConfig& config) {
    const Status status = write(family, varied_model(config));
    EXPECT_FALSE(files_.exists(file_));
    return status ? "written" : status.error().message;
  }

  // The file with its keys changed, read.
  Result<ModelFile> read_with(const std::function<void(GgufKeys&)>& change) {
    const GgufFile gguf = GgufFile::open(files_, file_).value();
    GgufKeys keys = gguf.content().keys();
    change(keys);
    return read_again(keys, [](std::vector<GgufTensorToWrite>&) {});
  }

  Result<ModelFile> read_with_tensors(
      const std::function<void(std::vector<GgufTensorToWrite>&)>& change) {
    return read_again(GgufFile::open(files_, file_).value().content().keys(), change);
  }

  system::Files& files_ = system::posix_files();
  system::TemporaryFolder temporary_;
  system::Path folder_ = temporary_.path();
  system::Path file_ = folder_ / "model.gguf";

 private:
  Result<ModelFile> read_again(const GgufKeys& keys,
                               const std::function<void(std::vector<GgufTensorToWrite>&)>& change) {
    const GgufFile gguf = GgufFile::open(files_, file_).value();
    std::map<std::string, std::vector<float>> values;
    std::vector<GgufTensorToWrite> tensors;
    for (const auto& [name, tensor] : gguf.content().tensors()) {
      std::vector<float>& numbers = values[name];
      numbers.resize(static_cast<size_t>(element_count(tensor.shape).value()));
      EXPECT_TRUE(gguf.content().copy_floats(name, tensor.shape, numbers));
      tensors.push_back({.name = name, .shape = tensor.shape, .values = numbers});
    }
    change(tensors);
    const system::Path changed = folder_ / "changed.gguf";
    auto out = files_.create(changed).value();
    EXPECT_TRUE(write_gguf(*out, keys, tensors) && out->close());
    return import_gguf(files_, changed);
  }
};

TEST_F(GgufModel, EveryFamilyThatHasAnArchitectureComesBackAsItWas) {
  int64_t families = 0;
  for (const ModelFamily& family : model_families()) {
    for (const bool tied : {false, true}) {
      if (!family.gguf || (family.name == "gemma2" && !tied)) continue;
      SCOPED_TRACE(fmt::format("{}, tied {}", family.name, tied));
      ModelOptions options = kOptions;
      options.tied_embeddings = tied;
      const ModelFile model = varied_model(small(family.name, options));
      const Status written = write(family.name, model);
      ASSERT_TRUE(written) << written.error().message;
      const auto read = import_gguf(files_, file_);
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_EQ(read->config, model.config);
      ASSERT_EQ(read->tensors.size(), model.tensors.size());
      for (const auto& [name, tensor] : model.tensors) {
        std::vector<float> expected = tensor.values;
        if (model.config.norm_plus_one && is_norm(name))
          for (float& value : expected) value = after_plus_one(value);
        EXPECT_EQ(read->tensors.at(name).values, expected) << name;
      }
      ++families;
    }
  }
  EXPECT_EQ(families, 2 * 11 - 1);
}

// llama.cpp loads no model of these two without a head.
TEST_F(GgufModel, ArchitecturesThatNeedAHeadRepeatTheEmbedding) {
  for (const std::string_view family : {"olmo2", "olmoe", "llama"}) {
    ASSERT_TRUE(write(family, varied_model(small(family))));
    EXPECT_EQ(GgufFile::open(files_, file_)->content().tensors().contains("output.weight"),
              family != "llama");
  }
}

TEST_F(GgufModel, RoundedFormsComeBackRounded) {
  for (const std::string_view family : {"llama", "gpt2", "qwen3_moe"}) {
    const ModelFile model = varied_model(small(family));
    for (const GgufForm form : {GgufForm::kF16, GgufForm::kQ8_0}) {
      ASSERT_TRUE(write(family, model, form));
      const ModelFile read = import_gguf(files_, file_).value();
      for (const auto& [name, tensor] : model.tensors) {
        std::vector<float> expected = tensor.values;
        if (tensor.shape.size() > 1 && name != "position.weight" &&
            !name.ends_with("mlp.router.weight")) {
          Bytes blocks;
          append_gguf_blocks(form, expected, blocks);
          read_gguf_blocks(form, blocks, expected);
          EXPECT_NE(expected, tensor.values);
        }
        EXPECT_EQ(read.tensors.at(name).values, expected) << family << " " << name;
      }
    }
  }
}

TEST_F(GgufModel, TheSameModelGivesTheSameBytes) {
  const ModelFile model = varied_model(small("llama"));
  ASSERT_TRUE(write("llama", model, GgufForm::kQ8_0));
  const Bytes first = files_.read(file_).value();
  ASSERT_TRUE(write("llama", model, GgufForm::kQ8_0));
  EXPECT_EQ(files_.read(file_).value(), first);
}

// What is written from what was read is what was read, in every form.
TEST_F(GgufModel, AFileThatIsReadAndWrittenIsTheSameFile) {
  for (const ModelFamily& family : model_families()) {
    if (!family.gguf) continue;
    for (const GgufForm form : {GgufForm::kF32, GgufForm::kF16, GgufForm::kQ8_0}) {
      ASSERT_TRUE(write(family.name, varied_model(small(family.name)), form));
      const Bytes first = files_.read(file_).value();
      const ModelFile read = import_gguf(files_, file_).value();
      ASSERT_TRUE(write(family.name, read, form));
      EXPECT_EQ(files_.read(file_).value(), first) << family.name;
    }
  }
}

TEST_F(GgufModel, IsTheModelOfTheHuggingFaceFolder) {
  const ModelFile model = varied_model(small("qwen3"));
  const ModelFamily& family = *model_family("qwen3").value();
  ASSERT_TRUE(export_huggingface(files_, folder_, family, model.config, views(model), {}));
  const ModelFile there = import_huggingface(files_, folder_).value();
  ASSERT_TRUE(write("qwen3", there));
  const ModelFile read = import_gguf(files_, file_).value();
  EXPECT_EQ(read.config, there.config);
  for (const auto& [name, tensor] : there.tensors)
    EXPECT_EQ(read.tensors.at(name).values, tensor.values) << name;
}

// In llama.cpp's architecture llama row 2j + p of a head is row p d/2 + j of Hugging Face's.
TEST_F(GgufModel, LlamaTurnsNeighboursAndOthersTurnHalves) {
  const auto stored = [&](std::string_view family, const std::string& name) {
    const ModelFile model = varied_model(small(family));
    EXPECT_TRUE(write(family, model));
    std::vector<float> rows(64 * 64);
    EXPECT_TRUE(GgufFile::open(files_, file_)
                    .value()
                    .content()
                    .copy_floats(name, std::vector<int64_t>{64, 64}, rows));
    const std::vector<float>& ours = model.tensors.at("blocks.1.attn.qkv.weight").values;
    const auto same = [&](int64_t there, int64_t here) {
      return std::equal(rows.begin() + there * 64, rows.begin() + (there + 1) * 64,
                        ours.begin() + here * 64);
    };
    return std::vector<bool>{same(16 + 2 * 3 + 1, 16 + 8 + 3), same(16 + 7, 16 + 7)};
  };
  EXPECT_EQ(stored("llama", "blk.1.attn_q.weight"), (std::vector<bool>{true, false}));
  EXPECT_EQ(stored("qwen2", "blk.1.attn_q.weight"), (std::vector<bool>{false, true}));
}

TEST_F(GgufModel, NeighboursHereAreNeighboursThere) {
  const system::Path shared = testkit::shared_file("assets/models/stories260K");
  GLASS_SKIP_WITHOUT(shared);
  const ModelFile model = parse_llama2c(files_.read(shared / "stories260K.bin").value()).value();
  ASSERT_TRUE(model.config.rope_interleaved);
  ASSERT_TRUE(write("llama", model));
  std::vector<float> rows(64 * 64);
  ASSERT_TRUE(GgufFile::open(files_, file_)
                  .value()
                  .content()
                  .copy_floats("blk.0.attn_q.weight", std::vector<int64_t>{64, 64}, rows));
  const std::vector<float>& ours = model.tensors.at("blocks.0.attn.qkv.weight").values;
  EXPECT_TRUE(std::equal(rows.begin(), rows.end(), ours.begin()));
  const ModelFile read = import_gguf(files_, file_).value();
  const ModelFile released = import_huggingface(files_, shared / "hf").value();
  EXPECT_EQ(read.config, released.config);
  for (const auto& [name, tensor] : released.tensors)
    EXPECT_EQ(read.tensors.at(name).values, tensor.values) << name;
}

TEST_F(GgufModel, ExpertsOfABlockLieInOneTensor) {
  const ModelFile model = varied_model(small("mixtral"));
  ASSERT_TRUE(write("mixtral", model));
  const GgufFile file = GgufFile::open(files_, file_).value();
  EXPECT_EQ(gguf_text(file.content().keys(), "general.architecture").value(), "llama");
  EXPECT_EQ(gguf_integer(file.content().keys(), "llama.expert_used_count").value(), 2);
  std::vector<float> up(3 * 96 * 64), down(3 * 64 * 96);
  ASSERT_TRUE(
      file.content().copy_floats("blk.0.ffn_up_exps.weight", std::vector<int64_t>{3, 96, 64}, up));
  ASSERT_TRUE(file.content().copy_floats("blk.0.ffn_down_exps.weight",
                                         std::vector<int64_t>{3, 64, 96}, down));
  const auto& gate_up = model.tensors.at("blocks.0.mlp.experts.gate_up.weight").values;
  EXPECT_EQ(up[2 * 96 * 64 + 7], gate_up[(2 * 192 + 96) * 64 + 7]);
  EXPECT_EQ(down, model.tensors.at("blocks.0.mlp.experts.down.weight").values);
}

DecoderConfig llama3() {
  DecoderConfig config = small("llama");
  config.rope_theta = 500'000;
  config.context = 131'072;
  config.rope_scaling = {.kind = RopeScaling::Kind::kLlama3,
                         .factor = 32,
                         .low_frequency = 1,
                         .high_frequency = 4,
                         .context = 8192};
  return config;
}

TEST_F(GgufModel, ScalingOfLlama3IsTheTensorThatOthersRead) {
  const ModelFile model = varied_model(llama3());
  ASSERT_TRUE(write("llama", model));
  std::vector<float> factors(8);
  ASSERT_TRUE(GgufFile::open(files_, file_)
                  .value()
                  .content()
                  .copy_floats("rope_freqs.weight", std::vector<int64_t>{8}, factors));
  // By llama.cpp's conversion/llama.py of theta 500000, in doubles.
  const std::vector<double> expected = {1, 1, 1, 1, 3.2922621, 32, 32, 32};
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(static_cast<double>(factors[i]), expected[i], 1e-6 * expected[i]) << i;
  EXPECT_EQ(import_gguf(files_, file_)->config, model.config);
  // Files of others have the tensor alone.
  const auto without = read_with([](GgufKeys& keys) {
    for (const char* key : {"factor", "low_frequency", "high_frequency", "original_context"})
      EXPECT_EQ(keys.erase(fmt::format("glassworks.rope.{}", key)), 1U);
  });
  ASSERT_TRUE(without) << without.error().message;
  EXPECT_EQ(without->config, model.config);
  const auto another = read_with([](GgufKeys& keys) {
    keys["glassworks.rope.original_context"] = GgufValue::integer(GgufType::kUint32, 4096);
  });
  ASSERT_FALSE(another);
  EXPECT_NE(another.error().message.find("rope_freqs.weight"), std::string::npos);
}

TEST_F(GgufModel, WhatAnArchitectureCannotSayIsNamedAndNothingIsWritten) {
  const auto expect = [&](std::string_view family, std::string_view what,
                          const std::function<void(DecoderConfig&)>& change) {
    DecoderConfig config = small(family);
    change(config);
    const std::string why = refusal(family, config);
    EXPECT_NE(why.find(what), std::string::npos) << family << ": " << why;
    EXPECT_NE(why.find("Hugging Face folder"), std::string::npos) << why;
  };
  const auto nothing = [](DecoderConfig&) {};
  expect("neox", "neox models cannot be written as GGUF", nothing);
  expect("mistral", "window is 7, which it reads as 0", [](auto& c) { c.window = 7; });
  expect("gpt2", "mlp is \"gelu_erf\"", [](auto& c) { c.mlp = nn::MlpKind::kGeluErf; });
  expect("gemma2", "its head has weights of its own", [](auto& c) { c.tied_embeddings = false; });
  expect("gemma2", "attention_softcap is 0, which it reads as 50",
         [](auto& c) { c.attention_softcap = 0; });
  expect("gemma2", "score_width is 20", [](auto& c) { c.score_width = 20; });
  expect("qwen2", "its heads are 32 wide", [](auto& c) { c.head_dim = c.rotary_dim = 32; });
  expect("qwen2", "rope_scaling is llama3",
         [](auto& c) { c.rope_scaling = llama3().rope_scaling; });
  expect("olmoe", "2 key heads for 4", [](auto& c) { c.n_kv_heads = 2; });
  expect("qwen3_moe", "normalize_experts is false", [](auto& c) { c.normalize_experts = false; });
  expect("llama", "norm_epsilon is 0.00001000000001",
         [](auto& c) { c.norm_epsilon = 1.000000001e-5; });
}

TEST_F(GgufModel, NumbersThatAFormCannotHoldAreNamed) {
  ModelFile model = varied_model(small("llama"));
  model.tensors.at("blocks.1.mlp.down.weight").values[5] = -70'000;
  const Status half = write("llama", model, GgufForm::kF16);
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().message,
            "the tensor 'blk.1.ffn_down.weight' holds -70000, which F16 cannot; write it as F32");
  EXPECT_TRUE(write("llama", model, GgufForm::kQ8_0));
  model.tensors.at("blocks.1.mlp.down.weight").values[5] = 9e6F;
  EXPECT_FALSE(write("llama", model, GgufForm::kQ8_0));
  EXPECT_TRUE(write("llama", model, GgufForm::kF32));
}

TEST_F(GgufModel, RowsThatAreNoWholeBlocksAreHalves) {
  ModelOptions options = kOptions;
  options.d_ff = 40;
  ASSERT_TRUE(write("llama", varied_model(small("llama", options)), GgufForm::kQ8_0));
  const GgufFile file = GgufFile::open(files_, file_).value();
  const auto form = [&](const std::string& name) { return file.content().tensors().at(name).form; };
  EXPECT_EQ(form("blk.0.ffn_down.weight"), GgufForm::kF16);
  EXPECT_EQ(form("blk.0.ffn_up.weight"), GgufForm::kQ8_0);
  EXPECT_EQ(form("token_embd.weight"), GgufForm::kQ8_0);
  EXPECT_EQ(form("blk.0.attn_norm.weight"), GgufForm::kF32);
}

TEST_F(GgufModel, KeysOfTheCallerAreKept) {
  ASSERT_TRUE(write("llama", varied_model(small("llama")), GgufForm::kF32,
                    {{"glassworks.release.log_index", GgufValue::text("17")}}));
  const GgufFile file = GgufFile::open(files_, file_).value();
  EXPECT_EQ(gguf_text(file.content().keys(), "glassworks.release.log_index").value(), "17");
  EXPECT_TRUE(import_gguf(files_, file_));
}

TEST_F(GgufModel, KeysThatAreMissingWrongOrUnknownAreNamed) {
  ASSERT_TRUE(write("llama", varied_model(small("llama"))));
  const auto expect = [&](std::string_view what, const std::function<void(GgufKeys&)>& change) {
    const auto read = read_with(change);
    ASSERT_FALSE(read) << what;
    EXPECT_NE(read.error().message.find(what), std::string::npos) << read.error().message;
    EXPECT_NE(read.error().message.find("changed.gguf"), std::string::npos);
  };
  const auto integer = [](int64_t value) { return GgufValue::integer(GgufType::kUint32, value); };
  EXPECT_TRUE(read_with([](GgufKeys&) {}));
  for (const char* key :
       {"block_count", "context_length", "embedding_length", "feed_forward_length",
        "attention.head_count", "attention.layer_norm_rms_epsilon"}) {
    const std::string name = fmt::format("llama.{}", key);
    expect(fmt::format("the key {} is missing", name),
           [&](GgufKeys& keys) { ASSERT_EQ(keys.erase(name), 1U); });
  }
  for (const char* key : {"attention.key_length", "attention.value_length", "vocab_size",
                          "rope.dimension_count", "rope.freq_base", "attention.head_count_kv"})
    EXPECT_TRUE(read_with([&](GgufKeys& keys) { keys.erase(fmt::format("llama.{}", key)); }))
        << key;
  expect("'mamba', which is not supported; known are 'gemma2', 'gemma3'",
         [](GgufKeys& keys) { keys["general.architecture"] = GgufValue::text("mamba"); });
  expect("the key llama.attention.causal is not understood", [](GgufKeys& keys) {
    keys["llama.attention.causal"] = GgufValue::integer(GgufType::kBool, 0);
  });
  expect("the key llama.block_count is no integer",
         [](GgufKeys& keys) { keys["llama.block_count"] = GgufValue::text("2"); });
  expect("the key llama.rope.freq_base is no floating-point number",
         [&](GgufKeys& keys) { keys["llama.rope.freq_base"] = integer(10000); });
  expect("vocab_size is 36, but the embedding has 35 rows",
         [&](GgufKeys& keys) { keys["llama.vocab_size"] = integer(36); });
  expect("llama.attention.value_length is 8, and 16 before",
         [&](GgufKeys& keys) { keys["llama.attention.value_length"] = integer(8); });
  expect("llama.rope.scaling.type is 'yarn'",
         [](GgufKeys& keys) { keys["llama.rope.scaling.type"] = GgufValue::text("yarn"); });
  expect("n_heads", [&](GgufKeys& keys) { keys["llama.attention.head_count"] = integer(3); });
  expect("which no model has",
         [&](GgufKeys& keys) { keys["llama.block_count"] = integer(4'000'000'000); });
  expect("the key llama.expert_used_count is not understood",
         [&](GgufKeys& keys) { keys["llama.expert_used_count"] = integer(2); });
}

TEST_F(GgufModel, TensorsThatAreMissingOfAnotherShapeOrUnknownAreNamed) {
  ASSERT_TRUE(write("llama", varied_model(small("llama"))));
  const auto expect = [&](std::string_view what,
                          const std::function<void(std::vector<GgufTensorToWrite>&)>& change) {
    const auto read = read_with_tensors(change);
    ASSERT_FALSE(read) << what;
    EXPECT_NE(read.error().message.find(what), std::string::npos) << read.error().message;
  };
  const auto of = [](std::vector<GgufTensorToWrite>& tensors, std::string_view name) {
    return std::ranges::find(tensors, name, &GgufTensorToWrite::name);
  };
  EXPECT_TRUE(read_with_tensors([](auto&) {}));
  expect("the tensor 'blk.1.attn_k.weight' is missing",
         [&](auto& tensors) { tensors.erase(of(tensors, "blk.1.attn_k.weight")); });
  expect("'token_embd.weight' is missing",
         [&](auto& tensors) { tensors.erase(of(tensors, "token_embd.weight")); });
  expect("the tensor 'blk.0.attn_q.bias' is not one of architecture 'llama'",
         [&](auto& tensors) { of(tensors, "blk.0.attn_norm.weight")->name = "blk.0.attn_q.bias"; });
  expect("has the shape [96, 64], expected [64, 96]", [&](auto& tensors) {
    of(tensors, "blk.0.ffn_down.weight")->shape = {96, 64};
  });
  // Twice the embedding is a tied head; another head is one of its own.
  const auto with_head = [&](std::vector<float>& head) {
    return read_with_tensors([&](std::vector<GgufTensorToWrite>& tensors) {
      tensors.push_back({.name = "output.weight", .shape = {35, 64}, .values = head});
    });
  };
  std::vector<float> head = import_gguf(files_, file_)->tensors.at("embed.weight").values;
  EXPECT_TRUE(with_head(head)->config.tied_embeddings);
  head[0] += 1;
  EXPECT_FALSE(with_head(head)->config.tied_embeddings);
}

// Sizes that the file cannot justify cost no memory.
TEST_F(GgufModel, SizesBeyondTheFileAreRefused) {
  ASSERT_TRUE(write("mixtral", varied_model(small("mixtral"))));
  for (const auto& [key, value] :
       std::map<std::string, int64_t>{{"llama.block_count", 4096},
                                      {"llama.feed_forward_length", 1 << 20},
                                      {"llama.expert_count", 4096}}) {
    const auto read = read_with(
        [&](GgufKeys& keys) { keys[key] = GgufValue::integer(GgufType::kUint32, value); });
    ASSERT_FALSE(read) << key;
    EXPECT_NE(read.error().message.find("too small for the sizes"), std::string::npos)
        << read.error().message;
  }
}

}  // namespace
}  // namespace glass::engine
