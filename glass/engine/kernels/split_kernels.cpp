#include "glass/engine/kernels/split_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/reference/loss_terms.h"
#include "glass/engine/kernels/reference/softcap.h"
#include "glass/engine/kernels/reference/sums.h"
#include "glass/engine/kernels/tree.h"

namespace glass::engine {
namespace {

using Buffer = std::vector<float>;

// Scratch for one call of the inner kernels.
class OwnScratch {
 public:
  explicit OwnScratch(size_t bytes) : bytes_(bytes), storage_(bytes + kAlignment) {}

  Scratch span() {
    const size_t past = reinterpret_cast<uintptr_t>(storage_.data()) % kAlignment;
    return std::span(storage_).subspan((kAlignment - past) % kAlignment, bytes_);
  }

 private:
  static constexpr size_t kAlignment = 64;
  size_t bytes_;
  std::vector<std::byte> storage_;
};

// The contiguous segments [begin, end) of one owner; may be empty.
TreeNode owned(int64_t segments, int owners, int owner) {
  return {segments * owner / owners, segments * (owner + 1) / owners};
}

// The nodes that all owners hand over, ascending.
std::vector<TreeNode> handed_over(int64_t segments, int owners) {
  std::vector<TreeNode> nodes;
  for (int owner = 0; owner < owners; ++owner) {
    const auto [begin, end] = owned(segments, owners, owner);
    for (const TreeNode& node : cover_nodes(segments, begin, end)) nodes.push_back(node);
  }
  return nodes;
}

Buffer add_buffers(Buffer left, const Buffer& right) {
  for (size_t i = 0; i < left.size(); ++i) left[i] = left[i] + right[i];
  return left;
}

// The elements [begin, end) of a dimension of `length` that the segments of a node cover.
TreeNode elements(const TreeNode& node, int64_t length) {
  return {node.first * kSegment, std::min(length, node.second * kSegment)};
}

// The product over the k of one node only, into `c` of [m, n].
GemmArgs gemm_of_node(const GemmArgs& args, const TreeNode& node, float* c) {
  const auto [begin, end] = elements(node, args.k);
  GemmArgs part = args;
  part.k = end - begin;
  part.a += args.form == GemmArgs::Form::kTN ? begin * args.a_stride : begin;
  part.b += args.form == GemmArgs::Form::kNT ? begin : begin * args.b_stride;
  part.c = c;
  part.c_stride = args.n;
  part.accumulate = false;
  part.bias = nullptr;
  part.residual = nullptr;
  return part;
}

void run_gemm(const Kernels& kernels, const GemmArgs& args, Parallel& parallel) {
  OwnScratch scratch(kernels.gemm_scratch(args, parallel.workers()));
  kernels.gemm(args, scratch.span(), parallel);
}

// What follows the product, in the order of the specification.
void finish_gemm(const GemmArgs& args, const Buffer& product) {
  for (int64_t i = 0; i < args.m; ++i) {
    for (int64_t j = 0; j < args.n; ++j) {
      const int64_t at = i * args.c_stride + j;
      float value = product[static_cast<size_t>(i * args.n + j)];
      if (args.accumulate) value = args.c[at] + value;
      if (args.bias != nullptr) value = value + args.bias[j];
      if (args.residual != nullptr) value = value + args.residual[at];
      args.c[at] = value;
    }
  }
}

// The rows of foreign keys become NaN: an owner that reads them spoils its result.
Buffer own_rows(const AttentionArgs& a, const float* rows, int64_t stride, int64_t batch_stride,
                const TreeNode& own) {
  const int64_t width = a.kv_heads * a.head_dim;
  Buffer copy(static_cast<size_t>((a.batch - 1) * batch_stride + (a.keys - 1) * stride + width),
              std::numeric_limits<float>::quiet_NaN());
  const auto [begin, end] = elements(own, a.keys);
  for (int64_t b = 0; b < a.batch; ++b) {
    for (int64_t j = begin; j < end; ++j) {
      const int64_t at = b * batch_stride + j * stride;
      std::memcpy(copy.data() + at, rows + at, static_cast<size_t>(width) * sizeof(float));
    }
  }
  return copy;
}

// The keys and values of one owner.
struct OwnKeys {
  Buffer k, v;

  OwnKeys(const AttentionArgs& a, const TreeNode& own)
      : k(own_rows(a, a.k, a.k_stride, a.k_batch_stride, own)),
        v(own_rows(a, a.v, a.v_stride, a.v_batch_stride, own)) {}

  void give_to(AttentionArgs& a) const {
    a.k = k.data();
    a.v = v.data();
  }
};

}  // namespace

void SplitKernels::gemm(const GemmArgs& args, Scratch /*scratch*/, Parallel& parallel) const {
  const int64_t segments = segment_count(args.k, kSegment);
  if (split_.tensor == 1 || segments < 2) return run_gemm(inner_, args, parallel);
  const std::vector<TreeNode> nodes = handed_over(segments, split_.tensor);
  const auto product = [&](size_t i) {
    Buffer c(static_cast<size_t>(args.m * args.n));
    run_gemm(inner_, gemm_of_node(args, nodes[i], c.data()), parallel);
    return c;
  };
  finish_gemm(args, fold_nodes(nodes, 0, segments, product, add_buffers));
}

size_t SplitKernels::packed_bytes(int64_t n, int64_t k, WeightFormat format) const {
  return reference_kernels().packed_bytes(n, k, format);
}

PackedMatrix SplitKernels::pack(const float* b_NK, int64_t n, int64_t k, WeightFormat format,
                                std::span<std::byte> into, Parallel& parallel) const {
  return reference_kernels().pack(b_NK, n, k, format, into, parallel);
}

void SplitKernels::gemm_packed(const GemmArgs& args, const PackedMatrix& packed, Scratch scratch,
                               Parallel& parallel) const {
  GemmArgs plain = args;
  plain.b = reinterpret_cast<const float*>(packed.data);
  plain.b_stride = packed.k;
  gemm(plain, scratch, parallel);
}

void SplitKernels::attention_partial(const AttentionArgs& args, int64_t segment,
                                     const AttentionPartial& partial, Scratch /*scratch*/,
                                     Parallel& parallel) const {
  OwnScratch scratch(inner_.attention_scratch(args, parallel.workers()));
  inner_.attention_partial(args, segment, partial, scratch.span(), parallel);
}

void SplitKernels::attention(const AttentionArgs& args, Scratch scratch, Parallel& parallel) const {
  if (split_.context == 1) {
    OwnScratch own(inner_.attention_scratch(args, parallel.workers()));
    return inner_.attention(args, own.span(), parallel);
  }
  const int64_t segments = segment_count(args.keys, kSegment);
  const auto rows = static_cast<size_t>(args.batch * args.q_heads * args.queries);
  const size_t row_floats = 2 + static_cast<size_t>(args.head_dim);
  std::vector<Buffer> buffers(static_cast<size_t>(segments), Buffer(rows * row_floats));
  std::vector<AttentionPartial> partials;
  for (int owner = 0; owner < split_.context; ++owner) {
    const TreeNode own = owned(segments, split_.context, owner);
    const OwnKeys keys(args, own);
    AttentionArgs mine = args;
    keys.give_to(mine);
    for (int64_t segment = own.first; segment < own.second; ++segment) {
      float* buffer = buffers[static_cast<size_t>(segment)].data();
      partials.push_back({.max = buffer, .sum = buffer + rows, .out = buffer + 2 * rows});
      attention_partial(mine, segment, partials.back(), scratch, parallel);
    }
  }
  inner_.merge_attention(args, partials, parallel);
}

void SplitKernels::attention_backward_partial(const AttentionBackwardArgs& args, int64_t segment,
                                              const AttentionBackwardPartial& partial,
                                              Scratch /*scratch*/, Parallel& parallel) const {
  // The default implementation of a kernel may be that of the reference, with its own needs.
  const int workers = parallel.workers();
  OwnScratch scratch(std::max(inner_.attention_backward_scratch(args, workers),
                              reference_kernels().attention_backward_scratch(args, workers)));
  inner_.attention_backward_partial(args, segment, partial, scratch.span(), parallel);
}

void SplitKernels::attention_backward(const AttentionBackwardArgs& args, Scratch scratch,
                                      Parallel& parallel) const {
  const AttentionArgs& a = args.forward;
  if (split_.context == 1) {
    OwnScratch own(inner_.attention_backward_scratch(args, parallel.workers()));
    return inner_.attention_backward(args, own.span(), parallel);
  }
  const int64_t segments = segment_count(a.keys, kSegment);
  const auto floats = static_cast<size_t>(a.batch * a.q_heads * a.queries * a.head_dim);
  std::vector<Buffer> buffers(static_cast<size_t>(segments), Buffer(floats));
  std::vector<AttentionBackwardPartial> partials;
  for (int owner = 0; owner < split_.context; ++owner) {
    const TreeNode own = owned(segments, split_.context, owner);
    const OwnKeys keys(a, own);
    AttentionBackwardArgs mine = args;
    keys.give_to(mine.forward);
    for (int64_t segment = own.first; segment < own.second; ++segment) {
      partials.push_back({.dq = buffers[static_cast<size_t>(segment)].data()});
      attention_backward_partial(mine, segment, partials.back(), scratch, parallel);
    }
  }
  inner_.merge_attention_backward(args, partials, parallel);
}

namespace {

// One owner's slice of the vocabulary and its logits, which become their own gradients.
struct LogitSlice {
  int64_t begin, end;  // of the vocabulary
  Buffer z;            // [rows, end - begin]

  [[nodiscard]] int64_t width() const { return end - begin; }

  float* row(int64_t i) { return z.data() + i * width(); }

  // The softmax over the segments of `node`, which lies in this slice.
  SoftmaxPart part(int64_t i, const TreeNode& node) {
    const float* logits = row(i);
    const auto segment = [&](int64_t index) {
      const int64_t first = std::max(begin, index * kSegment);
      const int64_t last = std::min(end, (index + 1) * kSegment);
      float max = logits[first - begin];
      for (int64_t v = first; v < last; ++v) max = std::max(max, logits[v - begin]);
      const float sum = lane_sum(first, last, [&](float so_far, int64_t v) {
        return so_far + exp(logits[v - begin] - max);
      });
      return SoftmaxPart{.max = max, .sum = sum};
    };
    return fold_tree(node.first, node.second, segment, merge_softmax);
  }

  // The sum of the logits over the segments of `node`.
  float sum(int64_t i, const TreeNode& node) {
    const float* logits = row(i);
    const auto segment = [&](int64_t index) {
      return lane_sum(std::max(begin, index * kSegment), std::min(end, (index + 1) * kSegment),
                      [&](float so_far, int64_t v) { return so_far + logits[v - begin]; });
    };
    return fold_tree(node.first, node.second, segment, std::plus<>());
  }
};

using LossArgs = LinearCrossEntropyArgs;

std::vector<LogitSlice> logit_slices(const SplitKernels& kernels, const LossArgs& l, int owners,
                                     Parallel& parallel) {
  std::vector<LogitSlice> slices;
  const int64_t segments = segment_count(l.vocabulary, kSegment);
  for (int owner = 0; owner < owners; ++owner) {
    const auto [begin, end] = elements(owned(segments, owners, owner), l.vocabulary);
    if (begin >= end) continue;
    LogitSlice slice{.begin = begin, .end = end, .z = {}};
    slice.z.resize(static_cast<size_t>(l.rows * slice.width()));
    kernels.gemm({.form = GemmArgs::Form::kNT,
                  .m = l.rows,
                  .n = slice.width(),
                  .k = l.cols,
                  .a = l.x_NC,
                  .a_stride = l.cols,
                  .b = l.weight_VC + begin * l.cols,
                  .b_stride = l.cols,
                  .c = slice.z.data(),
                  .c_stride = slice.width(),
                  .round_b = l.round_weight},
                 {}, parallel);
    for (float& z : slice.z) z = capped(z, l.softcap);
    slices.push_back(std::move(slice));
  }
  return slices;
}

// The slice that holds the vocabulary entry `v`.
LogitSlice& slice_of(std::vector<LogitSlice>& slices, int64_t v) {
  const auto at = std::ranges::find_if(slices, [&](const LogitSlice& s) { return v < s.end; });
  GLASS_CHECK(at != slices.end());
  return *at;
}

// The loss of row i; the logits of the row become their gradients.
float finish_row(const LossArgs& l, std::vector<LogitSlice>& slices,
                 const std::vector<TreeNode>& nodes, int64_t i) {
  const auto part = [&](size_t node) {
    return slice_of(slices, nodes[node].first * kSegment).part(i, nodes[node]);
  };
  const int64_t segments = segment_count(l.vocabulary, kSegment);
  const SoftmaxPart all = fold_nodes(nodes, 0, segments, part, merge_softmax);
  const float log_sum_exp = all.max + log(all.sum);
  const int64_t target = l.target_N[i];
  const LossTerms terms = loss_terms(l);
  float loss = 0.0F;
  if (target >= 0) {
    LogitSlice& holder = slice_of(slices, target);
    const auto sum_part = [&](size_t node) {
      return slice_of(slices, nodes[node].first * kSegment).sum(i, nodes[node]);
    };
    loss = terms.loss(log_sum_exp, holder.row(i)[target - holder.begin],
                      fold_nodes(nodes, 0, segments, sum_part, std::plus<>()));
  }
  const float factor = terms.factor(log_sum_exp);
  for (LogitSlice& slice : slices) {
    for (int64_t v = slice.begin; v < slice.end; ++v) {
      float& z = slice.row(i)[v - slice.begin];
      const float hit = v == target ? terms.keep : 0.0F;
      const float gradient = terms.gradient(exp(z - log_sum_exp), factor) - hit;
      z = target < 0 ? 0.0F : gradient * cap_slope(z, l.softcap);
      if (l.row_weight_N != nullptr) z *= l.row_weight_N[i];
    }
  }
  return loss;
}

// dx[rows, cols] over the vocabulary of one node.
Buffer dx_of_node(const SplitKernels& kernels, const LossArgs& l, std::vector<LogitSlice>& slices,
                  const TreeNode& node, Parallel& parallel) {
  const auto [begin, end] = elements(node, l.vocabulary);
  LogitSlice& slice = slice_of(slices, begin);
  Buffer dx(static_cast<size_t>(l.rows * l.cols));
  kernels.gemm({.form = GemmArgs::Form::kNN,
                .m = l.rows,
                .n = l.cols,
                .k = end - begin,
                .a = slice.z.data() + (begin - slice.begin),
                .a_stride = slice.width(),
                .b = l.weight_VC + begin * l.cols,
                .b_stride = l.cols,
                .c = dx.data(),
                .c_stride = l.cols,
                .round_b = l.round_weight},
               {}, parallel);
  return dx;
}

void dweight_of_slice(const SplitKernels& kernels, const LossArgs& l, const LogitSlice& slice,
                      Parallel& parallel) {
  kernels.gemm({.form = GemmArgs::Form::kTN,
                .m = slice.width(),
                .n = l.cols,
                .k = l.rows,
                .a = slice.z.data(),
                .a_stride = slice.width(),
                .b = l.x_NC,
                .b_stride = l.cols,
                .c = l.dweight_VC + slice.begin * l.cols,
                .c_stride = l.cols},
               {}, parallel);
}

}  // namespace

void SplitKernels::linear_cross_entropy(const LinearCrossEntropyArgs& l, Scratch /*scratch*/,
                                        Parallel& parallel) const {
  const int64_t segments = segment_count(l.vocabulary, kSegment);
  const std::vector<TreeNode> nodes = handed_over(segments, split_.vocabulary);
  std::vector<LogitSlice> slices = logit_slices(*this, l, split_.vocabulary, parallel);
  for (int64_t i = 0; i < l.rows; ++i) l.loss_N[i] = finish_row(l, slices, nodes, i);
  if (l.dx_NC == nullptr) return;
  if (l.dweight_VC != nullptr) {
    for (const LogitSlice& slice : slices) dweight_of_slice(*this, l, slice, parallel);
  }
  const auto part = [&](size_t node) {
    return dx_of_node(*this, l, slices, nodes[node], parallel);
  };
  const Buffer dx = fold_nodes(nodes, 0, segments, part, add_buffers);
  std::ranges::copy(dx, l.dx_NC);
}

}  // namespace glass::engine
