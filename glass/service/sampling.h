// Writing with a model that is in memory: sample texts during training, and what generate_text
// does.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/examples/chat_template.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/generate/generator.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/train/trainer.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/services.h"
#include "glass/service/use_cases.h"

namespace glass::service {

// Prompts that are continued side by side.
inline constexpr int64_t kAtOnce = 8;

// A model and its tokenizer, all of it in memory of others.
struct Writer {
  const engine::DecoderConfig& config;
  engine::ParameterLookup parameters;
  const data::Tokenizer& tokenizer;
  const data::ChatTemplate* chat = nullptr;  // null: it writes plain text
  std::optional<data::TokenId> end = {};     // of a text; none: the token that stands between texts
};

// Called with whole UTF-8 characters as they come.
using OnText = FunctionRef<void(size_t prompt, std::string_view text)>;

// The continuations of the prompts, or the answers to them where they are turns of choice.role, in
// valid UTF-8: bytes of no character are U+FFFD. The model and the prompts in `choice` are not
// looked at. kInvalidInput if there is a role and the model knows no chat, or not this role.
[[nodiscard]] Result<std::vector<std::string>> write_texts(const Writer& writer,
                                                           std::span<const std::string> prompts,
                                                           const GenerateChoice& choice,
                                                           const OnText& on_text,
                                                           const Services& services);

// What the model writes after the recipe's prompts, as its parameters are. Same recipe, same step,
// same texts.
[[nodiscard]] Result<std::vector<std::string>> sample_texts(const engine::Trainer& trainer,
                                                            const data::Tokenizer& tokenizer,
                                                            const Recipe& recipe,
                                                            const Services& services);

}  // namespace glass::service
