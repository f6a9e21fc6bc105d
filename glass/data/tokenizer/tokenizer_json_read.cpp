// The reader of tokenizer.json. It honours a subset of Hugging Face's format; whatever lies outside
// is refused by its path in the file, never passed over.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/internal/byte_alphabet.h"
#include "glass/data/tokenizer/internal/json_format.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

// A key of an object and the values it may have; null among them means it may be absent. A key
// without values may have any: its reader looks at it.
struct Rule {
  std::string_view key;
  std::vector<Json> allowed = {};
};

// Checks an object against its rules; a key without a rule is refused.
Status check_object(const Json& value, std::string_view path, const std::vector<Rule>& rules) {
  const Json::Object* object = value.if_object();
  if (object == nullptr) return invalid_input(fmt::format("{} must be an object", path));
  for (const auto& [key, member] : *object) {
    if (std::ranges::find(rules, key, &Rule::key) == rules.end())
      return invalid_input(fmt::format("{}.{} is not understood", path, key));
  }
  for (const Rule& rule : rules) {
    const Json* member = value.find(rule.key);
    const Json actual = member == nullptr ? Json() : *member;
    if (rule.allowed.empty() || std::ranges::find(rule.allowed, actual) != rule.allowed.end())
      continue;
    std::string choices;
    for (const Json& choice : rule.allowed)
      choices += (choices.empty() ? "" : " or ") + to_canonical(choice);
    return invalid_input(fmt::format("{}.{} is {}; only {} is understood", path, rule.key,
                                     member == nullptr ? "absent" : to_canonical(actual), choices));
  }
  return {};
}

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
  Result<TokenizerParts> read(const Json& file) {
    GLASS_TRY_STATUS(read_vocabulary(*file.find("model")));
    GLASS_TRY_STATUS(read_merges(*file.find("model")));
    const Json* added = file.find("added_tokens");
    if (added != nullptr) GLASS_TRY_STATUS(read_added_tokens(*added));
    const Json* post = file.find("post_processor");
    if (post != nullptr && !post->is_null()) GLASS_TRY_STATUS(read_post_processor(*post));
    const Json* ignore_merges = file.find("model")->find("ignore_merges");
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

  Status read_vocabulary(const Json& model) {
    GLASS_TRY(const Json::Object* vocabulary, model.get_object("vocab"));
    for (const auto& [spelled, id] : *vocabulary) {
      const std::string path = fmt::format("model.vocab[{}]", json_quote(spelled));
      const std::optional<std::string> bytes = read_piece(spelled);
      if (!bytes || bytes->empty())
        return invalid_input(path + " is not spelled in the byte alphabet of GPT-2");
      GLASS_TRY_STATUS(put(id, *bytes, path));
      ids_.emplace(*bytes, static_cast<TokenId>(*id.if_int()));
    }
    return {};
  }

  // A merge is a pair of pieces, or, as older files have it, both in one string with a space.
  static std::optional<std::pair<std::string, std::string>> merge_pair(const Json& merge) {
    std::string left, right;
    if (const std::string* both = merge.if_string()) {
      const size_t space = both->find(' ');
      if (space == std::string::npos) return std::nullopt;
      left = both->substr(0, space);
      right = both->substr(space + 1);
    } else {
      const Json::Array* pair = merge.if_array();
      if (pair == nullptr || pair->size() != 2) return std::nullopt;
      if (!pair->front().if_string() || !pair->back().if_string()) return std::nullopt;
      left = *pair->front().if_string();
      right = *pair->back().if_string();
    }
    const std::optional<std::string> left_bytes = read_piece(left), right_bytes = read_piece(right);
    if (!left_bytes || !right_bytes) return std::nullopt;
    return std::pair(*left_bytes, *right_bytes);
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
      parts_.merges.push_back(
          {.left = left->second, .right = right->second, .result = result->second});
    }
    return {};
  }

  Status read_added_tokens(const Json& added) {
    const Json::Array* tokens = added.if_array();
    if (tokens == nullptr) return invalid_input("added_tokens must be an array");
    for (size_t i = 0; i < tokens->size(); ++i) {
      const Json& token = (*tokens)[i];
      const std::string path = fmt::format("added_tokens[{}]", i);
      GLASS_TRY_STATUS(check_object(token, path,
                                    {{"id"},
                                     {"content"},
                                     {"single_word", {false}},
                                     {"lstrip", {false}},
                                     {"rstrip", {false}},
                                     {"normalized", {false, true}},  // there is no normalizer
                                     {"special", {true}}}));
      GLASS_TRY(const int64_t id, token.get_int("id"));
      GLASS_TRY(const std::string content, token.get_string("content"));
      const auto in_vocabulary = ids_.find(content);  // some files list it there too
      const bool known = in_vocabulary != ids_.end() && in_vocabulary->second == id;
      if (!known) GLASS_TRY_STATUS(put(id, content, path));
      parts_.special.push_back({.id = static_cast<TokenId>(id), .text = content});
    }
    std::ranges::sort(parts_.special, {}, &SpecialToken::id);
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

  TokenizerParts parts_;
  std::map<std::string, TokenId, std::less<>> ids_;  // of model.vocab, by bytes
};

Status check_file(const Json& file) {
  GLASS_TRY_STATUS(check_object(file, "the file",
                                {{"version", {"1.0"}},
                                 {"truncation", {nullptr}},
                                 {"padding", {nullptr}},
                                 {"added_tokens"},
                                 {"normalizer", {nullptr}},
                                 {"pre_tokenizer"},
                                 {"post_processor"},
                                 {"decoder"},
                                 {"model"}}));
  GLASS_TRY(const Json::Object* pre_tokenizer, file.get_object("pre_tokenizer"));
  GLASS_TRY_STATUS(check_pre_tokenizer(*pre_tokenizer));
  GLASS_TRY(const Json::Object* decoder, file.get_object("decoder"));
  GLASS_TRY_STATUS(check_object(
      *decoder, "decoder",
      {{"type", {"ByteLevel"}}, {"add_prefix_space"}, {"trim_offsets"}, {"use_regex"}}));
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
  GLASS_TRY_STATUS(check_file(file));
  GLASS_TRY(TokenizerParts parts, PartsReader().read(file));
  return Tokenizer::make(std::move(parts));
}

}  // namespace

Result<Tokenizer> Tokenizer::from_json(std::string_view json, std::string_view name) {
  Result<Tokenizer> tokenizer = read_tokenizer(json);
  if (!tokenizer) return in_context(name, std::move(tokenizer).error());
  return tokenizer;
}

}  // namespace glass::data
