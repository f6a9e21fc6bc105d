#include "glass/engine/formats/gguf_model.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/formats/gguf_blocks.h"
#include "glass/engine/formats/gguf_config.h"
#include "glass/engine/formats/slices.h"
#include "glass/engine/kernels/weight_format.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {
namespace {

constexpr std::string_view kEmbedding = "token_embd.weight";
constexpr std::string_view kHead = "output.weight";
constexpr int64_t kQuantizationVersion = 2;  // of ggml's blocks

// What a form is called, its number in general.file_type (llama_ftype), and what it holds.
struct FormTraits {
  std::string_view name;
  int64_t file_type;
  WeightFormat numbers;
};

FormTraits traits_of(GgufForm form) {
  if (form == GgufForm::kF16) return {.name = "F16", .file_type = 1, .numbers = WeightFormat::kF16};
  if (form == GgufForm::kQ8_0)
    return {.name = "Q8_0", .file_type = 7, .numbers = WeightFormat::kQ8_0};
  return {.name = "F32", .file_type = 0, .numbers = WeightFormat::kF32};
}

HeadPairs pairs_there(const GgufNames& names) {
  return names.turns_neighbours ? HeadPairs::kNeighbours : HeadPairs::kHalves;
}

// As llama.cpp's converter chooses.
GgufForm form_of(const TensorThere& tensor, GgufForm wanted) {
  const std::string_view name = tensor.name;
  if (tensor.shape.size() == 1 || name == "position_embd.weight" ||
      name.ends_with("ffn_gate_inp.weight"))
    return GgufForm::kF32;
  const GgufBlock block = *gguf_block(static_cast<uint32_t>(wanted));
  return tensor.shape.back() % block.numbers == 0 ? wanted : GgufForm::kF16;
}

Status expect_holds(const TensorThere& tensor, GgufForm form) {
  const FormTraits traits = traits_of(form);
  if (fits(traits.numbers, tensor.values)) return {};
  const auto beyond = std::ranges::find_if(tensor.values, [&](const float& value) {
    return !fits(traits.numbers, std::span(&value, 1));
  });
  return invalid_input(fmt::format("the tensor '{}' holds {}, which {} cannot; write it as F32",
                                   tensor.name, *beyond, traits.name));
}

// Takes the numbers of kGgufRopeFactors, if there is such a tensor.
Result<std::vector<float>> read_rope_factors(const Gguf& gguf) {
  const auto found = gguf.tensors().find(std::string(kGgufRopeFactors));
  if (found == gguf.tensors().end()) return std::vector<float>();
  const GgufTensor& tensor = found->second;
  if (tensor.shape.size() != 1 || tensor.form != GgufForm::kF32)
    return fail(ErrorCode::kCorruption,
                fmt::format("the tensor '{}' is no vector of F32", kGgufRopeFactors));
  std::vector<float> factors(static_cast<size_t>(tensor.shape[0]));
  GLASS_TRY_STATUS(gguf.copy_floats(kGgufRopeFactors, tensor.shape, factors));
  return factors;
}

// A file may repeat the embedding as its head.
bool is_tied(const Gguf& gguf) {
  const auto head = gguf.tensors().find(std::string(kHead));
  if (head == gguf.tensors().end()) return true;
  const GgufTensor& embedding = gguf.tensors().at(std::string(kEmbedding));
  return head->second.form == embedding.form && head->second.shape == embedding.shape &&
         std::ranges::equal(head->second.bytes, embedding.bytes);
}

Result<GgufFacts> facts_of(const Gguf& gguf) {
  const auto embedding = gguf.tensors().find(std::string(kEmbedding));
  if (embedding == gguf.tensors().end() || embedding->second.shape.size() != 2)
    return fail(ErrorCode::kCorruption,
                fmt::format("the tensor '{}' is missing or no matrix", kEmbedding));
  GgufFacts facts = {.vocabulary = embedding->second.shape[0], .tied_embeddings = is_tied(gguf)};
  GLASS_TRY(facts.rope_factors, read_rope_factors(gguf));
  return facts;
}

// Every tensor there is one of the model's.
Status expect_known_tensors(const Gguf& gguf, const std::vector<WeightSlice>& slices,
                            const GgufNames& names) {
  std::set<std::string, std::less<>> known = {std::string(kHead)};
  if (names.has_rope_factors) known.emplace(kGgufRopeFactors);
  for (const WeightSlice& slice : slices) known.insert(slice.theirs);
  for (const auto& [name, tensor] : gguf.tensors()) {
    if (known.find(name) == known.end())
      return invalid_input(fmt::format("the tensor '{}' is not one of architecture '{}' here", name,
                                       names.architecture));
  }
  return {};
}

// Bytes of all numbers as floats. They fit: each tensor is part of a file.
uint64_t bytes_as_floats(const Gguf& gguf) {
  uint64_t count = 0;
  for (const auto& [name, tensor] : gguf.tensors())
    count += static_cast<uint64_t>(*element_count(tensor.shape));
  return count * sizeof(float);
}

}  // namespace

Status export_gguf(system::Files& files, const system::Path& file, const ModelFamily& family,
                   const DecoderConfig& config, const TensorViews& tensors, GgufForm form,
                   const GgufKeys& further) {
  GLASS_TRY(GgufKeys keys, gguf_keys(family, config));
  keys["general.file_type"] = GgufValue::integer(GgufType::kUint32, traits_of(form).file_type);
  keys["general.quantization_version"] =
      GgufValue::integer(GgufType::kUint32, kQuantizationVersion);
  for (const auto& [key, value] : further) GLASS_CHECK(keys.emplace(key, value).second);

  const GgufNames& names = *family.gguf;
  TensorsThere there = tensors_there(names.weights(config), config, pairs_there(names), tensors);
  const TensorView& embedding = tensors.find("embed.weight")->second;
  if (names.needs_head && config.tied_embeddings)
    there.list.push_back(
        {.name = std::string(kHead), .shape = embedding.shape, .values = embedding.values});
  if (std::vector<float> factors = gguf_rope_factors(config); !factors.empty()) {
    const std::vector<float>& kept = there.copies.emplace_back(std::move(factors));
    there.list.push_back(
        {.name = std::string(kGgufRopeFactors), .shape = {std::ssize(kept)}, .values = kept});
  }
  std::vector<GgufTensorToWrite> list;
  for (const TensorThere& tensor : there.list) {
    const GgufForm as = form_of(tensor, form);
    GLASS_TRY_STATUS(expect_holds(tensor, as));
    list.push_back(
        {.name = tensor.name, .form = as, .shape = tensor.shape, .values = tensor.values});
  }
  GLASS_TRY(const auto out, files.create(file));
  GLASS_TRY_STATUS(write_gguf(*out, keys, list));
  GLASS_TRY_STATUS(out->sync());
  return out->close();
}

Result<ModelFile> model_from_gguf(const Gguf& gguf) {
  GLASS_TRY(const ModelFamily* family, gguf_family(gguf.keys()));
  const GgufNames& names = *family->gguf;
  GLASS_TRY(const GgufFacts facts, facts_of(gguf));
  GLASS_TRY(const DecoderConfig config, config_from_gguf(*family, gguf.keys(), facts));
  // Twice what the file holds: a tensor that is missing shall be named, not be called too small.
  GLASS_TRY(ModelFile model, empty_model(config, 2 * bytes_as_floats(gguf)));
  const std::vector<WeightSlice> slices = names.weights(config);
  GLASS_TRY_STATUS(expect_known_tensors(gguf, slices, names));
  const auto read = [&](const std::string& name, const Shape& shape, std::span<float> out) {
    return gguf.copy_floats(name, shape, out);
  };
  GLASS_TRY_STATUS(read_slices(read, slices, pairs_there(names), config.head_dim, model.tensors));
  return model;
}

Result<ModelFile> import_gguf(system::Files& files, const system::Path& file) {
  GLASS_TRY(const GgufFile gguf, GgufFile::open(files, file));
  auto model = model_from_gguf(gguf.content());
  if (!model) return in_context(file.string(), std::move(model).error());
  return model;
}

}  // namespace glass::engine
