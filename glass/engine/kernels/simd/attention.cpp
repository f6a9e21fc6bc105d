// Causal attention, forward and backward.
#include <algorithm>
#include <cstdint>

#include "glass/base/check.h"
#include "glass/engine/kernels/share_out.h"
#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/attention.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/attention_backward-inl.h"
#include "glass/engine/kernels/simd/attention_forward-inl.h"
#include "glass/engine/kernels/simd/attention_query-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

int64_t attention_room(const AttentionArgs& args) {
  return ForwardRoom(args, nullptr).floats();
}

int64_t attention_backward_room(const AttentionArgs& args) {
  return BackwardRoom(args, nullptr).floats();
}

void attention_item(const AttentionArgs& args, float* room, int64_t head, int64_t begin,
                    int64_t end) {
  ForwardHead work(args, room, head / args.kv_heads, head % args.kv_heads);
  work.pack(0, args.keys - args.queries + end);
  work.attend(begin, end);
}

// Heads are numbered as in [batch, q_heads].
void attention_query_item(const AttentionArgs& args, float* room, int64_t head) {
  QueryOfHead(args, room, head / args.q_heads, head % args.q_heads).attend();
}

void attention_partial_item(const AttentionArgs& args, float* room, int64_t head, int64_t segment,
                            const AttentionPartial& partial) {
  ForwardHead work(args, room, head / args.kv_heads, head % args.kv_heads);
  const int64_t first = segment * kSegment;
  work.pack(first, std::min(args.keys, first + kSegment));
  work.attend_partial(segment, partial);
}

void attention_backward_item(const AttentionBackwardArgs& args, float* room, int64_t head) {
  const int64_t kv_heads = args.forward.kv_heads;
  BackwardHead(args, room, head / kv_heads, head % kv_heads).run();
}

void merge_partials(const AttentionArgs& args, const AttentionPartial* partials, int64_t row,
                    int64_t begin, int64_t end) {
  if (end - begin == 1) return;
  const int64_t middle = begin + left_leaves(end - begin);
  merge_partials(args, partials, row, begin, middle);
  merge_partials(args, partials, row, middle, end);
  const AttentionPartial& left = partials[begin];
  const AttentionPartial& right = partials[middle];
  merge_query(left.max[row], left.sum[row], left.out + row * args.head_dim, right.max[row],
              right.sum[row], right.out + row * args.head_dim, args.head_dim);
}

// Rows are numbered as in [batch, q_heads, queries].
void merge_attention_row(const AttentionArgs& args, const AttentionPartial* partials, int64_t row) {
  const int64_t query = row % args.queries;
  const int64_t head = row / args.queries % args.q_heads;
  const int64_t batch = row / (args.queries * args.q_heads);
  merge_partials(args, partials, row, 0, (args.keys - args.queries + query) / kSegment + 1);
  const AttentionPartial& root = partials[0];
  float* out =
      args.out + batch * args.out_batch_stride + query * args.out_stride + head * args.head_dim;
  finish_query(root.sum[row], root.out + row * args.head_dim, args.head_dim, out);
  if (args.log_sum_exp != nullptr)
    args.log_sum_exp[row] = root.max[row] + engine::log(root.sum[row]);
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(attention_room);
HWY_EXPORT(attention_backward_room);
HWY_EXPORT(attention_item);
HWY_EXPORT(attention_query_item);
HWY_EXPORT(attention_partial_item);
HWY_EXPORT(attention_backward_item);
HWY_EXPORT(merge_attention_row);

// Floats of keys that one worker reads sooner than it wakes another.
constexpr int64_t kAlone = 8192;

// A head that is one segment of products: longer ones are left to the reference.
bool has_twin(const AttentionArgs& args) {
  return args.head_dim <= kSegment;
}

int64_t key_heads(const AttentionArgs& args) {
  return args.batch * args.kv_heads;
}

float* room_of(Scratch scratch, int64_t floats, int worker) {
  GLASS_CHECK(std::ssize(scratch) >= (worker + 1) * floats * int64_t{sizeof(float)});
  return reinterpret_cast<float*>(scratch.data()) + worker * floats;
}

}  // namespace

size_t SimdKernels::attention_scratch(const AttentionArgs& args, int workers) const {
  if (!has_twin(args)) return reference_kernels().attention_scratch(args, workers);
  const int64_t floats = HWY_DYNAMIC_DISPATCH(attention_room)(args);
  return static_cast<size_t>(floats * workers) * sizeof(float);
}

size_t SimdKernels::attention_backward_scratch(const AttentionBackwardArgs& args,
                                               int workers) const {
  if (!has_twin(args.forward)) return reference_kernels().attention_backward_scratch(args, workers);
  const int64_t floats = HWY_DYNAMIC_DISPATCH(attention_backward_room)(args.forward);
  return static_cast<size_t>(floats * workers) * sizeof(float);
}

void SimdKernels::attention(const AttentionArgs& args, Scratch scratch, Parallel& parallel) const {
  if (!has_twin(args)) return reference_kernels().attention(args, scratch, parallel);
  const int64_t floats = HWY_DYNAMIC_DISPATCH(attention_room)(args);
  if (args.queries == 1) {
    const int64_t grain = std::max<int64_t>(1, kAlone / (args.keys * args.head_dim));
    parallel.split(args.batch * args.q_heads, grain, [&](int64_t begin, int64_t end, int worker) {
      for (int64_t head = begin; head < end; ++head)
        HWY_DYNAMIC_DISPATCH(attention_query_item)(args, room_of(scratch, floats, worker), head);
    });
    return;
  }
  // A head's queries stay together, so that its keys are packed once, unless there are too few
  // heads for all workers.
  const int64_t heads = key_heads(args);
  const int64_t cuts = heads >= 2 * parallel.workers() ? 1 : segment_count(args.queries, kSegment);
  const int64_t share = segment_count(args.queries, cuts);
  share_out(heads * cuts, parallel, [&](int64_t item, int worker) {
    const int64_t begin = (cuts - 1 - item % cuts) * share;  // the longest first
    const int64_t end = std::min(args.queries, begin + share);
    if (begin < end) HWY_DYNAMIC_DISPATCH(attention_item)
    (args, room_of(scratch, floats, worker), item / cuts, begin, end);
  });
}

void SimdKernels::attention_backward(const AttentionBackwardArgs& args, Scratch scratch,
                                     Parallel& parallel) const {
  if (!has_twin(args.forward))
    return reference_kernels().attention_backward(args, scratch, parallel);
  GLASS_CHECK(args.forward.queries == args.forward.keys);
  const int64_t floats = HWY_DYNAMIC_DISPATCH(attention_backward_room)(args.forward);
  share_out(key_heads(args.forward), parallel, [&](int64_t item, int worker) {
    HWY_DYNAMIC_DISPATCH(attention_backward_item)(args, room_of(scratch, floats, worker), item);
  });
}

void SimdKernels::attention_partial(const AttentionArgs& args, int64_t segment,
                                    const AttentionPartial& partial, Scratch scratch,
                                    Parallel& parallel) const {
  if (!has_twin(args))
    return reference_kernels().attention_partial(args, segment, partial, scratch, parallel);
  const int64_t floats = HWY_DYNAMIC_DISPATCH(attention_room)(args);
  share_out(key_heads(args), parallel, [&](int64_t item, int worker) {
    HWY_DYNAMIC_DISPATCH(attention_partial_item)
    (args, room_of(scratch, floats, worker), item, segment, partial);
  });
}

void SimdKernels::merge_attention(const AttentionArgs& args,
                                  std::span<const AttentionPartial> partials,
                                  Parallel& parallel) const {
  const int64_t rows = args.batch * args.q_heads * args.queries;
  parallel.split(rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t row = begin; row < end; ++row)
      HWY_DYNAMIC_DISPATCH(merge_attention_row)(args, partials.data(), row);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
