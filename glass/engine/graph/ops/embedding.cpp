// embedding: rows of a table, and the gradient of that table.
#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_embedding(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kI32, 1));
  GLASS_TRY_STATUS(node.expect(1, kF32, 2));
  GLASS_TRY_STATUS(node.expect(2, kI32, 1));
  GLASS_TRY_STATUS(node.expect(3, kF32, 2));
  GLASS_TRY_STATUS(node.expect_shape(2, node.shape(0)));
  if (node.has(2) != node.has(3)) return node.wrong("positions and their table come together");
  if (node.has(3) && node.extent(3, 1) != node.extent(1, 1))
    return node.wrong("the two tables differ in width");
  return std::vector<ValueType>{{kF32, {node.extent(0, 0), node.extent(1, 1)}}};
}

// index[N], dy[N,C], dtable[V,C]? -> dtable + the sums of the rows of dy by their index.
Result<std::vector<ValueType>> infer_embedding_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kI32, 1));
  GLASS_TRY_STATUS(node.expect(1, kF32, 2));
  if (node.extent(1, 0) != node.extent(0, 0)) return node.wrong("one index for each row of dy");
  const Shape table = {node.node().int_attribute("table_rows"), node.extent(1, 1)};
  GLASS_TRY_STATUS(node.expect_shape(2, table));
  return std::vector<ValueType>{{kF32, table}};
}

void table_rule(BackwardPass& pass, ValueId indices, ValueId table, ValueId dy) {
  if (!pass.wants(table)) return;
  const ValueId so_far = pass.take(table);
  const int64_t table_rows = pass.forward().value(table).shape[0];
  const auto made = pass.emit("embedding_backward", table, {pass.saved(indices), dy, so_far},
                              {{"table_rows", table_rows}});
  pass.contribute(table, made[0]);
}

void embedding_rule(BackwardPass& pass, const Node& node) {
  const ValueId dy = pass.gradient(node.outputs[0]);
  if (node.has_input(3)) table_rule(pass, node.inputs[2], node.inputs[3], dy);
  table_rule(pass, node.inputs[0], node.inputs[1], dy);
}

}  // namespace

ValueId embedding(GraphBuilder& graph, std::string_view name, ValueId token_N, ValueId table_VC,
                  PositionTable positions) {
  return graph.add_node_1("embedding", name,
                          {token_N, table_VC, positions.position_N, positions.table_PC});
}

std::vector<OpSpec> ops::embedding() {
  return {
      {.name = "embedding",
       .inputs = {"token", "table", "position?", "position_table?"},
       .outputs = {""},
       .infer = infer_embedding,
       .backward = embedding_rule,
       .matrix_inputs = {1, 3},
       .begins_stream = true},
      {.name = "embedding_backward",
       .inputs = {"index", "dy", "dtable?"},
       .outputs = {""},
       .infer = infer_embedding_backward},
  };
}

}  // namespace glass::engine
