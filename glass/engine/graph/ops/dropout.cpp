// dropout: some elements become zero and the others larger, by counters. Its gradient is itself.
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_dropout(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, node.shape(0).size()));
  GLASS_TRY_STATUS(node.expect(1, kI32, 1));
  GLASS_TRY_STATUS(node.expect_shape(1, {kRandomWords}));
  const double share = node.node().number_attribute("share");
  if (!(share > 0 && share < 1)) return node.wrong("the share to drop must be above 0 and below 1");
  const int64_t site = node.node().int_attribute("site");
  if (site < 0 || site >= kDropoutSites) return node.wrong("there are not so many sites");
  return std::vector<ValueType>{{kF32, node.shape(0)}};
}

void dropout_rule(BackwardPass& pass, const Node& node) {
  const ValueId x = node.inputs[0];
  if (!pass.wants(x)) return;
  const auto made =
      pass.emit("dropout", x, {pass.gradient(node.outputs[0]), node.inputs[1]}, node.attributes);
  pass.contribute(x, made[0]);
}

}  // namespace

ValueId dropout(GraphBuilder& graph, std::string_view name, ValueId x, ValueId random, double share,
                int64_t site) {
  return graph.add_node_1("dropout", name, {x, random}, {{"share", share}, {"site", site}});
}

std::vector<OpSpec> ops::dropout() {
  return {{.name = "dropout",
           .inputs = {"x", "random"},
           .outputs = {""},
           .infer = infer_dropout,
           .backward = dropout_rule,
           .stream_inputs = {0}}};
}

}  // namespace glass::engine
