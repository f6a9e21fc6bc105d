// layout: places pieces of memory with known lifetimes in one arena, as low as they fit.
#pragma once

#include <cstddef>
#include <vector>

namespace glass::engine {

inline constexpr size_t kAlignment = 64;  // a cache line, and a vector of AVX-512

struct Piece {
  size_t bytes = 0;
  int first = 0, last = 0;  // needed at the times first..last
};

struct Layout {
  std::vector<size_t> offsets;  // by piece, multiples of kAlignment
  size_t bytes = 0;
};

// Greedy best fit, large pieces first. Pieces needed at the same time never overlap.
Layout lay_out(const std::vector<Piece>& pieces);

// The most that is needed at one time: no layout can be smaller.
size_t live_peak(const std::vector<Piece>& pieces);

}  // namespace glass::engine
