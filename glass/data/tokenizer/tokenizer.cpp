#include "glass/data/tokenizer/tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/internal/characters.h"
#include "glass/data/tokenizer/internal/sentencepiece_parts.h"
#include "glass/data/tokenizer/internal/spelling.h"
#include "glass/data/tokenizer/internal/tables.h"
#include "glass/data/tokenizer/internal/token_finder.h"

namespace glass::data {

namespace {

bool in_vocabulary(const TokenizerParts& parts, TokenId id) {
  return id >= 0 && static_cast<size_t>(id) < parts.pieces.size();
}

// By Tokenizer::end_of_text's rule.
TokenId find_end_of_text(const std::vector<SpecialToken>& special) {
  TokenId found = -1;
  int others = 0;
  for (const SpecialToken& token : special) {
    if (token.text == kEndOfText) return token.id;
    if (token.text != "</s>" && token.text != "<eos>" && token.text != "<|end_of_text|>") continue;
    found = token.id;
    ++others;
  }
  return others == 1 ? found : -1;
}

Status add_special(TokenizerTables& tables) {
  const TokenizerParts& parts = tables.parts;
  tables.special.assign(parts.pieces.size(), false);
  TokenId previous = -1;
  for (const SpecialToken& token : parts.special) {
    if (!in_vocabulary(parts, token.id) || token.id <= previous)
      return invalid_input(fmt::format(
          "special token '{}' has id {}, which is taken or leaves a gap", token.text, token.id));
    const bool marks = parts.kind == TokenizerKind::kSentencePiece;
    const std::string piece = marks ? with_spaces(token.text) : token.text;
    if (token.text.empty() || parts.pieces[static_cast<size_t>(token.id)] != piece)
      return invalid_input(
          fmt::format("special token {} is empty or is not its own piece", token.id));
    tables.special[static_cast<size_t>(token.id)] = true;
    previous = token.id;
  }
  tables.end_of_text = find_end_of_text(parts.special);
  for (const TokenId id : parts.prefix) {
    if (!in_vocabulary(parts, id) || !tables.special[static_cast<size_t>(id)])
      return invalid_input(fmt::format("the template's token {} is not a special token", id));
  }
  return {};
}

Status add_bytes_and_words(TokenizerTables& tables) {
  const std::vector<std::string>& pieces = tables.parts.pieces;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (tables.special[i]) continue;
    if (pieces[i].empty()) return invalid_input(fmt::format("no piece has the id {}", i));
    const auto [at, fresh] = tables.ids.emplace(pieces[i], static_cast<TokenId>(i));
    if (!fresh)
      return invalid_input(fmt::format("the ids {} and {} have the same piece", at->second, i));
  }
  for (int byte = 0; byte < 256; ++byte) {
    const std::string piece(1, static_cast<char>(byte));
    const auto at = tables.ids.find(piece);
    if (at == tables.ids.end())
      return invalid_input(fmt::format(
          "the byte 0x{:02X} has no piece of its own, so not every text could be encoded", byte));
    tables.byte_ids[static_cast<size_t>(byte)] = at->second;
  }
  return {};
}

// What is taken out of a text before merging, by the text that is looked for.
TokenFinder make_finder(const TokenizerParts& parts, bool with_special) {
  std::vector<std::pair<std::string, TokenId>> tokens;
  for (const TokenId id : parts.sentencepiece.fixed)
    tokens.emplace_back(spell_token(parts, id), id);
  if (with_special)
    for (const SpecialToken& token : parts.special) tokens.emplace_back(token.text, token.id);
  return TokenFinder(std::move(tokens));
}

Status add_pieces(TokenizerTables& tables) {
  const TokenizerParts& parts = tables.parts;
  if (parts.pieces.size() > static_cast<size_t>(std::numeric_limits<TokenId>::max()))
    return invalid_input("the vocabulary has more pieces than ids");
  if (parts.kind == TokenizerKind::kByteLevel) {
    if (parts.sentencepiece != SentencePieceRules{})
      return invalid_input("a byte-level tokenizer has no rules of SentencePiece");
    GLASS_TRY_STATUS(add_bytes_and_words(tables));
  } else {
    GLASS_TRY_STATUS(check_sentencepiece(parts));
  }
  tables.fixed = make_finder(parts, false);
  tables.special_and_fixed = make_finder(parts, true);
  return {};
}

Status add_merges(TokenizerTables& tables) {
  const TokenizerParts& parts = tables.parts;
  tables.ranks = PairMap<uint32_t>(parts.merges.size());
  std::vector<TokenId> bytes = parts.sentencepiece.bytes;  // tokens that stand for nothing to join
  std::ranges::sort(bytes);
  for (size_t rank = 0; rank < parts.merges.size(); ++rank) {
    const Merge& merge = parts.merges[rank];
    for (const TokenId id : {merge.left, merge.right, merge.result}) {
      if (!in_vocabulary(parts, id) || tables.special[static_cast<size_t>(id)] ||
          std::ranges::binary_search(bytes, id))
        return invalid_input(fmt::format("merge {} names {}, which is no piece", rank, id));
    }
    const auto piece = [&](TokenId id) { return parts.pieces[static_cast<size_t>(id)]; };
    if (piece(merge.left) + piece(merge.right) != piece(merge.result))
      return invalid_input(fmt::format("merge {} does not give the piece {}", rank, merge.result));
    if (!tables.ranks.insert(merge.left, merge.right, static_cast<uint32_t>(rank)).second)
      return invalid_input(fmt::format("merge {} repeats an earlier one", rank));
  }
  return {};
}

Result<std::unique_ptr<TokenizerTables>> make_tables(TokenizerParts parts) {
  auto tables = std::make_unique<TokenizerTables>();
  tables->parts = std::move(parts);
  GLASS_TRY_STATUS(add_special(*tables));
  GLASS_TRY_STATUS(add_pieces(*tables));
  GLASS_TRY_STATUS(add_merges(*tables));
  if (tables->parts.kind == TokenizerKind::kSentencePiece)
    tables->characters = Characters(tables->parts);
  return tables;
}

}  // namespace

Result<Tokenizer> Tokenizer::make(TokenizerParts parts) {
  GLASS_TRY(std::unique_ptr<TokenizerTables> tables, make_tables(std::move(parts)));
  return Tokenizer(std::move(tables));
}

Tokenizer::Tokenizer(std::unique_ptr<const TokenizerTables> tables) : tables_(std::move(tables)) {}

Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

int32_t Tokenizer::vocabulary_size() const {
  return static_cast<int32_t>(tables_->parts.pieces.size());
}

TokenId Tokenizer::end_of_text() const {
  return tables_->end_of_text;
}

Result<Tokenizer> Tokenizer::with_end_of_text(TokenId id) const {
  if (!in_vocabulary(tables_->parts, id) || !is_special(id))
    return invalid_input(fmt::format("token {} is no special token, so it ends no document", id));
  GLASS_TRY(std::unique_ptr<TokenizerTables> tables, make_tables(tables_->parts));
  tables->end_of_text = id;
  return Tokenizer(std::move(tables));
}

std::string_view Tokenizer::piece(TokenId id) const {
  GLASS_CHECK(in_vocabulary(tables_->parts, id));
  return tables_->parts.pieces[static_cast<size_t>(id)];
}

bool Tokenizer::is_special(TokenId id) const {
  GLASS_CHECK(in_vocabulary(tables_->parts, id));
  return tables_->special[static_cast<size_t>(id)];
}

std::vector<uint32_t> Tokenizer::text_lengths() const {
  std::vector<uint32_t> lengths;
  lengths.reserve(tables_->parts.pieces.size());
  for (TokenId id = 0; id < vocabulary_size(); ++id)
    lengths.push_back(is_special(id) ? 0 : static_cast<uint32_t>(piece(id).size()));
  return lengths;
}

const TokenizerParts& Tokenizer::parts() const {
  return tables_->parts;
}

void Tokenizer::encode(std::string_view text, std::vector<TokenId>& out) const {
  Encoder(*this).encode(text, out);
}

void Tokenizer::encode_with_special(std::string_view text, std::vector<TokenId>& out) const {
  Encoder(*this).encode_with_special(text, out);
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string bytes;
  for (const TokenId id : ids) bytes += piece(id);
  if (tables_->parts.sentencepiece.strip_space && bytes.starts_with(' ')) bytes.erase(0, 1);
  return bytes;
}

}  // namespace glass::data
