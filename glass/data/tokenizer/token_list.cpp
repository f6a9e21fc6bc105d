#include "glass/data/tokenizer/token_list.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/data/tokenizer/internal/byte_alphabet.h"
#include "glass/data/tokenizer/internal/scored_merges.h"
#include "glass/data/tokenizer/internal/sentencepiece_parts.h"
#include "glass/data/tokenizer/internal/space_runs.h"
#include "glass/data/tokenizer/internal/spelling.h"
#include "glass/data/tokenizer/scanner.h"

namespace glass::data {

namespace {

// llama.cpp's names of the one pattern of words, each with whether a word that is a piece becomes
// it whatever the merges say (llama-vocab.cpp, v0.5.0). The first of either kind is written.
struct WordRule {
  std::string_view name;
  bool ignores_merges;
};

constexpr std::array<WordRule, 9> kWordRules = {{{kWordPatternName, true},
                                                 {"dbrx", false},
                                                 {"llama3", true},
                                                 {"llama-v3", true},
                                                 {"falcon3", true},
                                                 {"falcon-h1", true},
                                                 {"pixtral", true},
                                                 {"lfm2", true},
                                                 {"smaug-bpe", false}}};

bool has_space(const TokenizerParts& parts, TokenId id) {
  return parts.pieces[static_cast<size_t>(id)].find(' ') != std::string::npos;
}

// Fixed pieces without spaces, and runs of spaces; others with spaces are joined like any piece.
std::vector<TokenId> taken_out(const TokenizerParts& parts) {
  std::vector<TokenId> ids = space_runs(parts);
  for (const TokenId id : parts.sentencepiece.fixed)
    if (!has_space(parts, id)) ids.push_back(id);
  return ids;
}

void set_types(std::vector<TokenType>& types, const std::vector<TokenId>& ids, TokenType type) {
  for (const TokenId id : ids) types[static_cast<size_t>(id)] = type;
}

std::vector<TokenType> types_of(const TokenizerParts& parts) {
  std::vector<TokenType> types(parts.pieces.size(), TokenType::kNormal);
  for (const SpecialToken& token : parts.special)
    types[static_cast<size_t>(token.id)] = TokenType::kControl;
  set_types(types, parts.sentencepiece.bytes, TokenType::kByte);
  set_types(types, taken_out(parts), TokenType::kUserDefined);
  if (parts.sentencepiece.unknown >= 0)
    types[static_cast<size_t>(parts.sentencepiece.unknown)] = TokenType::kUnknown;
  return types;
}

Status expect_spelled_once(const TokenList& list) {
  std::unordered_map<std::string_view, size_t> seen;
  for (size_t id = 0; id < list.tokens.size(); ++id) {
    if (list.tokens[id].find('\0') != std::string::npos)
      return invalid_input(fmt::format("the token {} holds a zero byte", id));
    const auto [at, fresh] = seen.emplace(list.tokens[id], id);
    if (!fresh)
      return invalid_input(fmt::format("the tokens {} and {} are both spelled '{}'", at->second, id,
                                       list.tokens[id]));
  }
  return {};
}

void list_bytes(const TokenizerParts& parts, TokenList& list) {
  const auto rule = std::ranges::find(kWordRules, parts.ignore_merges, &WordRule::ignores_merges);
  list.pattern = rule->name;
  for (size_t id = 0; id < parts.pieces.size(); ++id)
    list.tokens.push_back(list.types[id] == TokenType::kControl ? parts.pieces[id]
                                                                : spell_piece(parts.pieces[id]));
  const auto spelled = [&](TokenId id) { return list.tokens[static_cast<size_t>(id)]; };
  for (const Merge& merge : parts.merges)
    list.merges.push_back(fmt::format("{} {}", spelled(merge.left), spelled(merge.right)));
}

// The pieces that joining deals with.
PieceIds joined_pieces(const std::vector<std::string>& pieces,
                       const std::vector<TokenType>& types) {
  PieceIds ids;
  for (size_t id = 0; id < pieces.size(); ++id)
    if (types[id] == TokenType::kNormal) ids.emplace(pieces[id], static_cast<TokenId>(id));
  return ids;
}

Status expect_plain_rules(const TokenizerParts& parts) {
  const SentencePieceRules& rules = parts.sentencepiece;
  if (rules.prefix_space != PrefixSpace::kAlways && rules.prefix_space != PrefixSpace::kNone)
    return invalid_input("a space is put before a text only where it has none");
  if (rules.strip_space != (rules.prefix_space == PrefixSpace::kAlways))
    return invalid_input("the space put before a text is not the one taken away, or the reverse");
  if (rules.bytes.empty()) return invalid_input("there are no tokens for bytes");
  if (!rules.split_at_spaces) return {};
  for (const Merge& merge : parts.merges) {
    if (parts.pieces[static_cast<size_t>(merge.result)].find(' ', 1) != std::string::npos)
      return invalid_input(fmt::format(
          "the piece {} is not joined, as it holds a space behind its start", merge.result));
  }
  return {};
}

Status list_sentencepiece(const TokenizerParts& parts, TokenList& list) {
  GLASS_TRY_STATUS(expect_plain_rules(parts));
  list.space_prefix = parts.sentencepiece.prefix_space == PrefixSpace::kAlways;
  for (size_t id = 0; id < parts.pieces.size(); ++id)
    list.tokens.push_back(spell_token(parts, static_cast<TokenId>(id)));
  // What is taken out of a text is spelled as it stands there.
  for (const TokenId id : space_runs(parts))
    list.tokens[static_cast<size_t>(id)] = parts.pieces[static_cast<size_t>(id)];
  const PieceIds ids = joined_pieces(parts.pieces, list.types);
  GLASS_TRY_STATUS(expect_joined_from_pieces(parts.pieces, ids));
  std::vector<Merge> merges;  // but those of pieces that are taken out before
  for (const Merge& merge : parts.merges) {
    const auto joined = [&](TokenId id) {
      return list.types[static_cast<size_t>(id)] == TokenType::kNormal;
    };
    if (joined(merge.left) && joined(merge.right) && joined(merge.result)) merges.push_back(merge);
  }
  GLASS_TRY(list.scores, scores_of_merges(parts.pieces, merges, ids));
  return {};
}

// The list without the unused tokens at its end.
size_t used_tokens(const TokenList& list) {
  size_t count = list.tokens.size();
  while (count > 0 && list.types[count - 1] == TokenType::kUnused) --count;
  return count;
}

tl::unexpected<Error> not_here(const TokenList& list, size_t id, std::string_view what) {
  return invalid_input(fmt::format("the token {} ('{}') is {}", id, list.tokens[id], what));
}

Result<TokenizerParts> parts_of_bytes(const TokenList& list) {
  TokenizerParts parts;
  const auto rule = std::ranges::find(kWordRules, list.pattern, &WordRule::name);
  if (rule == kWordRules.end())
    return invalid_input(
        fmt::format("words are cut by the pattern '{}'; only that of '{}' and 'dbrx' is understood",
                    list.pattern, kWordPatternName));
  parts.ignore_merges = rule->ignores_merges;
  std::unordered_map<std::string_view, TokenId> ids;
  const size_t count = used_tokens(list);
  for (size_t id = 0; id < count; ++id) {
    const std::string& token = list.tokens[id];
    if (list.types[id] == TokenType::kControl) {
      parts.special.push_back({.id = static_cast<TokenId>(id), .text = token});
      parts.pieces.push_back(token);
      continue;
    }
    std::optional<std::string> piece = read_piece(token);
    if (list.types[id] != TokenType::kNormal || !piece)
      return not_here(list, id,
                      "neither a control token nor spelled in the byte alphabet of GPT-2");
    parts.pieces.push_back(std::move(*piece));
    ids.emplace(token, static_cast<TokenId>(id));
  }
  for (size_t rank = 0; rank < list.merges.size(); ++rank) {
    const std::string_view both = list.merges[rank];
    const size_t space = both.find(' ');
    const std::string_view first = both.substr(0, space);
    const std::string second(space == std::string_view::npos ? "" : both.substr(space + 1));
    const auto left = ids.find(first), right = ids.find(second);
    const auto result = ids.find(std::string(first) + second);
    if (left == ids.end() || right == ids.end() || result == ids.end())
      return invalid_input(fmt::format("the merge {} ('{}') names no pieces", rank, both));
    parts.merges.push_back(
        {.left = left->second, .right = right->second, .result = result->second});
  }
  return parts;
}

bool is_raw_run(std::string_view token) {
  return token.size() > 1 && token.find_first_not_of(' ') == std::string_view::npos;
}

// Adds one token of a list of SentencePiece's kind.
Status add_token(const TokenList& list, size_t id, TokenizerParts& parts) {
  const std::string& token = list.tokens[id];
  SentencePieceRules& rules = parts.sentencepiece;
  const auto number = static_cast<TokenId>(id);
  std::string piece = with_spaces(token);
  switch (list.types[id]) {
    case TokenType::kUnknown:
      if (rules.unknown != -1) return not_here(list, id, "a second unknown token");
      rules.unknown = number;
      [[fallthrough]];
    case TokenType::kControl: parts.special.push_back({.id = number, .text = token}); break;
    case TokenType::kByte: {
      const std::optional<uint8_t> byte = read_byte(token);
      if (!byte || rules.bytes[*byte] != -1)
        return not_here(list, id, "not spelled as a byte of its own");
      rules.bytes[*byte] = number;
      piece = std::string(1, static_cast<char>(*byte));
      break;
    }
    case TokenType::kUserDefined:
      if (!is_raw_run(token) && piece.find(' ') != std::string::npos)
        return not_here(list, id, "taken out of a text and holds a space, which is not supported");
      rules.fixed.push_back(number);
      break;
    case TokenType::kNormal:
    case TokenType::kUnused:
      if (token.find(' ') != std::string::npos)
        return not_here(list, id, "spelled with a space, which is U+2581 there");
      break;
  }
  parts.pieces.push_back(std::move(piece));
  return {};
}

// Puts the merges of the list's runs of spaces before all others.
Status add_space_runs(const TokenList& list, TokenizerParts& parts) {
  std::map<size_t, TokenId> found;  // by length
  for (size_t id = 0; id < parts.pieces.size(); ++id) {
    if (list.types[id] == TokenType::kUserDefined && is_raw_run(list.tokens[id]))
      found.emplace(list.tokens[id].size(), static_cast<TokenId>(id));
  }
  if (found.empty()) return {};
  const auto one = std::ranges::find(list.tokens, kSpelledSpace);  // not the byte
  std::vector<TokenId> runs;
  for (const auto& [length, id] : found) {
    if (list.space_prefix || one == list.tokens.end() || length != runs.size() + 2)
      return not_here(list, static_cast<size_t>(id),
                      "a run of spaces that is taken out of a text, without the shorter ones or "
                      "with a space put before a text");
    runs.push_back(id);
  }
  std::vector<Merge> merges =
      merges_of_space_runs(static_cast<TokenId>(one - list.tokens.begin()), runs);
  merges.insert(merges.end(), parts.merges.begin(), parts.merges.end());
  parts.merges = std::move(merges);
  return {};
}

Result<TokenizerParts> parts_of_sentencepiece(const TokenList& list) {
  TokenizerParts parts;
  parts.kind = TokenizerKind::kSentencePiece;
  SentencePieceRules& rules = parts.sentencepiece;
  rules.prefix_space = list.space_prefix ? PrefixSpace::kAlways : PrefixSpace::kNone;
  rules.strip_space = list.space_prefix;
  rules.fuse_unknown = true;  // as files of Llama 2 say; every character has bytes
  rules.bytes.assign(256, -1);
  const size_t count = used_tokens(list);
  for (size_t id = 0; id < count; ++id) GLASS_TRY_STATUS(add_token(list, id, parts));
  if (std::ranges::find(rules.bytes, -1) != rules.bytes.end())
    return invalid_input("not every byte has a token");
  std::vector<TokenType> types(list.types.begin(),
                               list.types.begin() + static_cast<std::ptrdiff_t>(count));
  std::ranges::replace(types, TokenType::kUnused, TokenType::kNormal);
  const PieceIds ids = joined_pieces(parts.pieces, types);
  GLASS_TRY_STATUS(expect_joined_from_pieces(parts.pieces, ids));
  std::vector<TokenId> results;
  for (const auto& [piece, id] : ids) results.push_back(id);
  GLASS_TRY(parts.merges, merges_by_score(parts.pieces, list.scores, std::move(results), ids));
  GLASS_TRY_STATUS(add_space_runs(list, parts));
  return parts;
}

}  // namespace

Result<TokenList> token_list(const Tokenizer& tokenizer) {
  const TokenizerParts& parts = tokenizer.parts();
  TokenList list{.kind = parts.kind, .types = types_of(parts), .prefix = parts.prefix};
  if (parts.prefix.size() > 1)
    return invalid_input(
        fmt::format("{} tokens are put before a text, at most one can be", parts.prefix.size()));
  if (parts.kind == TokenizerKind::kByteLevel)
    list_bytes(parts, list);
  else
    GLASS_TRY_STATUS(list_sentencepiece(parts, list));
  GLASS_TRY_STATUS(expect_spelled_once(list));
  return list;
}

bool begins_texts(std::string_view pattern) {
  const auto rule = std::ranges::find(kWordRules, pattern, &WordRule::name);
  return rule != kWordRules.end() && rule->ignores_merges;  // Llama 3 and those that follow it
}

Result<Tokenizer> tokenizer_from(const TokenList& list) {
  const bool bytes = list.kind == TokenizerKind::kByteLevel;
  if (list.types.size() != list.tokens.size())
    return invalid_input(
        fmt::format("{} tokens have {} types", list.tokens.size(), list.types.size()));
  if (!bytes && list.scores.size() != list.tokens.size())
    return invalid_input(
        fmt::format("{} tokens have {} scores", list.tokens.size(), list.scores.size()));
  GLASS_TRY(TokenizerParts parts, bytes ? parts_of_bytes(list) : parts_of_sentencepiece(list));
  parts.prefix = list.prefix;
  return Tokenizer::make(std::move(parts));
}

}  // namespace glass::data
