// Attention of a single query per head: decoding with a cache. Keys and values are read once, where
// they lie, and nothing is packed. The order is that of attention_forward-inl.h. Compiled once per
// target of targets.h; see there how to include it.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_ATTENTION_QUERY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_ATTENTION_QUERY_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_ATTENTION_QUERY_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_ATTENTION_QUERY_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "glass/engine/kernels/simd/attention_forward-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

// scores[0 .. kVectors * kLanes) = the products of q[dim] and as many rows of k.
template <int kVectors>
HWY_INLINE void score_rows(const float* q, const float* k, int64_t stride, int64_t dim,
                           float* scores) {
  const Tag d;
  Vec sums[kVectors];
  GLASS_UNROLL
  for (int v = 0; v < kVectors; ++v) sums[v] = hn::Zero(d);
  int64_t c = 0;
  for (; c + 4 <= dim; c += 4) {
    GLASS_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      Vec columns[4];
      transpose_4(k + v * kLanes * stride + c, stride, columns);
      GLASS_UNROLL
      for (int i = 0; i < 4; ++i) sums[v] = hn::MulAdd(hn::Set(d, q[c + i]), columns[i], sums[v]);
    }
  }
  for (; c < dim; ++c) {
    GLASS_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      alignas(64) float column[kLanes];
      for (int t = 0; t < kLanes; ++t) column[t] = k[(v * kLanes + t) * stride + c];
      sums[v] = hn::MulAdd(hn::Set(d, q[c]), hn::Load(d, column), sums[v]);
    }
  }
  GLASS_UNROLL
  for (int v = 0; v < kVectors; ++v) hn::Store(sums[v], d, scores + v * kLanes);
}

// scores[0 .. count) of the rows of k, and something up to a multiple of kLanes.
HWY_INLINE void score_keys(const float* q, const float* k, int64_t stride, int64_t dim,
                           int64_t count, float* scores) {
  constexpr int kTogether = 4;  // enough chains to hide their latency
  int64_t j = 0;
  for (; j + kTogether * kLanes <= count; j += kTogether * kLanes)
    score_rows<kTogether>(q, k + j * stride, stride, dim, scores + j);
  for (; j + kLanes <= count; j += kLanes)
    score_rows<1>(q, k + j * stride, stride, dim, scores + j);
  if (j == count) return;
  alignas(64) float last[kLanes * kSegment];  // the rows that are left, and zeros
  for (int64_t t = 0; t < kLanes; ++t) {
    if (j + t < count) {
      std::copy_n(k + (j + t) * stride, dim, last + t * dim);
    } else {
      std::fill_n(last + t * dim, dim, 0.0F);
    }
  }
  score_rows<1>(q, last, dim, dim, scores + j);
}

// out[0 .. kVectors * kLanes) = chains over the rows of v of fma(weight, v), cleaned of -0.
template <int kVectors>
HWY_INLINE void mix_rows(const float* weights, const float* v, int64_t stride, int64_t count,
                         float* out) {
  const Tag d;
  Vec sums[kVectors];
  GLASS_UNROLL
  for (int i = 0; i < kVectors; ++i) sums[i] = hn::Zero(d);
  for (int64_t j = 0; j < count; ++j, v += stride) {
    const Vec weight = hn::Set(d, weights[j]);
    GLASS_UNROLL
    for (int i = 0; i < kVectors; ++i)
      sums[i] = hn::MulAdd(weight, hn::LoadU(d, v + i * kLanes), sums[i]);
  }
  GLASS_UNROLL
  for (int i = 0; i < kVectors; ++i) hn::StoreU(hn::Add(sums[i], hn::Zero(d)), d, out + i * kLanes);
}

HWY_INLINE void mix_values(const float* weights, const float* v, int64_t stride, int64_t count,
                           int64_t dim, float* out) {
  constexpr int kTogether = 8;
  int64_t c = 0;
  for (; c + kTogether * kLanes <= dim; c += kTogether * kLanes)
    mix_rows<kTogether>(weights, v + c, stride, count, out + c);
  for (; c + kLanes <= dim; c += kLanes) mix_rows<1>(weights, v + c, stride, count, out + c);
  if (c == dim) return;
  Vec sum = hn::Zero(Tag());
  for (int64_t j = 0; j < count; ++j)
    sum = hn::MulAdd(constant(weights[j]), load_part(v + j * stride + c, dim - c), sum);
  store_part(hn::Add(sum, hn::Zero(Tag())), out + c, dim - c);
}

// The only query of one head.
class QueryOfHead {
 public:
  QueryOfHead(const AttentionArgs& args, float* room, int64_t batch, int64_t head)
      : args_(args), room_(args, room), batch_(batch), head_(head) {
    const int64_t kv_head = head / (args.q_heads / args.kv_heads);
    q_ = args.q + batch * args.q_batch_stride + head * args.head_dim;
    k_ = args.k + batch * args.k_batch_stride + kv_head * args.head_dim;
    v_ = args.v + batch * args.v_batch_stride + kv_head * args.head_dim;
  }

  void attend() {
    const int64_t position = args_.keys - 1;
    attend_segments(0, position / kSegment + 1, 0);
    const QueryParts& root = room_.parts[0];
    finish_query(root.sum[0], root.out, args_.head_dim,
                 args_.out + batch_ * args_.out_batch_stride + head_ * args_.head_dim);
    if (args_.log_sum_exp != nullptr)
      args_.log_sum_exp[batch_ * args_.q_heads + head_] = root.max[0] + engine::log(root.sum[0]);
  }

 private:
  // The node [begin, end) of the tree over key segments, into a slot.
  void attend_segments(int64_t begin, int64_t end, size_t slot) {
    if (end - begin == 1) return attend_segment(begin, room_.parts.at(slot));
    const int64_t middle = begin + left_leaves(end - begin);
    attend_segments(begin, middle, slot);
    attend_segments(middle, end, slot + 1);
    const QueryParts& left = room_.parts.at(slot);
    const QueryParts& right = room_.parts.at(slot + 1);
    merge_query(left.max[0], left.sum[0], left.out, right.max[0], right.sum[0], right.out,
                args_.head_dim);
  }

  void attend_segment(int64_t segment, const QueryParts& part) {
    const int64_t first = segment * kSegment;
    const int64_t end = std::min(args_.keys - first, kSegment);
    // From a multiple of kRowLanes on, so that each key has its lane; those before are hidden.
    const int64_t seen = args_.first_key[batch_] - first;
    const int64_t begin = std::clamp<int64_t>(seen / kRowLanes * kRowLanes, 0, end);
    float* scores = room_.scores;
    score_keys(q_, k_ + (first + begin) * args_.k_stride, args_.k_stride, args_.head_dim,
               end - begin, scores);
    if (args_.softcap != 0) {
      const Vec by = constant(args_.scale), cap = constant(args_.softcap);
      transform(
          end - begin, scores, [&](Vec x) HWY_ATTR { return capped(hn::Mul(x, by), cap); }, scores);
    }
    std::fill_n(scores, std::clamp<int64_t>(seen - begin, 0, end - begin), kNothing);
    const int64_t padded = round_up(end - begin, kRowLanes);
    std::fill(scores + (end - begin), scores + padded, kNothing);
    soften(scores, padded, part);
    mix_values(scores, v_ + (first + begin) * args_.v_stride, args_.v_stride, end - begin,
               args_.head_dim, part.out);
  }

  // Scores become weights; without a visible key, the part says so. Capped scores are scaled
  // already.
  void soften(float* scores, int64_t count, const QueryParts& part) const {
    const Vec scale = constant(args_.softcap != 0 ? 1.0F : args_.scale);
    Vec highest = constant(kNothing);
    for (int64_t j = 0; j < count; j += kLanes)
      highest = hn::Max(highest, hn::Mul(hn::Load(Tag(), scores + j), scale));
    part.max[0] = hn::GetLane(hn::MaxOfLanes(Tag(), highest));
    const Vec shift = constant(part.max[0] == kNothing ? 0.0F : part.max[0]);
    RowLanes lanes;
    clear_lanes(lanes);
    for (int64_t j = 0; j < count; j += kRowLanes) {
      GLASS_UNROLL
      for (int v = 0; v < kRowVectors; ++v) {
        float* at = scores + j + v * kLanes;
        const Vec weight = exp(hn::Sub(hn::Mul(hn::Load(Tag(), at), scale), shift));
        hn::Store(weight, Tag(), at);
        lanes[v] = hn::Add(lanes[v], weight);
      }
    }
    part.sum[0] = fold_lanes(lanes);
  }

  const AttentionArgs& args_;
  ForwardRoom room_;
  int64_t batch_, head_;
  const float* q_;
  const float* k_;
  const float* v_;
};

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
