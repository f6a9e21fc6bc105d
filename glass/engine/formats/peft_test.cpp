#include "glass/engine/formats/peft.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::engine {
namespace {

DecoderConfig adapted(std::string_view family) {
  const bool sparse = family == "mixtral" || family == "olmoe" || family == "qwen3_moe";
  DecoderConfig config = model_family(family)
                             .value()
                             ->from_options({.layers = 2,
                                             .d_model = 16,
                                             .heads = 2,
                                             .kv_heads = 2,
                                             .d_ff = 12,
                                             .vocabulary = 11,
                                             .context = 16,
                                             .experts = sparse ? 3 : 0,
                                             .experts_per_token = sparse ? 2 : 0})
                             .value();
  config.adapters = {
      .rank = 3, .alpha = 6, .qkv = true, .out = true, .up = !sparse, .down = !sparse};
  return config;
}

// The adapters of a configuration; every value differs from every other.
std::map<std::string, ModelTensor> counting_adapters(const DecoderConfig& config) {
  std::map<std::string, ModelTensor> tensors;
  float next = 1;
  const std::vector<ParameterSpec> specs = parameters(config).value();
  for (const ParameterSpec& spec : specs) {
    if (!spec.trained) continue;
    std::vector<float> values(static_cast<size_t>(spec.shape[0] * spec.shape[1]));
    for (float& value : values) value = next++;
    tensors[spec.name] = {.shape = spec.shape, .values = std::move(values)};
  }
  return tensors;
}

class PeftFolder : public testing::Test {
 protected:
  void write(std::string_view family, const DecoderConfig& config) {
    const ModelFile all{.config = config, .tensors = counting_adapters(config)};
    const Status status =
        export_peft(files_, folder_, *model_family(family).value(), config, views(all), "a-model");
    ASSERT_TRUE(status) << status.error().message;
  }

  SafetensorsFile tensors() {
    return SafetensorsFile::open(files_, folder_ / "adapter_model.safetensors").value();
  }

  system::Files& files_ = system::posix_files();
  system::TemporaryFolder temporary_;
  system::Path folder_ = temporary_.path();
};

TEST_F(PeftFolder, AdaptersOfEveryFamilyComeBackAsTheyWere) {
  for (const ModelFamily& family : model_families()) {
    const DecoderConfig config = adapted(family.name);
    write(family.name, config);
    const auto read = import_peft(files_, folder_, family, config);
    ASSERT_TRUE(read) << family.name << ": " << read.error().message;
    const auto expected = counting_adapters(config);
    ASSERT_EQ(read->size(), expected.size()) << family.name;
    for (const auto& [name, tensor] : expected)
      EXPECT_EQ(read->at(name).values, tensor.values) << family.name << " " << name;
  }
}

TEST_F(PeftFolder, NamesAreThoseOfPeft) {
  write("llama", adapted("llama"));
  const SafetensorsFile file = tensors();
  const std::string layer = "base_model.model.model.layers.1.self_attn.k_proj.lora_";
  EXPECT_EQ(file.content().tensors().at(layer + "A.weight").shape, (Shape{3, 16}));
  EXPECT_EQ(file.content().tensors().at(layer + "B.weight").shape, (Shape{16, 3}));
  EXPECT_EQ(file.content().tensors().size(), 2U * 7U * 2U);  // layers, projections, A and B
  const Json config = parse_json(files_.read_text(folder_ / "adapter_config.json").value()).value();
  EXPECT_EQ(config.get_int("r").value(), 3);
  EXPECT_EQ(config.get_bool("fan_in_fan_out").value(), false);
  EXPECT_EQ(config.get_array("target_modules").value()->size(), 7U);
}

// GPT-2's layers hold their weights transposed, which peft must know; its adapters are not.
TEST_F(PeftFolder, OfGpt2SaysThatWeightsAreTransposed) {
  write("gpt2", adapted("gpt2"));
  const Json config = parse_json(files_.read_text(folder_ / "adapter_config.json").value()).value();
  EXPECT_EQ(config.get_bool("fan_in_fan_out").value(), true);
  const SafetensorsFile file = tensors();
  const std::string layer = "base_model.model.transformer.h.0.attn.c_attn.lora_";
  EXPECT_EQ(file.content().tensors().at(layer + "A.weight").shape, (Shape{3, 16}));
  EXPECT_EQ(file.content().tensors().at(layer + "B.weight").shape, (Shape{48, 3}));
}

TEST_F(PeftFolder, CopiesOfOneMatrixMustBeEqual) {
  const DecoderConfig config = adapted("llama");
  write("llama", config);
  const system::Path path = folder_ / "adapter_model.safetensors";
  Bytes bytes;
  {
    const SafetensorsFile file = tensors();
    bytes.assign(file.bytes().begin(), file.bytes().end());
    const auto& a = file.content().tensors().at(
        "base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight");
    bytes[static_cast<size_t>(a.bytes.data() - file.bytes().data())] ^= 1;
  }
  ASSERT_TRUE(files_.write_atomic(path, bytes));
  const auto read = import_peft(files_, folder_, *model_family("llama").value(), config);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorruption);
  EXPECT_NE(read.error().message.find("v_proj"), std::string::npos) << read.error().message;
}

}  // namespace
}  // namespace glass::engine
