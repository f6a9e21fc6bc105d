#include "glass/data/tokenizer/llama2c_vocabulary.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/internal/scored_merges.h"
#include "glass/data/tokenizer/internal/spelling.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

constexpr std::array<std::string_view, 3> kSpecial = {"<unk>", "<s>", "</s>"};
constexpr TokenId kBegin = 1;
constexpr size_t kFirstByte = kSpecial.size();  // token 3 is the byte 0x00
constexpr size_t kFirstPiece = kFirstByte + 256;
constexpr size_t kMaxPieceBytes = 1024;
constexpr float kNeverMerged = -1e10F;  // llama2.c merges pieces of a higher score only

struct ScoredPiece {
  float score;
  std::string text;
};

Result<std::vector<ScoredPiece>> read_pieces(ByteView file) {
  std::vector<ScoredPiece> pieces;
  // The longest piece, which only llama2.c needs, and then the tokens up to the file's end.
  for (size_t at = sizeof(int32_t); at != file.size();) {
    const size_t left = at < file.size() ? file.size() - at : 0;
    const size_t length = left < 8 ? 0 : load_little_endian<uint32_t>(file.data() + at + 4);
    if (left < 8 || length > left - 8 || length > kMaxPieceBytes)
      return fail(
          ErrorCode::kCorruption,
          fmt::format("not a llama2.c vocabulary: it is cut off at token {}", pieces.size()));
    pieces.push_back({.score = load_little_endian<float>(file.data() + at),
                      .text = std::string(as_text(file.subspan(at + 8, length)))});
    at += 8 + length;
  }
  return pieces;
}

// The tokens that llama2.c finds by number must stand there.
Status check_first_tokens(const std::vector<ScoredPiece>& pieces) {
  for (size_t id = 0; id < kFirstPiece; ++id) {
    const std::string expected = id < kFirstByte
                                     ? std::string(kSpecial[id])
                                     : spell_byte(static_cast<uint8_t>(id - kFirstByte));
    // llama2.c's export writes <s> and </s> between line breaks.
    if (id < pieces.size() && (pieces[id].text == expected ||
                               (id < kFirstByte && pieces[id].text == "\n" + expected + "\n")))
      continue;
    return invalid_input(
        fmt::format("not a llama2.c vocabulary: token {} is not {}", id, expected));
  }
  return {};
}

// Pieces of too low a score are joined with others, and never joined themselves.
Result<std::vector<Merge>> merges_of(const std::vector<std::string>& texts,
                                     const std::vector<ScoredPiece>& pieces) {
  std::vector<float> scores;
  for (const ScoredPiece& piece : pieces) scores.push_back(piece.score);
  PieceIds ids;
  std::vector<TokenId> results;
  for (size_t id = kFirstPiece; id < pieces.size(); ++id) {
    ids.emplace(texts[id], static_cast<TokenId>(id));
    if (scores[id] > kNeverMerged) results.push_back(static_cast<TokenId>(id));
  }
  return merges_by_score(texts, scores, std::move(results), ids);
}

}  // namespace

Result<TokenizerParts> parse_llama2c_vocabulary(ByteView file) {
  GLASS_TRY(const std::vector<ScoredPiece> pieces, read_pieces(file));
  GLASS_TRY_STATUS(check_first_tokens(pieces));
  TokenizerParts parts;
  parts.kind = TokenizerKind::kSentencePiece;
  SentencePieceRules& rules = parts.sentencepiece;
  rules.prefix_space = PrefixSpace::kAlways;
  rules.strip_space = true;
  rules.fuse_unknown = true;  // as files of Llama 2 say; every character has bytes
  rules.unknown = 0;
  for (size_t id = 0; id < pieces.size(); ++id) {
    if (id < kFirstByte) {
      parts.pieces.emplace_back(kSpecial[id]);
      parts.special.push_back({.id = static_cast<TokenId>(id), .text = std::string(kSpecial[id])});
    } else if (id < kFirstPiece) {
      parts.pieces.emplace_back(1, static_cast<char>(id - kFirstByte));
      rules.bytes.push_back(static_cast<TokenId>(id));
    } else {
      parts.pieces.push_back(pieces[id].text);
    }
  }
  parts.prefix = {kBegin};
  GLASS_TRY(parts.merges, merges_of(parts.pieces, pieces));
  return parts;
}

}  // namespace glass::data
