// Token and position embedding, forward and backward.
//
// Backward: the rows are sorted by index, stably (a counting sort), so that each table row finds
// its rows in ascending order and nobody else touches it. Segments of rows that do not name the
// index are leaves of +0 in its tree, which change nothing and are skipped.
#include <algorithm>
#include <bit>
#include <cstdint>

#include "glass/base/check.h"
#include "glass/engine/kernels/share_out.h"
#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/stored_panels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/embedding.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/bf16-inl.h"
#include "glass/engine/kernels/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

template <bool kRound>
HWY_INLINE Vec number_of(Vec x) {
  if constexpr (kRound) return nearest_bf16(Tag(), x);
  return x;
}

template <bool kRound>
HWY_INLINE void embed_row(const EmbeddingArgs& e, int64_t i, const float* word, float* y) {
  if (e.position_table_PC == nullptr) {
    if (kRound || word != y)
      transform(
          e.cols, y, [](Vec a) HWY_ATTR { return number_of<kRound>(a); }, word);
    return;
  }
  const float* place = e.position_table_PC + int64_t{e.position_N[i]} * e.cols;
  const auto sum = [](Vec a, Vec b)
                       HWY_ATTR { return hn::Add(number_of<kRound>(a), number_of<kRound>(b)); };
  transform(e.cols, y, sum, word, place);
}

void embedding_rows(const EmbeddingArgs& e, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    float* y = e.y_NC + i * e.cols;
    const float* word = y;
    if (e.table_VC == nullptr) {
      read_stored_row(stored_panels(e.packed_VC), e.token_N[i], y);
    } else {
      word = e.table_VC + int64_t{e.token_N[i]} * e.cols;
    }
    if (e.round_tables)
      embed_row<true>(e, i, word, y);
    else
      embed_row<false>(e, i, word, y);
  }
}

// sums[cols] = the node [begin, end) of the tree over segments of rows, for the index whose rows in
// that node are `first` up to `last`, of which there is at least one. `room` is for right children.
void sum_named_rows(const EmbeddingBackwardArgs& e, int64_t begin, int64_t end,
                    const int32_t* first, const int32_t* last, float* sums, float* room) {
  if (end - begin == 1) {
    for_each_vector(e.cols, [&](int64_t c, auto at) HWY_ATTR {
      Vec chain = hn::Zero(Tag());
      for (const int32_t* row = first; row < last; ++row)
        chain = hn::Add(chain, at.load(e.dy_NC + *row * e.cols + c));
      at.store(chain, sums + c);
    });
    return;
  }
  const int64_t middle = begin + left_leaves(end - begin);
  const int32_t* right = std::lower_bound(first, last, middle * kSegment);
  if (right == last) return sum_named_rows(e, begin, middle, first, last, sums, room);
  if (right == first) return sum_named_rows(e, middle, end, first, last, sums, room);
  sum_named_rows(e, begin, middle, first, right, sums, room);
  sum_named_rows(e, middle, end, right, last, room, room + e.cols);
  const float* right_sums = room;
  transform(
      e.cols, sums, [](Vec a, Vec b) HWY_ATTR { return hn::Add(a, b); }, sums, right_sums);
}

// Table rows [begin, end); those of index v are row_of[starts[v] .. starts[v + 1]).
void embedding_backward_range(const EmbeddingBackwardArgs& e, const int32_t* starts,
                              const int32_t* row_of, float* room, int64_t begin, int64_t end) {
  for (int64_t v = begin; v < end; ++v) {
    if (starts[v] == starts[v + 1]) continue;
    sum_named_rows(e, 0, segment_count(e.rows, kSegment), row_of + starts[v],
                   row_of + starts[v + 1], room, room + e.cols);
    float* gradient = e.dtable_VC + v * e.cols;
    const float* sums = room;
    transform(
        e.cols, gradient, [](Vec a, Vec b) HWY_ATTR { return hn::Add(a, b); }, gradient, sums);
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(embedding_rows);
HWY_EXPORT(embedding_backward_range);

constexpr int64_t kPieces = 64;  // of the table: many, since few indices own most rows

// Scratch: where each index's rows start, the rows by index, then sums for each worker: one row for
// each node of a tree that is alive at once.
struct Room {
  Room(const EmbeddingBackwardArgs& e, int workers)
      : start_count(e.table_rows + 1),
        row_count(e.rows),
        worker_floats(e.cols * (std::bit_width(static_cast<uint64_t>(e.rows / kSegment)) + 2)),
        bytes((start_count + row_count + worker_floats * workers) * int64_t{sizeof(float)}) {}

  int64_t start_count, row_count, worker_floats, bytes;
};

// Afterwards the rows of index v, ascending, are row_of[starts[v] .. starts[v + 1]).
void sort_rows(const EmbeddingBackwardArgs& e, int32_t* starts, int32_t* row_of) {
  std::fill_n(starts, e.table_rows + 1, 0);
  for (int64_t i = 0; i < e.rows; ++i) {
    GLASS_CHECK(0 <= e.index_N[i] && e.index_N[i] < e.table_rows);
    ++starts[e.index_N[i] + 1];
  }
  for (int64_t v = 0; v < e.table_rows; ++v) starts[v + 1] += starts[v];
  // Each index fills its place from the front, which moves its start to the next one's; the second
  // loop moves them back.
  for (int64_t i = 0; i < e.rows; ++i) row_of[starts[e.index_N[i]]++] = static_cast<int32_t>(i);
  for (int64_t v = e.table_rows; v > 0; --v) starts[v] = starts[v - 1];
  starts[0] = 0;
}

}  // namespace

void SimdKernels::embedding(const EmbeddingArgs& args, Parallel& parallel) const {
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(embedding_rows)(args, begin, end);
  });
}

size_t SimdKernels::embedding_backward_scratch(const EmbeddingBackwardArgs& args,
                                               int workers) const {
  return static_cast<size_t>(Room(args, workers).bytes);
}

void SimdKernels::embedding_backward(const EmbeddingBackwardArgs& args, Scratch scratch,
                                     Parallel& parallel) const {
  const Room room(args, parallel.workers());
  GLASS_CHECK(std::ssize(scratch) >= room.bytes);
  auto* starts = reinterpret_cast<int32_t*>(scratch.data());
  int32_t* row_of = starts + room.start_count;
  auto* sums = reinterpret_cast<float*>(row_of + room.row_count);
  sort_rows(args, starts, row_of);
  const int64_t share = segment_count(args.table_rows, kPieces);
  share_out(kPieces, parallel, [&](int64_t piece, int worker) {
    const int64_t begin = std::min(args.table_rows, piece * share);
    const int64_t end = std::min(args.table_rows, begin + share);
    HWY_DYNAMIC_DISPATCH(embedding_backward_range)
    (args, starts, row_of, sums + worker * room.worker_floats, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
