// The decoder: one configurable transformer that covers GPT-2, Llama and their relatives.
//
//   tokens -> embed -> [ norm1 -> attn (+) -> norm2 -> mlp (+) ] * n_layers -> norm -> head
//
// A block has one of four forms: the norms before what they feed (as above), both branches reading
// the block's input (`parallel`), the norms after: [ attn -> norm1 (+) -> mlp -> norm2 (+) ], or
// both: [ norm1 -> attn -> norm1_after (+) -> norm2 -> mlp -> norm2_after (+) ].
//
// Names of values: `embed`, `blocks.3.norm1`, `blocks.3.attn.qkv`, `blocks.3.attn.rope`,
// `blocks.3.attn.heads` (what attention gives), `blocks.3.attn.out` (the stream after attention has
// been added), `blocks.3.norm2`, `blocks.3.mlp.gate_up` or `blocks.3.mlp.up`,
// `blocks.3.mlp.hidden`, `blocks.3.mlp.down` (the stream after the block), `norm`, `loss`,
// `logits`; with norms after, the sums are `blocks.3.attn.added` and `blocks.3.mlp.added`; a norm
// whose weight counts from 1 has its factor as `blocks.3.norm1.gamma`; scaled embeddings are
// `embed.scaled`, logits before their cap `logits.uncapped`.
// Parameters add `.weight` or `.bias`; fused rows are [q heads | k heads | v heads] and [gate |
// up].
//
// Inputs, all I32, N = sequences * positions rows, row = sequence * positions + position:
//   tokens [N]                        ids below the vocabulary
//   positions [N]                     of each row within its document, below the context
//   first_key [sequences, positions]  the first position of the window (or cache) that the row may
//                                     attend to: the start of its document
//   targets [N]                       the next token, -1 where there is none
#pragma once

#include <cstdint>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/nn/net.h"
#include "glass/engine/tensor/numerics.h"

namespace glass::engine {

using nn::Init;
using nn::ParameterSpec;

// What a micro-batch looks like.
struct BatchShape {
  int64_t sequences = 1;
  int64_t positions = 1;  // of each sequence, at most the context
};

// What keeps a training from fitting its text too closely or its logits from growing; all of it is
// off in evaluation and generation. Shares that are dropped (Srivastava et al. 2014): of the
// embeddings, of what attention and MLP add to the stream, of what the heads of attention give.
struct Regularization {
  double label_smoothing = 0;
  double z_loss = 0;
  double embedding_dropout = 0;
  double residual_dropout = 0;
  double attention_dropout = 0;

  [[nodiscard]] bool drops() const {
    return embedding_dropout > 0 || residual_dropout > 0 || attention_dropout > 0;
  }
};

// Output `loss` [N]: nats of each row. Where something is dropped, a further input `random`
// (dropout() in graph/operations.h).
[[nodiscard]] Result<Graph> build_loss_graph(const DecoderConfig& config, BatchShape shape,
                                             const Regularization& regularization = {},
                                             Numerics numerics = Numerics::kPortable1);

struct TrainingGraphOptions {
  Recompute recompute = Recompute::kNone;
  Regularization regularization = {};
  bool weighted = false;  // a further input `row_weights` [N], F32: of each row's loss
  Numerics numerics = Numerics::kPortable1;
};

// The loss, and `W.gradient` of the sum of the losses (or of the weighted losses) for every
// parameter W that is trained.
[[nodiscard]] Result<Graph> build_training_graph(const DecoderConfig& config, BatchShape shape,
                                                 const TrainingGraphOptions& options = {});

// One step of generation: `positions` new tokens of each sequence, after those in the cache.
// Further inputs: `length` [sequences], how many positions each cache holds already; per block a
// cache `blocks.3.attn.cache` [sequences, capacity, 2 n_kv_heads head_dim] (F32, bound mutable),
// whose positions from `length` on the run fills; where rows_with_logits > 0, `logit_rows`
// [rows_with_logits], the rows whose logits are wanted. Output `logits` [rows, vocabulary].
// Tokens beyond the real ones (padding at the end) may be given: they disturb no earlier row, and
// the next run overwrites what they wrote, if `length` counts the real ones only.
struct InferenceShape {
  int64_t sequences = 1;
  int64_t positions = 1;         // new ones in a run
  int64_t capacity = 0;          // of the cache; 0: the context
  int64_t rows_with_logits = 0;  // 0: all rows
};

[[nodiscard]] Result<Graph> build_inference_graph(const DecoderConfig& config,
                                                  const InferenceShape& shape);

// In the order of the graph: embedding first, head last.
[[nodiscard]] Result<std::vector<ParameterSpec>> parameters(const DecoderConfig& config);

[[nodiscard]] int64_t parameter_count(const std::vector<ParameterSpec>& parameters);

// Of those that are trained: where there are adapters, theirs alone.
[[nodiscard]] int64_t trained_count(const std::vector<ParameterSpec>& parameters);

// Those that one token passes: of experts only as many as it goes to.
[[nodiscard]] int64_t active_parameter_count(const DecoderConfig& config,
                                             const std::vector<ParameterSpec>& parameters);

// Floating-point operations to train on one token of a sequence of `positions`, by the formula of
// PaLM (appendix B) and nanoGPT: 6 N + 12 n_layers (n_heads head_dim) positions. N counts what is
// multiplied: every active parameter but learned positions and, where the head has weights of its
// own, the embedding. Attention counts as full, although it is causal. What is not trained costs 4
// instead of 6: it has no gradient of its own.
[[nodiscard]] Result<double> training_flops_per_token(const DecoderConfig& config,
                                                      int64_t positions);

}  // namespace glass::engine
