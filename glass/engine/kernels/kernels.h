// Kernels: every arithmetic the engine does, as one interface with several implementations.
//
// The bits are defined by the numerics class `portable-1` (docs/reference/numerics.md):
//   - A sum is cut into segments of kSegment terms; each segment is reduced in one fixed inner
//     order; the segment results are combined in the halving tree (tree.h). Who computes which
//     segment never shows.
//   - A fused multiply-add stands exactly where the specification says and nowhere else.
//   - No function of libm; exp, log, tanh, erf, sin and cos are those of math.h.
// Every implementation gives the same bits: `reference` is the definition, written plainly; the
// others (avx2, avx512, neon) are its twins, tested for equality of bits.
//
// Memory: row-major float32, but for what is stored in fewer bits and says so. A `stride` is the
// distance between rows in floats. Pointers must not overlap unless a field says so. Nothing here
// allocates: what a kernel needs besides its arguments is `scratch`, whose size it names
// beforehand.
//
// Shape letters: N rows (tokens of a micro-batch), C channels (d_model), F hidden width of the MLP,
// V vocabulary, B sequences, T positions, H heads, D head_dim.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/engine/kernels/weight_format.h"

namespace glass::engine {

// The one segment length: of k in products, of a row, of the vocabulary, of tokens, of keys.
inline constexpr int64_t kSegment = 256;

using Scratch = std::span<std::byte>;  // aligned to 64 bytes

// C[m,n] = tree over segments of k of (chain of fma, k ascending, from +0).
struct GemmArgs {
  enum class Form {
    kNT,  // A[m,k] B[n,k]: y = x Wᵀ
    kNN,  // A[m,k] B[k,n]: dx = dy W
    kTN,  // A[k,m] B[k,n]: dW = dyᵀ x
  };
  Form form = Form::kNT;
  int64_t m = 0, n = 0, k = 0;
  const float* a = nullptr;
  int64_t a_stride = 0;
  const float* b = nullptr;
  int64_t b_stride = 0;
  float* c = nullptr;
  int64_t c_stride = 0;
  bool accumulate = false;      // c = c + product: the product is the right child of a tree node
  const float* bias = nullptr;  // [n], added after the tree (and after `accumulate`)
  const float* residual = nullptr;  // [m,n] with c_stride, added last; may be c itself
  // The numbers of B are the nearest ones of bfloat16. REQUIRES: B is not packed, for what is
  // packed was rounded then.
  bool round_b = false;
};

// B of a kNT product, packed once for many products: the weights during generation. The numbers are
// those that the format leaves of the weights (weight_format.h).
struct PackedMatrix {
  const std::byte* data = nullptr;
  int64_t n = 0, k = 0;
  WeightFormat format = WeightFormat::kF32;
};

struct AddArgs {  // out = a + b; out may be a or b
  const float* a;
  const float* b;
  float* out;
  int64_t count;
};

struct AffineArgs {  // y = factor x + term; y may be x
  const float* x;
  float* y;
  int64_t count;
  float factor, term;
};

// y = (x * rstd) * weight, rstd = 1 / sqrt(mean(x²) + epsilon), for each of the `groups` of a row:
// `cols` columns each, side by side, with one weight for all. One group is the usual norm; the
// heads of a query are several.
struct RmsNormArgs {
  const float* x_NC;
  const float* weight_C;
  float* y_NC;    // may be x_NC
  float* rstd_N;  // [rows, groups]
  int64_t rows, cols;
  float epsilon;
  int64_t groups = 1;
  int64_t stride = 0;  // between rows of x and y; 0: groups * cols
};

struct RmsNormBackwardArgs {
  const float* dy_NC;
  const float* x_NC;
  const float* weight_C;
  const float* rstd_N;
  float* dx_NC;      // may be dy_NC
  float* dweight_C;  // overwritten
  int64_t rows, cols;
  int64_t groups = 1;
  int64_t stride = 0;  // between rows of dy, x and dx; 0: groups * cols
};

struct LayerNormArgs {  // y = ((x - mean) * rstd) * weight + bias
  const float* x_NC;
  const float* weight_C;
  const float* bias_C;  // may be null
  float* y_NC;
  float* mean_N;
  float* rstd_N;
  int64_t rows, cols;
  float epsilon;
};

struct LayerNormBackwardArgs {
  const float* dy_NC;
  const float* x_NC;
  const float* weight_C;
  const float* mean_N;
  const float* rstd_N;
  float* dx_NC;      // may be dy_NC
  float* dweight_C;  // overwritten
  float* dbias_C;    // overwritten; null when there is no bias
  int64_t rows, cols;
};

// Rotates, in place, the first `heads` heads of `head_dim` columns of each row.
struct RopeArgs {
  float* x;  // [rows, stride]
  int64_t rows, stride;
  int64_t heads, head_dim;
  int64_t rotary_dim;         // even; the first rotary_dim of each head turn, the rest stays
  bool interleaved;           // pairs (2i, 2i+1) as in llama2.c; else (i, i + rotary_dim/2)
  bool inverse;               // the backward pass turns the other way
  const int32_t* position_N;  // of each row
  const float* table;         // [positions, rotary_dim/2, 2]: cos, sin
};

// Causal attention of `batch` independent sequences. Query i stands at key keys - queries + i and
// sees the keys first_key[i] .. its own position. Query head h reads key head h /
// (q_heads/kv_heads). The tree over key segments is that of the segments up to the query's own, so
// a query's bits do not depend on how many keys follow it: prompt, decoding and training agree.
struct AttentionArgs {
  int64_t batch, queries, keys;
  int64_t q_heads, kv_heads, head_dim;
  const float* q;  // [batch, queries, q_heads, head_dim]
  const float* k;  // [batch, keys, kv_heads, head_dim]
  const float* v;
  float* out;                                        // [batch, queries, q_heads, head_dim]
  int64_t q_stride, k_stride, v_stride, out_stride;  // between positions
  int64_t q_batch_stride, k_batch_stride, v_batch_stride, out_batch_stride;
  const int32_t* first_key;  // [batch, queries]; at least 0, at most the query's own position
  float scale;
  float softcap = 0;   // c: a scaled score s becomes c tanh(s / c); 0: it stays
  float* log_sum_exp;  // [batch, q_heads, queries]; null when there is no backward pass
};

struct AttentionBackwardArgs {
  AttentionArgs forward;  // as it was, with out and log_sum_exp filled; queries == keys
  const float* dout;      // laid out as out
  float* dq;              // laid out as q; overwritten
  float* dk;              // laid out as k; overwritten
  float* dv;              // laid out as v; overwritten
};

// What one owner of the keys of segment `segment` contributes: per query and head the maximum, the
// sum of exponentials and the unnormalised output. Those of the segments up to a query's own are
// combined in the halving tree by merge_attention: context parallelism. A query that sees none of
// the keys has maximum -infinity, sum 0 and output 0.
struct AttentionPartial {
  float* max;  // [batch, q_heads, queries]
  float* sum;  // [batch, q_heads, queries]
  float* out;  // [batch, q_heads, queries, head_dim]
};

// The same for the gradient of the queries: what the keys of one segment contribute, unscaled.
// Those of the segments up to a query's own are summed in the tree and scaled.
struct AttentionBackwardPartial {
  float* dq;  // [batch, q_heads, queries, head_dim]
};

struct SwigluArgs {  // h = silu(gate) * up; a row of gate_up is [gate | up]
  const float* gate_up_N2F;
  float* h_NF;
  int64_t rows, cols;  // cols = F
};

struct SwigluBackwardArgs {
  const float* gate_up_N2F;
  const float* dh_NF;
  float* dgate_up_N2F;  // may be gate_up_N2F
  int64_t rows, cols;
};

struct GegluArgs {  // h = gelu(gate) * up, GELU by tanh; a row of gate_up is [gate | up]
  const float* gate_up_N2F;
  float* h_NF;
  int64_t rows, cols;  // cols = F
};

struct GegluBackwardArgs {
  const float* gate_up_N2F;
  const float* dh_NF;
  float* dgate_up_N2F;  // may be gate_up_N2F
  int64_t rows, cols;
};

struct SoftcapArgs {  // y = cap tanh(x / cap); y may be x
  const float* x;
  float* y;
  int64_t count;
  float cap;
};

enum class Gelu { kTanh, kErf };

struct GeluArgs {
  Gelu kind;
  const float* x;
  float* y;  // may be x
  int64_t count;
};

struct GeluBackwardArgs {
  Gelu kind;
  const float* x;
  const float* dy;
  float* dx;  // may be x or dy
  int64_t count;
};

struct EmbeddingArgs {  // y = table[token] (+ position_table[position])
  const int32_t* token_N;
  const float* table_VC;  // null: packed_VC
  const int32_t* position_N;
  const float* position_table_PC;  // null when the model has none
  float* y_NC;
  int64_t rows, cols;
  PackedMatrix packed_VC = {};  // packed by the same implementation
  bool round_tables = false;    // the numbers of both tables are the nearest ones of bfloat16
};

// y = the nearest numbers of bfloat16, ties to even, and their bits; y may be x.
struct StoreBf16Args {
  const float* x;
  float* y;
  uint16_t* stored;  // null: nobody wants the bits
  int64_t count;
};

struct LoadBf16Args {
  const uint16_t* stored;
  float* y;
  int64_t count;
};

// out[i] = sum over k of weight[i,k] y[place[i,k]] (+ residual[i]): what the experts of a row gave.
// Each place is named once.
struct CombineArgs {
  const float* y_RC;
  const int32_t* place_NK;
  const float* weight_NK;    // null: 1
  const float* residual_NC;  // null: none; may be out
  float* out_NC;
  int64_t rows, chosen, cols;  // N, K, C
};

// The gradients of y and weight.
struct CombineBackwardArgs {
  const float* dout_NC;
  const float* y_RC;
  const int32_t* place_NK;
  const float* weight_NK;
  float* dy_RC;  // may be y_RC
  float* dweight_NK;
  int64_t rows, chosen, cols;
};

// dtable[v] = dtable[v] + sum over the rows whose index is v, by segments of rows. Rows of the
// table that no index names stay untouched.
struct EmbeddingBackwardArgs {
  const int32_t* index_N;  // token or position of each row
  const float* dy_NC;
  float* dtable_VC;
  int64_t rows, cols, table_rows;
};

// Sum over rows of x, by segments of rows: the gradient of a bias.
struct ColumnSumArgs {
  const float* x_NC;
  float* sum_C;
  int64_t rows, cols;
};

// loss[i] = log(sum_v exp(z[i,v])) - z[i,target], z = x Wᵀ, or c tanh(z / c) where a model caps,
// without holding rows x vocabulary at once. With dx and dweight also the gradients of the *sum* of
// the losses.
struct LinearCrossEntropyArgs {
  const float* x_NC;
  const float* weight_VC;
  const int32_t* target_N;  // -1: masked, its loss is 0 and its gradient too
  float* loss_N;
  float* dx_NC;       // null: no gradients wanted
  float* dweight_VC;  // overwritten; null where dx is, or where W is not trained
  int64_t rows, cols, vocabulary;
  float softcap = 0;  // c; 0: logits are not capped
  // The loss is then log_sum_exp - (1 - s) z_target - (s / vocabulary) sum of z, plus z_loss *
  // log_sum_exp^2; see reference/loss_terms.h.
  float label_smoothing = 0;  // s
  float z_loss = 0;
  const float* row_weight_N = nullptr;  // the gradients are those of sum row_weight loss; null: 1
  bool round_weight = false;            // the numbers of W are the nearest ones of bfloat16
};

// y = x * scale where the element's word is at least `threshold`, else +0. The word of element i is
// word (first + i) mod 4 of random_block(seed, kDropout, stream, (first + i) / 4). y may be x.
struct DropoutArgs {
  const float* x;
  float* y;
  int64_t count;
  uint64_t seed, stream, first;
  uint32_t threshold;  // 2^32 times the share that is dropped
  float scale;         // 1 / (1 - that share)
};

// out[i] = variate i of the stream, rounded to float, times scale: mean 0, standard deviation 1
// before that, magnitude < 6.67. Box and Muller's transform over blocks of Philox
// (glass/base/philox.h) in double precision, with the functions of math.h: initial weights.
struct RandomNormalArgs {
  float* out;
  int64_t count;
  uint64_t seed;
  Purpose purpose;
  uint64_t stream;
  float scale;
};

struct BlendArgs {  // out = fma(alpha, a, beta * b); out may be a or b
  const float* a;
  const float* b;
  float* out;
  int64_t count;
  float alpha, beta;
};

// g = gradient * gradient_scale; m = fma(momentum, m, g); out = m, or fma(momentum, m, g) with
// Nesterov's look ahead.
struct MomentumArgs {
  const float* gradient;
  float* m;
  float* out;
  int64_t count;
  float gradient_scale, momentum;
  bool nesterov;
};

// Decoupled weight decay; the state is updated in place.
struct AdamWArgs {
  float* parameter;
  const float* gradient;
  float* m;
  float* v;
  int64_t count;
  float gradient_scale;  // 1 / tokens, times the clipping factor
  float learning_rate, beta1, beta2, epsilon, weight_decay;
  float correction1;  // 1 / (1 - beta1^t)
  float correction2;  // 1 / (1 - beta2^t)
};

struct LionArgs {  // Chen et al. 2023: the sign of a blend of momentum and gradient
  float* parameter;
  const float* gradient;
  float* m;
  int64_t count;
  float gradient_scale;
  float learning_rate, beta1, beta2, weight_decay;
};

struct SgdArgs {  // m = momentum * m + g; the step is m
  float* parameter;
  const float* gradient;
  float* m;
  int64_t count;
  float gradient_scale;
  float learning_rate, momentum, weight_decay;
};

class Kernels {
 public:
  virtual ~Kernels() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;

  // How much scratch the call of that name needs with `workers` workers, in bytes.
  [[nodiscard]] virtual size_t gemm_scratch(const GemmArgs&, int workers) const = 0;
  [[nodiscard]] virtual size_t attention_scratch(const AttentionArgs&, int workers) const = 0;
  [[nodiscard]] virtual size_t attention_backward_scratch(const AttentionBackwardArgs&,
                                                          int workers) const = 0;
  [[nodiscard]] virtual size_t embedding_backward_scratch(const EmbeddingBackwardArgs&,
                                                          int workers) const = 0;
  [[nodiscard]] virtual size_t linear_cross_entropy_scratch(const LinearCrossEntropyArgs&,
                                                            int workers) const = 0;

  virtual void gemm(const GemmArgs&, Scratch, Parallel&) const = 0;
  virtual void add(const AddArgs&, Parallel&) const = 0;
  virtual void affine(const AffineArgs&, Parallel&) const = 0;
  virtual void rms_norm(const RmsNormArgs&, Parallel&) const = 0;
  virtual void rms_norm_backward(const RmsNormBackwardArgs&, Parallel&) const = 0;
  virtual void layer_norm(const LayerNormArgs&, Parallel&) const = 0;
  virtual void layer_norm_backward(const LayerNormBackwardArgs&, Parallel&) const = 0;
  virtual void rope(const RopeArgs&, Parallel&) const = 0;
  virtual void attention(const AttentionArgs&, Scratch, Parallel&) const = 0;
  virtual void attention_backward(const AttentionBackwardArgs&, Scratch, Parallel&) const = 0;
  // Context parallelism, with the scratch of attention. REQUIRES of merge_attention: partials[s] is
  // that of key segment s, all of them present; their buffers are overwritten.
  virtual void attention_partial(const AttentionArgs&, int64_t segment, const AttentionPartial&,
                                 Scratch, Parallel&) const = 0;
  virtual void merge_attention(const AttentionArgs&, std::span<const AttentionPartial> partials,
                               Parallel&) const = 0;
  // Fills the rows of dk and dv of the keys of `segment`, and the segment's share of dq, with the
  // scratch of attention_backward; dq stays as it is until merge_attention_backward, which needs
  // the partials of all segments and overwrites them. Unless overridden, those of the reference.
  virtual void attention_backward_partial(const AttentionBackwardArgs&, int64_t segment,
                                          const AttentionBackwardPartial&, Scratch,
                                          Parallel&) const;
  virtual void merge_attention_backward(const AttentionBackwardArgs&,
                                        std::span<const AttentionBackwardPartial> partials,
                                        Parallel&) const;
  virtual void swiglu(const SwigluArgs&, Parallel&) const = 0;
  virtual void swiglu_backward(const SwigluBackwardArgs&, Parallel&) const = 0;
  virtual void geglu(const GegluArgs&, Parallel&) const = 0;
  virtual void geglu_backward(const GegluBackwardArgs&, Parallel&) const = 0;
  virtual void softcap(const SoftcapArgs&, Parallel&) const = 0;
  virtual void gelu(const GeluArgs&, Parallel&) const = 0;
  virtual void gelu_backward(const GeluBackwardArgs&, Parallel&) const = 0;
  virtual void combine(const CombineArgs&, Parallel&) const = 0;
  virtual void combine_backward(const CombineBackwardArgs&, Parallel&) const = 0;
  virtual void embedding(const EmbeddingArgs&, Parallel&) const = 0;
  virtual void embedding_backward(const EmbeddingBackwardArgs&, Scratch, Parallel&) const = 0;
  virtual void store_bf16(const StoreBf16Args&, Parallel&) const = 0;
  virtual void load_bf16(const LoadBf16Args&, Parallel&) const = 0;
  virtual void column_sum(const ColumnSumArgs&, Parallel&) const = 0;
  virtual void linear_cross_entropy(const LinearCrossEntropyArgs&, Scratch, Parallel&) const = 0;
  virtual void adamw(const AdamWArgs&, Parallel&) const = 0;
  virtual void lion(const LionArgs&, Parallel&) const = 0;
  virtual void sgd(const SgdArgs&, Parallel&) const = 0;
  virtual void blend(const BlendArgs&, Parallel&) const = 0;
  virtual void momentum(const MomentumArgs&, Parallel&) const = 0;
  virtual void dropout(const DropoutArgs&, Parallel&) const = 0;
  virtual void random_normal(const RandomNormalArgs&, Parallel&) const = 0;

  // Sums of a flat array, by the row rule.
  virtual float sum(std::span<const float>, Parallel&) const = 0;
  virtual float sum_of_squares(std::span<const float>, Parallel&) const = 0;

  // Generation: pack the weights once, multiply many times, with the scratch of gemm. `into` is
  // aligned to 64 bytes and stays as long as the packed matrix. REQUIRES of pack: the weights fit
  // the format.
  [[nodiscard]] virtual size_t packed_bytes(int64_t n, int64_t k, WeightFormat) const = 0;
  virtual PackedMatrix pack(const float* b_NK, int64_t n, int64_t k, WeightFormat,
                            std::span<std::byte> into, Parallel&) const = 0;
  virtual void gemm_packed(const GemmArgs&, const PackedMatrix&, Scratch, Parallel&) const = 0;
};

// The definition of the bits.
const Kernels& reference_kernels();

// The implementations that this program holds and this machine can run, fastest first; the last is
// the reference.
std::span<const Kernels* const> available_kernels();

// The one of that name, or nullptr; an empty name means the fastest.
const Kernels* find_kernels(std::string_view name);

}  // namespace glass::engine
