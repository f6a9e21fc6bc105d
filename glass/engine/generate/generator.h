// Generator: lets a decoder write, token by token, with a cache of keys and values.
//
// What always holds: a sequence's tokens depend on its prompt, its stream and the settings alone,
// not on the sequences beside it, on threads, or on how its prompt was cut into pieces: the logits
// of a position are, bit for bit, those of the training's forward pass over the weights as their
// format stores them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/generate/pass.h"
#include "glass/engine/generate/sampler.h"
#include "glass/engine/generate/weights.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/config.h"

namespace glass::engine {

struct GeneratorSettings {
  int64_t sequences = 1;   // at once
  int64_t capacity = 0;    // positions of a sequence, prompt included; 0: the model's context
  int64_t vocabulary = 0;  // of the tokenizer; 0: the model's
  WeightFormat weights = WeightFormat::kF32;
};

struct Prompt {
  std::vector<int32_t> tokens;  // at least one
  uint64_t stream = 0;          // which random numbers it draws
};

class Generator {
 public:
  // kRefused when the memory cannot be had; kInvalidInput if the capacity exceeds the context, or a
  // parameter does not fit. The memory behind `parameters` is not needed afterwards. REQUIRES:
  // kernels and parallel outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Generator>> create(const DecoderConfig& config,
                                                                 const ParameterLookup& parameters,
                                                                 const GeneratorSettings& settings,
                                                                 const Kernels& kernels,
                                                                 Parallel& parallel);
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  // Called with every token as it is sampled; an error ends the generation and is passed on.
  using OnToken = std::function<Status(size_t prompt, int32_t token)>;

  // Up to max_tokens for each prompt; a sequence ends earlier at `end`, which is not part of it, or
  // when its capacity is used up. kInvalidInput if a prompt is empty, too long or holds a token
  // outside the vocabulary. Any number of prompts.
  [[nodiscard]] Result<std::vector<std::vector<int32_t>>> generate(std::span<const Prompt> prompts,
                                                                   const SamplingSettings& sampling,
                                                                   int64_t max_tokens, int32_t end,
                                                                   const OnToken& on_token);

 private:
  struct Sequence;
  struct Run;

  Generator(const DecoderConfig& config, const GeneratorSettings& settings, DecoderWeights weights);
  [[nodiscard]] Status add_passes(const Kernels& kernels, Parallel& parallel);
  [[nodiscard]] Pass& pass_for(int64_t tokens);
  [[nodiscard]] Status expect_fits(std::span<const Prompt> prompts) const;
  [[nodiscard]] Status generate_group(std::span<const Prompt> prompts, size_t first_prompt,
                                      const Run& run, std::span<std::vector<int32_t>> out);
  [[nodiscard]] Status take_token(Sequence& sequence, std::span<const float> logits,
                                  const Run& run);

  DecoderConfig config_;
  GeneratorSettings settings_;
  DecoderWeights weights_;
  KeyValueCache cache_;
  std::vector<std::unique_ptr<Pass>> passes_;  // the narrowest, of one token, first
};

// The logits after each token of one sequence, row by row [tokens, vocabulary of the model], fed
// `piece` tokens at a time: the bits do not depend on it.
[[nodiscard]] Result<std::vector<float>> sequence_logits(const DecoderConfig& config,
                                                         const ParameterLookup& parameters,
                                                         std::span<const int32_t> tokens,
                                                         int64_t piece, const Kernels& kernels,
                                                         Parallel& parallel,
                                                         WeightFormat format = WeightFormat::kF32);

}  // namespace glass::engine
