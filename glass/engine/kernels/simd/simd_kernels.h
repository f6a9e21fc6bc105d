// SimdKernels: the twins of the reference kernels on Google Highway, with the same bits.
//
// Vectors run across independent outputs, or are the 16 virtual lanes of the row rule, so that the
// width of a register never shows. Each family of methods is defined in the file of its name
// (gemm.cpp, norm.cpp, ...) and compiled for every target of targets.h.
#pragma once

#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

class SimdKernels final : public Kernels {
 public:
  [[nodiscard]] std::string_view name() const override;

  // gemm.cpp
  [[nodiscard]] size_t gemm_scratch(const GemmArgs&, int workers) const override;
  void gemm(const GemmArgs&, Scratch, Parallel&) const override;
  [[nodiscard]] size_t packed_bytes(int64_t n, int64_t k, WeightFormat) const override;
  PackedMatrix pack(const float* b_NK, int64_t n, int64_t k, WeightFormat,
                    std::span<std::byte> into, Parallel&) const override;
  void gemm_packed(const GemmArgs&, const PackedMatrix&, Scratch, Parallel&) const override;

  // linear_cross_entropy.cpp
  [[nodiscard]] size_t linear_cross_entropy_scratch(const LinearCrossEntropyArgs&,
                                                    int workers) const override;
  void linear_cross_entropy(const LinearCrossEntropyArgs&, Scratch, Parallel&) const override;

  // norm.cpp
  void rms_norm(const RmsNormArgs&, Parallel&) const override;
  void rms_norm_backward(const RmsNormBackwardArgs&, Parallel&) const override;
  void layer_norm(const LayerNormArgs&, Parallel&) const override;
  void layer_norm_backward(const LayerNormBackwardArgs&, Parallel&) const override;

  // rope.cpp
  void rope(const RopeArgs&, Parallel&) const override;

  // attention.cpp
  [[nodiscard]] size_t attention_scratch(const AttentionArgs&, int workers) const override;
  [[nodiscard]] size_t attention_backward_scratch(const AttentionBackwardArgs&,
                                                  int workers) const override;
  void attention(const AttentionArgs&, Scratch, Parallel&) const override;
  void attention_backward(const AttentionBackwardArgs&, Scratch, Parallel&) const override;
  void attention_partial(const AttentionArgs&, int64_t segment, const AttentionPartial&, Scratch,
                         Parallel&) const override;
  void merge_attention(const AttentionArgs&, std::span<const AttentionPartial> partials,
                       Parallel&) const override;

  // activation.cpp
  void swiglu(const SwigluArgs&, Parallel&) const override;
  void swiglu_backward(const SwigluBackwardArgs&, Parallel&) const override;
  void geglu(const GegluArgs&, Parallel&) const override;
  void geglu_backward(const GegluBackwardArgs&, Parallel&) const override;
  void softcap(const SoftcapArgs&, Parallel&) const override;
  void gelu(const GeluArgs&, Parallel&) const override;
  void gelu_backward(const GeluBackwardArgs&, Parallel&) const override;

  // combine.cpp
  void combine(const CombineArgs&, Parallel&) const override;
  void combine_backward(const CombineBackwardArgs&, Parallel&) const override;

  // embedding.cpp
  [[nodiscard]] size_t embedding_backward_scratch(const EmbeddingBackwardArgs&,
                                                  int workers) const override;
  void embedding(const EmbeddingArgs&, Parallel&) const override;
  void embedding_backward(const EmbeddingBackwardArgs&, Scratch, Parallel&) const override;

  // storage.cpp
  void store_bf16(const StoreBf16Args&, Parallel&) const override;
  void load_bf16(const LoadBf16Args&, Parallel&) const override;

  // reduction.cpp
  void add(const AddArgs&, Parallel&) const override;
  void affine(const AffineArgs&, Parallel&) const override;
  void column_sum(const ColumnSumArgs&, Parallel&) const override;
  [[nodiscard]] float sum(std::span<const float>, Parallel&) const override;
  [[nodiscard]] float sum_of_squares(std::span<const float>, Parallel&) const override;

  // update.cpp
  void adamw(const AdamWArgs&, Parallel&) const override;
  void lion(const LionArgs&, Parallel&) const override;
  void sgd(const SgdArgs&, Parallel&) const override;
  void blend(const BlendArgs&, Parallel&) const override;
  void momentum(const MomentumArgs&, Parallel&) const override;

  // dropout.cpp
  void dropout(const DropoutArgs&, Parallel&) const override;

  // random_normal.cpp
  void random_normal(const RandomNormalArgs&, Parallel&) const override;
};

// The twins for this machine, or nullptr where it has none of our instruction sets.
const Kernels* simd_kernels();

}  // namespace glass::engine
