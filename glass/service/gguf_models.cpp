#include "glass/service/gguf_models.h"

#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/data/tokenizer/token_list.h"
#include "glass/engine/formats/gguf_config.h"
#include "glass/engine/formats/gguf_model.h"
#include "glass/engine/formats/gguf_tokenizer.h"

namespace glass::service {
namespace {

using Kind = engine::GgufTokenizer::Kind;

engine::GgufTokenizer to_gguf(data::TokenList list, engine::SpecialTokens special) {
  engine::GgufTokenizer out;
  out.kind = list.kind == data::TokenizerKind::kByteLevel ? Kind::kBytes : Kind::kSentencePiece;
  out.pattern = std::move(list.pattern);
  out.tokens = std::move(list.tokens);
  for (const data::TokenType type : list.types) {
    if (type == data::TokenType::kUnknown) out.unknown = std::ssize(out.types);
    out.types.push_back(static_cast<int64_t>(type));
  }
  out.merges = std::move(list.merges);
  out.scores = std::move(list.scores);
  out.space_prefix = list.space_prefix;
  out.adds_begin = true;
  out.begin = special.begin;
  out.end = special.end;
  return out;
}

Result<data::Tokenizer> from_gguf(const engine::GgufTokenizer& found) {
  data::TokenList list;
  const bool bytes = found.kind == Kind::kBytes;
  list.kind = bytes ? data::TokenizerKind::kByteLevel : data::TokenizerKind::kSentencePiece;
  list.pattern = found.pattern;
  list.tokens = found.tokens;
  for (const int64_t type : found.types) list.types.push_back(static_cast<data::TokenType>(type));
  list.merges = found.merges;
  list.scores = found.scores;
  list.space_prefix = found.space_prefix;
  const bool adds_begin = found.adds_begin.value_or(!bytes || data::begins_texts(found.pattern));
  if (adds_begin && found.begin >= 0) list.prefix = {static_cast<data::TokenId>(found.begin)};
  return data::tokenizer_from(list);
}

Result<data::Tokenizer> tokenizer_of(const engine::GgufTokenizer& found, system::Files& files,
                                     const system::Path& json) {
  if (json.empty()) return from_gguf(found);
  GLASS_TRY(const std::string text, files.read_text(json));
  return data::Tokenizer::from_json(text, json.string());
}

}  // namespace

Status write_gguf_model(system::Files& files, const system::Path& file,
                        const GgufModelToWrite& model, engine::GgufForm form,
                        const engine::GgufKeys& further) {
  auto list = data::token_list(model.tokenizer);
  if (!list)
    return invalid_input(
        fmt::format("llama.cpp cannot encode as this model's tokenizer does: {}; the Hugging Face "
                    "folder of the model keeps it",
                    list.error().message));
  GLASS_TRY(engine::GgufKeys keys,
            engine::gguf_tokenizer_keys(to_gguf(std::move(*list), model.special),
                                        model.config.vocabulary));
  keys.insert(further.begin(), further.end());
  return engine::export_gguf(files, file, model.family, model.config, model.tensors, form, keys);
}

bool is_gguf(const system::Path& file) {
  return file.extension() == ".gguf";
}

Result<GgufModel> read_gguf_model(system::Files& files, const system::Path& file,
                                  const system::Path& tokenizer) {
  GLASS_TRY(const engine::GgufFile gguf, engine::GgufFile::open(files, file));
  auto model = engine::model_from_gguf(gguf.content());
  if (!model) return in_context(file.string(), std::move(model).error());
  GLASS_TRY(const engine::ModelFamily* family, engine::gguf_family(gguf.content().keys()));
  const auto found = engine::gguf_tokenizer(gguf.content().keys());
  if (!found) return in_context(file.string(), found.error());
  auto read = tokenizer_of(*found, files, tokenizer);
  if (!read && tokenizer.empty())
    return invalid_input(
        fmt::format("{}: the tokenizer in it cannot be used: {}; the model's "
                    "Hugging Face folder may have one that can",
                    file.string(), read.error().message));
  if (!read) return tl::unexpected(std::move(read).error());
  return GgufModel{.model = std::move(*model),
                   .family = family,
                   .tokenizer = std::move(*read),
                   .begin = static_cast<data::TokenId>(found->begin),
                   .end = static_cast<data::TokenId>(found->end),
                   .digest = crypto::sha256(gguf.bytes())};
}

}  // namespace glass::service
