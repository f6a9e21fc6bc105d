// Attention backward. dv and dk of a key: chains over the queries of a segment, segments in the
// tree, then the heads of the group in the tree. dq of a query: chains over the keys of a segment,
// segments in the tree.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/reference/attention_rows.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/reference/softcap.h"
#include "glass/engine/kernels/reference/sums.h"
#include "glass/engine/kernels/tree.h"

namespace glass::engine {
namespace {

// What query `row` has to do with key `key`: the probability, and the gradient of the score before
// it was capped.
struct Weight {
  float p, ds;
};

Weight weight(const AttentionBackwardArgs& b, const float* dots, QueryRow row, int64_t key) {
  const AttentionArgs& a = b.forward;
  const int64_t flat = flat_row(a, row);
  const float score = attention_score(a, row, key);
  const float p = exp(score - a.log_sum_exp[flat]);
  const float* v = a.v + v_offset(a, row.batch, kv_head_of(a, row.head), key);
  const float dp = product(b.dout + out_offset(a, row), 1, v, 1, a.head_dim);
  return {.p = p, .ds = (p * (dp - dots[flat])) * cap_slope(score, a.softcap)};
}

// dots[row] = R(dout * out), for all rows.
void fill_dots(const AttentionBackwardArgs& b, float* dots, Parallel& parallel) {
  const AttentionArgs& a = b.forward;
  parallel.split(row_count(a), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t offset = out_offset(a, row_at(a, at));
      const float* out = a.out + offset;
      const float* dout = b.dout + offset;
      dots[at] =
          row_sum(a.head_dim, [&](float sum, int64_t d) { return std::fma(dout[d], out[d], sum); });
    }
  });
}

float* add_rows(float* left, const float* right, int64_t count) {
  for (int64_t i = 0; i < count; ++i) left[i] = left[i] + right[i];
  return left;
}

// [dk | dv] of one key from one head's queries of one segment, dk unscaled, into `sums`.
float* query_segment(const AttentionBackwardArgs& b, const float* dots, QueryRow key, int64_t head,
                     int64_t segment, float* sums) {
  const AttentionArgs& a = b.forward;
  for (int64_t d = 0; d < 2 * a.head_dim; ++d) sums[d] = 0.0F;
  const int64_t begin = std::max(segment * kSegment, key.query);  // earlier ones do not see it
  const int64_t end = std::min(a.queries, (segment + 1) * kSegment);
  for (int64_t i = begin; i < end; ++i) {
    if (a.first_key[key.batch * a.queries + i] > key.query) continue;
    const QueryRow row{.batch = key.batch, .head = head, .query = i};
    const Weight w = weight(b, dots, row, key.query);
    const float* q = a.q + q_offset(a, row);
    const float* dout = b.dout + out_offset(a, row);
    for (int64_t d = 0; d < a.head_dim; ++d) {
      sums[d] = std::fma(w.ds, q[d], sums[d]);
      sums[a.head_dim + d] = std::fma(w.p, dout[d], sums[a.head_dim + d]);
    }
  }
  for (int64_t d = 0; d < 2 * a.head_dim; ++d) sums[d] = sums[d] + 0.0F;
  return sums;
}

// `key` names a key by its sequence, its key head and its position (as `query`).
void key_gradient(const AttentionBackwardArgs& b, const float* dots, QueryRow key, float* rows) {
  const AttentionArgs& a = b.forward;
  const int64_t width = 2 * a.head_dim;
  const int64_t group = a.q_heads / a.kv_heads;
  const int64_t segments = segment_count(a.queries, kSegment);
  const auto add = [&](float* left, const float* right) { return add_rows(left, right, width); };
  const auto of_head = [&](int64_t member) {
    float* mine = rows + member * segments * width;
    return fold_tree(
        0, segments,
        [&](int64_t segment) {
          return query_segment(b, dots, key, key.head * group + member, segment,
                               mine + segment * width);
        },
        add);
  };
  const float* sums = fold_tree(0, group, of_head, add);
  float* dk = b.dk + k_offset(a, key.batch, key.head, key.query);
  float* dv = b.dv + v_offset(a, key.batch, key.head, key.query);
  for (int64_t d = 0; d < a.head_dim; ++d) {
    dk[d] = sums[d] * a.scale;
    dv[d] = sums[a.head_dim + d];
  }
}

// The share of one key segment in the gradient of one query, unscaled, into `sums`.
float* key_segment(const AttentionBackwardArgs& b, const float* dots, QueryRow row, int64_t segment,
                   float* sums) {
  const AttentionArgs& a = b.forward;
  for (int64_t d = 0; d < a.head_dim; ++d) sums[d] = 0.0F;
  const KeyRange keys = visible_keys(a, row, segment);
  for (int64_t j = keys.begin; j < keys.end; ++j) {
    const float ds = weight(b, dots, row, j).ds;
    const float* k = a.k + k_offset(a, row.batch, kv_head_of(a, row.head), j);
    for (int64_t d = 0; d < a.head_dim; ++d) sums[d] = std::fma(ds, k[d], sums[d]);
  }
  for (int64_t d = 0; d < a.head_dim; ++d) sums[d] = sums[d] + 0.0F;
  return sums;
}

void finish_query(const AttentionBackwardArgs& b, QueryRow row, const float* sums) {
  const AttentionArgs& a = b.forward;
  float* dq = b.dq + q_offset(a, row);
  for (int64_t d = 0; d < a.head_dim; ++d) dq[d] = sums[d] * a.scale;
}

// Scratch: dots of all rows, then rows of sums per worker.
int64_t worker_floats(const AttentionArgs& a) {
  const int64_t segments = segment_count(a.keys, kSegment);
  return segments * 2 * a.head_dim * (a.q_heads / a.kv_heads);
}

struct Rooms {
  float* dots;
  float* rows;  // of worker 0
};

Rooms rooms_in(Scratch scratch, const AttentionArgs& a, int workers) {
  const int64_t floats = row_count(a) + worker_floats(a) * workers;
  GLASS_CHECK(std::ssize(scratch) >= floats * int64_t{sizeof(float)});
  auto* dots = reinterpret_cast<float*>(scratch.data());
  return {.dots = dots, .rows = dots + row_count(a)};
}

// dk and dv of the keys [first, last).
void key_gradients(const AttentionBackwardArgs& b, int64_t first, int64_t last, const Rooms& rooms,
                   Parallel& parallel) {
  const AttentionArgs& a = b.forward;
  const int64_t keys = last - first;
  parallel.split(a.batch * a.kv_heads * keys, 1, [&](int64_t begin, int64_t end, int worker) {
    for (int64_t at = begin; at < end; ++at) {
      const QueryRow key{.batch = at / (a.kv_heads * keys),
                         .head = at / keys % a.kv_heads,
                         .query = first + at % keys};
      key_gradient(b, rooms.dots, key, rooms.rows + worker * worker_floats(a));
    }
  });
}

}  // namespace

size_t ReferenceKernels::attention_backward_scratch(const AttentionBackwardArgs& args,
                                                    int workers) const {
  const AttentionArgs& a = args.forward;
  return static_cast<size_t>(row_count(a) + worker_floats(a) * workers) * sizeof(float);
}

void ReferenceKernels::attention_backward(const AttentionBackwardArgs& b, Scratch scratch,
                                          Parallel& parallel) const {
  const AttentionArgs& a = b.forward;
  GLASS_CHECK(a.queries == a.keys);
  const Rooms rooms = rooms_in(scratch, a, parallel.workers());
  fill_dots(b, rooms.dots, parallel);
  key_gradients(b, 0, a.keys, rooms, parallel);
  parallel.split(row_count(a), 1, [&](int64_t begin, int64_t end, int worker) {
    float* rows = rooms.rows + worker * worker_floats(a);
    for (int64_t at = begin; at < end; ++at) {
      const QueryRow row = row_at(a, at);
      const float* sums = fold_tree(
          0, key_segments(a, row.query),
          [&](int64_t segment) {
            return key_segment(b, rooms.dots, row, segment, rows + segment * a.head_dim);
          },
          [&](float* left, const float* right) { return add_rows(left, right, a.head_dim); });
      finish_query(b, row, sums);
    }
  });
}

void ReferenceKernels::attention_backward_partial(const AttentionBackwardArgs& b, int64_t segment,
                                                  const AttentionBackwardPartial& partial,
                                                  Scratch scratch, Parallel& parallel) const {
  const AttentionArgs& a = b.forward;
  GLASS_CHECK(a.queries == a.keys);
  const Rooms rooms = rooms_in(scratch, a, parallel.workers());
  fill_dots(b, rooms.dots, parallel);
  key_gradients(b, segment * kSegment, std::min(a.keys, (segment + 1) * kSegment), rooms, parallel);
  parallel.split(row_count(a), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t at = begin; at < end; ++at)
      key_segment(b, rooms.dots, row_at(a, at), segment, partial.dq + at * a.head_dim);
  });
}

void ReferenceKernels::merge_attention_backward(const AttentionBackwardArgs& b,
                                                std::span<const AttentionBackwardPartial> partials,
                                                Parallel& parallel) const {
  const AttentionArgs& a = b.forward;
  parallel.split(row_count(a), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t at = begin; at < end; ++at) {
      const QueryRow row = row_at(a, at);
      const float* sums = fold_tree(
          0, key_segments(a, row.query),
          [&](int64_t segment) {
            return partials[static_cast<size_t>(segment)].dq + at * a.head_dim;
          },
          [&](float* left, const float* right) { return add_rows(left, right, a.head_dim); });
      finish_query(b, row, sums);
    }
  });
}

void Kernels::attention_backward_partial(const AttentionBackwardArgs& args, int64_t segment,
                                         const AttentionBackwardPartial& partial, Scratch scratch,
                                         Parallel& parallel) const {
  reference_kernels().attention_backward_partial(args, segment, partial, scratch, parallel);
}

void Kernels::merge_attention_backward(const AttentionBackwardArgs& args,
                                       std::span<const AttentionBackwardPartial> partials,
                                       Parallel& parallel) const {
  reference_kernels().merge_attention_backward(args, partials, parallel);
}

}  // namespace glass::engine
