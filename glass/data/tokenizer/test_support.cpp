#include "glass/data/tokenizer/test_support.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/base/utf8.h"
#include "glass/data/tokenizer/internal/byte_alphabet.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/trainer.h"

namespace glass::data {

Tokenizer trained_on(std::string_view text, int merges) {
  SerialParallel serial;
  auto trained = train_tokenizer(std::vector{text}, {.vocabulary_size = 257 + merges}, serial);
  GLASS_CHECK(trained.has_value());
  return std::move(trained->tokenizer);
}

std::vector<std::pair<std::string, std::string>> spelled_merges(const Tokenizer& tokenizer) {
  std::vector<std::pair<std::string, std::string>> merges;
  for (const Merge& merge : tokenizer.parts().merges)
    merges.emplace_back(spell_piece(tokenizer.piece(merge.left)),
                        spell_piece(tokenizer.piece(merge.right)));
  return merges;
}

namespace {

std::vector<TokenId> merge_by_definition(const Tokenizer& tokenizer, std::vector<TokenId> ids) {
  const std::vector<Merge>& merges = tokenizer.parts().merges;
  for (size_t rank = 0; rank < merges.size();) {
    const Merge& merge = merges[rank];
    size_t at = 0;
    while (at + 1 < ids.size() && (ids[at] != merge.left || ids[at + 1] != merge.right)) ++at;
    if (at + 1 >= ids.size()) {
      ++rank;
      continue;
    }
    ids[at] = merge.result;
    ids.erase(ids.begin() + static_cast<ptrdiff_t>(at) + 1);
    rank = 0;  // the new token may take part in a merge of a lower rank
  }
  return ids;
}

std::vector<TokenId> encode_word_by_definition(const Tokenizer& tokenizer, std::string_view word) {
  const std::vector<std::string>& pieces = tokenizer.parts().pieces;
  std::vector<TokenId> ids;
  for (const char byte : word) {
    const auto at = std::ranges::find(pieces, std::string(1, byte));
    ids.push_back(static_cast<TokenId>(at - pieces.begin()));
  }
  return merge_by_definition(tokenizer, std::move(ids));
}

std::vector<TokenId> encode_text_by_definition(const Tokenizer& tokenizer, std::string_view text) {
  const TokenizerParts& parts = tokenizer.parts();
  const SentencePieceRules& rules = parts.sentencepiece;
  const bool spaced = text.starts_with(' ') || text.starts_with("\u2581");
  const bool missing = !text.empty() && rules.prefix_space != PrefixSpace::kNone &&
                       (rules.prefix_space == PrefixSpace::kAlways || !spaced);
  const std::string whole = (missing ? " " : "") + std::string(text);
  std::vector<TokenId> ids, all;
  for (size_t at = 0; at < whole.size();) {
    const size_t size = std::max<size_t>(1, decode_utf8(std::string_view(whole).substr(at)).size);
    std::string character = whole.substr(at, size);
    if (character == "\u2581") character = " ";
    if (rules.split_at_spaces && character == " ") {
      ids = merge_by_definition(tokenizer, std::move(ids));
      all.insert(all.end(), ids.begin(), ids.end());
      ids.clear();
    }
    const size_t first = rules.bytes.empty() ? 1 : 259;  // behind special tokens and bytes
    const auto piece = std::find(parts.pieces.begin() + static_cast<ptrdiff_t>(first),
                                 parts.pieces.end(), character);
    if (piece != parts.pieces.end())
      ids.push_back(static_cast<TokenId>(piece - parts.pieces.begin()));
    else if (!rules.bytes.empty())
      for (const char byte : character) ids.push_back(rules.bytes[static_cast<uint8_t>(byte)]);
    else if (!rules.fuse_unknown || ids.empty() || ids.back() != rules.unknown)
      ids.push_back(rules.unknown);
    at += size;
  }
  ids = merge_by_definition(tokenizer, std::move(ids));
  all.insert(all.end(), ids.begin(), ids.end());
  return all;
}

}  // namespace

Tokenizer made(TokenizerParts parts) {
  auto tokenizer = Tokenizer::make(std::move(parts));
  GLASS_CHECK(tokenizer);
  return std::move(*tokenizer);
}

std::vector<TokenId> encode_by_definition(const Tokenizer& tokenizer, std::string_view text) {
  if (tokenizer.parts().kind == TokenizerKind::kSentencePiece)
    return encode_text_by_definition(tokenizer, text);
  std::vector<TokenId> ids;
  for (size_t at = 0; at < text.size();) {
    const size_t end = word_end(text, at);
    const std::vector<TokenId> word =
        encode_word_by_definition(tokenizer, text.substr(at, end - at));
    ids.insert(ids.end(), word.begin(), word.end());
    at = end;
  }
  return ids;
}

std::vector<TokenId> encode(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<TokenId> ids;
  tokenizer.encode(text, ids);
  return ids;
}

TokenizerParts sentencepiece_parts(const std::vector<std::string>& pieces,
                                   const SentencePieceRules& rules) {
  TokenizerParts parts;
  parts.kind = TokenizerKind::kSentencePiece;
  parts.sentencepiece = rules;
  parts.sentencepiece.unknown = 0;
  parts.pieces = {"<unk>", "<s>", "</s>"};
  parts.special = {{.id = 0, .text = "<unk>"}, {.id = 1, .text = "<s>"}, {.id = 2, .text = "</s>"}};
  for (int byte = 0; byte < 256; ++byte) {
    parts.sentencepiece.bytes.push_back(static_cast<TokenId>(parts.pieces.size()));
    parts.pieces.emplace_back(1, static_cast<char>(byte));
  }
  std::map<std::string, TokenId> ids;
  for (const std::string& piece : pieces) {
    ids.emplace(piece, static_cast<TokenId>(parts.pieces.size()));
    parts.pieces.push_back(piece);
  }
  for (const std::string& piece : pieces) {
    for (size_t cut = 1; cut < piece.size(); ++cut) {
      const auto left = ids.find(piece.substr(0, cut)), right = ids.find(piece.substr(cut));
      if (left != ids.end() && right != ids.end())
        parts.merges.push_back(
            {.left = left->second, .right = right->second, .result = ids.at(piece)});
    }
  }
  return parts;
}

std::string mixed_text() {
  return "The quick brown fox doesn't jump; it'll walk over 1234567 lazy dogs.\n"
         "    for (int i = 0; i < n; ++i) { sum += x[i] * 0x1F; }\t// a comment\r\n\r\n"
         "\u00dcber den D\u00e4chern von K\u00f6ln fl\u00f6gen gr\u00fc\u00dfende Stra\u00dfen.\n"
         "\u041c\u044b \u0447\u0438\u0442\u0430\u0435\u043c \u043a\u043d\u0438\u0433\u0438, "
         "\u043a\u043d\u0438\u0433\u0438 \u0443\u0447\u0430\u0442 \u043d\u0430\u0441.\n"
         "\u6f22\u5b57\u304b\u306a\u6df7\u3058\u308a\u306e\u6587\u3001\u6570\u5b57\u306f"
         "\uff11\uff12\uff13\u3002\n"
         "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645 "
         "\u0661\u0662\u0663\u0664\n"
         "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e\n"
         "\ud55c\uad6d\uc5b4 \ubb38\uc7a5 \U0001F469\u200D\U0001F4BB \u2764\uFE0F "
         "e\u0301a\u0308 \u00a0\u00a0 \u3000 \u2028x\u0085y\ufeff\n   \n";
}

}  // namespace glass::data
