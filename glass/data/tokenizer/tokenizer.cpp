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
#include "glass/data/tokenizer/internal/tables.h"

namespace glass::data {

namespace {

bool in_vocabulary(const TokenizerParts& parts, TokenId id) {
  return id >= 0 && static_cast<size_t>(id) < parts.pieces.size();
}

Status add_special(TokenizerTables& tables) {
  const TokenizerParts& parts = tables.parts;
  tables.special.assign(parts.pieces.size(), false);
  TokenId previous = -1;
  for (const SpecialToken& token : parts.special) {
    if (!in_vocabulary(parts, token.id) || token.id <= previous)
      return invalid_input(fmt::format(
          "special token '{}' has id {}, which is taken or leaves a gap", token.text, token.id));
    if (token.text.empty() || parts.pieces[static_cast<size_t>(token.id)] != token.text)
      return invalid_input(
          fmt::format("special token {} is empty or is not its own piece", token.id));
    tables.special[static_cast<size_t>(token.id)] = true;
    if (token.text == kEndOfText) tables.end_of_text = token.id;
    previous = token.id;
  }
  for (const TokenId id : parts.prefix) {
    if (!in_vocabulary(parts, id) || !tables.special[static_cast<size_t>(id)])
      return invalid_input(fmt::format("the template's token {} is not a special token", id));
  }
  return {};
}

Status add_pieces(TokenizerTables& tables) {
  const std::vector<std::string>& pieces = tables.parts.pieces;
  if (pieces.size() > static_cast<size_t>(std::numeric_limits<TokenId>::max()))
    return invalid_input("the vocabulary has more pieces than ids");
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

Status add_merges(TokenizerTables& tables) {
  const TokenizerParts& parts = tables.parts;
  tables.ranks = PairMap<uint32_t>(parts.merges.size());
  for (size_t rank = 0; rank < parts.merges.size(); ++rank) {
    const Merge& merge = parts.merges[rank];
    for (const TokenId id : {merge.left, merge.right, merge.result}) {
      if (!in_vocabulary(parts, id) || tables.special[static_cast<size_t>(id)])
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

// The first special token in `text`, the longest of those that start there; size npos if none.
struct Found {
  size_t at = std::string_view::npos;
  const SpecialToken* token = nullptr;
};

Found find_special(const TokenizerParts& parts, std::string_view text) {
  Found found;
  for (const SpecialToken& token : parts.special) {
    const size_t at = text.find(token.text);
    if (at == std::string_view::npos) continue;
    const bool longer = at == found.at && token.text.size() > found.token->text.size();
    if (at < found.at || longer) found = {.at = at, .token = &token};
  }
  return found;
}

}  // namespace

Result<Tokenizer> Tokenizer::make(TokenizerParts parts) {
  auto tables = std::make_unique<TokenizerTables>();
  tables->parts = std::move(parts);
  GLASS_TRY_STATUS(add_special(*tables));
  GLASS_TRY_STATUS(add_pieces(*tables));
  GLASS_TRY_STATUS(add_merges(*tables));
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
  Encoder encoder(*this);
  while (!text.empty()) {
    const Found found = find_special(tables_->parts, text);
    encoder.encode(text.substr(0, found.at), out);
    if (found.token == nullptr) break;
    out.push_back(found.token->id);
    text.remove_prefix(found.at + found.token->text.size());
  }
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string bytes;
  for (const TokenId id : ids) bytes += piece(id);
  return bytes;
}

}  // namespace glass::data
