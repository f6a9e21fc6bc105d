#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/test_support.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/testkit/test_files.h"

namespace glass::data {

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Json small_json() {
  auto json = parse_json(trained_on("ab ab", 2).to_json());
  EXPECT_TRUE(json.has_value());
  return *json;
}

// The member at the end of a path of keys and indices.
Json& at(Json& json, const std::vector<std::string>& path) {
  Json* now = &json;
  for (const std::string& key : path) {
    if (Json::Array* array = now->if_array())
      now = &(*array)[std::stoul(key)];
    else
      now = &(*now->if_object())[key];
  }
  return *now;
}

std::string refusal(const Json& json) {
  const auto read = Tokenizer::from_json(to_canonical(json), "some.json");
  if (read) return "";
  EXPECT_EQ(read.error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(read.error().message.starts_with("some.json: ")) << read.error().message;
  return read.error().message.substr(11);
}

std::string refusal_with(const std::vector<std::string>& path, Json value) {
  Json json = small_json();
  at(json, path) = std::move(value);
  return refusal(json);
}

}  // namespace

TEST(TokenizerJson, ReadsWhatItWrites) {
  const Tokenizer tokenizer = trained_on(mixed_text(), 200);
  const auto read = Tokenizer::from_json(tokenizer.to_json(), "tokenizer.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->parts(), tokenizer.parts());
  EXPECT_EQ(read->to_json(), tokenizer.to_json());
  EXPECT_EQ(encode(*read, mixed_text()), encode(tokenizer, mixed_text()));
}

TEST(TokenizerJson, KeepsTheTemplateAndIgnoreMerges) {
  TokenizerParts parts = trained_on("ab", 1).parts();
  parts.ignore_merges = true;
  parts.prefix = {257};
  const auto tokenizer = Tokenizer::make(parts);
  ASSERT_TRUE(tokenizer.has_value());
  const auto read = Tokenizer::from_json(tokenizer->to_json(), "tokenizer.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->parts(), parts);
}

TEST(TokenizerJson, RefusesByNameWhatItDoesNotKnow) {
  EXPECT_EQ(refusal(small_json()), "");
  EXPECT_EQ(refusal_with({"surprise"}, 1), "the file.surprise is not understood");
  EXPECT_EQ(refusal_with({"normalizer"}, Json::Object{{"type", "NFC"}}),
            R"(the file.normalizer is {"type":"NFC"}; only null is understood)");
  EXPECT_EQ(refusal_with({"model", "type"}, "Unigram"),
            R"(model.type is "Unigram"; only "BPE" is understood)");
  EXPECT_EQ(refusal_with({"model", "byte_fallback"}, true),
            "model.byte_fallback is true; only false or null is understood");
  EXPECT_EQ(refusal_with({"model", "dropout"}, 0.5),
            "model.dropout is 0.5; only null is understood");
  EXPECT_EQ(refusal_with({"decoder", "type"}, "Metaspace"),
            R"(decoder.type is "Metaspace"; only "ByteLevel" or "Sequence" is understood)");
  EXPECT_EQ(refusal_with({"added_tokens", "0", "lstrip"}, true),
            "added_tokens[0].lstrip is true; only false is understood");
  EXPECT_NE(refusal_with({"pre_tokenizer", "pretokenizers", "0", "pattern", "Regex"}, R"(\w+)")
                .find("pre_tokenizer.pretokenizers[0].pattern is"),
            std::string::npos);
  EXPECT_NE(
      refusal_with({"pre_tokenizer", "pretokenizers", "0", "invert"}, true).find("would drop text"),
      std::string::npos);
  EXPECT_EQ(refusal_with({"post_processor"}, Json::Object{{"type", "BertProcessing"}}),
            R"(post_processor.type is "BertProcessing"; only "TemplateProcessing" is understood)");
}

TEST(TokenizerJson, RefusesAVocabularyThatDoesNotFit) {
  EXPECT_EQ(refusal_with({"model", "vocab", "ab"}, 0), "model.vocab[\"ab\"]: the id 0 is taken");
  EXPECT_EQ(refusal_with({"model", "vocab", "ab"}, -1),
            "model.vocab[\"ab\"]: the id -1 is out of range");
  EXPECT_EQ(refusal_with({"model", "vocab", "ab"}, int64_t{1} << 40),
            "model.vocab[\"ab\"]: the id 1099511627776 is out of range");
  EXPECT_EQ(refusal_with({"model", "vocab", "a b"}, 700),
            "model.vocab[\"a b\"] is not spelled in the byte alphabet of GPT-2");
  EXPECT_EQ(refusal_with({"model", "vocab", "zz"}, 700), "no piece has the id 259");
  EXPECT_EQ(refusal_with({"model", "merges", "0"}, Json::Array{"a"}),
            "model.merges[0] is not a pair of pieces");
  EXPECT_EQ(refusal_with({"model", "merges", "0"}, Json::Array{"a", "z"}),
            "model.merges[0] names a piece outside model.vocab");
  EXPECT_EQ(refusal_with({"model", "merges"}, Json::Array{}), "");
  EXPECT_EQ(refusal_with({"added_tokens", "0", "id"}, 5), "added_tokens[0]: the id 5 is taken");
}

TEST(TokenizerJson, RefusesBrokenJson) {
  const auto read = Tokenizer::from_json("{\"version\": ", "some.json");
  ASSERT_FALSE(read.has_value());
  EXPECT_TRUE(read.error().message.starts_with("some.json: ")) << read.error().message;
  EXPECT_FALSE(Tokenizer::from_json("[]", "some.json").has_value());
}

TEST(TokenizerJson, ReadsMergesWrittenAsOneString) {
  Json json = small_json();
  at(json, {"model", "merges", "0"}) = "a b";
  const auto read = Tokenizer::from_json(to_canonical(json), "old.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->to_json(), to_canonical(small_json()));
}

TEST(TokenizerJson, GivesTheIdsOfHuggingFaceForAPublishedPattern) {
  const std::filesystem::path folder = testkit::shared_file("vectors/tokenizer");
  GLASS_SKIP_WITHOUT(folder);
  const auto tokenizer =
      Tokenizer::from_json(read_file(folder / "tokenizer_min.json"), "tokenizer_min.json");
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  const auto cases = parse_json(read_file(folder / "cases.json"));
  ASSERT_TRUE(cases.has_value()) << cases.error().message;
  ASSERT_GE(cases->if_array()->size(), 40U);
  for (const Json& one : *cases->if_array()) {
    std::vector<TokenId> ids = tokenizer->parts().prefix;
    tokenizer->encode_with_special(*one.get_string("text"), ids);
    Json::Array actual(ids.begin(), ids.end());
    EXPECT_EQ(Json(actual), *one.find("ids")) << *one.get_string("text");
  }
}

TEST(TokenizerJson, RefusesATokenizerThatNormalises) {
  const std::filesystem::path file =
      testkit::shared_file("assets/tokenizers/gpt-neox-olmo-dolma-v1_5.json");
  GLASS_SKIP_WITHOUT(file);
  const auto read = Tokenizer::from_json(read_file(file), "olmo.json");
  ASSERT_FALSE(read.has_value());
  EXPECT_NE(read.error().message.find("normalizer"), std::string::npos) << read.error().message;
}

}  // namespace glass::data
