#include "glass/data/tokenizer/internal/sentencepiece_parts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/base/utf8.h"
#include "glass/data/tokenizer/internal/spelling.h"

namespace glass::data {

namespace {

bool holds(const TokenizerParts& parts, TokenId id) {
  return id >= 0 && static_cast<size_t>(id) < parts.pieces.size();
}

const SpecialToken* special_token(const TokenizerParts& parts, TokenId id) {
  const auto at = std::ranges::lower_bound(parts.special, id, {}, &SpecialToken::id);
  return at == parts.special.end() || at->id != id ? nullptr : &*at;
}

Status check_bytes(const TokenizerParts& parts) {
  const std::vector<TokenId>& bytes = parts.sentencepiece.bytes;
  if (!bytes.empty() && bytes.size() != 256)
    return invalid_input(
        fmt::format("{} of the 256 bytes have tokens; all or none must have one", bytes.size()));
  for (size_t byte = 0; byte < bytes.size(); ++byte) {
    const TokenId id = bytes[byte];
    if (!holds(parts, id) || special_token(parts, id) != nullptr ||
        parts.pieces[static_cast<size_t>(id)] != std::string(1, static_cast<char>(byte)))
      return invalid_input(
          fmt::format("the token {} does not stand for the byte 0x{:02X}", id, byte));
  }
  return {};
}

Status check_pieces(const TokenizerParts& parts) {
  const std::vector<TokenId>& bytes = parts.sentencepiece.bytes;
  std::vector<bool> is_byte(parts.pieces.size());
  for (const TokenId id : bytes) is_byte[static_cast<size_t>(id)] = true;
  for (size_t id = 0; id < parts.pieces.size(); ++id) {
    const std::string& piece = parts.pieces[id];
    if (piece.empty()) return invalid_input(fmt::format("no piece has the id {}", id));
    if (is_byte[id]) continue;
    const SpecialToken* special = special_token(parts, static_cast<TokenId>(id));
    if (!is_utf8(piece) || (special != nullptr && !is_utf8(special->text)))
      return invalid_input(fmt::format("the piece {} is not UTF-8", id));
    if (piece.find(kSpelledSpace) != std::string::npos)
      return invalid_input(fmt::format("the piece {} holds U+2581, which stands for a space", id));
  }
  std::unordered_map<std::string, size_t> spelled;
  for (size_t id = 0; id < parts.pieces.size(); ++id) {
    const auto [at, fresh] = spelled.emplace(spell_token(parts, static_cast<TokenId>(id)), id);
    if (!fresh)
      return invalid_input(fmt::format("the ids {} and {} have the same piece", at->second, id));
  }
  return {};
}

Status check_rules(const TokenizerParts& parts) {
  const SentencePieceRules& rules = parts.sentencepiece;
  if (rules.unknown != -1 && special_token(parts, rules.unknown) == nullptr)
    return invalid_input(fmt::format("the unknown token {} is not a special token", rules.unknown));
  if (rules.bytes.empty()) {
    if (rules.unknown == -1)
      return invalid_input(
          "there is neither an unknown token nor tokens of bytes, so not every text could be "
          "encoded");
    if (std::ranges::find(parts.pieces, " ") == parts.pieces.end())
      return invalid_input("the space has no piece");
  }
  TokenId previous = -1;
  for (const TokenId id : rules.fixed) {
    if (!holds(parts, id) || id <= previous || special_token(parts, id) != nullptr ||
        std::ranges::find(rules.bytes, id) != rules.bytes.end())
      return invalid_input(
          fmt::format("the fixed piece {} is no piece, or is not behind {}", id, previous));
    previous = id;
  }
  if (rules.split_at_spaces && rules.prefix_space == PrefixSpace::kAlways)
    return invalid_input("a space before every text does not go with splitting at spaces");
  if (parts.ignore_merges)
    return invalid_input("ignoring merges does not go with pieces of SentencePiece");
  return {};
}

}  // namespace

Status check_sentencepiece(const TokenizerParts& parts) {
  GLASS_TRY_STATUS(check_bytes(parts));
  GLASS_TRY_STATUS(check_pieces(parts));
  return check_rules(parts);
}

std::string spell_token(const TokenizerParts& parts, TokenId id) {
  if (const SpecialToken* special = special_token(parts, id)) return special->text;
  const std::string& piece = parts.pieces[static_cast<size_t>(id)];
  const std::vector<TokenId>& bytes = parts.sentencepiece.bytes;
  if (piece.size() == 1 && !bytes.empty()) {
    const auto byte = static_cast<uint8_t>(piece.front());
    if (bytes[byte] == id) return spell_byte(byte);
  }
  return with_marks(piece);
}

}  // namespace glass::data
