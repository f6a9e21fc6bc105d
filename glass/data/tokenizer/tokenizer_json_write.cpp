#include <cstddef>
#include <string>
#include <utility>

#include "glass/base/json.h"
#include "glass/data/tokenizer/internal/byte_alphabet.h"
#include "glass/data/tokenizer/internal/json_format.h"
#include "glass/data/tokenizer/internal/tables.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

Json added_tokens_json(const TokenizerParts& parts) {
  Json::Array added;
  for (const SpecialToken& token : parts.special) {
    added.emplace_back(Json::Object{{"id", token.id},
                                    {"content", token.text},
                                    {"single_word", false},
                                    {"lstrip", false},
                                    {"rstrip", false},
                                    {"normalized", false},
                                    {"special", true}});
  }
  return added;
}

// What puts the prefix before a text, and before each text of a pair.
Json post_processor_json(const TokenizerParts& parts) {
  if (parts.prefix.empty()) return {};
  Json::Array single, pair;
  Json::Object special;
  for (const auto& [sequence, type] : {std::pair{"A", 0}, std::pair{"B", 1}}) {
    for (const TokenId id : parts.prefix) {
      const std::string& text = parts.pieces[static_cast<size_t>(id)];
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
  Json::Object vocabulary;
  for (size_t id = 0; id < parts.pieces.size(); ++id)
    if (!tables.special[id]) vocabulary[spell_piece(parts.pieces[id])] = id;
  Json::Array merges;
  for (const Merge& merge : parts.merges) {
    merges.emplace_back(Json::Array{spell_piece(parts.pieces[static_cast<size_t>(merge.left)]),
                                    spell_piece(parts.pieces[static_cast<size_t>(merge.right)])});
  }
  return Json::Object{{"type", "BPE"},
                      {"dropout", nullptr},
                      {"unk_token", nullptr},
                      {"continuing_subword_prefix", nullptr},
                      {"end_of_word_suffix", nullptr},
                      {"fuse_unk", false},
                      {"byte_fallback", false},
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
  return to_canonical(Json::Object{{"version", "1.0"},
                                   {"truncation", nullptr},
                                   {"padding", nullptr},
                                   {"added_tokens", added_tokens_json(tables_->parts)},
                                   {"normalizer", nullptr},
                                   {"pre_tokenizer", pre_tokenizer_json()},
                                   {"post_processor", post_processor_json(tables_->parts)},
                                   {"decoder", decoder_json()},
                                   {"model", model_json(*tables_)}});
}

}  // namespace glass::data
