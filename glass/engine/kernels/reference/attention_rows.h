// Where the rows of an attention call lie, and its scores: shared by forward and backward.
#pragma once

#include <algorithm>
#include <cstdint>

#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/softcap.h"
#include "glass/engine/kernels/reference/sums.h"

namespace glass::engine {

// One query of one head of one sequence.
struct QueryRow {
  int64_t batch, head, query;
};

// The keys [begin, end) that a query sees; empty when begin >= end.
struct KeyRange {
  int64_t begin, end;
};

// Row number in [batch, q_heads, queries].
inline int64_t flat_row(const AttentionArgs& a, QueryRow row) {
  return (row.batch * a.q_heads + row.head) * a.queries + row.query;
}

inline QueryRow row_at(const AttentionArgs& a, int64_t flat) {
  return {.batch = flat / (a.q_heads * a.queries),
          .head = flat / a.queries % a.q_heads,
          .query = flat % a.queries};
}

inline int64_t row_count(const AttentionArgs& a) {
  return a.batch * a.q_heads * a.queries;
}

inline int64_t position_of(const AttentionArgs& a, int64_t query) {
  return a.keys - a.queries + query;
}

// The segments of keys up to that of the query itself: the leaves of its tree.
inline int64_t key_segments(const AttentionArgs& a, int64_t query) {
  return position_of(a, query) / kSegment + 1;
}

inline KeyRange visible_keys(const AttentionArgs& a, QueryRow row, int64_t segment) {
  const int64_t first = a.first_key[row.batch * a.queries + row.query];
  return {.begin = std::max(segment * kSegment, first),
          .end = std::min((segment + 1) * kSegment, position_of(a, row.query) + 1)};
}

// Offset of a query's row in q, and with the strides of out in out and dout.
inline int64_t q_offset(const AttentionArgs& a, QueryRow row) {
  return row.batch * a.q_batch_stride + row.query * a.q_stride + row.head * a.head_dim;
}

inline int64_t out_offset(const AttentionArgs& a, QueryRow row) {
  return row.batch * a.out_batch_stride + row.query * a.out_stride + row.head * a.head_dim;
}

// Offsets of key `key` of key head `kv_head`.
inline int64_t k_offset(const AttentionArgs& a, int64_t batch, int64_t kv_head, int64_t key) {
  return batch * a.k_batch_stride + key * a.k_stride + kv_head * a.head_dim;
}

inline int64_t v_offset(const AttentionArgs& a, int64_t batch, int64_t kv_head, int64_t key) {
  return batch * a.v_batch_stride + key * a.v_stride + kv_head * a.head_dim;
}

inline int64_t kv_head_of(const AttentionArgs& a, int64_t head) {
  return head / (a.q_heads / a.kv_heads);
}

inline float attention_score(const AttentionArgs& a, QueryRow row, int64_t key) {
  const float* q = a.q + q_offset(a, row);
  const float* k = a.k + k_offset(a, row.batch, kv_head_of(a, row.head), key);
  return capped(product(q, 1, k, 1, a.head_dim) * a.scale, a.softcap);
}

}  // namespace glass::engine
