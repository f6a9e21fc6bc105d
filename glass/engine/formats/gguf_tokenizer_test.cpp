#include "glass/engine/formats/gguf_tokenizer.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"

namespace glass::engine {
namespace {

GgufTokenizer of_bytes() {
  return {.kind = GgufTokenizer::Kind::kBytes,
          .pattern = "llama-bpe",
          .tokens = {"a", "b", "ab", "<|endoftext|>"},
          .types = {1, 1, 1, 3},
          .merges = {"a b"},
          .adds_begin = true,
          .begin = 3,
          .end = 3};
}

GgufTokenizer of_pieces() {
  return {.kind = GgufTokenizer::Kind::kSentencePiece,
          .tokens = {"<unk>", "<s>", "</s>", "\u2581"},
          .types = {2, 3, 3, 1},
          .scores = {0, 0, 0, -1.5F},
          .space_prefix = true,
          .adds_begin = false,
          .begin = 1,
          .end = 2,
          .unknown = 0};
}

TEST(GgufTokenizer, OfBothKindsComesBack) {
  EXPECT_EQ(gguf_tokenizer(gguf_tokenizer_keys(of_bytes(), 4).value()).value(), of_bytes());
  EXPECT_EQ(gguf_tokenizer(gguf_tokenizer_keys(of_pieces(), 4).value()).value(), of_pieces());
}

TEST(GgufTokenizer, RowsBeyondItsTokensAreUnusedAndSpelledLikeNoOther) {
  GgufTokenizer tokenizer = of_pieces();
  tokenizer.tokens[3] = "[PAD5]";
  const GgufTokenizer read = gguf_tokenizer(gguf_tokenizer_keys(tokenizer, 6).value()).value();
  EXPECT_EQ(read.tokens[4], "[PAD4]");
  EXPECT_EQ(read.tokens[5], "[PAD5]_");
  EXPECT_EQ(read.types[5], 5);
  EXPECT_EQ(read.scores[5], -6);
  const auto few = gguf_tokenizer_keys(tokenizer, 3);
  ASSERT_FALSE(few);
  EXPECT_EQ(few.error().message, "the tokenizer has 4 tokens, the model 3 rows for them");
}

TEST(GgufTokenizer, WhatAFileDoesNotSayIsAsLlamaCppTakesIt) {
  GgufKeys keys = gguf_tokenizer_keys(of_pieces(), 4).value();
  for (const char* key : {"bos_token_id", "eos_token_id", "unknown_token_id", "add_bos_token",
                          "add_eos_token", "add_space_prefix", "pre"})
    ASSERT_EQ(keys.erase(std::string("tokenizer.ggml.") + key), 1U);
  GgufTokenizer expected = of_pieces();
  expected.adds_begin.reset();
  EXPECT_EQ(gguf_tokenizer(keys).value(), expected);
  keys = gguf_tokenizer_keys(of_bytes(), 4).value();
  keys.erase("tokenizer.ggml.bos_token_id");
  keys["tokenizer.ggml.fim_pre_token_id"] = GgufValue::integer(GgufType::kUint32, 2);
  EXPECT_EQ(gguf_tokenizer(keys)->begin, -1);
}

TEST(GgufTokenizer, WhatIsMissingWrongOrNotUnderstoodIsNamed) {
  const auto expect = [](std::string_view what, const GgufTokenizer& tokenizer,
                         const std::function<void(GgufKeys&)>& change) {
    GgufKeys keys = gguf_tokenizer_keys(tokenizer, 4).value();
    change(keys);
    const auto read = gguf_tokenizer(keys);
    ASSERT_FALSE(read) << what;
    EXPECT_NE(read.error().message.find(what), std::string::npos) << read.error().message;
  };
  const auto without = [](const std::string& key) {
    return [key](GgufKeys& keys) { ASSERT_EQ(keys.erase("tokenizer.ggml." + key), 1U); };
  };
  for (const char* key : {"model", "tokens", "token_type", "pre", "merges"})
    expect(std::string("the key tokenizer.ggml.") + key + " is missing", of_bytes(), without(key));
  expect("the key tokenizer.ggml.scores is missing", of_pieces(), without("scores"));
  const auto with = [](const std::string& key, const GgufValue& value) {
    return [key, value](GgufKeys& keys) { keys["tokenizer.ggml." + key] = value; };
  };
  const auto integer = [](int64_t value) { return GgufValue::integer(GgufType::kUint32, value); };
  expect("is 'bert'; supported are 'gpt2' and 'llama'", of_bytes(),
         with("model", GgufValue::text("bert")));
  expect("precompiled_charsmap is not understood", of_pieces(),
         with("precompiled_charsmap", GgufValue::integers(GgufType::kUint8, {1})));
  expect("tokenizer.ggml.eos_token_id is 4, which is no token", of_bytes(),
         with("eos_token_id", integer(4)));
  expect("token_type has 1 values for 4 tokens", of_bytes(),
         with("token_type", GgufValue::integers(GgufType::kInt32, {1})));
  expect("the unknown type 7", of_bytes(),
         with("token_type", GgufValue::integers(GgufType::kInt32, {1, 1, 1, 7})));
  expect("scores has 2 values for 4 tokens", of_pieces(),
         with("scores", GgufValue::numbers(std::vector<float>{0, 1})));
  expect("scores holds nan", of_pieces(),
         with("scores", GgufValue::numbers(std::vector<float>{0, 1, 2, NAN})));
  expect("add_eos_token is true", of_bytes(), with("add_eos_token", integer(1)));
  expect("tokens is no array of texts", of_bytes(), with("tokens", integer(1)));
}

}  // namespace
}  // namespace glass::engine
