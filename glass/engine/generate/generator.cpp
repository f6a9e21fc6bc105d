#include "glass/engine/generate/generator.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/generate/pass.h"
#include "glass/engine/generate/sampler.h"
#include "glass/engine/generate/weights.h"

namespace glass::engine {
namespace {

// Tokens of a prompt that go through the decoder at once: many, so that a weight that was read does
// much, and few for what is left. A pass is padded to its width, so the narrowest that suffices is
// taken.
constexpr int64_t kWidths[] = {1, 8, 64, 512};
constexpr int64_t kMostRows =
    1024;  // of all sequences together, which is what a pass's memory costs

// Those that are of use for `capacity` positions of each of `sequences`.
std::span<const int64_t> widths(int64_t sequences, int64_t capacity) {
  size_t count = 1;
  while (count < std::size(kWidths) && kWidths[count - 1] < capacity &&
         kWidths[count] * sequences <= kMostRows)
    ++count;
  return std::span(kWidths).first(count);
}

// The padding of the last piece lies behind the last position.
int64_t cache_capacity(int64_t capacity, int64_t piece) {
  return capacity + piece;
}

}  // namespace

// A prompt on its way: first its own tokens are fed, then what was sampled.
struct Generator::Sequence {
  size_t prompt;  // of all prompts
  uint64_t stream;
  std::span<const int32_t> unfed;  // of the prompt
  std::vector<int32_t>* out;
  int64_t length = 0;     // in the cache
  int64_t room;           // tokens that may still be sampled
  bool finished = false;  // reached the end, or its room is used up
};

struct Generator::Run {
  Sampler& sampler;
  int64_t max_tokens;
  int32_t end;
  const OnToken& on_token;
};

Generator::Generator(const DecoderConfig& config, const GeneratorSettings& settings,
                     DecoderWeights weights)
    : config_(config),
      settings_(settings),
      weights_(std::move(weights)),
      cache_(
          config, settings.sequences,
          cache_capacity(settings.capacity, widths(settings.sequences, settings.capacity).back())) {
}

Result<std::unique_ptr<Generator>> Generator::create(const DecoderConfig& config,
                                                     const ParameterLookup& parameters,
                                                     const GeneratorSettings& settings,
                                                     const Kernels& kernels, Parallel& parallel) {
  GeneratorSettings filled = settings;
  if (filled.capacity == 0) filled.capacity = config.context;
  if (filled.vocabulary == 0) filled.vocabulary = config.vocabulary;
  if (filled.capacity < 1 || filled.capacity > config.context)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("a capacity of {} positions was asked for; the model has {}",
                            filled.capacity, config.context));
  GLASS_TRY(DecoderWeights weights,
            DecoderWeights::create(config, parameters, filled.weights, kernels, parallel));
  std::unique_ptr<Generator> generator(new Generator(config, filled, std::move(weights)));
  GLASS_TRY_STATUS(generator->add_passes(kernels, parallel));
  return generator;
}

Status Generator::add_passes(const Kernels& kernels, Parallel& parallel) {
  for (const int64_t width : widths(settings_.sequences, settings_.capacity)) {
    const InferenceShape shape{.sequences = settings_.sequences,
                               .positions = width,
                               .capacity = cache_.capacity(),
                               .rows_with_logits = settings_.sequences};
    GLASS_TRY(auto pass, Pass::create(config_, shape, weights_, cache_, kernels, parallel));
    passes_.push_back(std::move(pass));
  }
  return {};
}

// The narrowest that takes so many tokens of a sequence at once, else the widest.
Pass& Generator::pass_for(int64_t tokens) {
  for (const auto& pass : passes_) {
    if (pass->width() >= tokens) return *pass;
  }
  return *passes_.back();
}

Status Generator::expect_fits(std::span<const Prompt> prompts) const {
  for (const Prompt& prompt : prompts) {
    if (prompt.tokens.empty()) return fail(ErrorCode::kInvalidInput, "a prompt has no token");
    if (std::ssize(prompt.tokens) >= settings_.capacity)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("a prompt of {} tokens leaves nothing of the {} positions that the "
                              "model has; shorten it",
                              prompt.tokens.size(), settings_.capacity));
    for (const int32_t token : prompt.tokens) {
      if (token < 0 || token >= config_.vocabulary)
        return fail(
            ErrorCode::kInvalidInput,
            fmt::format("a prompt holds token {}; the model has {}", token, config_.vocabulary));
    }
  }
  return {};
}

Status Generator::take_token(Sequence& sequence, std::span<const float> logits, const Run& run) {
  const auto index = static_cast<uint64_t>(sequence.out->size());
  const int32_t token = run.sampler.sample(logits, sequence.stream, index);
  if (token == run.end) {
    sequence.finished = true;
    return {};
  }
  sequence.out->push_back(token);
  sequence.finished = --sequence.room == 0;
  return run.on_token(sequence.prompt, token);
}

Status Generator::generate_group(std::span<const Prompt> prompts, size_t first_prompt,
                                 const Run& run, std::span<std::vector<int32_t>> out) {
  std::vector<Sequence> sequences;
  for (size_t i = 0; i < prompts.size(); ++i)
    sequences.push_back(
        {.prompt = first_prompt + i,
         .stream = prompts[i].stream,
         .unfed = prompts[i].tokens,
         .out = &out[i],
         .room = std::min(run.max_tokens, settings_.capacity - std::ssize(prompts[i].tokens))});
  std::vector<Piece> pieces(static_cast<size_t>(settings_.sequences));
  const auto pass_over = [&](Pass& pass, auto next_tokens, auto is_ready) -> Status {
    for (size_t i = 0; i < sequences.size(); ++i)
      pieces[i] = {.tokens = next_tokens(sequences[i]), .length = sequences[i].length};
    GLASS_TRY_STATUS(pass.run(pieces));
    for (size_t i = 0; i < sequences.size(); ++i) {
      if (pieces[i].tokens.empty()) continue;
      sequences[i].length += std::ssize(pieces[i].tokens);
      if (!is_ready(sequences[i])) continue;
      GLASS_TRY(const std::span<const float> logits, pass.row(static_cast<int64_t>(i)));
      GLASS_TRY_STATUS(take_token(sequences[i], logits, run));
    }
    return {};
  };
  const auto prompt_is_fed = [](const Sequence& sequence) { return sequence.unfed.empty(); };
  const auto unfed = [](const Sequence& sequence) { return sequence.unfed.size(); };
  while (!std::ranges::all_of(sequences, prompt_is_fed)) {
    const size_t left = unfed(std::ranges::max(sequences, {}, unfed));
    Pass& pass = pass_for(static_cast<int64_t>(left));
    const auto take_prompt = [&pass](Sequence& sequence) {
      const auto count = std::min(sequence.unfed.size(), static_cast<size_t>(pass.width()));
      return std::exchange(sequence.unfed, sequence.unfed.subspan(count)).first(count);
    };
    GLASS_TRY_STATUS(pass_over(pass, take_prompt, prompt_is_fed));
  }

  const auto last_token = [](Sequence& sequence) {
    return sequence.finished ? std::span<const int32_t>{}
                             : std::span<const int32_t>(*sequence.out).last(1);
  };
  while (!std::ranges::all_of(sequences, &Sequence::finished))
    GLASS_TRY_STATUS(pass_over(*passes_.front(), last_token, [](const Sequence&) { return true; }));
  return {};
}

Result<std::vector<std::vector<int32_t>>> Generator::generate(std::span<const Prompt> prompts,
                                                              const SamplingSettings& sampling,
                                                              int64_t max_tokens, int32_t end,
                                                              const OnToken& on_token) {
  GLASS_TRY_STATUS(check(sampling));
  GLASS_TRY_STATUS(expect_fits(prompts));
  if (max_tokens < 1)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{} tokens were asked for; it must be at least 1", max_tokens));
  Sampler sampler(sampling, settings_.vocabulary);
  const Run run{.sampler = sampler, .max_tokens = max_tokens, .end = end, .on_token = on_token};
  std::vector<std::vector<int32_t>> out(prompts.size());
  const auto at_once = static_cast<size_t>(settings_.sequences);
  for (size_t first = 0; first < prompts.size(); first += at_once) {
    const size_t count = std::min(at_once, prompts.size() - first);
    GLASS_TRY_STATUS(generate_group(prompts.subspan(first, count), first, run,
                                    std::span(out).subspan(first, count)));
  }
  return out;
}

Result<std::vector<float>> sequence_logits(const DecoderConfig& config,
                                           const ParameterLookup& parameters,
                                           std::span<const int32_t> tokens, int64_t piece,
                                           const Kernels& kernels, Parallel& parallel,
                                           WeightFormat format) {
  GLASS_TRY(const DecoderWeights weights,
            DecoderWeights::create(config, parameters, format, kernels, parallel));
  const int64_t capacity = cache_capacity(std::ssize(tokens), piece);
  KeyValueCache cache(config, 1, capacity);
  const InferenceShape shape{.sequences = 1, .positions = piece, .capacity = capacity};
  GLASS_TRY(const auto pass, Pass::create(config, shape, weights, cache, kernels, parallel));
  std::vector<float> logits;
  for (int64_t begin = 0; begin < std::ssize(tokens); begin += piece) {
    const int64_t count = std::min(piece, std::ssize(tokens) - begin);
    const Piece next{
        .tokens = tokens.subspan(static_cast<size_t>(begin), static_cast<size_t>(count)),
        .length = begin};
    GLASS_TRY_STATUS(pass->run(std::span(&next, 1)));
    for (int64_t i = 0; i < count; ++i) {
      GLASS_TRY(const std::span<const float> row, pass->row(i));
      logits.insert(logits.end(), row.begin(), row.end());
    }
  }
  return logits;
}

}  // namespace glass::engine
