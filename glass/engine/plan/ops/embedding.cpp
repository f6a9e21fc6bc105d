// Launches of embedding and of the gradient of its table.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "glass/engine/graph/ops/storage.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

Launch prepare_embedding(const Graph& graph, const Node& node) {
  const int64_t rows = output_shape(graph, node, 0)[0], cols = output_shape(graph, node, 0)[1];
  return [rows, cols, round = takes_matrices_as_bf16(node)](const LaunchContext& at) {
    const PackedMatrix& packed = at.inputs[1]->packed;
    at.kernels.embedding({.token_N = at.integers(0),
                          .table_VC = packed.data != nullptr ? nullptr : at.floats(1),
                          .position_N = at.integers(2),
                          .position_table_PC = at.floats(3),
                          .y_NC = at.output(0),
                          .rows = rows,
                          .cols = cols,
                          .packed_VC = packed,
                          .round_tables = round},
                         at.parallel);
  };
}

EmbeddingBackwardArgs embedding_backward_args(const Graph& graph, const Node& node) {
  const Shape& dy = input_shape(graph, node, 1);
  return {.index_N = nullptr,
          .dy_NC = nullptr,
          .dtable_VC = nullptr,
          .rows = dy[0],
          .cols = dy[1],
          .table_rows = output_shape(graph, node, 0)[0]};
}

// The kernel adds to what is there: to the gradient so far, or to zeros.
Launch prepare_embedding_backward(const Graph& graph, const Node& node) {
  const EmbeddingBackwardArgs shape = embedding_backward_args(graph, node);
  return [shape](const LaunchContext& at) {
    EmbeddingBackwardArgs args = shape;
    args.index_N = at.integers(0);
    args.dy_NC = at.floats(1);
    args.dtable_VC = at.output(0);
    const int64_t count = args.table_rows * args.cols;
    if (at.floats(2) != nullptr) {
      copy_unless_same(at.floats(2), args.dtable_VC, count, at.parallel);
    } else {
      at.parallel.split(count, 4096, [&](int64_t begin, int64_t end, int) {
        std::fill(args.dtable_VC + begin, args.dtable_VC + end, 0.0F);
      });
    }
    at.kernels.embedding_backward(args, at.scratch, at.parallel);
  };
}

size_t embedding_backward_scratch(const Graph& graph, const Node& node, const Kernels& kernels,
                                  int workers) {
  return kernels.embedding_backward_scratch(embedding_backward_args(graph, node), workers);
}

}  // namespace

std::vector<OpLaunch> launches::embedding() {
  return {
      {.op = "embedding", .prepare = prepare_embedding},
      {.op = "embedding_backward",
       .in_place = {{.output = 0, .input = 2}},
       .scratch = embedding_backward_scratch,
       .prepare = prepare_embedding_backward},
  };
}

}  // namespace glass::engine
