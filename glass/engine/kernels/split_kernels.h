// SplitKernels: the arithmetic of a run spread over many machines, carried out in one process.
//
// Every sum that a distributed run would cut is cut here: the k of products among `tensor` owners,
// the keys of attention among `context` owners, the vocabulary of the loss among `vocabulary`
// owners. An owner sees only its part, hands over the values of tree nodes, and the tree is
// finished from them. The bits are those of the inner kernels, which is what this class is for:
// it proves that a later distributed run changes nothing. It allocates, and it is not fast.
#pragma once

#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

// The number of owners of each kind of cut; 1 means not cut.
struct Split {
  int tensor = 1;
  int context = 1;
  int vocabulary = 1;
};

// `inner` must outlive it.
class SplitKernels final : public Kernels {
 public:
  SplitKernels(const Kernels& inner, const Split& split) : inner_(inner), split_(split) {}

  [[nodiscard]] std::string_view name() const override { return "split"; }

  // All scratch is its own.
  [[nodiscard]] size_t gemm_scratch(const GemmArgs&, int) const override { return 0; }

  [[nodiscard]] size_t attention_scratch(const AttentionArgs&, int) const override { return 0; }

  [[nodiscard]] size_t attention_backward_scratch(const AttentionBackwardArgs&,
                                                  int) const override {
    return 0;
  }

  [[nodiscard]] size_t embedding_backward_scratch(const EmbeddingBackwardArgs& args,
                                                  int workers) const override {
    return inner_.embedding_backward_scratch(args, workers);
  }

  [[nodiscard]] size_t linear_cross_entropy_scratch(const LinearCrossEntropyArgs&,
                                                    int) const override {
    return 0;
  }

  void gemm(const GemmArgs&, Scratch, Parallel&) const override;
  void attention(const AttentionArgs&, Scratch, Parallel&) const override;
  void attention_backward(const AttentionBackwardArgs&, Scratch, Parallel&) const override;
  void attention_partial(const AttentionArgs&, int64_t segment, const AttentionPartial&, Scratch,
                         Parallel&) const override;
  void attention_backward_partial(const AttentionBackwardArgs&, int64_t segment,
                                  const AttentionBackwardPartial&, Scratch,
                                  Parallel&) const override;
  void linear_cross_entropy(const LinearCrossEntropyArgs&, Scratch, Parallel&) const override;
  [[nodiscard]] size_t packed_bytes(int64_t n, int64_t k, WeightFormat) const override;
  PackedMatrix pack(const float* b_NK, int64_t n, int64_t k, WeightFormat,
                    std::span<std::byte> into, Parallel&) const override;
  void gemm_packed(const GemmArgs&, const PackedMatrix&, Scratch, Parallel&) const override;

  void merge_attention(const AttentionArgs& args, std::span<const AttentionPartial> partials,
                       Parallel& parallel) const override {
    inner_.merge_attention(args, partials, parallel);
  }

  void merge_attention_backward(const AttentionBackwardArgs& args,
                                std::span<const AttentionBackwardPartial> partials,
                                Parallel& parallel) const override {
    inner_.merge_attention_backward(args, partials, parallel);
  }

  void add(const AddArgs& args, Parallel& parallel) const override { inner_.add(args, parallel); }

  void affine(const AffineArgs& args, Parallel& parallel) const override {
    inner_.affine(args, parallel);
  }

  void rms_norm(const RmsNormArgs& args, Parallel& parallel) const override {
    inner_.rms_norm(args, parallel);
  }

  void rms_norm_backward(const RmsNormBackwardArgs& args, Parallel& parallel) const override {
    inner_.rms_norm_backward(args, parallel);
  }

  void layer_norm(const LayerNormArgs& args, Parallel& parallel) const override {
    inner_.layer_norm(args, parallel);
  }

  void layer_norm_backward(const LayerNormBackwardArgs& args, Parallel& parallel) const override {
    inner_.layer_norm_backward(args, parallel);
  }

  void rope(const RopeArgs& args, Parallel& parallel) const override {
    inner_.rope(args, parallel);
  }

  void swiglu(const SwigluArgs& args, Parallel& parallel) const override {
    inner_.swiglu(args, parallel);
  }

  void swiglu_backward(const SwigluBackwardArgs& args, Parallel& parallel) const override {
    inner_.swiglu_backward(args, parallel);
  }

  void geglu(const GegluArgs& args, Parallel& parallel) const override {
    inner_.geglu(args, parallel);
  }

  void geglu_backward(const GegluBackwardArgs& args, Parallel& parallel) const override {
    inner_.geglu_backward(args, parallel);
  }

  void softcap(const SoftcapArgs& args, Parallel& parallel) const override {
    inner_.softcap(args, parallel);
  }

  void gelu(const GeluArgs& args, Parallel& parallel) const override {
    inner_.gelu(args, parallel);
  }

  void gelu_backward(const GeluBackwardArgs& args, Parallel& parallel) const override {
    inner_.gelu_backward(args, parallel);
  }

  void combine(const CombineArgs& args, Parallel& parallel) const override {
    inner_.combine(args, parallel);
  }

  void combine_backward(const CombineBackwardArgs& args, Parallel& parallel) const override {
    inner_.combine_backward(args, parallel);
  }

  void embedding(const EmbeddingArgs& args, Parallel& parallel) const override {
    EmbeddingArgs plain = args;
    if (args.table_VC == nullptr)
      plain.table_VC = reinterpret_cast<const float*>(args.packed_VC.data);
    inner_.embedding(plain, parallel);
  }

  void embedding_backward(const EmbeddingBackwardArgs& args, Scratch scratch,
                          Parallel& parallel) const override {
    inner_.embedding_backward(args, scratch, parallel);
  }

  void store_bf16(const StoreBf16Args& args, Parallel& parallel) const override {
    inner_.store_bf16(args, parallel);
  }

  void load_bf16(const LoadBf16Args& args, Parallel& parallel) const override {
    inner_.load_bf16(args, parallel);
  }

  void column_sum(const ColumnSumArgs& args, Parallel& parallel) const override {
    inner_.column_sum(args, parallel);
  }

  void adamw(const AdamWArgs& args, Parallel& parallel) const override {
    inner_.adamw(args, parallel);
  }

  void lion(const LionArgs& args, Parallel& parallel) const override {
    inner_.lion(args, parallel);
  }

  void sgd(const SgdArgs& args, Parallel& parallel) const override { inner_.sgd(args, parallel); }

  void blend(const BlendArgs& args, Parallel& parallel) const override {
    inner_.blend(args, parallel);
  }

  void momentum(const MomentumArgs& args, Parallel& parallel) const override {
    inner_.momentum(args, parallel);
  }

  void random_normal(const RandomNormalArgs& args, Parallel& parallel) const override {
    inner_.random_normal(args, parallel);
  }

  void dropout(const DropoutArgs& args, Parallel& parallel) const override {
    inner_.dropout(args, parallel);
  }

  [[nodiscard]] float sum(std::span<const float> x, Parallel& parallel) const override {
    return inner_.sum(x, parallel);
  }

  [[nodiscard]] float sum_of_squares(std::span<const float> x, Parallel& parallel) const override {
    return inner_.sum_of_squares(x, parallel);
  }

 private:
  const Kernels& inner_;
  Split split_;
};

}  // namespace glass::engine
