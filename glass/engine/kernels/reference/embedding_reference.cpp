// Embeddings: rows of a table out, sums over equal indices back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "glass/base/half.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/reference/sums.h"

namespace glass::engine {

void ReferenceKernels::embedding(const EmbeddingArgs& e, Parallel& parallel) const {
  const float* table_VC =
      e.table_VC != nullptr ? e.table_VC : reinterpret_cast<const float*>(e.packed_VC.data);
  const auto number = [&](float x) { return e.round_tables ? nearest_bfloat16(x) : x; };
  parallel.split(e.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* word = table_VC + int64_t{e.token_N[i]} * e.cols;
      float* y = e.y_NC + i * e.cols;
      for (int64_t c = 0; c < e.cols; ++c) y[c] = number(word[c]);
      if (e.position_table_PC == nullptr) continue;
      const float* place = e.position_table_PC + int64_t{e.position_N[i]} * e.cols;
      for (int64_t c = 0; c < e.cols; ++c) y[c] = y[c] + number(place[c]);
    }
  });
}

size_t ReferenceKernels::embedding_backward_scratch(const EmbeddingBackwardArgs& /*args*/,
                                                    int /*workers*/) const {
  return 0;
}

void ReferenceKernels::embedding_backward(const EmbeddingBackwardArgs& e, Scratch /*scratch*/,
                                          Parallel& parallel) const {
  const std::span index(e.index_N, static_cast<size_t>(e.rows));
  parallel.split(e.table_rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t v = begin; v < end; ++v) {
      if (std::ranges::find(index, v) == index.end()) continue;
      for (int64_t c = 0; c < e.cols; ++c) {
        const float sum = segmented_chain(e.rows, [&](float so_far, int64_t i) {
          return e.index_N[i] == v ? so_far + e.dy_NC[i * e.cols + c] : so_far;
        });
        float& gradient = e.dtable_VC[v * e.cols + c];
        gradient = gradient + sum;
      }
    }
  });
}

}  // namespace glass::engine
