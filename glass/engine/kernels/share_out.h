// share_out: pieces of unequal size, taken one after the other by whoever is free. Each piece
// writes its own part of the output, so it does not matter who takes it.
#pragma once

#include <atomic>
#include <cstdint>

#include "glass/base/parallel.h"

namespace glass::engine {

// Calls body(piece, worker) for every piece in [0, pieces).
template <typename Body>
void share_out(int64_t pieces, Parallel& parallel, const Body& body) {
  std::atomic<int64_t> next = 0;
  parallel.run([&](int worker) {
    for (int64_t piece = next++; piece < pieces; piece = next++) body(piece, worker);
  });
}

}  // namespace glass::engine
