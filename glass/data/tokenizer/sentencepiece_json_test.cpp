// tokenizer.json of SentencePiece's kind, in the forms of Llama 2, Mistral and Gemma.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/test_support.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

// As transformers writes Llama 2's, with a small vocabulary; BYTES stands for the tokens of bytes.
constexpr std::string_view kLlama = R"({
  "version": "1.0", "truncation": null, "padding": null,
  "added_tokens": [
    {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
     "normalized": false, "special": true},
    {"id": 1, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
     "normalized": false, "special": true},
    {"id": 2, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
     "normalized": false, "special": true}],
  "normalizer": {"type": "Sequence", "normalizers": [
    {"type": "Prepend", "prepend": "▁"},
    {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
  "pre_tokenizer": null,
  "post_processor": {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
               {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
             {"Sequence": {"id": "A", "type_id": 0}},
             {"SpecialToken": {"id": "<s>", "type_id": 1}},
             {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
  "decoder": {"type": "Sequence", "decoders": [
    {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
    {"type": "ByteFallback"}, {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
  "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
    "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
    "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, BYTES "▁": 259, "a": 260, "b": 261, "ab": 262,
              "▁ab": 263, "▁▁": 264, "s>": 265, "<": 266, "s": 267},
    "merges": ["a b", "▁ ab", "▁ ▁", "< s>"]}
})";

Json llama_json() {
  std::string text(kLlama), bytes;
  for (int byte = 0; byte < 256; ++byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto at = static_cast<size_t>(byte);
    bytes += std::string("\"<0x") + kDigits[at / 16] + kDigits[at % 16] +
             ">\": " + std::to_string(3 + byte) + ", ";
  }
  text.replace(text.find("BYTES"), 5, bytes);
  auto json = parse_json(text);
  EXPECT_TRUE(json.has_value()) << json.error().message;
  return std::move(*json);
}

Json& at_path(Json& json, const std::vector<std::string>& path) {
  Json* now = &json;
  for (const std::string& key : path) {
    if (Json::Array* array = now->if_array())
      now = &(*array)[std::stoul(key)];
    else
      now = &(*now->if_object())[key];
  }
  return *now;
}

using Path = std::vector<std::string>;
using Changes = std::vector<std::pair<Path, Json>>;

Json changed(const Changes& changes) {
  Json json = llama_json();
  for (const auto& [path, value] : changes) at_path(json, path) = value;
  return json;
}

Json parsed(std::string_view text) {
  return parse_json(text).value();
}

const Json kNothing;
const Json kReplace = parsed(R"({"type": "Replace",
                                 "pattern": {"String": " "}, "content": "▁"})");

Json metaspace(std::string_view scheme, bool split) {
  return Json::Object{
      {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", scheme}, {"split", split}};
}

Tokenizer read_json(const Json& json) {
  auto read = Tokenizer::from_json(to_canonical(json), "some.json");
  EXPECT_TRUE(read.has_value()) << read.error().message;
  const auto again = Tokenizer::from_json(read->to_json(), "again.json");
  EXPECT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->parts(), read->parts());
  EXPECT_EQ(again->to_json(), read->to_json());
  return std::move(*read);
}

std::string json_refusal(const Changes& changes) {
  const auto read = Tokenizer::from_json(to_canonical(changed(changes)), "some.json");
  if (read) return "";
  EXPECT_TRUE(read.error().message.starts_with("some.json: ")) << read.error().message;
  return read.error().message.substr(11);
}

using JsonIds = std::vector<TokenId>;

}  // namespace

TEST(SentencePieceJson, ReadsTheFormOfLlama2) {
  const Tokenizer tokenizer = read_json(llama_json());
  const TokenizerParts& parts = tokenizer.parts();
  EXPECT_EQ(parts.kind, TokenizerKind::kSentencePiece);
  EXPECT_EQ(parts.sentencepiece.prefix_space, PrefixSpace::kAlways);
  EXPECT_TRUE(parts.sentencepiece.strip_space);
  EXPECT_FALSE(parts.sentencepiece.split_at_spaces);
  EXPECT_TRUE(parts.sentencepiece.fuse_unknown);
  EXPECT_EQ(parts.sentencepiece.unknown, 0);
  EXPECT_EQ(parts.sentencepiece.bytes[0x0A], 13);
  EXPECT_EQ(parts.prefix, (JsonIds{1}));
  EXPECT_EQ(parts.pieces[263], " ab");
  EXPECT_EQ(tokenizer.end_of_text(), 2);
  EXPECT_EQ(encode(tokenizer, "ab  ab\n"), (JsonIds{263, 259, 263, 13}));
  EXPECT_EQ(tokenizer.decode(JsonIds{263, 259, 263, 13}), "ab  ab\n");
}

TEST(SentencePieceJson, WritesWhatItReadWithoutLoss) {
  // Everything that stands in the file stands in what is written, merges as pairs.
  Json expected = llama_json();
  Json& merges = at_path(expected, {"model", "merges"});
  merges = parsed(R"([["a", "b"], ["▁", "ab"], ["▁", "▁"]])");
  EXPECT_EQ(read_json(llama_json()).to_json(), to_canonical(expected));
}

TEST(SentencePieceJson, ASpecialTokenThatMergesLeadToStaysPlainText) {
  const Tokenizer tokenizer = read_json(llama_json());
  EXPECT_EQ(tokenizer.parts().merges.size(), 3U);  // "<" and "s>" give <s>
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, "<s>")), "<s>");
  JsonIds ids;
  tokenizer.encode_with_special("<s>ab", ids);
  EXPECT_EQ(ids, (JsonIds{1, 263}));
}

TEST(SentencePieceJson, ReadsTheFormsOfMetaspace) {
  const auto rules = [](std::string_view scheme, bool split) {
    return read_json(
               changed({{{"normalizer"}, kNothing}, {{"pre_tokenizer"}, metaspace(scheme, split)}}))
        .parts()
        .sentencepiece;
  };
  EXPECT_EQ(rules("first", false).prefix_space, PrefixSpace::kMissingAtStart);
  EXPECT_FALSE(rules("first", false).split_at_spaces);
  EXPECT_EQ(rules("always", true).prefix_space, PrefixSpace::kMissing);
  EXPECT_TRUE(rules("always", true).split_at_spaces);
  EXPECT_EQ(rules("never", true).prefix_space, PrefixSpace::kNone);
  EXPECT_EQ(rules("never", false).prefix_space, PrefixSpace::kNone);
  Json older = parsed(R"({"type": "Metaspace", "replacement": "▁", "add_prefix_space": true})");
  const Tokenizer read =
      read_json(changed({{{"normalizer"}, kNothing}, {{"pre_tokenizer"}, older}}));
  EXPECT_EQ(read.parts().sentencepiece.prefix_space, PrefixSpace::kMissing);
  EXPECT_TRUE(read.parts().sentencepiece.split_at_spaces);  // as files that do not say it mean it
}

TEST(SentencePieceJson, ReadsTheFormOfGemma) {
  const Json split = parsed(R"({"type": "Split", "pattern": {"String": " "},
                                "behavior": "MergedWithPrevious", "invert": false})");
  Json json = changed({{{"normalizer"}, kReplace}, {{"pre_tokenizer"}, split}});
  at_path(json, {"decoder", "decoders"}).if_array()->pop_back();
  Json token = at_path(json, {"added_tokens", "2"});
  const auto add = [&](int id, std::string_view content, bool special) {
    at_path(token, {"id"}) = id;
    at_path(token, {"content"}) = content;
    at_path(token, {"special"}) = special;
    at_path(json, {"added_tokens"}).if_array()->push_back(token);
  };
  add(268, "\n", false);
  add(264, "▁▁", false);
  add(269, "<end_of_turn>", true);
  const Tokenizer tokenizer = read_json(json);
  EXPECT_EQ(tokenizer.parts().sentencepiece.prefix_space, PrefixSpace::kNone);
  EXPECT_FALSE(tokenizer.parts().sentencepiece.strip_space);
  EXPECT_EQ(tokenizer.parts().sentencepiece.fixed, (JsonIds{264, 268}));
  EXPECT_EQ(tokenizer.parts().pieces[264], "  ");
  EXPECT_EQ(encode(tokenizer, "ab\n ab▁▁"), (JsonIds{262, 268, 263, 264}));
  EXPECT_EQ(tokenizer.decode(JsonIds{263, 268}), " ab\n");
}

TEST(SentencePieceJson, ReadsVocabulariesWithoutBytes) {
  Json json = changed({{{"model", "byte_fallback"}, false}});
  Json::Array& decoders = *at_path(json, {"decoder", "decoders"}).if_array();
  decoders.erase(decoders.begin() + 1);
  const Tokenizer tokenizer = read_json(json);
  EXPECT_EQ(tokenizer.parts().pieces[13], "<0x0A>");  // a piece like any other
  EXPECT_EQ(encode(tokenizer, "ab\n\nab"), (JsonIds{263, 0, 262}));
}

TEST(SentencePieceJson, ASpecialTokenMayHoldTheMarkOfASpace) {
  Json json = llama_json();
  Json token = at_path(json, {"added_tokens", "2"});
  at_path(token, {"id"}) = 268;
  at_path(token, {"content"}) = "▁<PRE>";
  at_path(json, {"added_tokens"}).if_array()->push_back(token);
  const Tokenizer tokenizer = read_json(json);
  EXPECT_EQ(tokenizer.piece(268), " <PRE>");
  JsonIds ids;
  tokenizer.encode_with_special("ab▁<PRE>", ids);
  EXPECT_EQ(ids, (JsonIds{263, 268}));
}

TEST(SentencePieceJson, NormalizedTokensAreReadWhereThatChangesNothing) {
  const Path normalized = {"added_tokens", "1", "normalized"};
  EXPECT_EQ(json_refusal({{normalized, true}}),
            "added_tokens[1].normalized is true; only false is understood");
  EXPECT_EQ(json_refusal({{normalized, true}, {{"normalizer"}, kReplace}}), "");
  EXPECT_EQ(json_refusal({{normalized, true},
                          {{"normalizer"}, kNothing},
                          {{"pre_tokenizer"}, metaspace("first", false)}}),
            "");
}

TEST(SentencePieceJson, RefusesByNameWhatItDoesNotKnow) {
  EXPECT_EQ(json_refusal({}), "");
  const auto starts = [](const std::string& refusal, std::string_view expected) {
    EXPECT_TRUE(refusal.starts_with(expected)) << refusal;
  };
  starts(json_refusal({{{"normalizer"}, parsed(R"({"type": "NFKC"})")}}),
         R"(normalizer is {"type":"NFKC"}; only a Replace of spaces)");
  starts(json_refusal({{{"normalizer", "normalizers", "0", "prepend"}, "_"}}), "normalizer is {");
  starts(json_refusal({{{"normalizer"}, kNothing}}),
         "neither normalizer nor pre_tokenizer replaces");
  starts(json_refusal({{{"pre_tokenizer"}, parsed(R"({"type": "Whitespace"})")}}),
         R"(pre_tokenizer is {"type":"Whitespace"}; only null, a Metaspace, or)");
  starts(json_refusal({{{"pre_tokenizer"}, metaspace("always", false)}}),
         "normalizer and pre_tokenizer both put a space");
  const auto with_metaspace = [&](const Path& key, const Json& value) {
    Json step = metaspace("first", false);
    at_path(step, key) = value;
    return json_refusal({{{"normalizer"}, kNothing}, {{"pre_tokenizer"}, step}});
  };
  starts(with_metaspace({"replacement"}, "_"), R"(pre_tokenizer.replacement is "_"; only "▁")");
  starts(with_metaspace({"prepend_scheme"}, "last"), "pre_tokenizer.prepend_scheme is \"last\"");
  starts(with_metaspace({"surprise"}, 1), "pre_tokenizer.surprise is not understood");
  starts(with_metaspace({"add_prefix_space"}, false), "pre_tokenizer.add_prefix_space contradicts");
  starts(json_refusal({{{"decoder", "decoders", "2", "type"}, "CTC"}}), "decoder.decoders is [");
  starts(json_refusal({{{"decoder", "decoders", "3", "start"}, 2}}), "decoder.decoders is [");
  starts(json_refusal({{{"model", "byte_fallback"}, false}}),
         "model.byte_fallback goes with a ByteFallback in decoder.decoders");
  starts(json_refusal({{{"model", "ignore_merges"}, true}}), "model.ignore_merges is true; only");
  starts(json_refusal({{{"model", "dropout"}, 0.1}}), "model.dropout is 0.1; only null");
  starts(json_refusal({{{"model", "unk_token"}, "a"}}),
         "model.unk_token \"a\" is no special token of added_tokens");
  starts(json_refusal({{{"model", "vocab", "a b"}, 268}}), "model.vocab[\"a b\"] has a space");
  starts(json_refusal({{{"model", "vocab", ""}, 268}}), "model.vocab[\"\"] is empty");
  starts(json_refusal({{{"model", "vocab", "zz"}, 269}}), "no piece has the id 268");
  starts(json_refusal({{{"added_tokens", "2", "rstrip"}, true}}), "added_tokens[2].rstrip is true");
  starts(json_refusal({{{"added_tokens", "2", "special"}, false},
                       {{"added_tokens", "2", "content"}, "a b"},
                       {{"added_tokens", "2", "id"}, 268}}),
         "added_tokens[2].content has a space, and is not special");
  Json lacking = llama_json();
  at_path(lacking, {"model", "vocab"}).if_object()->erase("<0x41>");
  const auto read = Tokenizer::from_json(to_canonical(lacking), "some.json");
  ASSERT_FALSE(read.has_value());
  starts(read.error().message, "some.json: model.vocab lacks <0x41>, which model.byte_fallback");
}

}  // namespace glass::data
