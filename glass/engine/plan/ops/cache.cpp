// Launches of generation's cache: append keys and values, attend over all that it holds.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "glass/base/check.h"
#include "glass/engine/graph/ops/heads.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

struct CacheShape {
  Heads heads;
  int64_t sequences, queries, capacity;
  int64_t row, cache_row;  // floats of a row of qkv, of the cache
};

CacheShape cache_shape_of(const Graph& graph, const Node& node) {
  const Shape& qkv = input_shape(graph, node, 0);
  const Shape& cache = input_shape(graph, node, 1);
  return {.heads = heads_of(node),
          .sequences = cache[0],
          .queries = qkv[0] / cache[0],
          .capacity = cache[1],
          .row = qkv[1],
          .cache_row = cache[2]};
}

// Copies the key and value heads of every row to the end of its sequence's cache.
Launch prepare_cache_write(const Graph& graph, const Node& node) {
  return [s = cache_shape_of(graph, node)](const LaunchContext& at) {
    const float* keys = at.floats(0) + s.heads.query * s.heads.head_dim;
    at.parallel.split(s.sequences * s.queries, 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t sequence = i / s.queries;
        const int64_t position = at.integers(2)[sequence] + i % s.queries;
        GLASS_CHECK(0 <= position && position < s.capacity);
        std::copy_n(keys + i * s.row, s.cache_row,
                    at.output(0) + (sequence * s.capacity + position) * s.cache_row);
      }
    });
  };
}

// Of one sequence whose cache holds `keys` positions, those of the queries included.
AttentionArgs cached_args_of(const CacheShape& s, int64_t keys) {
  const int64_t out = s.heads.query * s.heads.head_dim;
  return {.batch = 1,
          .queries = s.queries,
          .keys = keys,
          .q_heads = s.heads.query,
          .kv_heads = s.heads.key,
          .head_dim = s.heads.head_dim,
          .q = nullptr,
          .k = nullptr,
          .v = nullptr,
          .out = nullptr,
          .q_stride = s.row,
          .k_stride = s.cache_row,
          .v_stride = s.cache_row,
          .out_stride = out,
          .q_batch_stride = s.queries * s.row,
          .k_batch_stride = s.capacity * s.cache_row,
          .v_batch_stride = s.capacity * s.cache_row,
          .out_batch_stride = s.queries * out,
          .first_key = nullptr,
          .scale = static_cast<float>(s.heads.scale),
          .softcap = static_cast<float>(s.heads.softcap),
          .log_sum_exp = nullptr};
}

// Sequences have caches of different length, so each is a call of its own.
Launch prepare_cached_attention(const Graph& graph, const Node& node) {
  return [s = cache_shape_of(graph, node)](const LaunchContext& at) {
    for (int64_t sequence = 0; sequence < s.sequences; ++sequence) {
      AttentionArgs args = cached_args_of(s, at.integers(3)[sequence] + s.queries);
      args.q = at.floats(0) + sequence * args.q_batch_stride;
      args.k = at.floats(1) + sequence * args.k_batch_stride;
      args.v = args.k + s.heads.key * s.heads.head_dim;
      args.out = at.output(0) + sequence * args.out_batch_stride;
      args.first_key = at.integers(2) + sequence * s.queries;
      at.kernels.attention(args, at.scratch, at.parallel);
    }
  };
}

size_t cache_scratch(const Graph& graph, const Node& node, const Kernels& kernels, int workers) {
  const CacheShape s = cache_shape_of(graph, node);
  return kernels.attention_scratch(cached_args_of(s, s.capacity), workers);
}

}  // namespace

std::vector<OpLaunch> launches::cache() {
  return {
      {.op = "cache_write",
       .in_place = {{.output = 0, .input = 1, .required = true}},
       .prepare = prepare_cache_write},
      {.op = "cached_attention", .scratch = cache_scratch, .prepare = prepare_cached_attention},
  };
}

}  // namespace glass::engine
