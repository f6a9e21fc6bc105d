#include "glass/engine/formats/safetensors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/tensor/dtype.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"
#include "glass/testkit/test_files.h"

namespace glass::engine {
namespace {

class MemoryFile final : public system::WritableFile {
 public:
  Status append(ByteView bytes) override {
    content.insert(content.end(), bytes.begin(), bytes.end());
    return {};
  }

  Status sync() override { return {}; }

  Status close() override { return {}; }

  Bytes content;
};

Bytes written(const std::vector<TensorToWrite>& tensors,
              const std::map<std::string, std::string>& metadata) {
  MemoryFile file;
  EXPECT_TRUE(write_safetensors(file, tensors, metadata).has_value());
  return file.content;
}

TEST(Safetensors, GivesTheVerdictOfEverySharedCase) {
  const system::Path path = testkit::shared_file("vectors/safetensors/cases.json");
  GLASS_SKIP_WITHOUT(path);
  const auto cases = parse_json(system::posix_files().read_text(path).value());
  ASSERT_TRUE(cases && cases->if_array() != nullptr);
  EXPECT_EQ(cases->if_array()->size(), 50U);
  for (const Json& item : *cases->if_array()) {
    const Bytes file = from_hex(item.get_string("hex").value()).value();
    const auto parsed = Safetensors::parse(file);
    EXPECT_EQ(parsed.has_value(), item.get_string("expect").value() == "accept")
        << item.get_string("name").value() << ": "
        << (parsed ? "accepted" : parsed.error().message);
    if (!parsed) {
      EXPECT_EQ(parsed.error().code, ErrorCode::kCorruption);
    }
  }
}

TEST(Safetensors, WritesTheKnownBytes) {
  EXPECT_EQ(to_hex(written({}, {})), "08000000000000007b7d202020202020");
  EXPECT_EQ(to_hex(written({}, {{"framework", "pt"}})),
            "28000000000000007b225f5f6d657461646174615f5f223a7b226672616d65776f726b223a22707422"
            "7d7d2020202020");
}

TEST(Safetensors, OrdersTensorsByTypeAndNameAndAlignsTheData) {
  const std::array<float, 2> floats = {1.5F, -0.0F};
  const std::array<int32_t, 1> ints = {7};
  const Bytes file = written({{.name = "a",
                               .dtype = DType::kI32,
                               .shape = {1},
                               .bytes = as_bytes(std::span<const int32_t>(ints))},
                              float_tensor("z", {2}, floats),
                              float_tensor("b", {1, 2}, floats)},
                             {});
  const auto length = load_little_endian<uint64_t>(file.data());
  EXPECT_EQ(length % 8, 0U);
  EXPECT_TRUE(as_text(ByteView(file).subspan(8))
                  .starts_with(R"({"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                               R"("z":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},)"
                               R"("a":{"dtype":"I32","shape":[1],"data_offsets":[16,20]}})"));
}

using NamedFloats = std::map<std::string, std::vector<float>>;

RC_GTEST_PROP(Safetensors, ReadsBackTheBitsItWrote, (const NamedFloats& values)) {
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, floats] : values)
    tensors.push_back(
        float_tensor("t" + to_hex(as_bytes(name)), {static_cast<int64_t>(floats.size())}, floats));
  const Bytes file = written(tensors, {{"b", "2"}, {"a", "\"\n"}});
  const auto parsed = Safetensors::parse(file);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(parsed->tensors().size() == values.size());
  RC_ASSERT(parsed->metadata().at("a") == "\"\n");
  for (const TensorToWrite& tensor : tensors) {
    const StoredTensor& stored = parsed->tensors().at(tensor.name);
    RC_ASSERT(std::ranges::equal(stored.bytes, tensor.bytes));
    RC_ASSERT(stored.shape == tensor.shape);
  }
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const std::array<float, 3> floats = {1, 2, 3};
  const Bytes file = written({float_tensor("w", {3}, floats)}, {{"k", "v"}});
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_FALSE(Safetensors::parse(ByteView(file).first(size))) << size;
}

TEST(Safetensors, NamesTheTensorThatIsMissingOrOfAnotherShape) {
  const std::array<float, 4> floats = {1, 2, 3, 4};
  const Bytes file = written({float_tensor("w", {2, 2}, floats)}, {});
  const auto parsed = Safetensors::parse(file);
  ASSERT_TRUE(parsed);
  std::array<float, 4> out{};
  EXPECT_TRUE(parsed->copy_floats("w", std::array<int64_t, 2>{2, 2}, out));
  EXPECT_EQ(out, floats);
  const Status shape = parsed->copy_floats("w", std::array<int64_t, 1>{4}, out);
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().message, "tensor 'w' is F32 [2, 2], expected F32, F16 or BF16 [4]");
  const Status missing = parsed->copy_floats("v", std::array<int64_t, 1>{4}, out);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "tensor 'v' is missing");
}

TEST(Safetensors, AHeaderOfTooManyValuesIsRefusedBeforeItIsParsed) {
  std::string header = "{\"w\":[";
  header.append(5'000'000, ',');
  Bytes file;
  append_little_endian<uint64_t>(file, header.size());
  file.insert(file.end(), header.begin(), header.end());
  const auto parsed = Safetensors::parse(file);
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message.find("more than 4000000 values"), std::string::npos);
}

}  // namespace
}  // namespace glass::engine
