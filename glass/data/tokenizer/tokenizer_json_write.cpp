#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "glass/base/json.h"
#include "glass/data/tokenizer/internal/byte_alphabet.h"
#include "glass/data/tokenizer/internal/json_format.h"
#include "glass/data/tokenizer/internal/sentencepiece_json.h"
#include "glass/data/tokenizer/internal/sentencepiece_parts.h"
#include "glass/data/tokenizer/internal/tables.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

Json added_token_json(TokenId id, std::string_view content, bool special) {
  return Json::Object{{"id", id},          {"content", content}, {"single_word", false},
                      {"lstrip", false},   {"rstrip", false},    {"normalized", false},
                      {"special", special}};
}

// By id, as readers that give out ids in the order of this list demand.
Json added_tokens_json(const TokenizerParts& parts) {
  std::map<TokenId, Json> added;
  for (const SpecialToken& token : parts.special)
    added.emplace(token.id, added_token_json(token.id, token.text, true));
  for (const TokenId id : parts.sentencepiece.fixed)
    added.emplace(id, added_token_json(id, spell_token(parts, id), false));
  Json::Array tokens;
  for (auto& [id, token] : added) tokens.push_back(std::move(token));
  return tokens;
}

// What puts the prefix before a text, and before each text of a pair.
Json post_processor_json(const TokenizerParts& parts) {
  if (parts.prefix.empty()) return {};
  Json::Array single, pair;
  Json::Object special;
  for (const auto& [sequence, type] : {std::pair{"A", 0}, std::pair{"B", 1}}) {
    for (const TokenId id : parts.prefix) {
      const std::string& text =
          std::ranges::lower_bound(parts.special, id, {}, &SpecialToken::id)->text;
      const Json item =
          Json::Object{{"SpecialToken", Json::Object{{"id", text}, {"type_id", type}}}};
      if (type == 0) single.push_back(item);
      pair.push_back(item);
      special[text] =
          Json::Object{{"id", text}, {"ids", Json::Array{id}}, {"tokens", Json::Array{text}}};
    }
    const Json item = Json::Object{{"Sequence", Json::Object{{"id", sequence}, {"type_id", type}}}};
    if (type == 0) single.push_back(item);
    pair.push_back(item);
  }
  return Json::Object{{"type", "TemplateProcessing"},
                      {"single", std::move(single)},
                      {"pair", std::move(pair)},
                      {"special_tokens", std::move(special)}};
}

Json model_json(const TokenizerTables& tables) {
  const TokenizerParts& parts = tables.parts;
  const SentencePieceRules& rules = parts.sentencepiece;
  const bool bytes = parts.kind == TokenizerKind::kByteLevel;
  const auto spell = [&](TokenId id) {
    return bytes ? spell_piece(parts.pieces[static_cast<size_t>(id)]) : spell_token(parts, id);
  };
  Json::Object vocabulary;
  for (size_t id = 0; id < parts.pieces.size(); ++id) {
    // Vocabularies of SentencePiece hold their special tokens.
    if (!bytes || !tables.special[id]) vocabulary[spell(static_cast<TokenId>(id))] = id;
  }
  Json::Array merges;
  for (const Merge& merge : parts.merges)
    merges.emplace_back(Json::Array{spell(merge.left), spell(merge.right)});
  return Json::Object{{"type", "BPE"},
                      {"dropout", nullptr},
                      {"unk_token", rules.unknown < 0 ? Json() : Json(spell(rules.unknown))},
                      {"continuing_subword_prefix", nullptr},
                      {"end_of_word_suffix", nullptr},
                      {"fuse_unk", rules.fuse_unknown},
                      {"byte_fallback", !rules.bytes.empty()},
                      {"ignore_merges", parts.ignore_merges},
                      {"vocab", std::move(vocabulary)},
                      {"merges", std::move(merges)}};
}

}  // namespace

Json pre_tokenizer_json() {
  const Json split = Json::Object{{"type", "Split"},
                                  {"pattern", Json::Object{{"Regex", kWordPattern}}},
                                  {"behavior", "Isolated"},
                                  {"invert", false}};
  const Json bytes = Json::Object{{"type", "ByteLevel"},
                                  {"add_prefix_space", false},
                                  {"trim_offsets", true},
                                  {"use_regex", false}};
  return Json::Object{{"type", "Sequence"}, {"pretokenizers", Json::Array{split, bytes}}};
}

Json decoder_json() {
  return Json::Object{{"type", "ByteLevel"},
                      {"add_prefix_space", true},
                      {"trim_offsets", true},
                      {"use_regex", true}};
}

std::string Tokenizer::to_json() const {
  const SentencePieceRules& rules = tables_->parts.sentencepiece;
  const bool bytes = tables_->parts.kind == TokenizerKind::kByteLevel;
  return to_canonical(Json::Object{
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added_tokens_json(tables_->parts)},
      {"normalizer", bytes ? Json() : sentencepiece_normalizer(rules)},
      {"pre_tokenizer", bytes ? pre_tokenizer_json() : sentencepiece_pre_tokenizer(rules)},
      {"post_processor", post_processor_json(tables_->parts)},
      {"decoder", bytes ? decoder_json() : sentencepiece_decoder(rules)},
      {"model", model_json(*tables_)}});
}

}  // namespace glass::data
