// prepare_data: the stages of a run before training: the model it starts from, where there is one,
// corpus, tokenizer, token shards or conversations.
//
// Each stage is skipped when it was finished from the same inputs and its result is still there and
// unharmed; else it is built aside and published whole. A result whose folder is gone is made again
// and must have the digest it had.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/shard/shard.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/trainer.h"
#include "glass/service/batches.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/services.h"
#include "glass/service/start_model.h"

namespace glass::service {

struct PreparedData {
  std::optional<StartModel> start;
  data::CorpusReport corpus;
  data::Tokenizer tokenizer;
  crypto::Digest tokenizer_digest;  // of tokenizer.json
  TokenData tokens;
};

// `recipe_folder` is what relative paths of the recipe start from.
[[nodiscard]] Result<PreparedData> prepare_data(const Recipe& recipe,
                                                const system::Path& recipe_folder,
                                                RunFolder& folder, const Services& services);

// What the recipe's corpus section asks for.
[[nodiscard]] Result<data::CorpusConfig> corpus_config(const Recipe& recipe,
                                                       const system::Path& recipe_folder,
                                                       const RunPaths& paths);

// The tokenizer of a run whose tokenizer stage is finished.
[[nodiscard]] Result<data::Tokenizer> read_tokenizer(const RunPaths& paths, system::Files& files);

// The documents whose text the merges are found in: in the corpus's order, none held out, up to
// tokenizer.training_bytes.
std::vector<std::string_view> tokenizer_texts(const data::DocumentStore& documents,
                                              const TokenizerSettings& settings);

// The stages as pure functions of the results before them, for prepare_data and for verify.
[[nodiscard]] Result<data::TrainedTokenizer> make_tokenizer(const data::DocumentStore& documents,
                                                            const TokenizerSettings& settings,
                                                            Parallel& parallel);
// The text of tokenizer/manifest.json: of one that was trained, and of a start's.
std::string tokenizer_manifest(const TokenizerSettings& settings, const data::TrainerFacts& facts);
std::string tokenizer_manifest(const StartModel& start);
data::ShardSetOptions shard_options(const crypto::Digest& corpus_manifest,
                                    const data::Tokenizer& tokenizer);

// The digest of the manifest of the shards that the writer was given.
[[nodiscard]] Result<crypto::Digest> make_shards(const data::DocumentStore& documents,
                                                 const data::Tokenizer& tokenizer,
                                                 data::ShardSetWriter writer,
                                                 const Services& services);

}  // namespace glass::service
