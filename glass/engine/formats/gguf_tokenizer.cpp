#include "glass/engine/formats/gguf_tokenizer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"

namespace glass::engine {
namespace {

constexpr std::string_view kTokenizerKeys = "tokenizer.ggml.";
constexpr int64_t kUnusedType = 5, kLastType = 6;
constexpr std::string_view kBytesModel = "gpt2", kSentencePieceModel = "llama";
// Of llama.cpp where a file of the kind "llama" says nothing.
constexpr int64_t kSentencePieceUnknown = 0, kSentencePieceBegin = 1, kSentencePieceEnd = 2;

// What llama.cpp reads besides, and this program honours or can leave aside: ids of tokens are read
// by their names ("..._token_id").
constexpr std::array<std::string_view, 9> kKnown = {
    "model",  "pre",           "tokens",        "token_type",      "merges",
    "scores", "add_bos_token", "add_eos_token", "add_space_prefix"};

std::string full_key(std::string_view key) {
  return fmt::format("{}{}", kTokenizerKeys, key);
}

bool is_there(const GgufKeys& keys, std::string_view key) {
  return keys.find(full_key(key)) != keys.end();
}

Status expect_understood(const GgufKeys& keys) {
  for (const auto& [name, value] : keys) {
    if (!name.starts_with(kTokenizerKeys) || name.ends_with("_token_id")) continue;
    const std::string_view key = std::string_view(name).substr(kTokenizerKeys.size());
    if (std::ranges::find(kKnown, key) == kKnown.end())
      return invalid_input(fmt::format("the key {} is not understood", name));
  }
  return {};
}

Result<bool> truth(const GgufKeys& keys, std::string_view key, bool otherwise) {
  if (!is_there(keys, key)) return otherwise;
  GLASS_TRY(const int64_t value, gguf_integer(keys, full_key(key)));
  return value != 0;
}

Result<int64_t> token_id(const GgufKeys& keys, std::string_view key, int64_t otherwise,
                         size_t tokens) {
  if (!is_there(keys, key)) return otherwise < static_cast<int64_t>(tokens) ? otherwise : -1;
  GLASS_TRY(const int64_t id, gguf_integer(keys, full_key(key)));
  if (id < 0 || static_cast<uint64_t>(id) >= tokens)
    return invalid_input(fmt::format("{} is {}, which is no token", full_key(key), id));
  return id;
}

Status expect_one_each(std::string_view key, size_t values, size_t tokens) {
  if (values == tokens) return {};
  return invalid_input(
      fmt::format("{} has {} values for {} tokens", full_key(key), values, tokens));
}

Status read_types(const GgufKeys& keys, GgufTokenizer& out) {
  GLASS_TRY(const std::vector<int64_t>* types, gguf_integers(keys, full_key("token_type")));
  GLASS_TRY_STATUS(expect_one_each("token_type", types->size(), out.tokens.size()));
  for (const int64_t type : *types) {
    if (type < 1 || type > kLastType)
      return invalid_input(
          fmt::format("{} holds the unknown type {}", full_key("token_type"), type));
  }
  out.types = *types;
  return {};
}

Status read_scores(const GgufKeys& keys, GgufTokenizer& out) {
  GLASS_TRY(const std::vector<double>* scores, gguf_numbers(keys, full_key("scores")));
  GLASS_TRY_STATUS(expect_one_each("scores", scores->size(), out.tokens.size()));
  out.scores.reserve(scores->size());
  for (const double score : *scores) {
    out.scores.push_back(static_cast<float>(score));
    if (!(score > -1e38 && score < 1e38))
      return invalid_input(fmt::format("{} holds {}", full_key("scores"), score));
  }
  return {};
}

// Appends unused tokens, spelled like no other.
void fill_up(std::vector<std::string>& tokens, std::vector<int64_t>& types, int64_t vocabulary) {
  const std::set<std::string> known(tokens.begin(), tokens.end());
  while (std::ssize(tokens) < vocabulary) {
    std::string token = fmt::format("[PAD{}]", tokens.size());
    while (known.contains(token)) token += '_';
    tokens.push_back(std::move(token));
    types.push_back(kUnusedType);
  }
}

}  // namespace

Result<GgufKeys> gguf_tokenizer_keys(const GgufTokenizer& tokenizer, int64_t vocabulary) {
  const bool bytes = tokenizer.kind == GgufTokenizer::Kind::kBytes;
  GLASS_CHECK(tokenizer.types.size() == tokenizer.tokens.size());
  GLASS_CHECK(tokenizer.begin >= 0 && tokenizer.end >= 0);
  if (std::ssize(tokenizer.tokens) > vocabulary)
    return invalid_input(fmt::format("the tokenizer has {} tokens, the model {} rows for them",
                                     tokenizer.tokens.size(), vocabulary));
  std::vector<std::string> tokens = tokenizer.tokens;
  std::vector<int64_t> types = tokenizer.types;
  fill_up(tokens, types, vocabulary);
  GgufKeys keys;
  const auto set = [&](std::string_view key, GgufValue value) {
    keys.emplace(full_key(key), std::move(value));
  };
  const auto set_id = [&](std::string_view key, int64_t id) {
    if (id >= 0) set(key, GgufValue::integer(GgufType::kUint32, id));
  };
  const auto set_truth = [&](std::string_view key, bool value) {
    set(key, GgufValue::integer(GgufType::kBool, value ? 1 : 0));
  };
  set("model", GgufValue::text(std::string(bytes ? kBytesModel : kSentencePieceModel)));
  set("tokens", GgufValue::texts(std::move(tokens)));
  set("token_type", GgufValue::integers(GgufType::kInt32, std::move(types)));
  if (bytes) {
    set("pre", GgufValue::text(tokenizer.pattern));
    set("merges", GgufValue::texts(tokenizer.merges));
  } else {
    std::vector<float> scores = tokenizer.scores;
    GLASS_CHECK(scores.size() == tokenizer.tokens.size());
    scores.resize(static_cast<size_t>(vocabulary), -static_cast<float>(vocabulary));
    set("pre", GgufValue::text("default"));
    set("scores", GgufValue::numbers(scores));
    set_truth("add_space_prefix", tokenizer.space_prefix);
  }
  set_id("bos_token_id", tokenizer.begin);
  set_id("eos_token_id", tokenizer.end);
  set_id("unknown_token_id", tokenizer.unknown);
  if (tokenizer.adds_begin) set_truth("add_bos_token", *tokenizer.adds_begin);
  set_truth("add_eos_token", false);
  return keys;
}

Result<GgufTokenizer> gguf_tokenizer(const GgufKeys& keys) {
  GLASS_TRY_STATUS(expect_understood(keys));
  GLASS_TRY(const std::string model, gguf_text(keys, full_key("model")));
  if (model != kBytesModel && model != kSentencePieceModel)
    return invalid_input(fmt::format("{} is '{}'; supported are '{}' and '{}'", full_key("model"),
                                     model, kBytesModel, kSentencePieceModel));
  const bool bytes = model == kBytesModel;
  GgufTokenizer out{.kind =
                        bytes ? GgufTokenizer::Kind::kBytes : GgufTokenizer::Kind::kSentencePiece};
  GLASS_TRY(const std::vector<std::string>* tokens, gguf_texts(keys, full_key("tokens")));
  out.tokens = *tokens;
  GLASS_TRY_STATUS(read_types(keys, out));
  if (bytes) {
    GLASS_TRY(out.pattern, gguf_text(keys, full_key("pre")));
    GLASS_TRY(const std::vector<std::string>* merges, gguf_texts(keys, full_key("merges")));
    out.merges = *merges;
  } else {
    GLASS_TRY_STATUS(read_scores(keys, out));
    GLASS_TRY(out.space_prefix, truth(keys, "add_space_prefix", true));
  }
  const size_t count = out.tokens.size();
  const auto otherwise = [&](int64_t id) { return bytes ? -1 : id; };
  GLASS_TRY(out.begin, token_id(keys, "bos_token_id", otherwise(kSentencePieceBegin), count));
  GLASS_TRY(out.end, token_id(keys, "eos_token_id", otherwise(kSentencePieceEnd), count));
  GLASS_TRY(out.unknown,
            token_id(keys, "unknown_token_id", otherwise(kSentencePieceUnknown), count));
  if (is_there(keys, "add_bos_token")) {
    GLASS_TRY(out.adds_begin, truth(keys, "add_bos_token", false));
  }
  GLASS_TRY(const bool adds_end, truth(keys, "add_eos_token", false));
  if (adds_end)
    return invalid_input(fmt::format("{} is true, and nothing is put behind a text here",
                                     full_key("add_eos_token")));
  return out;
}

}  // namespace glass::engine
