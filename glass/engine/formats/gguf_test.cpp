#include "glass/engine/formats/gguf.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/half.h"
#include "glass/base/result.h"
#include "glass/engine/formats/gguf_blocks.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_files.h"

namespace glass::engine {
namespace {

std::vector<float> numbers(int64_t count) {
  std::vector<float> out;
  for (int64_t i = 0; i < count; ++i) out.push_back(static_cast<float>(i * 37 % 101 - 50) / 7.0F);
  return out;
}

GgufKeys some_keys() {
  GgufKeys keys;
  keys["general.architecture"] = GgufValue::text("llama");
  keys["general.name"] = GgufValue::text("für alle");
  keys["llama.block_count"] = GgufValue::integer(GgufType::kUint32, 4'000'000'000);
  keys["llama.rope.freq_base"] = GgufValue::number(10000.0F);
  keys["a.signed"] = GgufValue::integer(GgufType::kInt16, -7);
  keys["a.truth"] = GgufValue::integer(GgufType::kBool, 1);
  keys["tokenizer.ggml.tokens"] = GgufValue::texts({"a", "", "ü"});
  keys["tokenizer.ggml.token_type"] = GgufValue::integers(GgufType::kInt32, {1, -1, 3});
  return keys;
}

class GgufTest : public testing::Test {
 protected:
  Bytes written(const GgufKeys& keys, const std::vector<GgufTensorToWrite>& tensors) {
    const system::Path file = folder_ / "model.gguf";
    auto out = system::posix_files().create(file).value();
    EXPECT_TRUE(write_gguf(*out, keys, tensors));
    EXPECT_TRUE(out->close());
    return system::posix_files().read(file).value();
  }

  system::TemporaryFolder folder_;
};

TEST_F(GgufTest, IsReadBackWithKeysAndTensors) {
  const std::vector<float> matrix = numbers(64 * 3), vector = numbers(5);
  const Bytes bytes = written(
      some_keys(),
      {{.name = "blk.0.attn_q.weight", .form = GgufForm::kQ8_0, .shape = {3, 64}, .values = matrix},
       {.name = "norm", .form = GgufForm::kF32, .shape = {5}, .values = vector},
       {.name = "half", .form = GgufForm::kF16, .shape = {3, 64}, .values = matrix}});
  EXPECT_EQ(bytes.size() % 32, 0U);
  const auto gguf = Gguf::parse(bytes);
  ASSERT_TRUE(gguf) << gguf.error().message;
  EXPECT_EQ(gguf->keys(), some_keys());
  EXPECT_EQ(gguf_text(gguf->keys(), "general.name").value(), "für alle");
  EXPECT_EQ(gguf_integer(gguf->keys(), "llama.block_count").value(), 4'000'000'000);
  EXPECT_EQ(gguf_number(gguf->keys(), "llama.rope.freq_base").value(), 10000.0);
  EXPECT_EQ(gguf_texts(gguf->keys(), "tokenizer.ggml.tokens").value()->at(2), "ü");
  EXPECT_EQ(gguf_integers(gguf->keys(), "tokenizer.ggml.token_type").value()->at(1), -1);
  EXPECT_FALSE(gguf_integer(gguf->keys(), "general.name"));
  EXPECT_FALSE(gguf_integer(gguf->keys(), "tokenizer.ggml.token_type"));
  EXPECT_NE(gguf_text(gguf->keys(), "absent").error().message.find("absent is missing"),
            std::string::npos);
  std::vector<float> read(vector.size());
  ASSERT_TRUE(gguf->copy_floats("norm", std::vector<int64_t>{5}, read));
  EXPECT_EQ(read, vector);
  read.resize(matrix.size());
  ASSERT_TRUE(gguf->copy_floats("half", std::vector<int64_t>{3, 64}, read));
  for (size_t i = 0; i < read.size(); ++i)
    EXPECT_EQ(read[i], float_from_half(half_from_float(matrix[i])));
  ASSERT_TRUE(gguf->copy_floats("blk.0.attn_q.weight", std::vector<int64_t>{3, 64}, read));
  for (size_t i = 0; i < read.size(); ++i)
    EXPECT_NEAR(static_cast<double>(read[i]), static_cast<double>(matrix[i]), 7.2 / 127 / 2 * 1.01);
  EXPECT_FALSE(gguf->copy_floats("norm", std::vector<int64_t>{6}, read));
}

TEST_F(GgufTest, EveryCutAndMostChangesAreRefused) {
  const std::vector<float> vector = numbers(40);
  const Bytes bytes =
      written(some_keys(),
              {{.name = "x", .form = GgufForm::kF32, .shape = {8, 5}, .values = vector},
               {.name = "y", .form = GgufForm::kF32, .shape = {3}, .values = {vector.data(), 3}}});
  ASSERT_TRUE(Gguf::parse(bytes));
  // The last padding may be missing, nothing else.
  const size_t end = bytes.size() - 20;
  for (size_t size = 0; size < end; ++size)
    EXPECT_FALSE(Gguf::parse(ByteView(bytes).first(size))) << size;
  EXPECT_TRUE(Gguf::parse(ByteView(bytes).first(end)));
  Bytes changed = bytes;
  changed.back() = 1;
  EXPECT_FALSE(Gguf::parse(changed)) << "padding";
  changed.back() = 0;
  changed.resize(changed.size() + 32);
  const auto longer = Gguf::parse(changed);
  ASSERT_FALSE(longer);
  EXPECT_NE(longer.error().message.find("bytes follow"), std::string::npos);
}

// Files that promise what is not there, built field by field.
class Hostile {
 public:
  Hostile(uint64_t tensors, uint64_t keys) {
    text_raw("GGUF");
    add<uint32_t>(3);
    add(tensors);
    add(keys);
  }

  template <typename T>
  Hostile& add(T value) {
    append_little_endian(bytes_, value);
    return *this;
  }

  Hostile& text_raw(std::string_view text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }

  Hostile& text(std::string_view text) {
    return add(static_cast<uint64_t>(text.size())).text_raw(text);
  }

  [[nodiscard]] std::string refusal() const {
    const auto gguf = Gguf::parse(bytes_);
    return gguf ? "accepted" : gguf.error().message;
  }

 private:
  Bytes bytes_;
};

TEST(Gguf, HostileFilesAreRefusedWithTheReason) {
  constexpr uint64_t kHuge = ~uint64_t{0};
  const auto key = [](std::string_view name, uint32_t type) {
    return Hostile(0, 1).text(name).add(type);
  };
  const auto tensor = [](std::vector<uint64_t> extents, uint32_t form, uint64_t offset) {
    Hostile file(1, 0);
    file.text("t").add(static_cast<uint32_t>(extents.size()));
    for (const uint64_t extent : extents) file.add(extent);
    return file.add(form).add(offset).text_raw(std::string(7, '\0')).refusal();
  };
  const std::vector<std::pair<std::string, std::string_view>> cases = {
      {Hostile(kHuge, 0).refusal(), "it promises"},
      {Hostile(0, kHuge).refusal(), "it promises"},
      {Hostile(0, 1).add(kHuge).refusal(), "it ends within a key"},
      {key("k", 99).add(uint64_t{0}).refusal(), "elements of type 99"},
      {key("k", 9).add(uint32_t{9}).add(uint64_t{1}).refusal(), "elements of type 9"},
      {key("k", 9).add(uint32_t{8}).add(kHuge).refusal(), "it ends within k"},
      {key("k", 9).add(uint32_t{0}).add(uint64_t{1} << 40).refusal(), "it ends within k"},
      {key("k", 7).add(uint8_t{2}).refusal(), "neither true nor false"},
      {key("k", 10).add(kHuge).refusal(), "2^63 or more"},
      {key("k", 8).text("\xff").refusal(), "not UTF-8"},
      {key("k", 8).text(std::string_view("a\0b", 3)).refusal(), "not UTF-8 without zero bytes"},
      {Hostile(0, 2)
           .text("k")
           .add(uint32_t{0})
           .add(uint8_t{1})
           .text("k")
           .add(uint32_t{0})
           .add(uint8_t{1})
           .refusal(),
       "twice"},
      {key("general.alignment", 4).add(uint32_t{0}).refusal(), "power of two"},
      {key("general.alignment", 4).add(uint32_t{48}).refusal(), "power of two"},
      {tensor({}, 0, 0), "has 0 dimensions"},
      {tensor({1, 1, 1, 1, 1}, 0, 0), "has 5 dimensions"},
      {tensor({kHuge}, 0, 0), "2^63 or more"},
      {tensor({uint64_t{1} << 40, uint64_t{1} << 40}, 0, 0), "larger than any file"},
      {tensor({uint64_t{1} << 62}, 0, 0), "larger than any file"},
      {tensor({33}, 8, 0), "not whole blocks"},
      {tensor({32}, 8, 0), "it ends within"},
      {tensor({4}, 0, 32), "is at 32, expected 0"},
      {tensor({4}, 21, 0), "form 21 of GGUF, which is not read"},
      {Hostile(1, 0).text(std::string(64, 'x')).refusal(), "a name of 64 bytes"}};
  for (const auto& [refusal, why] : cases)
    EXPECT_NE(refusal.find(why), std::string::npos) << refusal << " / " << why;
}

// Blocks whose numbers were worked out by hand from the layout.
TEST(GgufBlocks, AreReadAsTheLayoutSays) {
  const auto half = [](Bytes& out, float value) {
    append_little_endian(out, half_from_float(value));
  };
  std::vector<float> read(32);
  Bytes q4;
  half(q4, 0.5F);
  for (int i = 0; i < 16; ++i) q4.push_back(static_cast<uint8_t>(i | (15 - i) << 4));
  read_gguf_blocks(GgufForm::kQ4_0, q4, read);
  EXPECT_EQ(read[0], -4.0F);
  EXPECT_EQ(read[15], 3.5F);
  EXPECT_EQ(read[16], 3.5F);
  EXPECT_EQ(read[31], -4.0F);
  Bytes q4_1;
  half(q4_1, 0.5F);
  half(q4_1, -1.0F);
  q4_1.insert(q4_1.end(), q4.begin() + 2, q4.end());
  read_gguf_blocks(GgufForm::kQ4_1, q4_1, read);
  EXPECT_EQ(read[0], -1.0F);
  EXPECT_EQ(read[15], 6.5F);
  EXPECT_EQ(read[16], 6.5F);

  // All pairs of scales and minima are different; every q of a part is its number.
  Bytes q4_k;
  half(q4_k, 1.0F);
  half(q4_k, 0.5F);
  const std::array<int, 8> scales = {1, 2, 3, 63, 5, 22, 39, 56},
                           minima = {9, 10, 11, 12, 50, 33, 18, 1};
  std::array<uint8_t, 12> packed{};
  for (size_t i = 0; i < 4; ++i) {
    packed.at(i) = static_cast<uint8_t>(scales.at(i) | (scales.at(i + 4) >> 4) << 6);
    packed.at(i + 4) = static_cast<uint8_t>(minima.at(i) | (minima.at(i + 4) >> 4) << 6);
    packed.at(i + 8) = static_cast<uint8_t>((scales.at(i + 4) & 15) | (minima.at(i + 4) & 15) << 4);
  }
  q4_k.insert(q4_k.end(), packed.begin(), packed.end());
  for (int pair = 0; pair < 4; ++pair)
    q4_k.insert(q4_k.end(), 32, static_cast<uint8_t>(2 * pair | (2 * pair + 1) << 4));
  read.resize(256);
  read_gguf_blocks(GgufForm::kQ4_K, q4_k, read);
  for (size_t part = 0; part < 8; ++part)
    EXPECT_EQ(read[32 * part + 5], static_cast<float>(scales.at(part)) * static_cast<float>(part) -
                                       0.5F * static_cast<float>(minima.at(part)))
        << part;

  // q of number i is i modulo 64, its scale the number of its sixteen.
  Bytes q6_k(210);
  const auto q_of = [](int i) { return i % 64; };
  for (int h = 0; h < 2; ++h) {
    for (int i = 0; i < 32; ++i) {
      const std::array<int, 4> q = {q_of(i), q_of(i + 32), q_of(i + 64), q_of(i + 96)};
      uint8_t* const low = q6_k.data() + 64 * h;
      low[i] = static_cast<uint8_t>((q[0] & 15) | (q[2] & 15) << 4);
      low[i + 32] = static_cast<uint8_t>((q[1] & 15) | (q[3] & 15) << 4);
      q6_k.at(static_cast<size_t>(128 + 32 * h + i)) =
          static_cast<uint8_t>(q[0] >> 4 | q[1] >> 4 << 2 | q[2] >> 4 << 4 | q[3] >> 4 << 6);
    }
  }
  for (int s = 0; s < 16; ++s) q6_k.at(static_cast<size_t>(192 + s)) = static_cast<uint8_t>(s - 8);
  const uint16_t d = half_from_float(0.25F);
  q6_k[208] = static_cast<uint8_t>(d);
  q6_k[209] = static_cast<uint8_t>(d >> 8);
  read_gguf_blocks(GgufForm::kQ6_K, q6_k, read);
  for (int i = 0; i < 256; ++i)
    EXPECT_EQ(read[static_cast<size_t>(i)],
              0.25F * static_cast<float>(i / 16 - 8) * static_cast<float>(q_of(i % 128) - 32))
        << i;
}

TEST(GgufBlocks, RoundedNumbersAreKeptExactly) {
  std::vector<float> rounded(64);
  Bytes bytes, again;
  append_gguf_blocks(GgufForm::kQ8_0, numbers(64), bytes);
  EXPECT_EQ(bytes.size(), 68U);
  read_gguf_blocks(GgufForm::kQ8_0, bytes, rounded);
  append_gguf_blocks(GgufForm::kQ8_0, rounded, again);
  EXPECT_EQ(again, bytes);
}

// A file that llama.cpp reads.
TEST(Gguf, ReadsTheFileOfTheVectors) {
  const auto file = testkit::shared_file("vectors/gguf/tiny.gguf");
  GLASS_SKIP_WITHOUT(file);
  const Bytes bytes = system::posix_files().read(file).value();
  const auto gguf = Gguf::parse(bytes);
  ASSERT_TRUE(gguf) << gguf.error().message;
  EXPECT_EQ(gguf_text(gguf->keys(), "general.architecture").value(), "llama");
  EXPECT_EQ(gguf_integer(gguf->keys(), "llama.block_count").value(), 2);
  EXPECT_EQ(gguf_texts(gguf->keys(), "tokenizer.ggml.tokens").value()->size(), 267U);
  EXPECT_EQ(gguf->tensors().at("token_embd.weight").shape, (Shape{267, 32}));
  EXPECT_EQ(gguf->tensors().size(), 3U + 2 * 9);
}

}  // namespace
}  // namespace glass::engine
