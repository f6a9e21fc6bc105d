// ReferenceKernels: the definition of the bits of numerics class portable-1, in plain loops.
//
// Each method reads like its formula in docs/reference/numerics.md: one element of the output after
// the other, each sum by the tools of sums.h. It is slow on purpose; a twin that differs from it in
// one bit is wrong. Work is split over workers by output elements only.
#pragma once

#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

class ReferenceKernels final : public Kernels {
 public:
  [[nodiscard]] std::string_view name() const override { return "reference"; }

  // gemm_reference.cpp
  [[nodiscard]] size_t gemm_scratch(const GemmArgs&, int workers) const override;
  void gemm(const GemmArgs&, Scratch, Parallel&) const override;
  [[nodiscard]] size_t packed_bytes(int64_t n, int64_t k, WeightFormat) const override;
  PackedMatrix pack(const float* b_NK, int64_t n, int64_t k, WeightFormat,
                    std::span<std::byte> into, Parallel&) const override;
  void gemm_packed(const GemmArgs&, const PackedMatrix&, Scratch, Parallel&) const override;

  // norm_reference.cpp
  void rms_norm(const RmsNormArgs&, Parallel&) const override;
  void rms_norm_backward(const RmsNormBackwardArgs&, Parallel&) const override;
  void layer_norm(const LayerNormArgs&, Parallel&) const override;
  void layer_norm_backward(const LayerNormBackwardArgs&, Parallel&) const override;

  // rope_reference.cpp
  void rope(const RopeArgs&, Parallel&) const override;

  // attention_reference.cpp
  [[nodiscard]] size_t attention_scratch(const AttentionArgs&, int workers) const override;
  void attention(const AttentionArgs&, Scratch, Parallel&) const override;
  void attention_partial(const AttentionArgs&, int64_t segment, const AttentionPartial&, Scratch,
                         Parallel&) const override;
  void merge_attention(const AttentionArgs&, std::span<const AttentionPartial> partials,
                       Parallel&) const override;

  // attention_backward_reference.cpp
  [[nodiscard]] size_t attention_backward_scratch(const AttentionBackwardArgs&,
                                                  int workers) const override;
  void attention_backward(const AttentionBackwardArgs&, Scratch, Parallel&) const override;
  void attention_backward_partial(const AttentionBackwardArgs&, int64_t segment,
                                  const AttentionBackwardPartial&, Scratch,
                                  Parallel&) const override;
  void merge_attention_backward(const AttentionBackwardArgs&,
                                std::span<const AttentionBackwardPartial> partials,
                                Parallel&) const override;

  // activation_reference.cpp
  void swiglu(const SwigluArgs&, Parallel&) const override;
  void swiglu_backward(const SwigluBackwardArgs&, Parallel&) const override;
  void geglu(const GegluArgs&, Parallel&) const override;
  void geglu_backward(const GegluBackwardArgs&, Parallel&) const override;
  void softcap(const SoftcapArgs&, Parallel&) const override;
  void gelu(const GeluArgs&, Parallel&) const override;
  void gelu_backward(const GeluBackwardArgs&, Parallel&) const override;

  // combine_reference.cpp
  void combine(const CombineArgs&, Parallel&) const override;
  void combine_backward(const CombineBackwardArgs&, Parallel&) const override;

  // embedding_reference.cpp
  [[nodiscard]] size_t embedding_backward_scratch(const EmbeddingBackwardArgs&,
                                                  int workers) const override;
  void embedding(const EmbeddingArgs&, Parallel&) const override;
  void embedding_backward(const EmbeddingBackwardArgs&, Scratch, Parallel&) const override;

  // linear_cross_entropy_reference.cpp
  [[nodiscard]] size_t linear_cross_entropy_scratch(const LinearCrossEntropyArgs&,
                                                    int workers) const override;
  void linear_cross_entropy(const LinearCrossEntropyArgs&, Scratch, Parallel&) const override;

  // storage_reference.cpp
  void store_bf16(const StoreBf16Args&, Parallel&) const override;
  void load_bf16(const LoadBf16Args&, Parallel&) const override;

  // reduction_reference.cpp
  void add(const AddArgs&, Parallel&) const override;
  void affine(const AffineArgs&, Parallel&) const override;
  void column_sum(const ColumnSumArgs&, Parallel&) const override;
  [[nodiscard]] float sum(std::span<const float>, Parallel&) const override;
  [[nodiscard]] float sum_of_squares(std::span<const float>, Parallel&) const override;

  // update_reference.cpp
  void adamw(const AdamWArgs&, Parallel&) const override;
  void lion(const LionArgs&, Parallel&) const override;
  void sgd(const SgdArgs&, Parallel&) const override;
  void blend(const BlendArgs&, Parallel&) const override;
  void momentum(const MomentumArgs&, Parallel&) const override;

  // dropout_reference.cpp
  void dropout(const DropoutArgs&, Parallel&) const override;

  // random_normal_reference.cpp
  void random_normal(const RandomNormalArgs&, Parallel&) const override;
};

}  // namespace glass::engine
