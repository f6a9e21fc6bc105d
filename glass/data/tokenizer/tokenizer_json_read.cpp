// The reader of tokenizer.json. It honours a subset of Hugging Face's format; whatever lies outside
// is refused by its path in the file, never passed over.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/internal/byte_alphabet.h"
#include "glass/data/tokenizer/internal/json_format.h"
#include "glass/data/tokenizer/internal/json_rules.h"
#include "glass/data/tokenizer/internal/sentencepiece_json.h"
#include "glass/data/tokenizer/internal/spelling.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

Status check_pre_tokenizer(const Json& value) {
  const std::string_view path = "pre_tokenizer";
  GLASS_TRY_STATUS(check_object(value, path, {{"type", {"Sequence"}}, {"pretokenizers"}}));
  GLASS_TRY(const Json::Array* steps, value.get_array("pretokenizers"));
  if (steps->size() != 2)
    return invalid_input(
        "pre_tokenizer.pretokenizers must be a Split and a ByteLevel, nothing else");
  const Json& split = steps->front();
  GLASS_TRY_STATUS(check_object(
      split, "pre_tokenizer.pretokenizers[0]",
      {{"type", {"Split"}},
       {"pattern",
        {Json::Object{{"Regex", kWordPattern}}, Json::Object{{"Regex", kPublishedPattern}}}},
       {"behavior", {"Isolated", "Removed"}},
       {"invert", {true, false}}}));
  // Keeping what matches is spelled in two ways.
  const bool isolated = *split.find("behavior") == Json("Isolated");
  if (*split.find("invert") != Json(!isolated))
    return invalid_input(
        "pre_tokenizer.pretokenizers[0] would drop text: behavior \"Isolated\" goes with "
        "invert false, \"Removed\" with true");
  return check_object(steps->back(), "pre_tokenizer.pretokenizers[1]",
                      {{"type", {"ByteLevel"}},
                       {"add_prefix_space", {false}},
                       {"trim_offsets"},
                       {"use_regex", {false}}});
}

// Reads the parts of one file, each from the place where the format keeps it.
class PartsReader {
 public:
  explicit PartsReader(std::optional<SentencePieceSteps> steps) : steps_(std::move(steps)) {}

  Result<TokenizerParts> read(const Json& file) {
    const Json& model = *file.find("model");
    GLASS_TRY_STATUS(read_vocabulary(model));
    const Json* added = file.find("added_tokens");
    if (added != nullptr) GLASS_TRY_STATUS(read_added_tokens(*added));
    GLASS_TRY_STATUS(read_merges(model));
    if (steps_) GLASS_TRY_STATUS(read_sentencepiece(model));
    const Json* post = file.find("post_processor");
    if (post != nullptr && !post->is_null()) GLASS_TRY_STATUS(read_post_processor(*post));
    const Json* ignore_merges = model.find("ignore_merges");
    parts_.ignore_merges = ignore_merges != nullptr && *ignore_merges == Json(true);
    return std::move(parts_);
  }

 private:
  static constexpr int64_t kMostPieces = 1 << 24;  // so that a wild id does not eat the memory

  Status put(const Json& id, std::string bytes, const std::string& path) {
    const int64_t* number = id.if_int();
    if (number == nullptr || *number < 0 || *number >= kMostPieces)
      return invalid_input(fmt::format("{}: the id {} is out of range", path, to_canonical(id)));
    const auto at = static_cast<size_t>(*number);
    if (at >= parts_.pieces.size()) parts_.pieces.resize(at + 1);
    if (!parts_.pieces[at].empty())
      return invalid_input(fmt::format("{}: the id {} is taken", path, at));
    parts_.pieces[at] = std::move(bytes);
    return {};
  }

  // The bytes of a piece, empty if it is not spelled as its kind is.
  [[nodiscard]] std::string piece_bytes(std::string_view spelled) const {
    if (!steps_) return read_piece(spelled).value_or("");
    const std::optional<uint8_t> byte = steps_->byte_fallback ? read_byte(spelled) : std::nullopt;
    return byte ? std::string(1, static_cast<char>(*byte)) : with_spaces(spelled);
  }

  Status read_vocabulary(const Json& model) {
    GLASS_TRY(const Json::Object* vocabulary, model.get_object("vocab"));
    for (const auto& [spelled, id] : *vocabulary) {
      const std::string path = fmt::format("model.vocab[{}]", json_quote(spelled));
      std::string bytes = piece_bytes(spelled);
      if (bytes.empty())
        return invalid_input(
            path + (steps_ ? " is empty" : " is not spelled in the byte alphabet of GPT-2"));
      GLASS_TRY_STATUS(put(id, std::move(bytes), path));
      ids_.emplace(spelled, static_cast<TokenId>(*id.if_int()));
    }
    return {};
  }

  // A merge is a pair of pieces, or, as older files have it, both in one string with a space.
  static std::optional<std::pair<std::string, std::string>> merge_pair(const Json& merge) {
    if (const std::string* both = merge.if_string()) {
      const size_t space = both->find(' ');
      if (space == std::string::npos) return std::nullopt;
      return std::pair(both->substr(0, space), both->substr(space + 1));
    }
    const Json::Array* pair = merge.if_array();
    if (pair == nullptr || pair->size() != 2) return std::nullopt;
    if (!pair->front().if_string() || !pair->back().if_string()) return std::nullopt;
    return std::pair(*pair->front().if_string(), *pair->back().if_string());
  }

  Status read_merges(const Json& model) {
    GLASS_TRY(const Json::Array* merges, model.get_array("merges"));
    for (size_t rank = 0; rank < merges->size(); ++rank) {
      const auto pair = merge_pair((*merges)[rank]);
      if (!pair)
        return invalid_input(fmt::format("model.merges[{}] is not a pair of pieces", rank));
      const auto left = ids_.find(pair->first), right = ids_.find(pair->second);
      const auto result = ids_.find(pair->first + pair->second);
      if (left == ids_.end() || right == ids_.end() || result == ids_.end())
        return invalid_input(
            fmt::format("model.merges[{}] names a piece outside model.vocab", rank));
      const Merge merge = {.left = left->second, .right = right->second, .result = result->second};
      // Scores of SentencePiece, turned into merges, also lead to special tokens; in a text these
      // are taken out before merging, or are plain text, which such a merge would make special.
      if (steps_ && (is_special(merge.left) || is_special(merge.right) || is_special(merge.result)))
        continue;
      parts_.merges.push_back(merge);
    }
    return {};
  }

  [[nodiscard]] bool is_special(TokenId id) const {
    return std::ranges::binary_search(parts_.special, id, {}, &SpecialToken::id);
  }

  // What is only known by ids: the tokens of bytes and the unknown token.
  Status read_sentencepiece(const Json& model) {
    for (const auto& [spelled, id] : *model.find("vocab")->if_object()) {
      if (spelled.find(' ') != std::string::npos && !is_special(ids_.at(spelled)))
        return invalid_input(
            fmt::format("model.vocab[{}] has a space, which no text keeps", json_quote(spelled)));
    }
    parts_.kind = TokenizerKind::kSentencePiece;
    SentencePieceRules& rules = parts_.sentencepiece;
    std::vector<TokenId> fixed = std::move(rules.fixed);
    rules = steps_->rules;
    rules.fixed = std::move(fixed);
    for (int byte = 0; steps_->byte_fallback && byte < 256; ++byte) {
      const auto token = ids_.find(spell_byte(static_cast<uint8_t>(byte)));
      if (token == ids_.end())
        return invalid_input(fmt::format("model.vocab lacks {}, which model.byte_fallback needs",
                                         spell_byte(static_cast<uint8_t>(byte))));
      rules.bytes.push_back(token->second);
    }
    const Json* unknown = model.find("unk_token");
    if (unknown == nullptr || unknown->is_null()) return {};
    const auto token = std::ranges::find_if(
        parts_.special, [&](const SpecialToken& special) { return *unknown == special.text; });
    if (token == parts_.special.end())
      return invalid_input(fmt::format("model.unk_token {} is no special token of added_tokens",
                                       to_canonical(*unknown)));
    rules.unknown = token->id;
    return {};
  }

  // A token that is looked for in the normalized text must be spelled there as in the text.
  [[nodiscard]] bool same_when_normalized(std::string_view content) const {
    if (!steps_ || !steps_->normalizes) return true;
    return !steps_->prepends && content.find(' ') == std::string_view::npos &&
           content.find(kSpelledSpace) == std::string_view::npos;
  }

  Status read_added_token(const Json& token, const std::string& path) {
    GLASS_TRY(const std::string content, token.get_string("content"));
    const std::vector<Json> no = {false}, yes = {true}, either = {false, true};
    GLASS_TRY_STATUS(check_object(token, path,
                                  {{"id"},
                                   {"content"},
                                   {"single_word", no},
                                   {"lstrip", no},
                                   {"rstrip", no},
                                   {"normalized", same_when_normalized(content) ? either : no},
                                   {"special", steps_ ? either : yes}}));
    GLASS_TRY(const int64_t id, token.get_int("id"));
    const bool special = *token.find("special") == Json(true);
    if (!special && content.find(' ') != std::string::npos)
      return invalid_input(path + ".content has a space, and is not special");
    const auto in_vocabulary = ids_.find(content);  // some files list it there too
    const bool known = in_vocabulary != ids_.end() && in_vocabulary->second == id;
    if (!known) GLASS_TRY_STATUS(put(Json(id), added_piece(content), path));
    if (special)
      parts_.special.push_back({.id = static_cast<TokenId>(id), .text = content});
    else
      parts_.sentencepiece.fixed.push_back(static_cast<TokenId>(id));
    return {};
  }

  [[nodiscard]] std::string added_piece(const std::string& content) const {
    return steps_ ? with_spaces(content) : content;
  }

  Status read_added_tokens(const Json& added) {
    const Json::Array* tokens = added.if_array();
    if (tokens == nullptr) return invalid_input("added_tokens must be an array");
    for (size_t i = 0; i < tokens->size(); ++i)
      GLASS_TRY_STATUS(read_added_token((*tokens)[i], fmt::format("added_tokens[{}]", i)));
    std::ranges::sort(parts_.special, {}, &SpecialToken::id);
    std::ranges::sort(parts_.sentencepiece.fixed);
    return {};
  }

  // Bytes need no post-processing; a template may put special tokens before the text.
  Status read_post_processor(const Json& post) {
    if (post.find("type") != nullptr && *post.find("type") == Json("ByteLevel"))
      return check_object(post, "post_processor",
                          {{"type"}, {"add_prefix_space"}, {"trim_offsets"}, {"use_regex"}});
    GLASS_TRY_STATUS(
        check_object(post, "post_processor",
                     {{"type", {"TemplateProcessing"}}, {"single"}, {"pair"}, {"special_tokens"}}));
    GLASS_TRY(const Json::Array* single, post.get_array("single"));
    for (size_t i = 0; i < single->size(); ++i) {
      if (i + 1 == single->size() && (*single)[i].find("Sequence") != nullptr) return {};
      const Json* item = (*single)[i].find("SpecialToken");
      const Json* text = item == nullptr ? nullptr : item->find("id");
      const auto token = std::ranges::find_if(parts_.special, [&](const SpecialToken& special) {
        return text != nullptr && *text == Json(special.text);
      });
      if (token == parts_.special.end())
        return invalid_input(fmt::format("post_processor.single[{}] is no special token", i));
      parts_.prefix.push_back(token->id);
    }
    return invalid_input("post_processor.single must end with the text");
  }

  std::optional<SentencePieceSteps> steps_;
  TokenizerParts parts_;
  std::unordered_map<std::string, TokenId> ids_;  // of model.vocab, as it is spelled there
};

Status check_byte_level(const Json& file) {
  const Json* normalizer = file.find("normalizer");
  if (normalizer != nullptr && !normalizer->is_null())
    return invalid_input(fmt::format("the file.normalizer is {}; only null is understood",
                                     to_canonical(*normalizer)));
  GLASS_TRY(const Json::Object* pre_tokenizer, file.get_object("pre_tokenizer"));
  GLASS_TRY_STATUS(check_pre_tokenizer(*pre_tokenizer));
  GLASS_TRY(const Json::Object* decoder, file.get_object("decoder"));
  GLASS_TRY_STATUS(check_object(*decoder, "decoder",
                                {{"type", {"ByteLevel", "Sequence"}},
                                 {"add_prefix_space"},
                                 {"trim_offsets"},
                                 {"use_regex"}}));
  GLASS_TRY(const Json::Object* model, file.get_object("model"));
  return check_object(*model, "model",
                      {{"type", {"BPE"}},
                       {"dropout", {nullptr}},
                       {"unk_token", {nullptr}},
                       {"continuing_subword_prefix", {nullptr, ""}},
                       {"end_of_word_suffix", {nullptr, ""}},
                       {"fuse_unk", {false, nullptr}},
                       {"byte_fallback", {false, nullptr}},
                       {"ignore_merges", {false, true, nullptr}},
                       {"vocab"},
                       {"merges"}});
}

Result<Tokenizer> read_tokenizer(std::string_view text) {
  GLASS_TRY(const Json file, parse_json(text));
  GLASS_TRY_STATUS(check_object(file, "the file",
                                {{"version", {"1.0"}},
                                 {"truncation", {nullptr}},
                                 {"padding", {nullptr}},
                                 {"added_tokens"},
                                 {"normalizer"},
                                 {"pre_tokenizer"},
                                 {"post_processor"},
                                 {"decoder"},
                                 {"model"}}));
  std::optional<SentencePieceSteps> steps;
  if (is_sentencepiece(file)) {
    GLASS_TRY(steps, read_sentencepiece_steps(file));
  } else {
    GLASS_TRY_STATUS(check_byte_level(file));
  }
  GLASS_TRY(TokenizerParts parts, PartsReader(std::move(steps)).read(file));
  return Tokenizer::make(std::move(parts));
}

}  // namespace

Result<Tokenizer> Tokenizer::from_json(std::string_view json, std::string_view name) {
  Result<Tokenizer> tokenizer = read_tokenizer(json);
  if (!tokenizer) return in_context(name, std::move(tokenizer).error());
  return tokenizer;
}

}  // namespace glass::data
