#include "glass/service/gguf_models.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/tokenizer/llama2c_vocabulary.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/trainer.h"
#include "glass/engine/formats/llama2c.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/family.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_files.h"

namespace glass::service {
namespace {

data::Tokenizer trained() {
  const std::string text = "The quick brown fox jumps over the lazy dog, as the quick fox does.\n";
  SerialParallel serial;
  return std::move(
      data::train_tokenizer(std::vector<std::string_view>{text}, {.vocabulary_size = 290}, serial)
          ->tokenizer);
}

engine::ModelFile model_of(int64_t vocabulary) {
  const engine::ModelOptions options = {.layers = 1,
                                        .d_model = 32,
                                        .heads = 2,
                                        .kv_heads = 1,
                                        .d_ff = 64,
                                        .vocabulary = vocabulary,
                                        .context = 32};
  const auto config = engine::model_family("llama").value()->from_options(options).value();
  engine::ModelFile model = engine::empty_model(config, 1 << 20).value();
  float next = 0;
  for (auto& [name, tensor] : model.tensors)
    for (float& value : tensor.values) value = next += 0.125F;
  return model;
}

std::vector<data::TokenId> ids_of(const data::Tokenizer& tokenizer, std::string_view text) {
  std::vector<data::TokenId> ids;
  tokenizer.encode(text, ids);
  return ids;
}

class GgufModels : public testing::Test {
 protected:
  Status write(const engine::ModelFile& model, const data::Tokenizer& tokenizer,
               engine::SpecialTokens special, const engine::GgufKeys& further = {}) {
    return write_gguf_model(files_, file_,
                            {.family = *engine::model_family("llama").value(),
                             .config = model.config,
                             .tensors = engine::views(model),
                             .tokenizer = tokenizer,
                             .special = special},
                            engine::GgufForm::kF32, further);
  }

  system::Files& files_ = system::posix_files();
  system::TemporaryFolder temporary_;
  system::Path file_ = temporary_.path() / "model.gguf";
};

TEST_F(GgufModels, ModelAndTokenizerComeBack) {
  const data::Tokenizer tokenizer = trained();
  const data::TokenId end = tokenizer.end_of_text();
  const engine::ModelFile model = model_of(300);  // rows to spare
  ASSERT_TRUE(write(model, tokenizer, {.begin = end, .end = end},
                    {{"glassworks.release.log_index", engine::GgufValue::text("3")}}));
  const auto read = read_gguf_model(files_, file_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->model.config, model.config);
  EXPECT_EQ(read->model.tensors.at("embed.weight").values, model.tensors.at("embed.weight").values);
  EXPECT_EQ(read->family->name, "llama");
  EXPECT_EQ(read->begin, end);
  EXPECT_EQ(read->end, end);
  EXPECT_EQ(read->digest, crypto::sha256(files_.read(file_).value()));
  data::TokenizerParts expected = tokenizer.parts();
  expected.prefix = {end};
  EXPECT_EQ(read->tokenizer.parts(), expected);
  const std::string text = "A quick dog\n\tdoes 12345 things.";
  EXPECT_EQ(ids_of(read->tokenizer, text), ids_of(tokenizer, text));
}

TEST_F(GgufModels, Stories260KComesBackWithItsVocabulary) {
  const system::Path shared = testkit::shared_file("assets/models/stories260K");
  GLASS_SKIP_WITHOUT(shared);
  const auto model = engine::parse_llama2c(files_.read(shared / "stories260K.bin").value()).value();
  const auto tokenizer = data::Tokenizer::make(
      data::parse_llama2c_vocabulary(files_.read(shared / "tok512.bin").value()).value());
  ASSERT_TRUE(tokenizer);
  ASSERT_TRUE(write(model, *tokenizer, {.begin = 1, .end = 2}));
  const auto read = read_gguf_model(files_, file_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->tokenizer.parts(), tokenizer->parts());
}

TEST_F(GgufModels, ATokenizerThatCannotBeUsedHasAWayOut) {
  const data::Tokenizer tokenizer = trained();
  data::TokenizerParts parts = tokenizer.parts();
  parts.special.push_back({.id = tokenizer.vocabulary_size(), .text = "!"});
  parts.pieces.emplace_back("!");
  const auto twice = data::Tokenizer::make(parts);
  ASSERT_TRUE(twice) << twice.error().message;
  const Status refused = write(model_of(300), *twice, {.begin = 290, .end = 290});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("are both spelled '!'; the Hugging Face folder"),
            std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(files_.exists(file_));
}

// Where the file's own is of a kind that is not understood, another may be named.
TEST_F(GgufModels, ATokenizerJsonMayTakeThePlaceOfTheOneInTheFile) {
  const data::Tokenizer tokenizer = trained();
  const data::TokenId end = tokenizer.end_of_text();
  ASSERT_TRUE(write(model_of(300), tokenizer, {.begin = end, .end = end}));
  Bytes bytes = files_.read(file_).value();
  const std::string_view text = as_text(bytes);
  const size_t at = text.find("dbrx");
  ASSERT_NE(at, std::string_view::npos);
  bytes[at] = 'x';
  ASSERT_TRUE(files_.write_atomic(file_, bytes));
  const auto refused = read_gguf_model(files_, file_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("by the pattern 'xbrx'"), std::string::npos);
  EXPECT_NE(refused.error().message.find("Hugging Face folder"), std::string::npos);
  const system::Path json = temporary_.path() / "tokenizer.json";
  ASSERT_TRUE(files_.write_atomic(json, as_bytes(tokenizer.to_json())));
  const auto read = read_gguf_model(files_, file_, json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->tokenizer.parts(), tokenizer.parts());
}

}  // namespace
}  // namespace glass::service
