#include "glass/service/sampling.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/utf8_stream.h"
#include "glass/engine/generate/generator.h"
#include "glass/engine/train/trainer.h"
#include "glass/service/batches.h"
#include "glass/service/services.h"
#include "glass/service/training_run.h"

namespace glass::service {

namespace {

Result<std::vector<data::TokenId>> prompt_tokens(const Writer& writer, const std::string& prompt,
                                                 const std::string& role) {
  if (!role.empty() && writer.chat == nullptr)
    return fail(ErrorCode::kInvalidInput,
                "the model knows no chat: it has no chat.json, which says how turns are written. "
                "Leave out --as to let it continue the prompt as plain text");
  if (!role.empty()) return writer.chat->prompt({{.role = role, .content = prompt}});
  // A document begins with the end of the one before it, in training as here.
  std::vector<data::TokenId> tokens = {writer.tokenizer.end_of_text()};
  writer.tokenizer.encode(prompt, tokens);
  return tokens;
}

// Who asks: the first role that the model does not learn to write.
std::string asking_role(const Recipe& recipe) {
  const auto role = std::ranges::find(recipe.chat.roles, false, &ChatRoleSettings::learned);
  return role == recipe.chat.roles.end() ? "" : role->name;
}

}  // namespace

Result<std::vector<std::string>> write_texts(const Writer& writer,
                                             std::span<const std::string> prompts,
                                             const GenerateChoice& choice, const OnText& on_text,
                                             const Services& services) {
  const data::Tokenizer& tokenizer = writer.tokenizer;
  const auto weights = engine::weight_format(choice.weights);
  if (!weights)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("weights cannot be stored as '{}'; there are f32, f16, bf16 and q8_0",
                            choice.weights));
  GLASS_TRY(const auto generator,
            engine::Generator::create(writer.config, writer.parameters,
                                      {.sequences = std::min<int64_t>(kAtOnce, std::ssize(prompts)),
                                       .vocabulary = tokenizer.vocabulary_size(),
                                       .weights = *weights},
                                      kernels(), services.parallel));
  std::vector<engine::Prompt> encoded(prompts.size());
  for (size_t i = 0; i < prompts.size(); ++i) {
    GLASS_TRY(encoded[i].tokens, prompt_tokens(writer, prompts[i], choice.role));
  }
  const data::TokenId end = choice.role.empty() ? writer.end.value_or(tokenizer.end_of_text())
                                                : writer.chat->end_of_turn();
  std::vector<std::string> texts(prompts.size());
  std::vector<data::Utf8Stream> streams(prompts.size());
  const auto tell = [&](size_t prompt, const std::string& text) {
    texts[prompt] += text;
    on_text(prompt, text);
  };
  const auto on_token = [&](size_t prompt, int32_t token) -> Status {
    if (services.interrupted()) return fail(ErrorCode::kInterrupted, "generation was stopped");
    tell(prompt, streams[prompt].push(tokenizer.piece(token)));
    return {};
  };
  const engine::SamplingSettings sampling{
      .temperature = choice.temperature, .top_p = choice.top_p, .seed = choice.seed};
  if (const auto tokens = generator->generate(encoded, sampling, choice.max_tokens, end, on_token);
      !tokens)
    return tl::unexpected(tokens.error());
  for (size_t i = 0; i < prompts.size(); ++i) tell(i, streams[i].finish());
  return texts;
}

Result<std::vector<std::string>> sample_texts(const engine::Trainer& trainer,
                                              const data::Tokenizer& tokenizer,
                                              const Recipe& recipe, const Services& services) {
  const engine::TensorViews tensors = trainer.model();
  const auto parameters = [&](const std::string& name) { return tensors.at(name).values; };
  GenerateChoice choice;
  choice.max_tokens = recipe.evaluation.sample_tokens;
  choice.seed = static_cast<uint64_t>(recipe.seed);
  if (trainer.plan().settings.numerics == engine::Numerics::kPortable1Bf16) choice.weights = "bf16";
  std::optional<data::ChatTemplate> chat;
  if (applies(recipe, "chat")) {
    GLASS_TRY(chat, chat_template(recipe, tokenizer));
    choice.role = asking_role(recipe);
  }
  return write_texts(
      {trainer.plan().settings.model, parameters, tokenizer, chat ? &*chat : nullptr},
      recipe.evaluation.prompts, choice, [](size_t, std::string_view) {}, services);
}

}  // namespace glass::service
