#include "glass/engine/plan/layout.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace glass::engine {
namespace {

size_t aligned(size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

bool meet(const Piece& a, const Piece& b) {
  return a.first <= b.last && b.first <= a.last;
}

// The lowest end of the tightest gap between the pieces that are in the way, given in ascending
// order of their offsets; above all of them when no gap is wide enough.
struct Taken {
  size_t begin, end;
};

size_t tightest_gap(const std::vector<Taken>& taken, size_t bytes) {
  size_t best = SIZE_MAX, best_width = SIZE_MAX, free_from = 0;
  for (const Taken& piece : taken) {
    if (piece.begin >= free_from + bytes && piece.begin - free_from < best_width) {
      best = free_from;
      best_width = piece.begin - free_from;
    }
    free_from = std::max(free_from, piece.end);
  }
  return best == SIZE_MAX ? free_from : best;
}

Layout place_in_order(const std::vector<Piece>& pieces, const std::vector<size_t>& order) {
  Layout layout{.offsets = std::vector<size_t>(pieces.size()), .bytes = 0};
  std::vector<size_t> placed;  // ascending offsets
  std::vector<Taken> taken;
  for (const size_t piece : order) {
    taken.clear();
    for (const size_t other : placed) {
      if (meet(pieces[piece], pieces[other]))
        taken.push_back(
            {layout.offsets[other], layout.offsets[other] + aligned(pieces[other].bytes)});
    }
    const size_t bytes = aligned(pieces[piece].bytes);
    const size_t offset = tightest_gap(taken, bytes);
    layout.offsets[piece] = offset;
    layout.bytes = std::max(layout.bytes, offset + bytes);
    const auto at = std::ranges::upper_bound(placed, offset, {},
                                             [&](size_t other) { return layout.offsets[other]; });
    placed.insert(at, piece);
  }
  return layout;
}

}  // namespace

// Large pieces first is good where sizes differ much, long-lived pieces first where they are alike;
// both are cheap, so the better one is taken.
Layout lay_out(const std::vector<Piece>& pieces) {
  std::vector<size_t> by_size(pieces.size());
  std::iota(by_size.begin(), by_size.end(), size_t{0});
  std::vector<size_t> by_life = by_size;
  // Of equals the earlier piece first, so that the order is one and the same everywhere.
  std::ranges::sort(by_size, [&](size_t a, size_t b) {
    return pieces[a].bytes != pieces[b].bytes ? pieces[a].bytes > pieces[b].bytes : a < b;
  });
  const auto life = [&](size_t piece) { return pieces[piece].last - pieces[piece].first; };
  std::ranges::sort(
      by_life, [&](size_t a, size_t b) { return life(a) != life(b) ? life(a) > life(b) : a < b; });
  Layout first = place_in_order(pieces, by_size);
  Layout second = place_in_order(pieces, by_life);
  return first.bytes <= second.bytes ? first : second;
}

size_t live_peak(const std::vector<Piece>& pieces) {
  int end = 0;
  for (const Piece& piece : pieces) end = std::max(end, piece.last + 1);
  size_t peak = 0;
  for (int time = 0; time < end; ++time) {
    size_t live = 0;
    for (const Piece& piece : pieces) {
      if (piece.first <= time && time <= piece.last) live += aligned(piece.bytes);
    }
    peak = std::max(peak, live);
  }
  return peak;
}

}  // namespace glass::engine
