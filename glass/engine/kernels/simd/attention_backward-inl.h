// Attention backward for one key head: blocks of keys ascending, and for each block the tiles of
// queries that see it, ascending. Compiled once per target of targets.h; see there how to include
// it.
//
// Order: dv and dk of a key are chains over the queries of a segment, the segments combined in the
// tree, then the heads of the group in the tree. dq of a query is a chain over the keys of a
// segment, carried in memory from one block of keys to the next, the segments combined in the tree.
// Every chain begins at +0 and its segment ends with + (+0), so skipping what is hidden is exact.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_ATTENTION_BACKWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_ATTENTION_BACKWARD_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_ATTENTION_BACKWARD_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_ATTENTION_BACKWARD_INL_H_
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "glass/engine/kernels/simd/attention_tile-inl.h"
#include "glass/engine/kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

inline constexpr int64_t kKeyBlock = 64;      // keys whose gradients stay in the caches
inline constexpr int64_t kBackwardTile = 32;  // queries per tile
inline constexpr int kBackwardGroups = kBackwardTile / kTileRows;

// Gradients of keys and values, [rows, padded_dim] each; dk without the scale.
struct KeyGradients {
  float* dk;
  float* dv;

  [[nodiscard]] KeyGradients from(int64_t offset) const {
    return {.dk = dk + offset, .dv = dv + offset};
  }
};

// Where a leaf goes in a tree whose leaves arrive in ascending order, and how many finished nodes
// it completes: slot `slot` is added to the one below, `merges` times.
struct TreePlace {
  int slot, merges;
};

constexpr TreePlace tree_place(int64_t leaves, int64_t leaf) {
  TreePlace place{.slot = 0, .merges = 0};
  while (leaves > 1) {
    const int64_t left = left_leaves(leaves);
    if (leaf < left) {
      leaves = left;
      place.merges = 0;
    } else {
      leaf -= left;
      leaves -= left;
      ++place.slot;
      ++place.merges;
    }
  }
  return place;
}

HWY_INLINE void clean_zeros(float* x, int64_t count) {
  transform(
      count, x, [](Vec v) HWY_ATTR { return hn::Add(v, hn::Zero(Tag())); }, x);
}

HWY_INLINE void add_into(float* left, const float* right, int64_t count) {
  transform(
      count, left, [](Vec l, Vec r) HWY_ATTR { return hn::Add(l, r); }, left, right);
}

// One worker's room.
struct BackwardRoom {
  BackwardRoom(const AttentionArgs& args, float* base)
      : padded_dim(round_up(args.head_dim, kTileCols)), base_(base) {
    const int64_t rows = round_up(args.keys, kKeyBlock);
    key_panels = take(rows * args.head_dim);
    value_panels = take(rows * args.head_dim);
    keys = take(rows * padded_dim);
    queries = take(rows * padded_dim);
    douts = take(rows * padded_dim);
    dots = take(rows);
    weights = take(kBackwardTile * kKeyBlock);
    dscores = take(kBackwardTile * kKeyBlock);
    const int64_t segments = segment_count(args.queries, kSegment);
    for (int s = 0; s < tree_slots(segments); ++s) dq.at(s) = take(rows * padded_dim);
    for (int s = 0; s < tree_slots(args.q_heads / args.kv_heads); ++s)
      of_heads.at(s) = {.dk = take(rows * padded_dim), .dv = take(rows * padded_dim)};
    for (int s = 1; s < tree_slots(segments); ++s)
      of_block.at(s) = {.dk = take(kKeyBlock * padded_dim), .dv = take(kKeyBlock * padded_dim)};
  }

  [[nodiscard]] int64_t floats() const { return used_; }

  int64_t padded_dim;
  float* key_panels;    // [panels, head_dim, kTileCols]
  float* value_panels;  // [panels, head_dim, kTileCols]
  float* keys;          // [keys, padded_dim]
  float* queries;       // [queries, padded_dim]
  float* douts;         // [queries, padded_dim]
  float* dots;          // [queries]: the row-rule sum of dout * out
  float* weights;       // [kBackwardTile, kKeyBlock]: scores, then probabilities
  float* dscores;       // [kBackwardTile, kKeyBlock]: gradients of probabilities, then of scores
  std::array<float*, 64> dq{};              // slots of each query's tree over key segments
  std::array<KeyGradients, 64> of_heads{};  // slots of the tree over the heads of the group
  std::array<KeyGradients, 64> of_block{};  // slots of the tree over query segments, from 1 on

 private:
  float* take(int64_t count) {
    float* at = base_ == nullptr ? nullptr : base_ + used_;
    used_ += round_up(count, kRowLanes);
    return at;
  }

  float* base_;
  int64_t used_ = 0;
};

// Probabilities and gradients of scores of a group of kTileRows queries: what visible keys have,
// +-0 for hidden ones. Capped scores are scaled already; a hidden key, whose score is -infinity,
// gets the slope 0.
template <bool kCapped>
HWY_INLINE void backward_group(float* weights, float* dscores, const KeyRange& keys,
                               const AttentionArgs& args, const float* log_sum_exp,
                               const float* dots, int64_t count) {
  const Tag d;
  const Vec scale_v = constant(kCapped ? 1.0F : args.scale), cap = constant(args.softcap);
  const int64_t end = keys.padded_end();
  for (int64_t r = 0; r < count; ++r) {
    const Vec shift = constant(log_sum_exp[r]);
    const Vec dot = constant(dots[r]);
    for (int64_t j = keys.begin; j < end; j += kLanes) {
      const int64_t at = r * kKeyBlock + j;
      const Vec score = hn::Mul(hn::Load(d, weights + at), scale_v);
      const Vec p = exp(hn::Sub(score, shift));
      Vec ds = hn::Mul(p, hn::Sub(hn::Load(d, dscores + at), dot));
      if constexpr (kCapped) ds = hn::Mul(ds, hn::Max(cap_slope(score, cap), hn::Zero(d)));
      hn::Store(p, d, weights + at);
      hn::Store(ds, d, dscores + at);
    }
  }
}

// The backward pass of one key head of one sequence, out of one worker's room.
class BackwardHead {
 public:
  BackwardHead(const AttentionBackwardArgs& args, float* room, int64_t batch, int64_t kv_head)
      : args_(args),
        forward_(args.forward),
        room_(args.forward, room),
        batch_(batch),
        kv_head_(kv_head),
        first_key_(forward_.first_key + batch * forward_.queries) {}

  void run() {
    const int64_t k_offset = batch_ * forward_.k_batch_stride + kv_head_ * forward_.head_dim;
    const int64_t v_offset = batch_ * forward_.v_batch_stride + kv_head_ * forward_.head_dim;
    const int64_t keys = forward_.keys, dim = forward_.head_dim, padded = room_.padded_dim;
    pack_panels(forward_.k + k_offset, forward_.k_stride, keys, dim, room_.key_panels);
    pack_panels(forward_.v + v_offset, forward_.v_stride, keys, dim, room_.value_panels);
    pack_rows(forward_.k + k_offset, forward_.k_stride, keys, dim, keys, padded, room_.keys);
    const int64_t group = forward_.q_heads / forward_.kv_heads;
    for (int64_t member = 0; member < group; ++member) {
      const TreePlace place = tree_place(group, member);
      run_head(kv_head_ * group + member, room_.of_heads.at(place.slot));
      for (int s = place.slot; s > place.slot - place.merges; --s) {
        add_into(room_.of_heads.at(s - 1).dk, room_.of_heads.at(s).dk, keys * padded);
        add_into(room_.of_heads.at(s - 1).dv, room_.of_heads.at(s).dv, keys * padded);
      }
    }
    write(room_.of_heads[0].dk, forward_.scale, args_.dk + k_offset, forward_.k_stride);
    write(room_.of_heads[0].dv, 1.0F, args_.dv + v_offset, forward_.v_stride);
  }

 private:
  void run_head(int64_t head, const KeyGradients& sums) {
    const int64_t queries = forward_.queries, dim = forward_.head_dim;
    const int64_t q_offset = batch_ * forward_.q_batch_stride + head * dim;
    const int64_t out_offset = batch_ * forward_.out_batch_stride + head * dim;
    const int64_t padded_rows = round_up(queries, kKeyBlock);
    pack_rows(forward_.q + q_offset, forward_.q_stride, queries, dim, padded_rows, room_.padded_dim,
              room_.queries);
    pack_rows(args_.dout + out_offset, forward_.out_stride, queries, dim, padded_rows,
              room_.padded_dim, room_.douts);
    const auto dot = [](const Vec& sum, const Vec& a, const Vec& b)
                         HWY_ATTR { return hn::MulAdd(a, b, sum); };
    const float* out = forward_.out + out_offset;
    for (int64_t i = 0; i < queries; ++i) {
      fetch_row(out, forward_.out_stride, i + kFetchAhead, queries, dim);
      room_.dots[i] =
          row_sum(dim, dot, room_.douts + i * room_.padded_dim, out + i * forward_.out_stride);
    }
    log_sum_exp_ = forward_.log_sum_exp + (batch_ * forward_.q_heads + head) * queries;
    for (int64_t segment = 0; segment * kSegment < queries; ++segment) {
      begin_key_segment(segment);
      const int64_t end = std::min(queries, (segment + 1) * kSegment);
      for (int64_t key = segment * kSegment; key < end; key += kKeyBlock) {
        room_.of_block[0] = sums.from(key * room_.padded_dim);
        sum_over_queries(key, 0, segment_count(queries, kSegment), 0);
      }
      end_key_segment(segment);
    }
    write(room_.dq[0], forward_.scale, args_.dq + q_offset, forward_.q_stride);
  }

  // Calls body(place, offset, floats) for the queries of each segment from `segment` on: where
  // their sums over the keys of `segment` go.
  template <typename Body>
  void for_each_dq(int64_t segment, const Body& body) {
    const int64_t queries = forward_.queries;
    for (int64_t s = segment; s * kSegment < queries; ++s) {
      const int64_t begin = s * kSegment;
      const int64_t count = round_up(std::min(queries - begin, kSegment), kKeyBlock);
      body(tree_place(s + 1, segment), begin * room_.padded_dim, count * room_.padded_dim);
    }
  }

  void begin_key_segment(int64_t segment) {
    for_each_dq(segment, [&](TreePlace place, int64_t offset, int64_t floats) HWY_ATTR {
      std::fill_n(room_.dq.at(place.slot) + offset, floats, 0.0F);
    });
  }

  void end_key_segment(int64_t segment) {
    for_each_dq(segment, [&](TreePlace place, int64_t offset, int64_t floats) HWY_ATTR {
      clean_zeros(room_.dq.at(place.slot) + offset, floats);
      for (int s = place.slot; s > place.slot - place.merges; --s)
        add_into(room_.dq.at(s - 1) + offset, room_.dq.at(s) + offset, floats);
    });
  }

  // dk and dv of the block of keys at `key` from the query segments [begin, end), a node of the
  // tree, into a slot. Query segments before the keys are leaves of +0, which change nothing.
  void sum_over_queries(int64_t key, int64_t begin, int64_t end, size_t slot) {
    if (end - begin == 1) return query_segment(key, begin, room_.of_block.at(slot));
    const int64_t middle = begin + left_leaves(end - begin);
    if (middle <= key / kSegment) return sum_over_queries(key, middle, end, slot);
    sum_over_queries(key, begin, middle, slot);
    sum_over_queries(key, middle, end, slot + 1);
    const int64_t floats = kKeyBlock * room_.padded_dim;
    add_into(room_.of_block.at(slot).dk, room_.of_block.at(slot + 1).dk, floats);
    add_into(room_.of_block.at(slot).dv, room_.of_block.at(slot + 1).dv, floats);
  }

  void query_segment(int64_t key, int64_t segment, const KeyGradients& sums) {
    const int64_t floats = kKeyBlock * room_.padded_dim;
    std::fill_n(sums.dk, floats, 0.0F);
    std::fill_n(sums.dv, floats, 0.0F);
    const int64_t end = std::min(forward_.queries, (segment + 1) * kSegment);
    float* dq = room_.dq.at(tree_place(segment + 1, key / kSegment).slot);
    for (int64_t query = std::max(key, segment * kSegment); query < end; query += kBackwardTile)
      tile(key, query, std::min(end - query, kBackwardTile), dq, sums);
    clean_zeros(sums.dk, floats);
    clean_zeros(sums.dv, floats);
  }

  // The queries [query, query + rows) against the block of keys at `key`.
  void tile(int64_t key, int64_t query, int64_t rows, float* dq, const KeyGradients& sums) {
    const int64_t keys = std::min(forward_.keys - key, kKeyBlock);
    std::array<KeyRange, kBackwardGroups> ranges;
    bool visible = false;
    for (int g = 0; g < kBackwardGroups; ++g) {
      const int64_t row = query + g * kTileRows;
      ranges[g] = key_range(first_key_ + row, row, std::min<int64_t>(query + rows - row, kTileRows),
                            key, keys);
      visible |= !ranges[g].empty();
    }
    if (!visible) return;
    multiply_keys(room_.queries, room_.key_panels, key, query, ranges, room_.weights);
    multiply_keys(room_.douts, room_.value_panels, key, query, ranges, room_.dscores);
    for (int64_t r = 0; r < rows; r += kTileRows) {
      const KeyRange& range = ranges[r / kTileRows];
      const int64_t row = query + r;
      const int64_t count = std::min<int64_t>(rows - r, kTileRows);
      float* weights = room_.weights + r * kKeyBlock;
      float* dscores = room_.dscores + r * kKeyBlock;
      const bool capped = forward_.softcap != 0;
      if (capped) cap_group(weights, kKeyBlock, range, forward_.scale, forward_.softcap);
      mask_group(weights, kKeyBlock, range, first_key_ + row, row, count, key);
      const float* lse = log_sum_exp_ + row;
      const float* dots = room_.dots + row;
      if (capped)
        backward_group<true>(weights, dscores, range, forward_, lse, dots, count);
      else
        backward_group<false>(weights, dscores, range, forward_, lse, dots, count);
    }
    add_to_queries(key, query, ranges, dq);
    add_to_keys(key, query, rows, keys, room_.weights, room_.douts, sums.dv);
    add_to_keys(key, query, rows, keys, room_.dscores, room_.queries, sums.dk);
  }

  // out[tile, kKeyBlock] = rows times panels where a group sees a panel, +0 elsewhere.
  void multiply_keys(const float* rows, const float* panels, int64_t key, int64_t query,
                     const std::array<KeyRange, kBackwardGroups>& ranges, float* out) {
    const int64_t dim = forward_.head_dim, padded = room_.padded_dim;
    for (int64_t panel = 0; panel < kKeyBlock / kTileCols; ++panel) {
      const float* across = panels + (key / kTileCols + panel) * dim * kTileCols;
      for (int g = 0; g < kBackwardGroups; ++g) {
        float* to = out + g * kTileRows * kKeyBlock + panel * kTileCols;
        if (ranges[g].holds_panel(panel)) {
          tile_chain<Begin::kZero, End::kKeepZero>(rows + (query + g * kTileRows) * padded, padded,
                                                   1, across, kTileCols, dim, to, kKeyBlock);
        } else {
          for (int r = 0; r < kTileRows; ++r) std::fill_n(to + r * kKeyBlock, kTileCols, 0.0F);
        }
      }
    }
  }

  // dq += dscores keys.
  void add_to_queries(int64_t key, int64_t query,
                      const std::array<KeyRange, kBackwardGroups>& ranges, float* dq) {
    const int64_t padded = room_.padded_dim;
    for (int64_t column = 0; column < padded; column += kTileCols) {
      for (int g = 0; g < kBackwardGroups; ++g) {
        const KeyRange& range = ranges[g];
        if (range.empty()) continue;
        tile_chain<Begin::kContinue, End::kKeepZero>(
            room_.dscores + g * kTileRows * kKeyBlock + range.begin, kKeyBlock, 1,
            room_.keys + (key + range.begin) * padded + column, padded, range.end - range.begin,
            dq + (query + g * kTileRows) * padded + column, padded);
      }
    }
  }

  // sums += factorsᵀ rows, for each group of keys from the first query of the tile that is not
  // before all of them.
  void add_to_keys(int64_t key, int64_t query, int64_t rows, int64_t keys, const float* factors,
                   const float* from, float* sums) {
    const int64_t padded = room_.padded_dim;
    for (int64_t column = 0; column < padded; column += kTileCols) {
      for (int64_t j = 0; j < keys; j += kTileRows) {
        const int64_t skip = std::max<int64_t>(key + j - query, 0);
        if (skip >= rows) break;
        tile_chain<Begin::kContinue, End::kKeepZero>(
            factors + skip * kKeyBlock + j, 1, kKeyBlock, from + (query + skip) * padded + column,
            padded, rows - skip, sums + j * padded + column, padded);
      }
    }
  }

  void write(const float* rows, float scale, float* to, int64_t stride) {
    const Vec scale_v = constant(scale);
    for (int64_t i = 0; i < forward_.keys; ++i) {
      transform(
          forward_.head_dim, to + i * stride, [=](Vec x) HWY_ATTR { return hn::Mul(x, scale_v); },
          rows + i * room_.padded_dim);
    }
  }

  const AttentionBackwardArgs& args_;
  const AttentionArgs& forward_;
  BackwardRoom room_;
  int64_t batch_, kv_head_;
  const int32_t* first_key_;            // [queries]
  const float* log_sum_exp_ = nullptr;  // [queries] of the head at work
};

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
