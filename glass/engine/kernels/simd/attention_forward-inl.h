// Attention forward for one key head and a run of queries: scores, softmax and output of one tile
// of queries and one segment of keys, and the tree over segments. Compiled once per target of
// targets.h; see there how to include it.
//
// Order: a query's segment part is (maximum over the visible keys, row-rule sum of exponentials,
// chains over keys ascending). Keys that a whole group of queries does not see are skipped, which
// is exact because a hidden key's weight is +0 and the chains end with + (+0).

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_ATTENTION_FORWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_ATTENTION_FORWARD_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_ATTENTION_FORWARD_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_ATTENTION_FORWARD_INL_H_
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/simd/attention_tile-inl.h"
#include "glass/engine/kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

inline constexpr int64_t kQueryTile = 32;  // queries that share the panels of keys in the L1 cache
inline constexpr int kTileGroups = kQueryTile / kTileRows;
inline constexpr int64_t kScoreStride = kSegment + kTileCols;  // not a power of two, so that rows
                                                               // of scores share no cache sets
inline constexpr float kNothing = -std::numeric_limits<float>::infinity();  // maximum of no keys

// The shares of a tile of queries in one node of the tree over key segments.
struct QueryParts {
  float* max;  // [kQueryTile]
  float* sum;  // [kQueryTile]
  float* out;  // [kQueryTile, padded_dim], unnormalised
};

// Keys and values [first, first + count) of one key head, packed; and one worker's room.
struct ForwardRoom {
  ForwardRoom(const AttentionArgs& args, float* base)
      : padded_dim(round_up(args.head_dim, kTileCols)), base_(base) {
    key_panels = take(round_up(args.keys, kTileCols) * args.head_dim);
    values = take(args.keys * padded_dim);
    queries = take(kQueryTile * padded_dim);
    scores = take(kQueryTile * kScoreStride);
    const int64_t segments = segment_count(args.keys, kSegment);
    for (int slot = 0; slot < tree_slots(segments); ++slot)
      parts.at(slot) = {
          .max = take(kQueryTile), .sum = take(kQueryTile), .out = take(kQueryTile * padded_dim)};
  }

  [[nodiscard]] int64_t floats() const { return used_; }

  int64_t padded_dim;
  float* key_panels;       // [panels, head_dim, kTileCols]
  float* values;           // [strips of padded_dim, value_rows, kTileCols]
  float* queries;          // [kSegment, padded_dim]
  float* scores;           // [kQueryTile, kScoreStride]
  int64_t value_rows = 0;  // of the packed values
  std::array<QueryParts, 64> parts{};

 private:
  float* take(int64_t count) {
    float* at = base_ == nullptr ? nullptr : base_ + used_;
    used_ += round_up(count, kRowLanes);
    return at;
  }

  float* base_;
  int64_t used_ = 0;
};

// Queries of one head whose positions lie in one segment.
struct QueryTile {
  int64_t position;          // of the first
  int64_t count;             // at most kQueryTile
  const int32_t* first_key;  // [count]
};

// Softmax of a group of kTileRows rows of scores over the keys that are not hidden: scores become
// weights. Capped scores are scaled already.
HWY_INLINE void softmax_group(float* scores, const KeyRange& keys, float scale, float* max,
                              float* sum) {
  const Tag d;
  const int64_t end = keys.padded_end();
  const Vec scale_v = constant(scale);
  Vec highest[kTileRows];
  GLASS_UNROLL
  for (int r = 0; r < kTileRows; ++r) highest[r] = constant(kNothing);
  for (int64_t j = keys.begin; j < end; j += kLanes) {
    GLASS_UNROLL
    for (int r = 0; r < kTileRows; ++r)
      highest[r] =
          hn::Max(highest[r], hn::Mul(hn::Load(d, scores + r * kScoreStride + j), scale_v));
  }
  for (int r = 0; r < kTileRows; ++r) {
    max[r] = hn::GetLane(hn::MaxOfLanes(d, highest[r]));
    const Vec shift = constant(max[r] == kNothing ? 0.0F : max[r]);
    RowLanes lanes;
    clear_lanes(lanes);
    float* row = scores + r * kScoreStride;
    for (int64_t j = keys.begin; j < end; j += kRowLanes) {
      GLASS_UNROLL
      for (int v = 0; v < kRowVectors; ++v) {
        float* at = row + j + v * kLanes;
        const Vec weight = exp(hn::Sub(hn::Mul(hn::Load(d, at), scale_v), shift));
        hn::Store(weight, d, at);
        lanes[v] = hn::Add(lanes[v], weight);
      }
    }
    sum[r] = fold_lanes(lanes);
  }
}

// The part of the keys [first, first + keys) of one segment for one tile of queries.
HWY_INLINE void attend_tile(const AttentionArgs& args, const ForwardRoom& room,
                            const QueryTile& tile, int64_t segment, int64_t packed_from,
                            const QueryParts& parts) {
  const int64_t first = segment * kSegment;
  const int64_t keys = std::min(args.keys - first, kSegment);
  const float* panels = room.key_panels + (first - packed_from) * args.head_dim;
  const float* values = room.values + (first - packed_from) * kTileCols;
  std::array<KeyRange, kTileGroups> ranges;
  int64_t panel_begin = kSegment, panel_end = 0;
  for (int g = 0; g < kTileGroups; ++g) {
    const int64_t row = g * kTileRows;
    const KeyRange range = key_range(tile.first_key + row, tile.position + row,
                                     std::min<int64_t>(tile.count - row, kTileRows), first, keys);
    ranges[g] = range;
    if (range.empty()) continue;
    panel_begin = std::min(panel_begin, range.begin / kTileCols);
    panel_end = std::max(panel_end, range.padded_end() / kTileCols);
  }
  for (int64_t panel = panel_begin; panel < panel_end; ++panel) {
    for (int g = 0; g < kTileGroups; ++g) {
      if (!ranges[g].holds_panel(panel)) continue;
      tile_chain<Begin::kZero, End::kKeepZero>(
          room.queries + g * kTileRows * room.padded_dim, room.padded_dim, 1,
          panels + panel * args.head_dim * kTileCols, kTileCols, args.head_dim,
          room.scores + g * kTileRows * kScoreStride + panel * kTileCols, kScoreStride);
    }
  }

  for (int64_t row = 0; row < tile.count; row += kTileRows) {
    const KeyRange& range = ranges[row / kTileRows];
    float* scores = room.scores + row * kScoreStride;
    if (args.softcap != 0) cap_group(scores, kScoreStride, range, args.scale, args.softcap);
    mask_group(scores, kScoreStride, range, tile.first_key + row, tile.position + row,
               std::min<int64_t>(tile.count - row, kTileRows), first);
    softmax_group(scores, range, args.softcap != 0 ? 1.0F : args.scale, parts.max + row,
                  parts.sum + row);
  }
  for (int64_t column = 0; column < room.padded_dim; column += kTileCols) {
    for (int g = 0; g < kTileGroups && g * kTileRows < tile.count; ++g) {
      const KeyRange& range = ranges[g];
      tile_chain<Begin::kZero, End::kCleanZero>(
          room.scores + g * kTileRows * kScoreStride + range.begin, kScoreStride, 1,
          values + column * room.value_rows + range.begin * kTileCols, kTileCols,
          range.end - range.begin, parts.out + g * kTileRows * room.padded_dim + column,
          room.padded_dim);
    }
  }
}

// Merges the right part of a node of one query into the left one.
HWY_INLINE void merge_query(float& max, float& sum, float* out, float right_max, float right_sum,
                            const float* right_out, int64_t dim) {
  if (right_max == kNothing) return;
  if (max == kNothing) {
    max = right_max;
    sum = right_sum;
    std::copy_n(right_out, dim, out);
    return;
  }
  const float together = max < right_max ? right_max : max;
  const float left_scale = engine::exp(max - together);
  const float right_scale = engine::exp(right_max - together);
  max = together;
  sum = std::fma(sum, left_scale, right_sum * right_scale);
  const Vec left_v = constant(left_scale);
  const Vec right_v = constant(right_scale);
  transform(
      dim, out, [=](Vec l, Vec r) HWY_ATTR { return hn::MulAdd(l, left_v, hn::Mul(r, right_v)); },
      out, right_out);
}

HWY_INLINE void finish_query(float sum, const float* out, int64_t dim, float* to) {
  const Vec inverse = constant(1.0F / sum);
  transform(
      dim, to, [=](Vec o) HWY_ATTR { return hn::Mul(o, inverse); }, out);
}

// Attention of one key head for a run of queries, out of one worker's room.
class ForwardHead {
 public:
  ForwardHead(const AttentionArgs& args, float* room, int64_t batch, int64_t kv_head)
      : args_(args), room_(args, room), batch_(batch), kv_head_(kv_head) {}

  // Packs the keys and values [begin, end); begin is a multiple of kSegment.
  void pack(int64_t begin, int64_t end) {
    packed_from_ = begin;
    const float* k = args_.k + batch_ * args_.k_batch_stride + kv_head_ * args_.head_dim;
    const float* v = args_.v + batch_ * args_.v_batch_stride + kv_head_ * args_.head_dim;
    pack_panels(k + begin * args_.k_stride, args_.k_stride, end - begin, args_.head_dim,
                room_.key_panels);
    pack_strips(v + begin * args_.v_stride, args_.v_stride, end - begin, args_.head_dim,
                room_.values);
    room_.value_rows = end - begin;
  }

  // The queries [begin, end) of every query head of the group, from packed keys 0 .. their own.
  void attend(int64_t begin, int64_t end) {
    for_each_tile(begin, end, [&](int64_t head, int64_t query, const QueryTile& tile) HWY_ATTR {
      attend_segments(tile, 0, tile.position / kSegment + 1, 0);
      finish(head, query, tile.count);
    });
  }

  // The part of one packed segment for all queries.
  void attend_partial(int64_t segment, const AttentionPartial& partial) {
    const auto body = [&](int64_t head, int64_t query, const QueryTile& tile) HWY_ATTR {
      const QueryParts& parts = room_.parts[0];
      if (tile.position / kSegment < segment) {
        std::fill_n(parts.max, tile.count, kNothing);
        std::fill_n(parts.sum, tile.count, 0.0F);
        std::fill_n(parts.out, tile.count * room_.padded_dim, 0.0F);
      } else {
        attend_tile(args_, room_, tile, segment, packed_from_, parts);
      }
      const int64_t row = (batch_ * args_.q_heads + head) * args_.queries + query;
      std::copy_n(parts.max, tile.count, partial.max + row);
      std::copy_n(parts.sum, tile.count, partial.sum + row);
      for (int64_t i = 0; i < tile.count; ++i)
        std::copy_n(parts.out + i * room_.padded_dim, args_.head_dim,
                    partial.out + (row + i) * args_.head_dim);
    };
    for_each_tile(0, args_.queries, body);
  }

 private:
  // Calls body(head, first query, tile) for the queries [begin, end), cut also where their
  // positions pass from one segment to the next, with the tile's queries packed.
  template <typename Body>
  void for_each_tile(int64_t begin, int64_t end, const Body& body) {
    const int64_t group = args_.q_heads / args_.kv_heads;
    const int64_t offset = args_.keys - args_.queries;
    for (int64_t head = kv_head_ * group; head < (kv_head_ + 1) * group; ++head) {
      const float* q = args_.q + batch_ * args_.q_batch_stride + head * args_.head_dim;
      for (int64_t query = begin, next = 0; query < end; query = next) {
        const int64_t position = offset + query;
        const int64_t border = (position / kSegment + 1) * kSegment - offset;
        next = std::min({end, border, query + kQueryTile});
        const QueryTile tile{.position = position,
                             .count = next - query,
                             .first_key = args_.first_key + batch_ * args_.queries + query};
        pack_rows(q + query * args_.q_stride, args_.q_stride, tile.count, args_.head_dim,
                  kQueryTile, room_.padded_dim, room_.queries);
        body(head, query, tile);
      }
    }
  }

  // The node [begin, end) of the tree over key segments, into a slot.
  void attend_segments(const QueryTile& tile, int64_t begin, int64_t end, size_t slot) {
    const QueryParts& parts = room_.parts.at(slot);
    if (end - begin == 1) return attend_tile(args_, room_, tile, begin, packed_from_, parts);
    const int64_t middle = begin + left_leaves(end - begin);
    attend_segments(tile, begin, middle, slot);
    attend_segments(tile, middle, end, slot + 1);
    const QueryParts& right = room_.parts.at(slot + 1);
    for (int64_t i = 0; i < tile.count; ++i)
      merge_query(parts.max[i], parts.sum[i], parts.out + i * room_.padded_dim, right.max[i],
                  right.sum[i], right.out + i * room_.padded_dim, room_.padded_dim);
  }

  void finish(int64_t head, int64_t query, int64_t count) {
    const QueryParts& root = room_.parts[0];
    float* out = args_.out + batch_ * args_.out_batch_stride + query * args_.out_stride +
                 head * args_.head_dim;
    for (int64_t i = 0; i < count; ++i)
      finish_query(root.sum[i], root.out + i * room_.padded_dim, args_.head_dim,
                   out + i * args_.out_stride);
    if (args_.log_sum_exp == nullptr) return;
    transform(
        count, args_.log_sum_exp + (batch_ * args_.q_heads + head) * args_.queries + query,
        [](Vec max, Vec sum) HWY_ATTR { return hn::Add(max, log(sum)); }, root.max, root.sum);
  }

  const AttentionArgs& args_;
  ForwardRoom room_;
  int64_t batch_, kv_head_;
  int64_t packed_from_ = 0;
};

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
